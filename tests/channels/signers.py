"""How every network signs, made by its formula and not by the code that checks it: the table of `test_signing.py`.

A network that is missing here must be in `CARRYING` or `ELSEWHERE`, with the reason.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.channels.contract import Inbound
from tests.channels.senders import WHSEC, standard

URL = "https://v.example/hooks/1"
BODY = '{"text": "é 😢"}'.encode()
CARRYING: Mapping[str, str] = {
    "email": "a mail server posts with the secret in the address",
    "postmark": "basic authentication in the address; Postmark signs nothing",
    "trustpilot": "nothing is signed: the secret stands in the address",
    "wordpress": "plug-ins sign nothing: the secret stands in the address",
    "telegram": "a header carries the secret token as it is",
}
"""Networks that sign nothing: the secret itself comes along, over TLS."""
ELSEWHERE: Mapping[str, str] = {
    "google_reviews": "a token signed by Google, with keys that are fetched: test_google_reviews.py",
}

Headers = dict[str, str]
_tokens = itertools.count()


@dataclass(frozen=True)
class Signer:
    """`sign`: the body as it is sent and its headers, for a secret, a body and a time in seconds. `keeps`: what the
    channel holds of that secret. `header`: where the signature stands; `at`: where the time does, if it is signed.
    `fresh`: whether an old signature is refused. `covers_body`: whether the body is signed at all."""

    sign: Callable[[str, bytes, int], tuple[bytes, Headers]]
    header: str
    at: str | None = None
    fresh: bool = False
    covers_body: bool = True
    secret: str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
    other: str = "00112233445566778899aabbccddeeff"
    keeps: Callable[[str], str] = str
    field: str = "secret"

    def request(self, secret: str | None = None, raw: bytes = BODY, age_s: int = 0) -> Inbound:
        sent, headers = self.sign(self.secret if secret is None else secret, raw, int(time.time()) - age_s)
        return Inbound({name: [value] for name, value in headers.items()}, sent, URL)

    def holding(self, secret: str | None = None, **more: str) -> dict[str, str]:
        return {self.field: self.keeps(self.secret if secret is None else secret), **more}


# --- the formulas -------------------------------------------------------------------------------------------------


def _mac(secret: str, signed: bytes, algorithm: str = "sha256") -> bytes:
    return hmac.new(secret.encode(), signed, algorithm).digest()


def _hub(header: str, algorithm: str = "sha256") -> Signer:
    def sign(secret: str, raw: bytes, at: int) -> tuple[bytes, Headers]:
        return raw, {header: f"{algorithm}={_mac(secret, raw, algorithm).hex()}"}

    return Signer(sign, header)


def _x(secret: str, raw: bytes, at: int) -> tuple[bytes, Headers]:
    return raw, {"x-twitter-webhooks-signature": "sha256=" + base64.b64encode(_mac(secret, raw)).decode()}


def _slack(secret: str, raw: bytes, at: int) -> tuple[bytes, Headers]:
    digest = _mac(secret, f"v0:{at}:".encode() + raw).hex()
    return raw, {"x-slack-signature": f"v0={digest}", "x-slack-request-timestamp": str(at)}


def _linkedin(secret: str, raw: bytes, at: int) -> tuple[bytes, Headers]:
    return raw, {"x-li-signature": _mac(secret, b"hmacsha256=" + raw).hex()}


def _tiktok(secret: str, raw: bytes, at: int) -> tuple[bytes, Headers]:
    return raw, {"tiktok-signature": f"t={at},s={_mac(secret, f'{at}.'.encode() + raw).hex()}"}


def _zendesk(secret: str, raw: bytes, at: int) -> tuple[bytes, Headers]:
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
    digest = base64.b64encode(_mac(secret, stamp.encode() + raw)).decode()
    return raw, {"x-zendesk-webhook-signature": digest, "x-zendesk-webhook-signature-timestamp": stamp}


def _front(secret: str, raw: bytes, at: int) -> tuple[bytes, Headers]:
    stamp = str(at * 1000)
    digest = base64.b64encode(_mac(secret, stamp.encode() + b":" + raw)).decode()
    return raw, {"x-front-signature": digest, "x-front-request-timestamp": stamp}


def _chatwoot(secret: str, raw: bytes, at: int) -> tuple[bytes, Headers]:
    digest = _mac(secret, f"{at}.".encode() + raw).hex()
    return raw, {"x-chatwoot-signature": f"sha256={digest}", "x-chatwoot-timestamp": str(at)}


def _standard(secret: str, raw: bytes, at: int) -> tuple[bytes, Headers]:
    return raw, standard(raw, secret, at=at)


def _twilio(secret: str, raw: bytes, at: int) -> tuple[bytes, Headers]:
    """The body is a form; what is given stands in one of its fields."""
    sent = urlencode({"From": "+33600000000", "MessageSid": "SM1", "Body": raw.decode("utf-8", "replace")}).encode()
    fields = "".join(name + value for name, value in sorted(set(parse_qsl(sent.decode(), keep_blank_values=True))))
    digest = base64.b64encode(_mac(secret, (URL + fields).encode(), "sha1")).decode()
    return sent, {"x-twilio-signature": digest}


def _mailgun(secret: str, raw: bytes, at: int) -> tuple[bytes, Headers]:
    """What proves it stands in the form itself, and does not cover the rest of it."""
    token = f"token-{next(_tokens)}"
    digest = _mac(secret, f"{at}{token}".encode()).hex()
    form = {"timestamp": str(at), "token": token, "signature": digest, "body-plain": raw.decode("utf-8", "replace")}
    return urlencode(form).encode(), {"content-type": "application/x-www-form-urlencoded"}


def _ed25519(secret: str) -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.from_private_bytes(hashlib.sha256(secret.encode()).digest())


def _discord(secret: str, raw: bytes, at: int) -> tuple[bytes, Headers]:
    signature = _ed25519(secret).sign(str(at).encode() + raw).hex()
    return raw, {"x-signature-ed25519": signature, "x-signature-timestamp": str(at)}


def _discord_public(secret: str) -> str:
    return _ed25519(secret).public_key().public_bytes_raw().hex() if secret else ""


def _ecdsa(secret: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(hashlib.sha256(secret.encode()).digest()[:31]) + 1, ec.SECP256R1())


def _sendgrid(secret: str, raw: bytes, at: int) -> tuple[bytes, Headers]:
    signature = base64.b64encode(_ecdsa(secret).sign(str(at).encode() + raw, ec.ECDSA(hashes.SHA256()))).decode()
    name = "x-twilio-email-event-webhook"
    return raw, {f"{name}-signature": signature, f"{name}-timestamp": str(at)}


def _sendgrid_public(secret: str) -> str:
    if not secret:
        return ""
    public = _ecdsa(secret).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(public).decode()


SIGNERS: Mapping[str, Signer] = {
    **{name: _hub("x-hub-signature-256") for name in ("facebook", "messenger", "instagram", "whatsapp", "github")},
    "discourse": _hub("x-discourse-event-signature"),
    "mastodon": _hub("x-hub-signature"),
    "youtube": _hub("x-hub-signature", "sha1"),
    "intercom": _hub("x-hub-signature", "sha1"),
    "x": Signer(_x, "x-twitter-webhooks-signature"),
    "slack": Signer(_slack, "x-slack-signature", "x-slack-request-timestamp", fresh=True),
    "linkedin": Signer(_linkedin, "x-li-signature"),
    "tiktok": Signer(_tiktok, "tiktok-signature", fresh=True),
    "zendesk": Signer(_zendesk, "x-zendesk-webhook-signature", "x-zendesk-webhook-signature-timestamp"),
    "front": Signer(_front, "x-front-signature", "x-front-request-timestamp", fresh=True),
    "chatwoot": Signer(_chatwoot, "x-chatwoot-signature", "x-chatwoot-timestamp", fresh=True),
    **{
        name: Signer(
            _standard, "webhook-signature", "webhook-timestamp", fresh=True, secret=WHSEC,
            other="whsec_" + base64.b64encode(b"another brand's secret, as long").decode(),
        )
        for name in ("generic", "cloudevents")
    },
    "twilio": Signer(_twilio, "x-twilio-signature"),
    "mailgun": Signer(_mailgun, "", covers_body=False),
    "discord": Signer(_discord, "x-signature-ed25519", "x-signature-timestamp", keeps=_discord_public),
    "sendgrid": Signer(
        _sendgrid, "x-twilio-email-event-webhook-signature", "x-twilio-email-event-webhook-timestamp",
        keeps=_sendgrid_public, field="public_key",
    ),
}  # fmt: skip

"""SendGrid's Inbound Parse: mails as multipart forms, whole ("POST the raw message") or taken apart.

SendGrid drops a mail for ever when the answer is a redirect or a 4xx, and tells nobody: so what is proven and cannot be
read is taken all the same, into the quarantine. A request is proven by the security policy of the parse setting (ECDSA,
over time and body), or by a password in the address. A signed time may be four days old: SendGrid tries for three, and
the same mail sent twice changes nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

import orjson
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from inbox.channels import ChannelRecord, SetupField
from services.channels import asking, forms, posting, proof, reading
from services.channels.base import BaseChannel, guarded
from services.channels.contract import (
    CannotRead,
    Capabilities,
    Envelope,
    Ignored,
    Inbound,
    Outcome,
    Parsed,
    Probe,
    Reply,
    Way,
)
from services.channels.mail import apart, charsets, outgoing, setup, verdict
from services.channels.mail import reading as mail

API = "https://api.sendgrid.com"
SIGNATURE = "x-twilio-email-event-webhook-signature"
TIMESTAMP = "x-twilio-email-event-webhook-timestamp"
HOLDS_S = 4 * 86_400.0
AHEAD_S = 300.0
RAW = "email"


# --- proof ----------------------------------------------------------------------------------------------------------


def _is_signed(request: Inbound, key: str) -> bool:
    signature, timestamp = request.header(SIGNATURE), request.header(TIMESTAMP)
    if not signature or not timestamp or not _is_recent(timestamp):
        return False
    public = _public_key(key)
    if public is None:
        return False
    try:
        given = base64.b64decode(signature, validate=True)
        public.verify(given, timestamp.encode() + request.raw, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def _is_recent(timestamp: str) -> bool:
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        return False
    age_s = proof.CLOCK.now().timestamp() - int(timestamp)
    return -AHEAD_S <= age_s <= HOLDS_S


def _public_key(key: str) -> ec.EllipticCurvePublicKey | None:
    """As the console shows it: DER in base64, with or without the lines around it that make it PEM."""
    lines = [line for line in key.splitlines() if not line.startswith("-----")]
    try:
        found = load_der_public_key(base64.b64decode("".join("".join(lines).split()), validate=True))
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        return None
    return found if isinstance(found, ec.EllipticCurvePublicKey) else None


# --- reading --------------------------------------------------------------------------------------------------------


def _charsets(form: forms.Form) -> dict[str, str]:
    try:
        told = reading.table(reading.loads(form.fields.get("charsets", b"{}")))
    except CannotRead:
        return {}
    return {name: value for name, value in told.items() if isinstance(value, str)}


def _decoded(form: forms.Form) -> forms.Form:
    """Each field has a charset of its own. The raw mail knows its own."""
    told = _charsets(form)
    fields = {
        name: value if name == RAW else reading.clean_text(charsets.decoded(value, told.get(name))).encode()
        for name, value in form.fields.items()
        if name != "charsets"
    }
    return forms.Form(fields, form.uploads)


def _headers(form: forms.Form) -> Iterator[tuple[str, str]]:
    """Those of the mail; From and Subject also stand in fields, decoded."""
    block = apart.lines(form.text("headers") or "")
    named = {name.strip().lower() for name, _ in block}
    yield from block
    for name in ("from", "to", "subject"):
        value = form.text(name)
        if value and name not in named:
            yield name, value


EVENTS = "events"


def _is_list(raw: bytes) -> bool:
    """What became of mails of ours (SendGrid's other webhook) is a list in JSON; a mail is a form."""
    return reading.start(raw) == b"[" and isinstance(reading.loads(raw), list)


def _parsed(form: forms.Form, channel: ChannelRecord, received_at: datetime) -> Parsed:
    raw = form.fields.get(RAW) or (form.uploads[RAW].data if RAW in form.uploads else None)
    if raw:
        return mail.raw_read(raw, channel, received_at, told=_found(form))
    digest = hashlib.blake2b(digest_size=20)
    for name in ("headers", "from", "subject", "text", "html"):
        digest.update(form.fields.get(name, b"") + b"\0")
    found = apart.letter(
        tuple(_headers(form)), form.text("text") or "", form.text("html") or "", apart.files(form.uploads.values()),
        digest.digest(),
    )  # fmt: skip
    return mail.read(found, channel, received_at, told=_found(form))


def _found(form: forms.Form) -> tuple[verdict.Finding, ...]:
    try:
        envelope = reading.table(reading.loads(form.fields.get("envelope", b"{}")))
    except CannotRead:
        envelope = {}
    sender = envelope.get("from")
    return verdict.sendgrid(form.text("SPF"), form.text("dkim"), sender if isinstance(sender, str) else None)


class SendGrid(BaseChannel):
    id = "sendgrid"
    title = "SendGrid (Inbound Parse)"
    capabilities = Capabilities(
        ("webhook",), reply=True, attachments=True,
        limits="SendGrid tries for 72 hours; 30 MB a mail",
        resends_for=timedelta(hours=72), files={"email": outgoing.FILES}, body_most=30 * 2**20,
    )  # fmt: skip
    slow = True
    setup_fields = (
        SetupField(
            "secret", "secret",
            {"fr": "Mot de passe de l’adresse", "en": "Password of the address"},
            {"fr": "Laissez vide : nous en créons un.", "en": "Leave empty: we make one."},
            required=True, make=proof.new_token,
        ),
        SetupField(
            "public_key", "secret",
            {"fr": "Clé publique de vérification", "en": "Verification key"},
            {
                "fr": "De la politique de sécurité (signature). Donnée, elle remplace le mot de passe.",
                "en": "Of the security policy (signature). Once given, it takes the place of the password.",
            },
        ),
        *setup.addresses(),
        SetupField(
            "api_key", "secret",
            {"fr": "Clé d’API", "en": "API key"},
            {
                "fr": "Droit « Mail Send ». Pour répondre depuis Vigie.",
                "en": "Right “Mail Send”. To answer from Vigie.",
            },
        ),
        posting.api_url_field(API),
    )  # fmt: skip
    setup_steps: Mapping[str, Sequence[str]] = MappingProxyType(
        {
            "fr": (
                "DNS : un enregistrement MX de votre (sous-)domaine vers mx.sendgrid.net.",
                "SendGrid › Settings › Inbound Parse › Add Host & URL : {hook_url}?token= suivi du mot de passe.",
                "Cochez « POST the raw, full MIME message » : rien ne se perd en route.",
                "Mieux que le mot de passe : attachez une politique de sécurité avec signature, et collez ici sa clé"
                " publique.",
                "Pour répondre : une clé d’API avec le droit « Mail Send », et votre adresse.",
            ),
            "en": (
                "DNS: an MX record of your (sub)domain to mx.sendgrid.net.",
                "SendGrid › Settings › Inbound Parse › Add Host & URL: {hook_url}?token= followed by the password.",
                "Tick “POST the raw, full MIME message”: nothing gets lost on the way.",
                "Better than the password: attach a security policy with signature, and paste its public key here.",
                "To answer: an API key with the right “Mail Send”, and your address.",
            ),
        }
    )

    def verify(self, request: Inbound, channel: ChannelRecord) -> str | None:
        """Who has given a public key has signatures; the password, which stands in an address, is not enough then."""
        if keys := channel.valid_secrets("public_key"):
            return next((key for key in keys if _is_signed(request, key)), None)
        return proof.first(channel, lambda secret: proof.carries(request, secret))

    def knows(self, channel: ChannelRecord, secret: str) -> bool:
        return secret in channel.valid_secrets("public_key") or secret in channel.valid_secrets()

    def split(self, raw: bytes) -> Sequence[Envelope]:
        return (Envelope(EVENTS if _is_list(raw) else _decoded(forms.of_bytes(raw))),)

    def split_request(self, request: Inbound) -> Sequence[Envelope]:
        return self.split(request.raw) if _is_list(request.raw) else (Envelope(_decoded(forms.read(request))),)

    def join(self, envelopes: Sequence[Envelope]) -> bytes:
        if envelopes and envelopes[0].content == EVENTS:
            return b"[]"
        return orjson.dumps(apart.kept(envelopes[0].content)) if envelopes else b"{}"

    def read(self, envelope: Envelope, channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
        if envelope.content == EVENTS:
            return (Ignored("events of mails of ours"),)
        return (guarded(lambda form: _parsed(form, channel, received_at), envelope.content),)

    def probe(self, way: Way, channel: ChannelRecord) -> Probe | None:
        token = asking.needed(channel, "api_key")
        return Probe(f"{posting.api_url(channel, API)}/v3/scopes", asking.bearer(token))

    async def reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
        return await outgoing.by_sendgrid(way, channel, reply, posting.api_url(channel, API))


CHANNEL = SendGrid()

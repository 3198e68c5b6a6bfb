"""Mails by way of Mailgun, SendGrid and Postmark: what is read of their forms, what proves them, how answers leave."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from aiohttp import web
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.channels import forms, mailgun
from services.channels.contract import CannotRead, Outcome, Refused, Sent, Uncertain
from services.channels.mail import ours
from services.channels.registry import networks
from tests.channels import cases, clocks, taken
from tests.channels.answering import ASKED, replied
from tests.channels.senders import NOON, channel
from tests.fakes.server import CutConnection, Fake, Seen, says

KEY = "mailgun-signing-key"
MULTIPART = "multipart/form-data; boundary=xYzZY"
ADDRESS = "contact@marque.example"
ZOE = {"id": "zoe@exemple.fr", "name": "Zoé"}


def read(network: str, name: str, content_type: str = "") -> Any:
    return cases.read(network, taken.body(network, name), {"content-type": content_type}, account_id=ADDRESS)


# --- reading --------------------------------------------------------------------------------------------------------


def test_mailguns_forms_are_read() -> None:
    parsed = {"is": "Received", "kind": "email", "external_id": "<mg1@exemple.fr>", "thread_id": "<mg1@exemple.fr>",
              "author": {"id": "zoe@exemple.fr", "name": "Zoé B."}, "title": "Jamais reçu", "text": "Toujours rien.",
              "sent_at": "2026-11-24T09:00:00Z"}  # fmt: skip
    cases.check(read("mailgun", "parsed.form"), [{**parsed, "attachments": []}])
    file = {"name": "fêlure.png", "content_type": "image/png", "bytes": 18}
    cases.check(read("mailgun", "attached.multipart", MULTIPART), [{**parsed, "attachments": [file]}])
    cases.check(read("mailgun", "mime.form"), [{"is": "Received", "external_id": "<m1@exemple.fr>"}])


def test_sendgrids_forms_are_read_each_field_in_its_charset() -> None:
    cases.check(read("sendgrid", "parsed.multipart", MULTIPART), [
        {"is": "Received", "external_id": "<sg1@exemple.fr>", "thread_id": "<m1@exemple.fr>", "author": ZOE,
         "parent_id": "<r1@marque.example>", "text": "Arrivé cassé : 49 €.", "title": "Re: reçu",
         "attachments": [{"name": "photo.jpg", "content_type": "image/jpeg", "bytes": 4}]},
    ])  # fmt: skip
    cases.check(read("sendgrid", "raw.multipart", MULTIPART), [
        {"is": "Received", "external_id": "<m2@exemple.fr>", "text": "Toujours rien."},
    ])  # fmt: skip


def test_postmarks_json_is_read() -> None:
    cases.check(read("postmark", "inbound.json"), [
        {"is": "Received", "external_id": "<pm1@exemple.fr>", "thread_id": "+4711abc", "title": "Jamais reçu",
         "author": {"id": "zoe@exemple.fr", "name": "Zoé, B."}, "text": "Toujours rien.",
         "sent_at": "2026-11-24T09:00:00Z",
         "attachments": [{"name": "reçu.pdf", "content_type": "application/pdf", "bytes": 5}]},
    ])  # fmt: skip


def test_a_mail_of_postmark_without_an_id_is_known_by_postmarks() -> None:
    content = {**json.loads(taken.body("postmark", "inbound.json")), "Headers": []}
    cases.check(cases.read("postmark", json.dumps(content).encode()), [
        {"is": "Received", "external_id": "22c74902-a0c1-4511-804f-341342852c90"},
    ])  # fmt: skip


@pytest.mark.parametrize("name", ["mailgun", "sendgrid", "postmark"])
def test_an_automatic_reply_is_ignored_whoever_brings_it(name: str) -> None:
    given = {
        "mailgun": urlencode({"message-headers": json.dumps([["Auto-Submitted", "auto-replied"]]), "from": "a@b.c"}),
        "sendgrid": urlencode({"headers": "From: a@b.c\nAuto-Submitted: auto-replied\n", "text": "Away."}),
        "postmark": json.dumps({"From": "a@b.c", "Headers": [{"Name": "auto-submitted", "Value": "auto-replied"}]}),
    }
    cases.check(cases.read(name, given[name].encode()), [{"is": "Ignored", "reason": "an automatic reply"}])


def test_a_stored_form_is_read_again_by_its_bytes_alone() -> None:
    for network, name in (
        ("mailgun", "attached.multipart"),
        ("sendgrid", "parsed.multipart"),
        ("mailgun", "mime.form"),
    ):
        raw = taken.body(network, name)
        module, known = networks()[network], channel(network, account_id=ADDRESS)
        again = [one for each in module.split(raw) for one in module.read(each, known, NOON)]
        assert again == read(network, name, MULTIPART if name.endswith("multipart") else "")


@pytest.mark.parametrize("raw", [b"", b"\x00", b"no form", b"--x\r\n", b"--x--", b"[1]", b"{", b"&&&", b"--x\n\n--x--"])
def test_what_is_no_form_cannot_be_read(raw: bytes) -> None:
    with pytest.raises(CannotRead):
        forms.of_bytes(raw, "x")


def test_a_file_may_hold_what_looks_like_the_end_of_a_part() -> None:
    data = b"a\r\n--xYzZ\r\n\r\n--\r\n"
    body = b'--xYzZY\r\nContent-Type: image/png\r\nContent-Disposition: form-data; name="f"; filename="a\\"b"\r\n\r\n'
    form = forms.of_bytes(body + data + b"\r\n--xYzZY--\r\n")
    assert form.uploads["f"] == forms.Upload('a"b', "image/png", data)


@pytest.mark.parametrize("network", ["mailgun", "sendgrid", "postmark"])
def test_nothing_that_a_sender_says_raises(network: str) -> None:
    for raw in taken.mutants(network):
        taken.survives(network, raw)


# --- proof: Mailgun -------------------------------------------------------------------------------------------------


def signed(token: str, age_s: float = 0, key: str = KEY, **fields: str) -> bytes:
    timestamp = str(int(time.time() - age_s))
    signature = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    return urlencode({"timestamp": timestamp, "token": token, "signature": signature, **fields}).encode()


@pytest.fixture(autouse=True)
def nothing_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailgun, "TOKENS", type(mailgun.TOKENS)(mailgun.HOLDS_S))


def proves(raw: bytes, secrets: Mapping[str, str] | None = None) -> bool:
    return cases.proves("mailgun", raw, {}, secrets or {"secret": KEY}) is not None


def test_mailguns_signature_holds_only_as_signed() -> None:
    raw = signed("t1", subject="x")
    assert proves(raw)
    assert proves(signed("t2"), {"secret": "new", "secret_previous": KEY})
    assert not proves(signed("t3", key="another"))
    assert not proves(signed("t4"), {"secret": ""})
    at = raw.index(b"signature=") + 10
    flipped = raw[:at] + (b"0" if raw[at : at + 1] != b"0" else b"1") + raw[at + 1 :]
    assert not proves(flipped)
    assert not proves(raw.replace(b"token=t1", b"token=t2"))


def test_a_token_holds_for_one_content_only() -> None:
    """The body is not signed: the same again is Mailgun trying again, another one is somebody else."""
    assert proves(signed("t1", subject="x", text="y"))
    assert proves(signed("t1", text="y", subject="x"))
    assert not proves(signed("t1", subject="x", text="forged"))
    assert not proves(signed("t1", subject="x", text="y", more="z"))
    assert proves(signed("t2", subject="x", text="forged"))


def test_a_forged_request_does_not_use_up_a_token() -> None:
    assert not proves(signed("t1", key="another", text="forged"))
    assert proves(signed("t1", text="y"))


@pytest.mark.parametrize(("hours", "holds"), [(0, True), (8.2, True), (9.5, False), (-0.05, True), (-1, False)])
def test_mailguns_signature_holds_as_long_as_mailgun_tries(hours: float, holds: bool) -> None:
    assert proves(signed("t1", hours * 3600)) is holds


def test_a_request_that_is_cut_into_parts_anew_is_the_same() -> None:
    raw = signed("t1", subject="x")
    pairs = {name: values[0] for name, values in parse_qs(raw.decode()).items()}
    body = "".join(f'--b2\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in pairs.items())
    assert proves(raw)
    assert proves(f"{body}--b2--\r\n".encode())


def test_the_fixtures_are_proven_at_their_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clocks.set_to(monkeypatch, 1_795_510_900)
    raw = taken.body("mailgun", "attached.multipart")
    assert proves(raw)
    assert proves(raw)
    assert not proves(taken.body("mailgun", "mime.form"))  # the same token, another content


# --- proof: SendGrid, Postmark --------------------------------------------------------------------------------------

PRIVATE = ec.derive_private_key(2**200 + 7, ec.SECP256R1())
DER = base64.b64encode(PRIVATE.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
PEM = PRIVATE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def ecdsa(raw: bytes, age_s: float = 0) -> dict[str, str]:
    timestamp = str(int(time.time() - age_s))
    signature = PRIVATE.sign(timestamp.encode() + raw, ec.ECDSA(hashes.SHA256()))
    return {
        "x-twilio-email-event-webhook-signature": base64.b64encode(signature).decode(),
        "x-twilio-email-event-webhook-timestamp": timestamp,
    }


@pytest.mark.parametrize("key", [DER, PEM, DER[:40] + "\n" + DER[40:]])
def test_sendgrids_signature_holds_only_as_signed(key: str) -> None:
    raw = b"--xYzZY\r\n\xff body"
    secrets = {"secret": "password", "public_key": key}
    assert cases.proves("sendgrid", raw, ecdsa(raw), secrets) == key
    assert cases.proves("sendgrid", raw, ecdsa(raw), {"public_key": "AAAA", "public_key_previous": key}) == key
    assert cases.proves("sendgrid", raw + b" ", ecdsa(raw), secrets) is None
    assert cases.proves("sendgrid", raw, ecdsa(raw, 3 * 86_400), secrets) == key
    assert cases.proves("sendgrid", raw, ecdsa(raw, 5 * 86_400), secrets) is None
    assert cases.proves("sendgrid", raw, ecdsa(raw, -3_600), secrets) is None
    moved = {**ecdsa(raw), "x-twilio-email-event-webhook-timestamp": str(int(time.time()) - 1)}
    assert cases.proves("sendgrid", raw, moved, secrets) is None


def test_once_a_key_is_given_the_password_is_not_enough() -> None:
    url = "https://v.example/h?token=password"
    assert cases.proves("sendgrid", b"x", {}, {"secret": "password"}, url) == "password"
    assert cases.proves("sendgrid", b"x", {}, {"secret": "password", "public_key": DER}, url) is None


@pytest.mark.parametrize("key", ["", "AAAA", "é", "-----BEGIN PUBLIC KEY-----", base64.b64encode(b"x" * 91).decode()])
def test_a_broken_key_proves_nothing(key: str) -> None:
    assert cases.proves("sendgrid", b"x", ecdsa(b"x"), {"public_key": key}) is None


def test_postmarks_password_stands_in_the_address() -> None:
    basic = {"authorization": "Basic " + base64.b64encode(b"vigie:s3cret").decode()}
    assert cases.proves("postmark", b"{}", basic, {"secret": "s3cret"}) == "s3cret"
    assert cases.proves("postmark", b"{}", basic, {"secret": "s3cret2"}) is None
    assert cases.proves("postmark", b"{}", {}, {"secret": "s3cret"}) is None


# --- answers --------------------------------------------------------------------------------------------------------

CHANGES: dict[str, Any] = {
    "kind": "email", "author_id": "zoe@exemple.fr", "in_reply_to": "<m2@exemple.fr>", "thread_id": "<m1@exemple.fr>",
    "title": "Jamais\r\nBcc: x@y.z reçu",
}  # fmt: skip
ID = ours.message_id(ASKED.reply_id, "<m1@exemple.fr>", "marque.example")
THREADING = {"Message-ID": ID, "In-Reply-To": "<m2@exemple.fr>", "References": "<m1@exemple.fr> <m2@exemple.fr>"}
SUBJECT = "Re: Jamais Bcc: x@y.z reçu"
SETTINGS = {"sender_name": 'La "Marque"'}


async def answer(network: str, fake: Fake, **changes: Any) -> Outcome:
    return await replied(
        network, fake, {"secret": "s", "api_key": "key"}, account_id=ADDRESS, settings=SETTINGS, **(CHANGES | changes)
    )


async def test_an_answer_leaves_by_mailgun() -> None:
    async with Fake(says(200, {"id": "<x@mailgun>", "message": "Queued"})) as fake:
        assert await answer("mailgun", fake) == Sent(ID)
    (seen,) = fake.seen
    assert seen.path == "/v3/marque.example/messages"
    assert seen.headers["authorization"] == "Basic " + base64.b64encode(b"api:key").decode()
    assert {name: values[0] for name, values in parse_qs(seen.body.decode()).items()} == {
        "from": f'"La Marque" <{ADDRESS}>', "to": "zoe@exemple.fr", "subject": SUBJECT, "text": "Bonjour Léa",
        **{f"h:{name}": value for name, value in THREADING.items()},
    }  # fmt: skip


async def test_an_answer_leaves_by_sendgrid() -> None:
    async def accepted(_: Seen) -> web.StreamResponse:
        return web.Response(status=202, headers={"X-Message-Id": "abc"})

    async with Fake(accepted) as fake:
        assert await answer("sendgrid", fake) == Sent(ID)
    (seen,) = fake.seen
    assert (seen.path, seen.headers["authorization"]) == ("/v3/mail/send", "Bearer key")
    assert json.loads(seen.body) == {
        "personalizations": [{"to": [{"email": "zoe@exemple.fr"}]}], "subject": SUBJECT, "headers": THREADING,
        "from": {"email": ADDRESS, "name": 'La "Marque"'},
        "content": [{"type": "text/plain", "value": "Bonjour Léa"}],
    }  # fmt: skip


async def test_an_answer_leaves_by_postmark() -> None:
    async with Fake(says(200, {"ErrorCode": 0, "MessageID": "b7bc2f4a", "Message": "OK"})) as fake:
        assert await answer("postmark", fake) == Sent(ID)
    (seen,) = fake.seen
    body = json.loads(seen.body)
    assert (seen.path, seen.headers["x-postmark-server-token"]) == ("/email", "key")
    assert {one["Name"]: one["Value"] for one in body.pop("Headers")} == {**THREADING, "X-PM-KeepID": "true"}
    assert body == {
        "From": f'"La Marque" <{ADDRESS}>', "To": "zoe@exemple.fr", "Subject": SUBJECT, "TextBody": "Bonjour Léa",
    }  # fmt: skip


@pytest.mark.parametrize("network", ["mailgun", "sendgrid", "postmark"])
@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (401, Refused("token_expired")), (400, Refused("rejected")), (302, Refused("redirected")),
        (429, Refused("too_many", again=True)), (500, Uncertain("server_error")),
    ],
)  # fmt: skip
async def test_a_refusal_says_why(network: str, status: int, outcome: Outcome) -> None:
    async with Fake(says(status, {})) as fake:
        assert await answer(network, fake) == outcome


async def test_postmark_says_why_in_codes() -> None:
    for code, outcome in ((406, Refused("gone")), (10, Refused("not_authorised")), (100, Refused("busy", again=True))):
        async with Fake(says(422, {"ErrorCode": code, "Message": "no"})) as fake:
            assert await answer("postmark", fake) == outcome


@pytest.mark.parametrize("network", ["mailgun", "sendgrid", "postmark"])
async def test_a_lost_connection_leaves_us_not_knowing(network: str) -> None:
    async def cut(_: Seen) -> web.StreamResponse:
        return CutConnection()

    async with Fake(cut) as fake:
        assert await answer(network, fake) == Uncertain("connection_lost")


@pytest.mark.parametrize("network", ["mailgun", "sendgrid", "postmark"])
@pytest.mark.parametrize(
    ("secrets", "account", "author", "outcome"),
    [
        ({"secret": "s"}, ADDRESS, "zoe@exemple.fr", Refused("not_configured")),
        ({"api_key": "k"}, None, "zoe@exemple.fr", Refused("not_configured")),
        ({"api_key": "k"}, "no address", "zoe@exemple.fr", Refused("not_configured")),
        ({"api_key": "k"}, ADDRESS, "unknown:digest", Refused("cannot_reply")),
        ({"api_key": "k"}, ADDRESS, "a@b.c, d@e.f", Refused("cannot_reply")),
        ({"api_key": "k"}, ADDRESS, "a@b.c\r\nBcc: d@e.f", Refused("cannot_reply")),
    ],
)
async def test_without_what_an_answer_needs_nothing_leaves(
    network: str, secrets: Mapping[str, str], account: str | None, author: str, outcome: Outcome
) -> None:
    async with Fake(says(200, {})) as fake:
        changes = CHANGES | {"author_id": author}
        assert await replied(network, fake, secrets, account_id=account, **changes) == outcome
    assert fake.seen == []


def test_of_a_field_that_comes_twice_the_first_is_both_checked_and_read() -> None:
    raw = signed("t1", subject="x") + b"&token=t2&subject=y"
    assert proves(raw)
    assert forms.of_bytes(raw).text("subject") == "x"

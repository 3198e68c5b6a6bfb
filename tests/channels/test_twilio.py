"""Twilio: text messages, WhatsApp by way of Twilio, calls; its signature over the address; and how we answer."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl

import pytest
from aiohttp import web

from inbox.events import Attachment, Author
from services.channels.contract import (
    CannotRead,
    Ignored,
    Inbound,
    Outcome,
    Parsed,
    Received,
    Refused,
    Sent,
    Status,
    SweepFailed,
    Swept,
    Taken,
    Uncertain,
    Unreadable,
    Way,
)
from services.channels.twilio import CHANNEL
from services.outbound import Outbound
from tests.channels.answering import replied
from tests.channels.senders import APP_SECRET, NOON, channel
from tests.channels.taken import body, mutants, read, survives
from tests.fakes.server import Fake, Seen, says

CALLER = Author(id="+33600000001", handle="+33600000001")
BY_WHATSAPP = Author(id="whatsapp:+33600000001", handle="+33600000001", name="Léa")


def said(kind: Any, ident: str, text: str | None, **more: Any) -> Received:
    return Received(kind, ident, CALLER.id, more.pop("sent_at", NOON), text, CALLER, **more)


RECORDING = (Attachment(url="https://api.example.org/RE01", content_type="audio/x-wav"),)
CASES: dict[str, list[Parsed]] = {
    "sms.form": [said("sms", "SM01", "Où est mon colis ? 😢")],
    "picture.form": [
        said(
            "sms", "MM02", None, attachments=(Attachment(url="https://media.example.org/0", content_type="image/jpeg"),)
        )
    ],
    "whatsapp.form": [
        Received(
            "dm", "SM03", BY_WHATSAPP.id, NOON, "Bonjour", BY_WHATSAPP, "SM99", reply_until=NOON + timedelta(hours=24)
        )
    ],
    "delivered.form": [Status("SM90", "delivered", NOON)],
    "undelivered.form": [Status("SM91", "failed", NOON, "window_closed")],
    "queued.form": [Ignored("a receipt")],
    "call.form": [said("call", "CA01", None)],
    "call_over.form": [said("call", "CA01", None)],
    "voicemail.form": [said("call", "RE01", None, parent_id="CA01", attachments=RECORDING)],
    "transcription.form": [said("call", "TR01", "Rappelez-moi", parent_id="CA01", attachments=RECORDING)],
    "our_call.form": [Ignored("own")],
    "conversation.form": [said("sms", "IM01", "Bonjour", sent_at=datetime(2026, 3, 23, 10, tzinfo=UTC))],
    "conversation_ours.form": [Ignored("own")],
}


@pytest.mark.parametrize("name", CASES)
def test_a_form_is_read_as_its_case_says(name: str) -> None:
    assert read("twilio", body("twilio", name)) == CASES[name]


@pytest.mark.parametrize(
    ("name", "number"),
    [("sms.form", "+33700000000"), ("whatsapp.form", "+33700000000"), ("delivered.form", "+33700000000")],
)
def test_a_form_belongs_to_our_number(name: str, number: str) -> None:
    (envelope,) = CHANNEL.split(body("twilio", name))
    assert envelope.account_id == number
    assert list(CHANNEL.split(CHANNEL.join([envelope]))) == [envelope]


def test_what_is_no_form_is_refused_and_an_unknown_form_is_kept() -> None:
    for raw in (b"", b"\xff=1", b"{", b"&" * 5, b"&".join([b"a=1"] * 1001)):
        with pytest.raises(CannotRead):
            CHANNEL.split(raw)
    (found,) = read("twilio", b"From=%2B1&Body=x")
    assert isinstance(found, Unreadable)
    (cleaned,) = read("twilio", b"MessageSid=SM1&From=%2B1&Body=a%00b")
    assert isinstance(cleaned, Received)
    assert cleaned.text == "a\ufffdb"


def test_no_mutant_of_a_form_raises() -> None:
    for raw in mutants("twilio"):
        survives("twilio", raw)


def test_twilio_is_told_to_do_nothing() -> None:
    answer = CHANNEL.answer(Taken())
    assert (answer.status, answer.content_type) == (200, "text/xml")
    assert b"<Response></Response>" in answer.body


# --- proof ----------------------------------------------------------------------------------------------------------

URL = "https://vigie.example.org/hooks/1-abcdefghijklmnop"


def signature(url: str, raw: bytes = b"", secret: str = APP_SECRET) -> str:
    """By Twilio's own words: the address, then each field's name and value, sorted, doubles once."""
    fields = sorted(set(parse_qsl(raw.decode(), keep_blank_values=True)))
    signed = url + "".join(name + value for name, value in fields)
    return base64.b64encode(hmac.new(secret.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def proves(raw: bytes, given: str | list[str], url: str = URL, **secrets: str) -> str | None:
    headers = {"x-twilio-signature": [given] if isinstance(given, str) else given}
    return CHANNEL.verify(Inbound(headers, raw, url), channel("twilio", secrets or {"secret": APP_SECRET}))


def test_the_address_and_the_fields_are_proven_together() -> None:
    raw = body("twilio", "sms.form")
    good = signature(URL, raw)
    assert proves(raw, good) == APP_SECRET
    assert proves(raw, good, secret="new", secret_previous=APP_SECRET) == APP_SECRET
    assert proves(raw, good, url=URL + "?a=b") is None
    assert proves(raw, good, url=URL.replace("https", "http")) is None
    assert proves(raw.replace(b"SM01", b"SM02"), good) is None
    assert proves(raw, signature(URL, raw, "other")) is None
    assert proves(raw, signature(URL, raw, ""), secret="") is None
    for wrong in ("", good[:-2] + "A=", "é", "\udce9", [good, good], []):
        assert proves(raw, wrong) is None


def test_the_usual_port_may_be_signed_or_not() -> None:
    raw = body("twilio", "sms.form")
    with_port = URL.replace(".org/", ".org:443/")
    assert proves(raw, signature(with_port, raw)) == APP_SECRET
    assert proves(raw, signature(URL, raw), url=with_port) == APP_SECRET
    odd = URL.replace(".org/", ".org:8443/")
    assert proves(raw, signature(odd, raw), url=odd) == APP_SECRET
    assert proves(raw, signature(URL, raw), url=odd) is None


def test_a_json_body_is_proven_by_its_digest_in_the_address() -> None:
    raw = b'{"MessageSid": "SM1"}'
    url = f"{URL}?bodySHA256={hashlib.sha256(raw).hexdigest()}"
    assert proves(raw, signature(url), url=url) == APP_SECRET
    assert proves(raw + b" ", signature(url), url=url) is None


def test_bytes_that_are_no_text_are_no_proof_and_no_fault() -> None:
    assert proves(b"Body=\xff\xfe%ff", "x") is None
    assert proves(b"&".join(b"a=%d" % n for n in range(2000)), "x") is None


# --- replies --------------------------------------------------------------------------------------------------------


async def rest_api(seen: Seen) -> web.StreamResponse:
    expected = "Basic " + base64.b64encode(b"AC1:auth").decode()
    if seen.headers.get("authorization") != expected or seen.path != "/2010-04-01/Accounts/AC1/Messages.json":
        return await says(401, {"code": 20003, "message": "Authenticate", "status": 401})(seen)
    return web.json_response({"sid": "SM77", "status": "queued"}, status=201)


@pytest.fixture
async def fake() -> AsyncIterator[Fake]:
    async with Fake(rest_api) as server:
        yield server


async def reply(fake: Fake, secret: str = "auth", account_id: str | None = "+33700000000", **more: Any) -> Outcome:
    settings = {"account_sid": "AC1", **more.pop("settings", {})}
    message = {"kind": "sms", "thread_id": CALLER.id, "author_id": CALLER.id, **more}
    return await replied("twilio", fake, {"secret": secret}, account_id=account_id, settings=settings, **message)


async def test_an_answer_leaves_from_our_number_by_the_way_it_came(fake: Fake) -> None:
    assert await reply(fake) == Sent("SM77")
    assert await reply(fake, kind="dm", author_id="whatsapp:+33600000001") == Sent("SM77")
    assert await reply(fake, settings={"messaging_service_sid": "MG1"}, account_id=None) == Sent("SM77")
    assert [parse_qs(seen.body.decode()) for seen in fake.seen] == [
        {"To": ["+33600000001"], "Body": ["Bonjour Léa"], "From": ["+33700000000"]},
        {"To": ["whatsapp:+33600000001"], "Body": ["Bonjour Léa"], "From": ["whatsapp:+33700000000"]},
        {"To": ["+33600000001"], "Body": ["Bonjour Léa"], "MessagingServiceSid": ["MG1"]},
    ]


@pytest.mark.parametrize(
    ("status", "answer", "expected"),
    [
        (400, {"code": 21610, "message": "unsubscribed recipient"}, Refused("author_blocked_us")),
        (400, {"code": 63016}, Refused("window_closed")),
        (400, {"code": 99999}, Refused("rejected")),
        (429, {"code": 20429}, Refused("too_many", again=True)),
        (500, {}, Uncertain("server_error")),
        (201, {"status": "queued"}, Uncertain("unclear_answer")),
    ],
)
async def test_a_refusal_is_told_in_our_words(fake: Fake, status: int, answer: object, expected: Outcome) -> None:
    fake.answer = says(status, answer)
    assert await reply(fake) == expected


async def test_what_cannot_be_sent_is_not(fake: Fake) -> None:
    assert await reply(fake, secret="other") == Refused("token_expired")
    fake.seen.clear()
    assert await reply(fake, kind="call") == Refused("cannot_reply")
    assert await reply(fake, text="x" * 1601) == Refused("too_long")
    assert await reply(fake, account_id=None) == Refused("not_configured")
    assert await reply(fake, settings={"account_sid": ""}) == Refused("not_configured")
    assert fake.seen == []


# --- looking for what no webhook brought ------------------------------------------------------------------------------

HERE = "/2010-04-01/Accounts/AC1/Messages.json"


def listed(*sids: str, onward: str | None = None, **more: Any) -> dict[str, Any]:
    one = {"from": "+33600000001", "to": "+33700000000", "body": "Bonjour", "direction": "inbound", "num_media": "0"}
    sent = {"date_sent": "Tue, 24 Nov 2026 11:58:00 +0000"}
    return {"messages": [{**one, **sent, "sid": sid, **more} for sid in sids], "next_page_uri": onward}


async def swept(fake: Fake, cursor: str | None, number: str | None = "+33700000000") -> Swept:
    known = channel("twilio", {"secret": "auth"}, number, {"api_url": fake.url, "account_sid": "AC1"})
    async with Outbound(["127.0.0.0/8"]) as http:
        return await CHANNEL.sweep(Way(http, ""), known, cursor, NOON)


async def test_a_look_asks_for_texts_then_for_whatsapp_and_begins_anew_where_it_began(fake: Fake) -> None:
    lists = iter([listed("SM1", onward=f"{HERE}?Page=1"), listed("SM2"), listed("SM3", direction="outbound-api")])

    async def answer(_: Seen) -> web.StreamResponse:
        return web.json_response(next(lists))

    fake.answer = answer
    looks: list[Swept] = []
    for _ in range(3):
        looks.append(await swept(fake, looks[-1].cursor if looks else None))
    assert [look.more for look in looks] == [True, True, False]
    before = NOON - timedelta(minutes=2)
    told = said("sms", "SM1", "Bonjour", sent_at=before)
    assert [look.parsed for look in looks] == [
        (told,), (said("sms", "SM2", "Bonjour", sent_at=before),), (Ignored("a receipt"),)
    ]  # fmt: skip
    assert [(seen.path, seen.query.get("To"), seen.query.get("DateSent>")) for seen in fake.seen] == [
        (HERE, "+33700000000", "2026-11-24T12:00:00Z"), (HERE, None, None),
        (HERE, "whatsapp:+33700000000", "2026-11-24T12:00:00Z"),
    ]  # fmt: skip
    assert looks[-1].cursor == '{"since":"2026-11-24T11:55:00Z"}'
    assert read("twilio", looks[0].raw) == [told]


async def test_a_look_goes_nowhere_else_and_says_why_it_failed(fake: Fake) -> None:
    fake.answer = says(200, listed("SM1", onward="https://evil.example/"))
    look = await swept(fake, None)
    assert "evil" not in str(look.cursor)
    for answer, reason in (
        (says(401, {}), "not_authorised"),
        (says(200, {"messages": 5}), None),
        (says(200, 5), "unc"),
    ):
        fake.answer = answer
        if reason is None:
            assert (await swept(fake, None)).parsed == ()
            continue
        with pytest.raises(SweepFailed, match=reason):
            await swept(fake, None)
    with pytest.raises(SweepFailed, match="not_configured"):
        await swept(fake, None, number=None)

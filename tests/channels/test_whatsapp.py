"""WhatsApp: messages, edits, withdrawals, statuses and echoes of the Cloud API, and how we answer."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from inbox.events import Attachment, Author
from services.channels.contract import (
    CannotRead,
    Echoed,
    Edited,
    Ignored,
    Outcome,
    Parsed,
    Received,
    Refused,
    Sent,
    Status,
    Uncertain,
    Unreadable,
    Withdrawn,
)
from services.channels.whatsapp import CHANNEL
from tests.channels.answering import replied
from tests.channels.senders import APP_SECRET, channel, hub, inbound
from tests.channels.taken import body, mutants, read, survives
from tests.fakes.graph import error
from tests.fakes.server import Fake, Seen, says

NINE = datetime(2026, 11, 24, 12, tzinfo=UTC)
LEA = Author(id="33600000001", name="Léa")
ZOE = Author(id="33600000002", name="Zoé")


def said(ident: str, text: str | None, author: Author = LEA, seconds: int = 0, **more: Any) -> Received:
    at = NINE + timedelta(seconds=seconds)
    given = {"thread_id": author.id, **more}
    return Received("dm", ident, sent_at=at, text=text, author=author, reply_until=at + timedelta(hours=24), **given)


CASES: dict[str, list[Parsed]] = {
    "text.json": [said("wamid.A", "Mon colis ?", parent_id="wamid.OURS")],
    "without_a_number.json": [
        said("wamid.B", "Sans numéro", Author(id="FR.10000000000000000001", handle="zoe.x", name="Zoé"), 1)
    ],
    "number_and_user_id.json": [said("wamid.C", "Les deux", Author(id="FR.10000000000000000002", name="Léa"))],
    "several.json": [
        said("wamid.D", "Cassé", attachments=(Attachment(content_type="image/jpeg", name="media-1"),)),
        said("wamid.E", "Oui", ZOE),
        said("wamid.F", "Livraison"),
        said("wamid.G", None, attachments=(Attachment(content_type="location", name="Boutique"),)),
        said("wamid.H", None),
    ],
    "group.json": [said("wamid.I", "Au groupe", thread_id="GROUP1")],
    "edit.json": [Edited("wamid.A", NINE + timedelta(seconds=100), "wamid.EDIT", "Mon colis bleu ?", (), LEA.id, LEA)],
    "revoke.json": [Withdrawn("wamid.A", NINE + timedelta(seconds=200), LEA.id, LEA)],
    "reaction.json": [Ignored("a reaction"), Ignored("a notice of the network")],
    "statuses.json": [
        Ignored("a receipt"),
        Status("wamid.O1", "delivered", NINE + timedelta(seconds=1)),
        Status("wamid.O1", "read", NINE + timedelta(seconds=2)),
        Status("wamid.O2", "failed", NINE + timedelta(seconds=3), "window_closed"),
    ],
    "echo.json": [Echoed("wamid.PHONE", NINE + timedelta(seconds=300), "On regarde", None, LEA.id, LEA)],
    "template.json": [Ignored("a change of another field: message_template_status_update")],
}


@pytest.mark.parametrize("name", CASES)
def test_a_change_is_read_as_its_case_says(name: str) -> None:
    assert read("whatsapp", body("whatsapp", name)) == CASES[name]


def test_the_order_of_the_contacts_says_nothing_of_the_senders() -> None:
    told = json.loads(body("whatsapp", "several.json"))
    told["entry"][0]["changes"][0]["value"]["contacts"].reverse()
    assert read("whatsapp", json.dumps(told).encode()) == CASES["several.json"]


def test_each_number_of_a_business_account_is_an_envelope_of_its_own() -> None:
    told = json.loads(body("whatsapp", "text.json"))
    second = json.loads(json.dumps(told["entry"][0]["changes"][0]))
    second["value"]["metadata"]["phone_number_id"] = "300000000000002"
    told["entry"][0]["changes"].append(second)
    envelopes = CHANNEL.split(json.dumps(told).encode())
    assert [envelope.account_id for envelope in envelopes] == ["300000000000001", "300000000000002"]
    assert list(CHANNEL.split(CHANNEL.join(envelopes[1:]))) == list(envelopes[1:])


def test_the_consoles_test_belongs_to_the_hook_it_was_sent_to() -> None:
    told = json.loads(body("whatsapp", "text.json"))
    told["entry"][0]["id"] = "0"
    (envelope,) = CHANNEL.split(json.dumps(told).encode())
    assert envelope.account_id == "0"


def test_one_bad_message_does_not_spoil_its_neighbours() -> None:
    told = json.loads(body("whatsapp", "text.json"))
    value = told["entry"][0]["changes"][0]["value"]
    value["messages"] = [None, {"id": "wamid.Z"}, *value["messages"], {**value["messages"][0], "timestamp": "soon"}]
    kinds = [type(one) for one in read("whatsapp", json.dumps(told).encode())]
    assert kinds == [Unreadable, Unreadable, Received, Unreadable]


def test_no_mutant_of_a_delivery_raises() -> None:
    for raw in mutants("whatsapp"):
        survives("whatsapp", raw)
    for raw in (b"{}", b"[]", b'{"entry": {}}'):
        with pytest.raises(CannotRead):
            CHANNEL.split(raw)


def test_it_is_signed_and_greeted_as_all_of_metas() -> None:
    raw = body("whatsapp", "text.json")
    known = channel("whatsapp", {"secret": "new", "secret_previous": APP_SECRET, "verify_token": "token"})
    assert CHANNEL.verify(inbound(raw, hub(raw)), known) == APP_SECRET
    assert CHANNEL.verify(inbound(raw[:-1], hub(raw)), known) is None
    assert CHANNEL.verify(inbound(raw, hub(raw, "")), channel("whatsapp", {"secret": ""})) is None
    asked = {"hub.mode": "subscribe", "hub.verify_token": "token", "hub.challenge": "1158"}
    answer = CHANNEL.handshake(asked, known)
    assert answer is not None
    assert (answer.status, answer.body) == (200, b"1158")
    refused = CHANNEL.handshake({**asked, "hub.verify_token": "other"}, known)
    assert refused is not None
    assert refused.status == 403


# --- replies --------------------------------------------------------------------------------------------------------


async def cloud_api(seen: Seen) -> web.StreamResponse:
    if seen.headers.get("authorization") != "Bearer token" or seen.path != "/300000000000001/messages":
        return await says(401, error(190))(seen)
    assert json.loads(seen.body)["messaging_product"] == "whatsapp"
    return web.json_response({"messaging_product": "whatsapp", "messages": [{"id": "wamid.NEW"}]})


@pytest.fixture
async def fake() -> AsyncIterator[Fake]:
    async with Fake(cloud_api) as server:
        yield server


async def reply(fake: Fake, token: str = "token", account_id: str | None = "300000000000001", **more: Any) -> Outcome:
    message = {"kind": "dm", "in_reply_to": "wamid.A", "thread_id": LEA.id, "author_id": LEA.id, **more}
    secrets = {"secret": "s", "access_token": token}
    return await replied("whatsapp", fake, secrets, account_id=account_id, **message)


async def test_an_answer_goes_to_a_number_a_hidden_person_or_a_group(fake: Fake) -> None:
    hidden = "FR.10000000000000000001"
    for more in ({}, {"author_id": hidden, "thread_id": hidden}, {"thread_id": "GROUP1"}):
        assert await reply(fake, **more) == Sent("wamid.NEW")
    sent = [json.loads(seen.body) for seen in fake.seen]
    assert sent[0] == {
        "messaging_product": "whatsapp", "recipient_type": "individual", "to": "33600000001", "type": "text",
        "text": {"body": "Bonjour Léa", "preview_url": False}, "context": {"message_id": "wamid.A"},
    }  # fmt: skip
    assert (sent[1]["recipient"], "to" in sent[1]) == (hidden, False)
    assert (sent[2]["recipient_type"], sent[2]["to"]) == ("group", "GROUP1")


@pytest.mark.parametrize(
    ("status", "answer", "expected"),
    [
        (400, error(131047), Refused("window_closed")),
        (400, error(131026), Refused("gone")),
        (400, error(131056), Refused("too_many", again=True, only_here=True)),
        (429, error(130429), Refused("too_many", again=True)),
        (401, error(190), Refused("token_expired")),
        (403, error(368), Refused("blocked_by_network")),
        (400, error(100), Refused("rejected")),
        (400, {"error": []}, Refused("rejected")),
        (500, error(131000), Uncertain("server_error")),
        (200, {"messages": []}, Uncertain("unclear_answer")),
    ],
)
async def test_a_refusal_is_told_in_our_words(fake: Fake, status: int, answer: object, expected: Outcome) -> None:
    fake.answer = says(status, answer)
    assert await reply(fake) == expected


async def test_what_cannot_be_sent_is_not(fake: Fake) -> None:
    assert await reply(fake, text="x" * 4097) == Refused("too_long")
    assert await reply(fake, token="") == Refused("not_configured")
    assert await reply(fake, account_id=None) == Refused("not_configured")
    assert fake.seen == []

"""Telegram: what a bot is told, what proves it, and how it answers."""

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
    Uncertain,
    Unreadable,
    Withdrawn,
)
from services.channels.telegram import CHANNEL
from tests.channels.answering import replied
from tests.channels.senders import NOON, channel, inbound
from tests.channels.taken import body, mutants, read, survives
from tests.fakes.server import CutConnection, Fake, Seen, says

NINE = datetime(2026, 11, 24, 12, tzinfo=UTC)
LEA = Author(id="5001", handle="lea_m", name="Léa Moreau")


def said(ident: str, seconds: int, text: str | None, **more: Any) -> Received:
    given: dict[str, Any] = {"thread_id": "5001", "author": LEA, **more}
    return Received(kind="dm", external_id=ident, sent_at=NINE + timedelta(seconds=seconds), text=text, **given)


CASES: dict[str, list[Parsed]] = {
    "text.json": [said("5001:7", 0, "Mon vélo n’est pas arrivé 😢")],
    "edited.json": [
        Edited(
            "5001:7", NINE + timedelta(seconds=60), "2026-11-24T12:01:00+00:00", "Mon vélo n’est toujours pas arrivé",
            (), "5001", LEA, NINE,
        )
    ],
    "topic_answer.json": [
        said(
            "-1001234567890:44", 100, "Et les freins ?", thread_id="-1001234567890:12", parent_id="-1001234567890:40",
            permalink="https://t.me/clients_velo/44",
        )
    ],
    "photo.json": [
        said("5001:8", 200, "Voilà", attachments=(Attachment(content_type="image/jpeg", bytes=90000, name="large-1"),))
    ],
    "document.json": [
        said(
            "5001:9", 300, None,
            attachments=(Attachment(content_type="application/pdf", bytes=52000, name="facture.pdf"),),
        )
    ],
    "anonymous_admin.json": [
        said(
            "-1009999:50", 400, "Bonjour", thread_id="-1009999",
            author=Author(id="-100777", handle="collectif", name="Le Collectif"), permalink="https://t.me/c/9999/50",
        )
    ],
    "channel_post.json": [Ignored("own")],
    "joined.json": [Ignored("a notice of the chat")],
    "reaction.json": [Ignored("an update that is no message")],
    "business_ours.json": [
        Echoed("5001:70", NINE + timedelta(seconds=800), "On regarde.", None, "5001", Author(id="5001"))
    ],
    "business_theirs.json": [said("5001:71", 900, "Merci")],
    "business_deleted.json": [Withdrawn("5001:71", NOON, "5001"), Withdrawn("5001:72", NOON, "5001")],
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_an_update_is_read_as_its_case_says(name: str) -> None:
    assert read("telegram", body("telegram", name)) == CASES[name]


def test_a_message_of_the_bot_itself_is_no_message_for_us() -> None:
    own = {"secrets": {"secret": "x", "bot_token": "5001:abc"}}
    assert read("telegram", body("telegram", "text.json"), **own) == [Ignored("own")]


@pytest.mark.parametrize("raw", [b"[]", b"{}", b'"x"', b'{"update_id": []}', b'{"update_id": 1, "message": []}'])
def test_what_is_no_update_is_unreadable(raw: bytes) -> None:
    (found,) = read("telegram", raw)
    assert isinstance(found, Unreadable)


def test_no_mutant_of_an_update_raises() -> None:
    for raw in mutants("telegram"):
        survives("telegram", raw)
    with pytest.raises(CannotRead):
        CHANNEL.split(b"{")


def test_the_secret_that_telegram_was_given_proves_a_delivery() -> None:
    known = channel("telegram", {"secret": "new-secret", "secret_previous": "old-secret"})
    for secret in ("new-secret", "old-secret"):
        assert CHANNEL.verify(inbound(b"{}", {"x-telegram-bot-api-secret-token": secret}), known) == secret
    wrong: list[str | list[str]] = ["", "new-secreT", "new-secret ", "new-secré", "\udce9", ["new-secret"] * 2, []]
    for header in wrong:
        assert CHANNEL.verify(inbound(b"{}", {"x-telegram-bot-api-secret-token": header}), known) is None
    empty = channel("telegram", {"secret": ""})
    assert CHANNEL.verify(inbound(b"{}", {"x-telegram-bot-api-secret-token": ""}), empty) is None


# --- replies --------------------------------------------------------------------------------------------------------


async def bot_api(seen: Seen) -> web.StreamResponse:
    """As the real one: the token stands in the path, and what was posted comes back."""
    if seen.path != "/bot42:token/sendMessage":
        return await says(404, {"ok": False, "error_code": 404, "description": "Not Found"})(seen)
    asked = json.loads(seen.body)
    return web.json_response({"ok": True, "result": {"message_id": 99, "chat": {"id": int(asked["chat_id"])}}})


@pytest.fixture
async def fake() -> AsyncIterator[Fake]:
    async with Fake(bot_api) as server:
        yield server


async def reply(fake: Fake, token: str = "42:token", **more: Any) -> Outcome:
    message = {"kind": "dm", "in_reply_to": "5001:7", "thread_id": "5001", "author_id": "5001", **more}
    return await replied("telegram", fake, {"secret": "s", "bot_token": token}, **message)


async def test_an_answer_is_sent_to_the_message(fake: Fake) -> None:
    assert await reply(fake) == Sent("5001:99")
    assert json.loads(fake.seen[0].body) == {
        "chat_id": "5001",
        "text": "Bonjour Léa",
        "reply_parameters": {"message_id": 7, "allow_sending_without_reply": True},
    }


async def test_an_answer_in_a_group_goes_with_its_message_or_not_at_all(fake: Fake) -> None:
    assert await reply(fake, in_reply_to="-100123:44", thread_id="-100123:12") == Sent("-100123:99")
    parameters = json.loads(fake.seen[0].body)["reply_parameters"]
    assert parameters == {"message_id": 44, "allow_sending_without_reply": False}


async def test_a_business_chat_is_answered_through_its_connection(fake: Fake) -> None:
    await reply(fake, settings={"business_connection_id": "bc-1"})
    assert json.loads(fake.seen[0].body)["business_connection_id"] == "bc-1"


@pytest.mark.parametrize(
    ("status", "answer", "expected"),
    [
        (429, {"ok": False, "error_code": 429, "parameters": {"retry_after": 35}},
         Refused("too_many", again=True, retry_after_s=35.0)),
        (403, {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"},
         Refused("author_blocked_us")),
        (403, {"ok": False, "error_code": 403, "description": "Forbidden: bot was kicked from the group chat"},
         Refused("not_authorised")),
        (400, {"ok": False, "error_code": 400, "description": "Bad Request: message to be replied not found"},
         Refused("gone")),
        (400, {"ok": False, "error_code": 400, "description": "Bad Request: message text is empty"},
         Refused("rejected")),
        (401, {"ok": False, "error_code": 401, "description": "Unauthorized"}, Refused("token_expired")),
        (502, {"ok": False, "error_code": 502, "description": "Bad Gateway"}, Uncertain("server_error")),
        (302, {}, Refused("redirected")),
        (200, {"ok": True, "result": {}}, Uncertain("unclear_answer")),
        (200, [], Uncertain("unclear_answer")),
    ],
)  # fmt: skip
async def test_a_refusal_is_told_in_our_words(fake: Fake, status: int, answer: object, expected: Outcome) -> None:
    fake.answer = says(status, answer)
    assert await reply(fake) == expected


async def test_a_token_that_holds_no_more_is_told(fake: Fake) -> None:
    assert await reply(fake, token="42:other") == Refused("token_expired")


async def test_a_lost_connection_leaves_a_doubt(fake: Fake) -> None:
    async def cut(_: Seen) -> web.StreamResponse:
        return CutConnection()

    fake.answer = cut
    assert await reply(fake) == Uncertain("connection_lost")


async def test_what_is_too_long_or_without_a_token_is_not_sent(fake: Fake) -> None:
    assert await reply(fake, text="😢" * 2049) == Refused("too_long")
    assert await reply(fake, token="") == Refused("not_configured")
    assert fake.seen == []

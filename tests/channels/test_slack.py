"""Slack: what the Events API tells, what proves it, and how we answer."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from inbox.events import Attachment, Author
from services.channels.contract import (
    Answer,
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
from services.channels.slack import CHANNEL
from services.channels.slack_text import escaped, plain
from tests.channels.answering import replied
from tests.channels.senders import APP_SECRET, channel, inbound
from tests.channels.taken import body, mutants, read, survives
from tests.fakes.server import Fake, Seen, says

NINE = datetime(2026, 11, 24, 12, tzinfo=UTC)
LEA = Author(id="U0LEA")
FIRST = "C0AIDE:1795521600.000100"
LINK = "https://slack.com/app_redirect?team=T0VELO&channel="
STAFF = {"settings": {"staff_ids": "U0OTHER, U0AGENT"}}


def at(seconds: int, microseconds: int) -> datetime:
    return NINE + timedelta(seconds=seconds, microseconds=microseconds)


CASES: dict[str, list[Parsed]] = {
    "message.json": [
        Received(
            "comment", FIRST, "C0AIDE", at(0, 100), "Freins & selle : voir notre page (https://example.org/a) <merci>",
            Author(id="U0LEA", handle="lea", name="Léa", avatar_url="https://example.org/lea.png"),
            permalink=LINK + "C0AIDE",
        )
    ],
    "mention.json": [
        Received(
            "mention", "C0AIDE:1795521601.000200", "C0AIDE", at(1, 200), "<@U0BOT> à l’aide", LEA,
            permalink=LINK + "C0AIDE",
        )
    ],
    "thread_answer.json": [
        Received(
            "comment", "C0AIDE:1795521660.000300", "C0AIDE", at(60, 300), "Toujours rien", LEA, FIRST, LINK + "C0AIDE"
        )
    ],
    "direct_file.json": [
        Received(
            "dm", "D0LEA:1795521700.000400", "D0LEA", at(100, 400), "", LEA, permalink=LINK + "D0LEA",
            attachments=(
                Attachment(
                    url="https://velo.example.org/files/F1", content_type="image/jpeg", bytes=4096, name="frein.jpg"
                ),
            ),
        )
    ],
    "edited.json": [
        Edited(FIRST, at(199, 0), "1795521799.000000", "Les freins grincent", (), "C0AIDE", LEA)
    ],
    "unfolded_link.json": [Ignored("a change of other things than words")],
    "deleted.json": [Withdrawn(FIRST, at(300, 600), "C0AIDE", LEA)],
    "tombstone.json": [Withdrawn(FIRST, at(301, 600), "C0AIDE", LEA)],
    "our_answer.json": [Echoed("C0AIDE:1795522000.000700", at(400, 700), "On s’en occupe", FIRST)],
    "staff_answer.json": [Echoed("C0AIDE:1795522001.000700", at(401, 700), "Je regarde", FIRST)],
    "joined.json": [Ignored("a notice of the channel: channel_join")],
    "reaction.json": [Ignored("an event of another type: reaction_added")],
    "challenge.json": [Ignored("it is no event of a message")],
    "outgoing.form": [
        Received("comment", FIRST, "C0AIDE", at(0, 100), "Bonjour à tous", Author(id="U0LEA", name="lea"))
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_an_event_is_read_as_its_case_says(name: str) -> None:
    assert read("slack", body("slack", name), **STAFF) == CASES[name]


def test_without_being_named_as_ours_an_agent_is_a_person() -> None:
    (found,) = read("slack", body("slack", "staff_answer.json"))
    assert isinstance(found, Received)


def test_a_mention_is_the_same_message_however_it_is_told() -> None:
    """`app_mention` and `message` come in any order: whichever is first is kept, so they must agree."""
    told = json.loads(body("slack", "mention.json"))
    told["event"] |= {"type": "message", "channel_type": "channel"}
    assert read("slack", json.dumps(told).encode()) == CASES["mention.json"]


def test_only_what_names_the_time_of_an_edit_is_one() -> None:
    told = json.loads(body("slack", "unfolded_link.json"))
    told["event"]["message"]["text"] = "other words"
    assert read("slack", json.dumps(told).encode()) == CASES["unfolded_link.json"]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("<!here> <!subteam^S1|@velo> <#C1|aide> <#C2>", "@here @velo #aide #C2"),
        ("<@U1|lea> <@U2|@tom>", "@lea @tom"),
        ("<mailto:a@b.c|a@b.c> <https://a.b>", "a@b.c https://a.b"),
        ("<https://a.b/c|a.b/c> <https://evil.example|a.b>", "https://a.b/c a.b (https://evil.example)"),
        ("&amp;lt; &lt;@U1&gt; <@U1>", "&lt; <@U1> <@U1>"),
    ],
)
def test_slacks_notation_is_read_as_a_person_reads_it(written: str, shown: str) -> None:
    assert plain(written) == shown


@pytest.mark.parametrize("raw", [b"{}", b'{"event": []}', b'{"event": {"type": "message", "ts": "1.2"}}'])
def test_an_event_of_unexpected_shape_is_unreadable(raw: bytes) -> None:
    (found,) = read("slack", raw)
    assert isinstance(found, Unreadable)


def test_no_mutant_of_an_event_raises() -> None:
    for raw in mutants("slack"):
        survives("slack", raw)
    for raw in (b"[]", b"5", b"", b"\xff=1"):
        with pytest.raises(CannotRead):
            CHANNEL.split(raw)


# --- proof ----------------------------------------------------------------------------------------------------------


def signed(raw: bytes, secret: str = APP_SECRET, age_s: int = 0) -> dict[str, str]:
    stamp = str(int(time.time()) - age_s)
    digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + raw, hashlib.sha256).hexdigest()
    return {"x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={digest}"}


def proves(raw: bytes, headers: dict[str, str], **secrets: str) -> str | None:
    return CHANNEL.verify(inbound(raw, headers), channel("slack", secrets or {"secret": APP_SECRET}))


def test_what_is_signed_lately_is_proven() -> None:
    raw = body("slack", "message.json")
    assert proves(raw, signed(raw)) == APP_SECRET
    assert proves(raw, signed(raw, age_s=290), secret="new", secret_previous=APP_SECRET) == APP_SECRET
    assert proves(raw, signed(raw, age_s=310)) is None
    assert proves(raw, signed(raw, age_s=-310)) is None


def test_nothing_near_a_good_signature_is_proven() -> None:
    raw = body("slack", "message.json")
    good = signed(raw)
    flipped = raw[:-2] + bytes([raw[-2] ^ 1]) + raw[-1:]
    assert proves(flipped, good) is None
    assert proves(raw, signed(raw, "another")) is None
    assert proves(raw, signed(raw, ""), secret="") is None
    for stamp in ("", "soon", "-1", "٣", "9" * 30):
        assert proves(raw, {**good, "x-slack-request-timestamp": stamp}) is None
    for signature in ("", good["x-slack-signature"][3:], "v1" + good["x-slack-signature"][2:], "v0=é\udce9"):
        assert proves(raw, {**good, "x-slack-signature": signature}) is None


def test_an_old_outgoing_webhook_is_taken_only_where_its_token_is_set() -> None:
    raw = body("slack", "outgoing.form")
    assert proves(raw, {}) is None
    assert proves(raw, {}, secret=APP_SECRET, outgoing_token="old-token") == "old-token"
    assert proves(raw, {}, secret=APP_SECRET, outgoing_token="other") is None
    assert proves(raw.replace(b"old-token", b""), {}, secret=APP_SECRET, outgoing_token="") is None


def test_the_challenge_is_said_back_and_nothing_else_is_greeted() -> None:
    greeted = CHANNEL.greet(inbound(body("slack", "challenge.json"), {}), channel("slack"))
    assert greeted == Answer(200, b"3eZbrw1aB10W")
    for raw in (body("slack", "message.json"), b'{"type": "url_verification"}', b"{", b"[]"):
        assert CHANNEL.greet(inbound(raw, {}), channel("slack")) is None


# --- replies --------------------------------------------------------------------------------------------------------


async def web_api(seen: Seen) -> web.StreamResponse:
    """As the real one: the root of a thread is told, and what was posted comes back with its ts."""
    if seen.headers.get("authorization") != "Bearer xoxb-1":
        return await says(200, {"ok": False, "error": "invalid_auth"})(seen)
    if seen.path == "/conversations.replies":
        message = {"ts": "1795521600.000100", "thread_ts": "1795521600.000100"}
        return web.json_response({"ok": True, "messages": [message]})
    assert seen.path == "/chat.postMessage"
    return web.json_response({"ok": True, "channel": json.loads(seen.body)["channel"], "ts": "1795530000.000100"})


@pytest.fixture
async def fake() -> AsyncIterator[Fake]:
    async with Fake(web_api) as server:
        yield server


async def reply(fake: Fake, token: str = "xoxb-1", **more: Any) -> Outcome:
    message = {"in_reply_to": "C0AIDE:1795521660.000300", "thread_id": "C0AIDE", "author_id": "U0LEA", **more}
    return await replied("slack", fake, {"secret": "s", "bot_token": token}, **message)


async def test_an_answer_goes_to_the_root_of_the_thread(fake: Fake) -> None:
    assert await reply(fake, text="Voilà <!channel> & co") == Sent("C0AIDE:1795530000.000100")
    assert fake.seen[0].query == {"channel": "C0AIDE", "ts": "1795521660.000300", "limit": "1"}
    assert json.loads(fake.seen[1].body) == {
        "channel": "C0AIDE", "text": "Voilà &lt;!channel&gt; &amp; co", "unfurl_links": False,
        "thread_ts": "1795521600.000100",
    }  # fmt: skip


async def test_a_direct_message_is_answered_below_it(fake: Fake) -> None:
    assert await reply(fake, kind="dm", in_reply_to="D0LEA:1.1") == Sent("D0LEA:1795530000.000100")
    assert "thread_ts" not in json.loads(fake.seen[0].body)


@pytest.mark.parametrize(
    ("status", "answer", "expected"),
    [
        (200, {"ok": False, "error": "is_archived"}, Refused("gone")),
        (200, {"ok": False, "error": "not_in_channel"}, Refused("not_authorised")),
        (200, {"ok": False, "error": "something_new"}, Refused("rejected")),
        (200, {"ok": False, "error": "internal_error"}, Uncertain("server_error")),
        (200, {"ok": False, "error": "ratelimited"}, Refused("too_many", again=True)),
        (429, {"ok": False, "error": "ratelimited"}, Refused("too_many", again=True, retry_after_s=30.0)),
        (503, {}, Uncertain("server_error")),
        (200, {"ok": True}, Uncertain("unclear_answer")),
    ],
)
async def test_a_refusal_is_told_in_our_words(fake: Fake, status: int, answer: object, expected: Outcome) -> None:
    fake.answer = says(status, answer, **({"Retry_After": "30"} if status == 429 else {}))
    assert await reply(fake, kind="dm", in_reply_to="D0LEA:1.1") == expected


async def test_what_is_too_long_or_without_a_token_is_not_sent(fake: Fake) -> None:
    assert await reply(fake, text="<" * 10_001) == Refused("too_long")
    assert await reply(fake, token="") == Refused("not_configured")
    assert fake.seen == []
    assert escaped("<@U1>") == "&lt;@U1&gt;"

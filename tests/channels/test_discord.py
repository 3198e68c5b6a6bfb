"""Discord: webhook events, messages in the gateway's form, Ed25519, and how we answer."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from inbox.events import Attachment, Author
from services.channels.contract import (
    Answer,
    Echoed,
    Edited,
    Ignored,
    Outcome,
    Parsed,
    Received,
    Refused,
    Sent,
    SweepFailed,
    Swept,
    Taken,
    Uncertain,
    Unreadable,
    Way,
    Withdrawn,
)
from services.channels.discord import CHANNEL
from services.channels.discord_sweep import snowflake
from services.outbound import Outbound
from tests.channels.answering import ASKED, replied
from tests.channels.senders import NOON, channel, inbound
from tests.channels.taken import body, mutants, read, survives
from tests.fakes.server import Fake, Seen, says

NINE = datetime(2026, 11, 24, 12, tzinfo=UTC)
APP = "900000000000000001"
FACE = "https://cdn.discordapp.com/avatars/700000000000000001/0123abcd.png"
ZOE = Author(id="700000000000000001", handle="zoe", name="Zoé", avatar_url=FACE)
IN_THE_SERVER = ZOE.model_copy(update={"name": "Zoé du 13"})
PLACE, LOBBY, GAME = "600000000000000001", "610000000000000001", "620000000000000001"
FIRST = "800000000000000001"
LINK = f"https://discord.com/channels/500000000000000001/{PLACE}/"
HALF = timedelta(milliseconds=500)

CASES: dict[str, list[Parsed]] = {
    "gateway_create.json": [
        Received(
            "comment", FIRST, PLACE, NINE + HALF, "Le jeu plante :cry:", IN_THE_SERVER, None, LINK + FIRST,
            (
                Attachment(
                    url="https://cdn.example.org/p.png", content_type="image/png", bytes=1234, name="plantage.png"
                ),
            ),
        )
    ],
    "message.json": [
        Received(
            "mention", "800000000000000002", PLACE, NINE + HALF, "@vigie à l’aide", IN_THE_SERVER, FIRST,
            LINK + "800000000000000002",
        )
    ],
    "gateway_update.json": [
        Edited(
            FIRST, NINE + timedelta(minutes=5), "2026-11-24T12:05:00+00:00", "Le jeu plante encore", (), PLACE,
            IN_THE_SERVER, NINE + HALF,
        )
    ],
    "unfolded_link.json": [Ignored("a change of other things than words")],
    "gateway_delete.json": [Withdrawn(FIRST, NOON, PLACE)],
    "our_answer.json": [Echoed("800000000000000003", NINE + HALF, "On regarde", FIRST)],
    "lobby_create.json": [
        Received("dm", "800000000000000010", LOBBY, NINE + HALF / 2, "Qui a gagné ?", ZOE)
    ],
    "game_direct.json": [Received("dm", "800000000000000011", GAME, NINE + HALF / 2, "Remboursez-moi", ZOE)],
    "lobby_update.json": [
        Edited(
            "800000000000000010", NINE + timedelta(minutes=1), "2026-11-24T12:01:00+00:00", "Qui a gagné hier ?", (),
            LOBBY, ZOE, NINE,
        )
    ],
    "lobby_delete.json": [Withdrawn("800000000000000010", NINE + HALF / 2, LOBBY)],
    "authorized.json": [Ignored("an event of another type: APPLICATION_AUTHORIZED")],
    "ping.json": [Unreadable("it is no event of Discord")],  # answered before it is read
    "interaction_ping.json": [Ignored("an interaction")],
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_delivery_is_read_as_its_case_says(name: str) -> None:
    assert read("discord", body("discord", name), account_id=APP) == CASES[name]


def test_a_hidden_author_is_nobody_and_still_a_message() -> None:
    told = json.loads(body("discord", "lobby_create.json"))
    told["event"]["data"]["author"] = {}
    (found,) = read("discord", json.dumps(told).encode())
    assert isinstance(found, Received)
    assert found.author is None


def test_several_gateway_messages_may_come_in_one_request() -> None:
    first, second = body("discord", "gateway_create.json"), body("discord", "gateway_delete.json")
    raw = b"[" + first + b", 5, " + second + b"]"
    kinds = [type(one) for one in read("discord", raw, account_id=APP)]
    assert kinds == [Received, Unreadable, Withdrawn]


def test_no_mutant_of_a_delivery_raises() -> None:
    for raw in mutants("discord"):
        survives("discord", raw)


# --- proof ----------------------------------------------------------------------------------------------------------

KEY, OLD = Ed25519PrivateKey.from_private_bytes(b"k" * 32), Ed25519PrivateKey.from_private_bytes(b"o" * 32)


def public(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()


def signed(raw: bytes, key: Ed25519PrivateKey = KEY, at: str = "1795521600") -> dict[str, str]:
    return {"x-signature-timestamp": at, "x-signature-ed25519": key.sign(at.encode() + raw).hex()}


def proves(raw: bytes, headers: dict[str, str], **secrets: str) -> str | None:
    return CHANNEL.verify(inbound(raw, headers), channel("discord", secrets or {"secret": public(KEY)}))


def test_what_the_applications_key_signed_is_proven() -> None:
    raw = body("discord", "lobby_create.json")
    assert proves(raw, signed(raw)) == public(KEY)
    assert proves(raw, signed(raw, OLD), secret=public(KEY), secret_previous=public(OLD)) == public(OLD)


def test_a_deliberately_wrong_signature_is_refused() -> None:
    """Discord sends such ones, and removes the address of who accepts one."""
    raw = body("discord", "lobby_create.json")
    good = signed(raw)
    signature = good["x-signature-ed25519"]
    assert proves(raw[:-1] + bytes([raw[-1] ^ 1]), good) is None
    assert proves(raw, {**good, "x-signature-timestamp": "1795521601"}) is None
    assert proves(raw, signed(raw, OLD)) is None
    for wrong in ("", "00" * 64, signature[:-1], signature[:-2] + "zz", signature + "00", "é" * 128):
        assert proves(raw, {**good, "x-signature-ed25519": wrong}) is None
    for key in ("", "00", "zz" * 32, "00" * 32):
        assert proves(raw, good, secret=key) is None


def test_pings_are_answered_as_each_kind_wants() -> None:
    known = channel("discord")
    assert CHANNEL.greet(inbound(body("discord", "ping.json"), {}), known) == Answer(204)
    interaction = CHANNEL.greet(inbound(body("discord", "interaction_ping.json"), {}), known)
    assert interaction == Answer(200, b'{"type":1}', "application/json")
    for raw in (body("discord", "message.json"), body("discord", "lobby_create.json"), b"{", b"[]", b'{"type": false}'):
        assert CHANNEL.greet(inbound(raw, {}), known) is None
    assert CHANNEL.answer(Taken()) == Answer(204)


# --- replies --------------------------------------------------------------------------------------------------------


async def rest_api(seen: Seen) -> web.StreamResponse:
    if seen.headers.get("authorization") != "Bot token":
        return await says(401, {"message": "401: Unauthorized", "code": 0})(seen)
    if seen.path != f"/channels/{PLACE}/messages":
        return await says(404, {"message": "Unknown Channel", "code": 10003})(seen)
    return web.json_response({"id": "800000000000000099", "content": json.loads(seen.body)["content"]})


@pytest.fixture
async def fake() -> AsyncIterator[Fake]:
    async with Fake(rest_api) as server:
        yield server


async def reply(fake: Fake, token: str = "token", **more: Any) -> Outcome:
    message = {"in_reply_to": FIRST, "thread_id": PLACE, **more}
    return await replied("discord", fake, {"secret": "s", "bot_token": token}, **message)


async def test_an_answer_calls_nobody_but_who_is_answered(fake: Fake) -> None:
    assert await reply(fake, text="Voilà @everyone") == Sent("800000000000000099")
    assert json.loads(fake.seen[0].body) == {
        "content": "Voilà @everyone",
        "message_reference": {"message_id": FIRST, "fail_if_not_exists": True},
        "allowed_mentions": {"parse": [], "replied_user": True},
        "nonce": ASKED.reply_id.hex[:25],
        "enforce_nonce": True,
    }


@pytest.mark.parametrize(
    ("status", "answer", "expected"),
    [
        (403, {"code": 50007, "message": "Cannot send messages to this user"}, Refused("author_blocked_us")),
        (403, {"code": 50013, "message": "Missing Permissions"}, Refused("not_authorised")),
        (400, {"code": 50035, "errors": {"message_reference": {"_errors": []}}}, Refused("gone")),
        (400, {"code": 50035, "errors": {"content": {"_errors": []}}}, Refused("too_long")),
        (429, {"retry_after": 1.5, "global": False}, Refused("too_many", again=True, retry_after_s=2.0)),
        (404, {"code": [], "message": "?"}, Refused("gone")),
        (500, {}, Uncertain("server_error")),
        (200, {}, Uncertain("unclear_answer")),
    ],
)
async def test_a_refusal_is_told_in_our_words(fake: Fake, status: int, answer: object, expected: Outcome) -> None:
    fake.answer = says(status, answer, **({"Retry_After": "2"} if status == 429 else {}))
    assert await reply(fake) == expected


async def test_what_cannot_be_sent_is_not(fake: Fake) -> None:
    assert await reply(fake, token="other") == Refused("token_expired")
    fake.seen.clear()
    assert await reply(fake, text="x" * 2001) == Refused("too_long")
    assert await reply(fake, token="") == Refused("not_configured")
    assert fake.seen == []


# --- asking for a server's channels -----------------------------------------------------------------------------------


def written(*idents: int) -> list[dict[str, Any]]:
    """The newest first, as Discord lists them; without the server's id."""
    told = json.loads(body("discord", "gateway_create.json"))["d"]
    del told["guild_id"]
    return [{**told, "id": str(ident), "attachments": []} for ident in sorted(idents, reverse=True)]


async def swept(fake: Fake, cursor: str | None, channels: str = "61, 62", token: str = "token") -> Swept:
    settings = {"api_url": fake.url, "channel_ids": channels}
    known = channel("discord", {"secret": "s", "bot_token": token}, APP, settings)
    async with Outbound(["127.0.0.0/8"]) as http:
        return await CHANNEL.sweep(Way(http, ""), known, cursor, NOON)


async def test_each_channel_is_asked_in_turn_from_where_it_was_read(fake: Fake) -> None:
    lists = iter([written(*range(101, 201)), written(201, 202), [], written(203)])

    async def answer(_: Seen) -> web.StreamResponse:
        return web.json_response(next(lists))

    fake.answer = answer
    looks: list[Swept] = []
    for _ in range(4):
        looks.append(await swept(fake, looks[-1].cursor if looks else None))
    assert [look.more for look in looks] == [True, True, False, True]
    found = [one.external_id for look in looks for one in look.parsed if isinstance(one, Received)]
    assert found == [str(ident) for ident in range(101, 204)]
    begun = snowflake(NOON)
    assert [(seen.path, seen.query["after"]) for seen in fake.seen] == [
        ("/channels/61/messages", begun), ("/channels/61/messages", "200"), ("/channels/62/messages", begun),
        ("/channels/61/messages", "202"),
    ]  # fmt: skip


async def test_what_a_look_brought_reads_the_same_from_its_raw_body(fake: Fake) -> None:
    fake.answer = says(200, written(5, 6))
    look = await swept(fake, None)
    assert tuple(read("discord", look.raw, account_id=APP)) == look.parsed


async def test_a_look_that_cannot_be_made_fails(fake: Fake) -> None:
    for answer, reason in ((says(403, {}), "not_authorised"), (says(429, {}), "too_many"), (says(200, {}), "unclear")):
        fake.answer = answer
        with pytest.raises(SweepFailed, match=reason):
            await swept(fake, None)
    for channels, token in (("", "token"), (" , ", "token"), ("61", "")):
        with pytest.raises(SweepFailed, match="not_configured"):
            await swept(fake, None, channels, token)


def test_an_id_holds_its_time() -> None:
    """The example of Discord's own reference: 175928847299117063 is of 2016-04-30 11:18:25.796 UTC."""
    made = snowflake(datetime(2016, 4, 30, 11, 18, 25, 796000, tzinfo=UTC))
    assert int(made) == 175928847299117063 >> 22 << 22

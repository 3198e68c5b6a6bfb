"""X: both of its APIs, CRC and signature, and how we answer."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from inbox.events import Attachment, Author
from services.channels import oauth1
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
    SweepFailed,
    Swept,
    Uncertain,
    Unreadable,
    Way,
    Withdrawn,
)
from services.channels.lengths import weighted
from services.channels.x import CHANNEL
from services.outbound import Outbound
from tests.channels.answering import replied
from tests.channels.senders import APP_SECRET, NOON, channel, inbound
from tests.channels.taken import body, mutants, read, survives
from tests.fakes.server import Fake, Seen, says

NINE = datetime(2026, 11, 24, 12, tzinfo=UTC)
FACE = "https://pbs.example.org/lea.png"
LEA = Author(id="2002", handle="lea_m", name="Léa", followers=321, avatar_url=FACE)
VERIFIED = LEA.model_copy(update={"verified": True})
NOBODY = Author(id="2002")


def at(milliseconds: int) -> datetime:
    return NINE + timedelta(milliseconds=milliseconds)


CASES: dict[str, list[Parsed]] = {
    "account_mention.json": [
        Received(
            "mention", "9007199254740993", "9007199254740993", at(123), "@velo vous vendez <quoi> & comment ?", LEA,
            permalink="https://x.com/lea_m/status/9007199254740993",
        )
    ],
    "account_long_answer.json": [
        Received(
            "comment", "9007199254740995", "9007199254740990", at(123),
            "Un texte entier, bien plus long que ce que la première forme en donne.", LEA, "9007199254740990",
            "https://x.com/lea_m/status/9007199254740995",
            (Attachment(url="https://pbs.example.org/p.jpg", content_type="photo"),),
        )
    ],
    "account_ours.json": [
        Echoed("9007199254740997", at(123), "On regarde", "9007199254740993"), Ignored("own"), Ignored("a repost")
    ],
    "account_deleted.json": [
        Withdrawn("9007199254740993", NINE + timedelta(hours=1), author=Author(id="2002")),
        Withdrawn("9007199254740998", NINE + timedelta(hours=1), author=Author(id="1001")),
    ],
    "account_direct.json": [
        Received(
            "dm", "3003", "2002", at(456), "Bonjour", LEA,
            attachments=(Attachment(url="https://ton.example.org/p.jpg", content_type="photo"),),
        ),
        Echoed("3004", at(100_456), "Bonjour Léa", None, "2002", LEA),
    ],
    "account_favorite.json": [Ignored("events of another type: favorite_events")],
    "activity_mention.json": [
        Received(
            "mention", "8001", "8001", NINE, "Un début, puis tout le reste & la fin.", VERIFIED,
            permalink="https://x.com/lea_m/status/8001",
        )
    ],
    "activity_edited.json": [
        Received(
            "mention", "8001", "8001", NINE + timedelta(minutes=10), "Corrigé", NOBODY,
            permalink="https://x.com/i/status/8009",
        ),
        Edited("8001", NINE + timedelta(minutes=10), "8009", "Corrigé", (), "8001", NOBODY),
    ],
    "activity_answer.json": [
        Received("comment", "8002", "7000", NINE, "Non", VERIFIED, "7000", "https://x.com/lea_m/status/8002")
    ],
    "activity_ours.json": [Echoed("8003", NINE, "On regarde", "8001")],
    "activity_deleted.json": [Withdrawn("8001", NOON, author=Author(id="2002"))],
    "activity_direct.json": [Received("dm", "3005", "2002", at(456), "Bonjour", VERIFIED)],
    "activity_encrypted.json": [Received("dm", "e4f4-1", "2002", at(789), None, NOBODY)],
    "activity_follow.json": [Ignored("an event of another type: follow.follow")],
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_an_event_is_read_as_its_case_says(name: str) -> None:
    assert read("x", body("x", name)) == CASES[name]


def test_one_post_for_two_subscribed_users_is_for_each_its_own() -> None:
    """It comes twice; the other one's hook must not take it, and neither takes their own words for a person's."""
    told = json.loads(body("x", "account_mention.json"))
    for user in ("1001", "1002"):
        (envelope,) = CHANNEL.split(json.dumps({**told, "for_user_id": user}).encode())
        assert (envelope.account_id, envelope.takers) == (user, frozenset({"x"}))
    ours = json.dumps({**told, "for_user_id": "2002"}).encode()
    assert read("x", ours) == [Ignored("own")]
    assert isinstance(read("x", ours, account_id="1001")[0], Ignored)


def test_both_shapes_may_share_a_hook_and_a_request() -> None:
    raw = b"[" + body("x", "account_mention.json") + b"," + body("x", "activity_answer.json") + b"]"
    assert [type(one) for one in read("x", raw)] == [Received, Received]


@pytest.mark.parametrize("raw", [b"{}", b'{"data": {}}', b'{"data": {"event_type": "post.create"}}', b'{"data": 5}'])
def test_an_event_of_unexpected_shape_is_unreadable(raw: bytes) -> None:
    (found,) = read("x", raw)
    assert isinstance(found, Unreadable)


def test_one_bad_post_does_not_spoil_its_neighbours() -> None:
    told = json.loads(body("x", "account_mention.json"))
    told["tweet_create_events"][:0] = [None, {"id_str": "1"}]
    assert [type(one) for one in read("x", json.dumps(told).encode())] == [Unreadable, Unreadable, Received]


def test_no_mutant_of_an_event_raises() -> None:
    for raw in mutants("x"):
        survives("x", raw)
    for raw in (b"[]", b"5", b"[5]", b""):
        with pytest.raises(CannotRead):
            CHANNEL.split(raw)


# --- proof ----------------------------------------------------------------------------------------------------------


def digest(signed: bytes, secret: str = APP_SECRET) -> str:
    return "sha256=" + base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()


def proves(raw: bytes, given: str, **secrets: str) -> str | None:
    headers = {"x-twitter-webhooks-signature": given}
    return CHANNEL.verify(inbound(raw, headers), channel("x", secrets or {"secret": APP_SECRET}))


def test_what_the_consumer_secret_signed_is_proven() -> None:
    raw = body("x", "account_mention.json")
    good = digest(raw)
    assert proves(raw, good) == APP_SECRET
    assert proves(raw, good, secret="new", secret_previous=APP_SECRET) == APP_SECRET
    assert proves(raw[:-2] + bytes([raw[-2] ^ 1]) + raw[-1:], good) is None
    assert proves(raw, digest(raw, "other")) is None
    assert proves(raw, digest(raw, ""), secret="") is None
    for wrong in ("", "sha256=", good[7:], good[:-3], good.replace("sha256", "sha1"), "sha256=é\udce9"):
        assert proves(raw, wrong) is None


@pytest.mark.parametrize("token", ['{"for_user_id":"1"}', "[]", "a b", 'a"b', "é", "a\n"])
def test_a_challenge_that_could_be_the_body_of_an_event_is_not_signed(token: str) -> None:
    answer = CHANNEL.handshake({"crc_token": token}, channel("x", {"secret": "s"}))
    assert answer is not None
    assert answer.status == 403


def test_the_challenge_is_answered_with_the_newest_secret() -> None:
    known = channel("x", {"secret": "consumer-secret", "secret_previous": "old"})
    answer = CHANNEL.handshake({"crc_token": "challenge_string"}, known)
    assert answer is not None
    assert (answer.status, answer.content_type) == (200, "application/json")
    assert json.loads(answer.body) == {"response_token": "sha256=S/mG8E9n5SjoGuCqHguvP8K8uuu5ogCPF0dOpIdyZlk="}
    for query, secrets in (
        ({}, {"secret": "s"}),
        ({"crc_token": ""}, {"secret": "s"}),
        ({"crc_token": "x"}, {"o": "x"}),
    ):
        refused = CHANNEL.handshake(query, channel("x", secrets))
        assert refused is not None
        assert refused.status == 403


# --- replies --------------------------------------------------------------------------------------------------------

KEYS = {"secret": "consumer-secret", "consumer_key": "key", "access_token": "token", "access_token_secret": "hidden"}


def test_the_signature_is_that_of_x_s_own_example() -> None:
    """From X's page "Creating a signature", but with the status in the query, for no form is ever signed here."""
    keys = oauth1.Keys(
        "xvz1evFS4wEEPTGEFPHBog", "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw",
        "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb", "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE",
    )  # fmt: skip
    status = "Hello%20Ladies%20%2B%20Gentlemen%2C%20a%20signed%20OAuth%20request%21"
    url = f"https://api.twitter.com/1.1/statuses/update.json?include_entities=true&status={status}"
    now = datetime.fromtimestamp(1318622958, UTC)
    header = oauth1.header("post", url, keys, now, "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg")
    assert 'oauth_signature="hCtSmYh%2BiHYCEqBWrE7C7hYmtUk%3D"' in header


async def api(seen: Seen) -> web.StreamResponse:
    assert seen.headers["authorization"].startswith('OAuth oauth_consumer_key="key", oauth_nonce="')
    if seen.path == "/2/tweets":
        return web.json_response({"data": {"id": "8100", "text": json.loads(seen.body)["text"]}}, status=201)
    return web.json_response({"data": {"dm_conversation_id": "1001-2002", "dm_event_id": "3100"}}, status=201)


@pytest.fixture
async def fake() -> AsyncIterator[Fake]:
    async with Fake(api) as server:
        yield server


async def reply(fake: Fake, secrets: dict[str, str] | None = None, **more: Any) -> Outcome:
    message = {"in_reply_to": "8001", "thread_id": "7000", "author_id": "2002", **more}
    return await replied("x", fake, KEYS if secrets is None else secrets, **message)


async def test_a_post_is_answered_by_a_post_and_a_message_by_a_message(fake: Fake) -> None:
    assert await reply(fake) == Sent("8100")
    assert await reply(fake, kind="dm") == Sent("3100")
    assert [(seen.path, json.loads(seen.body)) for seen in fake.seen] == [
        ("/2/tweets", {"text": "Bonjour Léa", "reply": {"in_reply_to_tweet_id": "8001"}}),
        ("/2/dm_conversations/with/2002/messages", {"text": "Bonjour Léa"}),
    ]


@pytest.mark.parametrize(
    ("status", "answer", "expected"),
    [
        (403, {"detail": "You are not allowed to create a Tweet with duplicate content."}, Refused("duplicate")),
        (403, {"detail": "Your account is suspended and is not permitted to access this feature."},
         Refused("blocked_by_network")),
        (403, {"detail": "Reply to this conversation is not permitted."}, Refused("not_authorised")),
        (400, {"detail": "You attempted to reply to a Tweet that is deleted or not visible to you."}, Refused("gone")),
        (400, {"detail": "something new"}, Refused("rejected")),
        (401, {}, Refused("token_expired")),
        (402, {"title": "CreditsDepleted"}, Refused("blocked_by_network")),
        (503, {}, Uncertain("server_error")),
        (201, {"data": {}}, Uncertain("unclear_answer")),
    ],
)  # fmt: skip
async def test_a_refusal_is_told_in_our_words(fake: Fake, status: int, answer: object, expected: Outcome) -> None:
    fake.answer = says(status, answer)
    assert await reply(fake) == expected


async def test_what_is_too_long_or_without_keys_is_not_sent(fake: Fake) -> None:
    assert await reply(fake, text="é" * 281) == Refused("too_long")
    assert await reply(fake, secrets={**KEYS, "access_token": ""}) == Refused("not_configured")
    assert fake.seen == []


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("abc", 3),
        ("é" * 280, 280),
        ("日本", 4),
        ("👩‍👩‍👧🏽 ok🇫🇷", 7),
        ("voir https://example.org/" + "x" * 90, 28),
        ("e\u0301", 1),
    ],
)
def test_length_is_counted_as_x_counts(text: str, counted: int) -> None:
    assert weighted(text) == counted


# --- looking for what no webhook brought ------------------------------------------------------------------------------


def page(*idents: str, onward: str | None = None) -> dict[str, Any]:
    posts = [
        {"id": ident, "author_id": "2002", "created_at": "2026-11-24T12:00:00.000Z", "conversation_id": ident,
         "text": "@velo ?"}
        for ident in idents
    ]  # fmt: skip
    told = {"result_count": len(posts), **({"newest_id": idents[0]} if idents else {})}
    return {"data": posts, "meta": told | ({"next_token": onward} if onward else {})}


async def swept(fake: Fake, cursor: str | None, secrets: dict[str, str] | None = None) -> Swept:
    known = channel("x", KEYS if secrets is None else secrets, "1001", {"api_url": fake.url})
    async with Outbound(["127.0.0.0/8"]) as http:
        return await CHANNEL.sweep(Way(http, ""), known, cursor, NOON)


async def test_a_look_goes_through_the_pages_and_the_next_one_begins_where_it_began(fake: Fake) -> None:
    fake.answer = says(200, page("9", "8", onward="p2"))
    first = await swept(fake, None)
    fake.answer = says(200, page("7"))
    second = await swept(fake, first.cursor)
    fake.answer = says(200, page())
    third = await swept(fake, second.cursor)
    assert [first.more, second.more, third.more] == [True, False, False]
    found = [one.external_id for look in (first, second, third) for one in look.parsed if isinstance(one, Received)]
    assert found == ["9", "8", "7"]
    asked = [{k: v for k, v in seen.query.items() if k.endswith(("_id", "_time", "_token"))} for seen in fake.seen]
    assert asked == [
        {"start_time": "2026-11-24T12:00:00Z"},
        {"start_time": "2026-11-24T12:00:00Z", "pagination_token": "p2"},
        {"since_id": "9"},
    ]
    assert second.cursor == third.cursor


async def test_a_look_without_keys_or_with_a_bad_answer_fails(fake: Fake) -> None:
    for answer, reason in ((says(429, {}), "too_many"), (says(200, {"meta": 5, "data": [5]}), None)):
        fake.answer = answer
        if reason is None:
            assert (await swept(fake, None)).parsed == ()
            continue
        with pytest.raises(SweepFailed, match=reason):
            await swept(fake, None)
    with pytest.raises(SweepFailed, match="not_configured"):
        await swept(fake, None, {"secret": "s"})

"""Discourse: what a forum's webhooks tell, what proves them, our own answers looked up, and answers sent."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.channels import proof
from services.channels.contract import CannotRead, Hint, Refused, Sent, Uncertain
from services.channels.discourse import CHANNEL
from tests.channels import asked, cases
from tests.channels.answering import replied
from tests.channels.senders import APP_SECRET
from tests.channels.taken import mutants, survives
from tests.fakes.server import Fake, Seen, says

INSTANCE = "https://forum.example"
SETTINGS = {"api_user": "lamarque", "own_users": "@team, Atelier"}
POST = {
    "is": "Received", "kind": "comment", "external_id": "5001", "thread_id": "901",
    "text": "Le site est **en panne** :cry:\n\nQue faire ?", "sent_at": "2026-03-23T10:00:00Z",
    "permalink": f"{INSTANCE}/t/en-panne/901/3",
    "author": {"id": "42", "handle": "zoe", "name": "Zoé R.",
               "avatar_url": f"{INSTANCE}/user_avatar/forum.example/zoe/96/1_2.png"},
}  # fmt: skip
EVENTS: dict[str, tuple[str, dict[str, Any]]] = {
    "post.json": ("post_created", POST),
    "first_post.json": ("post_created", {
        "is": "Received", "kind": "post", "text": "En panne\n\nDepuis hier.", "author": {"name": "zoe"},
        "permalink": f"{INSTANCE}/t/en-panne/901/1"}),
    "cooked_only.json": ("post_created", {"is": "Received", "text": "Le site est en panne :cry:\n\nQue faire ?"}),
    "private.json": ("post_created", {"is": "Received", "kind": "dm"}),
    "our_answer.json": ("post_created", {"is": "Hint", "ref": "5004", "thread_id": "901"}),
    "edited.json": ("post_edited", {
        "is": "Edited", "external_id": "5001", "text": "Le site remarche.", "sent_at": "2026-03-23T11:00:00Z",
        "version": "2", "thread_id": "901", "author": {"id": "42"}, "written_at": "2026-03-23T10:00:00Z"}),
    "deleted.json": ("post_destroyed", {"is": "Withdrawn", "external_id": "5001", "sent_at": "2026-03-23T12:00:00Z"}),
    "small_action.json": ("post_created", {"is": "Ignored"}),
    "topic.json": ("topic_created", {"is": "Ignored"}),
    "like.json": ("post_liked", {"is": "Ignored", "reason": "a reaction"}),
    "ping.json": ("ping", {"is": "Ignored", "reason": "a ping"}),
}  # fmt: skip


def body(name: str) -> bytes:
    return (cases.FIXTURES / "discourse" / name).read_bytes()


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_is_read_as_its_header_names_it(name: str) -> None:
    event, expected = EVENTS[name]
    headers = {"x-discourse-event": event, "x-discourse-instance": INSTANCE}
    cases.check(cases.read("discourse", body(name), headers, settings=SETTINGS), [expected])


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_is_read_alike_where_its_headers_are_lost(name: str) -> None:
    settings = {**SETTINGS, "api_url": INSTANCE}
    cases.check(cases.read("discourse", body(name), settings=settings), [EVENTS[name][1]])


def test_a_post_that_was_put_back_is_no_new_message() -> None:
    found = cases.read("discourse", body("post.json"), {"x-discourse-event": "post_recovered"})
    cases.check(found, [{"is": "Ignored"}])


@pytest.mark.parametrize("user", ["team", "ATELIER", "Lamarque"])
def test_what_we_write_ourselves_asks_nothing_of_us(user: str) -> None:
    content = json.loads(body("post.json"))
    content["post"]["username"] = user
    cases.check(cases.read("discourse", json.dumps(content).encode(), settings=SETTINGS), [{"is": "Ignored"}])


def test_the_forums_own_words_are_no_message() -> None:
    content = json.loads(body("post.json"))
    content["post"]["user_id"] = -1
    cases.check(cases.read("discourse", json.dumps(content).encode()), [{"is": "Ignored"}])


def test_the_signature_holds() -> None:
    raw = body("post.json")
    headers = {"x-discourse-event-signature": "sha256=" + proof.hexadecimal(APP_SECRET, raw)}
    cases.holds_only_as_signed("discourse", raw, headers, APP_SECRET, "x-discourse-event-signature")


def test_whatever_comes_never_raises() -> None:
    for raw in mutants("discourse"):
        survives("discourse", raw)
    with pytest.raises(CannotRead):
        CHANNEL.split(b"[]")


# --- asking and answering ---------------------------------------------------------------------------------------------

KEY = {"api_key": "k"}
USER = {"api_user": "lamarque"}
OUR_ANSWER = {
    "id": 5004, "topic_id": 901, "reply_to_post_number": 3, "raw": "Réparé.", "created_at": "2026-03-23T13:00:00Z",
}  # fmt: skip


async def forum(seen: Seen) -> Any:
    assert (seen.headers["api-key"], seen.headers["api-username"]) == ("k", "lamarque")
    posts: dict[str, Any] = {
        "/posts/5001.json": {"id": 5001, "topic_id": 901, "post_number": 3},
        "/posts/5004.json": OUR_ANSWER,
        "/posts/by_number/901/3.json": {"id": 5001, "topic_id": 901, "post_number": 3},
        "/posts.json": {"id": 5009},
    }
    return await says(200 if seen.path in posts else 404, posts.get(seen.path))(seen)


async def test_an_answer_names_the_post_by_its_number() -> None:
    async with Fake(forum) as fake:
        assert await replied("discourse", fake, KEY, settings=USER, in_reply_to="5001") == Sent("5009")
        assert json.loads(fake.seen[-1].body) == {"topic_id": 901, "raw": "Bonjour Léa", "reply_to_post_number": 3}
        assert await replied("discourse", fake, KEY, settings=USER, in_reply_to="6000") == Refused("gone")
        assert await replied("discourse", fake, KEY, in_reply_to="5001") == Refused("not_configured")


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (says(429, {"error_type": "rate_limit", "extras": {"wait_seconds": 9}}),
         Refused("too_many", again=True, retry_after_s=9.0)),
        (says(403, {"error_type": "invalid_access"}), Refused("not_authorised")),
        (says(422, {"errors": ["Body is too short"]}), Refused("rejected")),
        (says(500), Uncertain("server_error")),
    ],
)  # fmt: skip
async def test_what_the_forum_says_of_an_answer(answer: Any, outcome: object) -> None:
    async def turns(seen: Seen) -> Any:
        return await (answer if seen.method == "POST" else forum)(seen)

    async with Fake(turns) as fake:
        assert await replied("discourse", fake, KEY, settings=USER, in_reply_to="5001") == outcome


async def test_our_own_answer_is_looked_up_with_what_it_answers() -> None:
    async with Fake(forum) as fake:
        found = await asked.fetched("discourse", fake, Hint("own answer", "5004", "901"), KEY, USER)
        cases.check(found, [{"is": "Echoed", "external_id": "5004", "in_reply_to": "5001", "text": "Réparé."}])
        assert await asked.fetched("discourse", fake, Hint("own answer", "5999"), KEY, USER) == ()

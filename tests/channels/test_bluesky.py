"""Bluesky: commits of both forms of Jetstream, notifications, and answers that name post and root by digest."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.channels import graphemes
from services.channels.contract import Refused, Sent, Uncertain
from tests.channels import asked, cases
from tests.channels.answering import replied
from tests.channels.taken import mutants, survives
from tests.fakes.server import Fake, Seen, says

OURS = "did:plc:lamarquelamarque"
ZOE = "at://did:plc:zoezoezoezoe/app.bsky.feed.post"
ROOT = f"at://{OURS}/app.bsky.feed.post/3root"
EVENTS: list[dict[str, Any]] = [
    {"is": "Received", "kind": "mention", "external_id": f"{ZOE}/3a", "thread_id": f"{ZOE}/3a", "parent_id": None,
     "text": "@lamarque mon vélo a cassé 😢", "author": {"id": "did:plc:zoezoezoezoe"},
     "permalink": "https://bsky.app/profile/did:plc:zoezoezoezoe/post/3a",
     "attachments": [{"content_type": "image/jpeg", "bytes": 81000, "name": "Le cadre"}]},
    {"is": "Received", "kind": "comment", "external_id": f"{ZOE}/3b", "thread_id": ROOT, "parent_id": f"{ZOE}/3a"},
    {"is": "Ignored", "reason": "a post that is not addressed to us"},
    {"is": "Received", "kind": "mention", "external_id": f"{ZOE}/3d"},
    {"is": "Echoed", "external_id": f"at://{OURS}/app.bsky.feed.post/3e", "in_reply_to": f"{ZOE}/3b"},
    {"is": "Ignored", "reason": "a reaction"},
    {"is": "Edited", "external_id": f"{ZOE}/3b", "text": "Toujours rien !", "sent_at": "2026-03-23T10:00:01.5Z"},
    {"is": "Withdrawn", "external_id": f"{ZOE}/3a", "sent_at": "2026-03-23T10:00:01.5Z"},
    {"is": "Ignored"},
]  # fmt: skip


def body(name: str) -> bytes:
    return (cases.FIXTURES / "bluesky" / name).read_bytes()


def test_commits_are_read() -> None:
    cases.check(cases.read("bluesky", body("jetstream.json"), account_id=OURS), EVENTS)


def test_a_recorded_stream_is_read_line_by_line() -> None:
    lines = b"\r\n".join(json.dumps(event).encode() for event in json.loads(body("jetstream.json")))
    cases.check(cases.read("bluesky", lines + b"\n", account_id=OURS), EVENTS)


def test_the_second_form_is_read_and_a_time_that_is_none_is_the_networks() -> None:
    expected = {"is": "Received", "kind": "comment", "external_id": f"{ZOE}/3g", "sent_at": "2026-03-23T10:00:01.5Z"}
    cases.check(cases.read("bluesky", body("jetstream_v2.json"), account_id=OURS), [expected])


def test_what_is_addressed_to_others_is_not_for_us() -> None:
    found = cases.read("bluesky", body("jetstream.json"), account_id="did:plc:other")
    assert not [one for one in found if cases.told(one) in ("Received", "Echoed")]


def test_notifications_are_read_with_names() -> None:
    expected = [{**EVENTS[0], "author": {"handle": "zoe.example", "name": "Zoé"}},
                {"is": "Received", "kind": "comment", "parent_id": ROOT}, {"is": "Ignored", "reason": "a reaction"},
                {"is": "Ignored"}]  # fmt: skip
    cases.check(cases.read("bluesky", body("notifications.json"), account_id=OURS), expected)


def test_whatever_comes_never_raises() -> None:
    for raw in mutants("bluesky"):
        survives("bluesky", raw)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("été", 3),
        ("e\u0301te\u0301", 3),
        ("👩‍👩‍👧‍👦", 1),
        ("👍🏽!", 2),
        ("🇫🇷🇨🇦", 2),
        ("❤️", 1),
        ("각", 1),
        ("a\r\nb", 3),
    ],
)
def test_characters_are_counted_as_people_see_them(text: str, count: int) -> None:
    assert graphemes.count(text) == count


# --- asking and answering ---------------------------------------------------------------------------------------------

PASSWORD = {"app_password": "abcd-efgh"}
PLACE = {"root": {"uri": ROOT, "cid": "bafyroot"}, "parent": {"uri": f"{ZOE}/3b", "cid": "bafy3b"}}


async def server(seen: Seen) -> Any:
    match seen.path.rpartition("/")[2]:
        case "com.atproto.server.createSession":
            assert json.loads(seen.body) == {"identifier": OURS, "password": "abcd-efgh"}
            return await says(200, {"accessJwt": "jwt", "refreshJwt": "r", "did": OURS})(seen)
        case "app.bsky.feed.getPosts":
            post = {**PLACE["parent"], "record": {"reply": {"root": PLACE["root"], "parent": PLACE["root"]}}}
            return await says(200, {"posts": [post] if "3b" in seen.query["uris"] else []})(seen)
        case _:
            assert seen.headers["authorization"] == "Bearer jwt"
            return await says(200, {"uri": f"at://{OURS}/app.bsky.feed.post/3new", "cid": "c"})(seen)


async def test_an_answer_names_the_post_and_its_root_with_their_digests() -> None:
    async with Fake(server) as fake:
        outcome = await replied("bluesky", fake, PASSWORD, account_id=OURS, in_reply_to=f"{ZOE}/3b")
        assert outcome == Sent(f"at://{OURS}/app.bsky.feed.post/3new")
        record = json.loads(fake.seen[-1].body)["record"]
        assert (record["text"], record["reply"]) == ("Bonjour Léa", PLACE)
        before = len(fake.seen)
        gone = await replied("bluesky", fake, PASSWORD, account_id=OURS, in_reply_to=f"{ZOE}/3x")
        assert gone == Refused("gone")
        assert len(fake.seen) == before + 1  # the session is kept, and nothing was posted


async def test_an_answer_that_is_too_long_never_leaves() -> None:
    async with Fake(server) as fake:
        assert await replied("bluesky", fake, PASSWORD, account_id=OURS, text="é" * 301) == Refused("too_long")
        family = "👩‍👩‍👧‍👦" * 300
        done = await replied("bluesky", fake, PASSWORD, account_id=OURS, in_reply_to=f"{ZOE}/3b", text=family)
        assert isinstance(done, Sent)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (says(400, {"error": "ExpiredToken"}), Refused("not_authorised")),
        (says(429, {"error": "RateLimitExceeded"}), Refused("too_many", again=True)),
        (says(502), Uncertain("server_error")),
    ],
)
async def test_what_the_network_says_of_an_answer(answer: Any, outcome: object) -> None:
    async def turns(seen: Seen) -> Any:
        return await (answer if seen.path.endswith("createRecord") else server)(seen)

    async with Fake(turns) as fake:
        assert await replied("bluesky", fake, PASSWORD, account_id=OURS, in_reply_to=f"{ZOE}/3b") == outcome
        assert await replied("bluesky", fake, {"secret": "x"}, account_id=OURS) == Refused("not_configured")


async def test_notifications_are_asked_for() -> None:
    async def answer(seen: Seen) -> Any:
        listing = seen.path.endswith("listNotifications")
        return await (says(200, json.loads(body("notifications.json"))) if listing else server)(seen)

    async with Fake(answer) as fake:
        first = await asked.swept("bluesky", fake, None, PASSWORD, account_id=OURS)
        assert [cases.told(one) for one in first.parsed] == ["Received", "Received", "Ignored", "Ignored"]
        assert first.more is False
        older = (first.cursor or "").replace("2026-03-23", "2026-03-22")
        assert (await asked.swept("bluesky", fake, older, PASSWORD, account_id=OURS)).more is True

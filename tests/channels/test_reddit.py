"""Reddit: listings, what was taken away, and answers, whose refusals come with a status of 200."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

import pytest

from services.channels.contract import CannotRead, Refused, Sent, Uncertain
from services.channels.reddit import CHANNEL
from tests.channels import asked, cases
from tests.channels.answering import replied
from tests.channels.taken import mutants, survives
from tests.fakes.server import Fake, Seen, says

OURS = "lamarque_velos"
COMMENTS: list[dict[str, Any]] = [
    {"is": "Received", "kind": "post", "external_id": "t3_post1", "thread_id": "t3_post1",
     "text": "Freins Lamarque\n\nIls ont lâché & personne ne répond.", "author": {"id": "t2_zoe", "name": "zoe_r"}},
    {"is": "Edited", "external_id": "t3_post1", "sent_at": "2026-03-23T09:53:20Z"},
    {"is": "Received", "kind": "comment", "external_id": "t1_a1", "thread_id": "t3_post1", "parent_id": "t3_post1",
     "text": "Pareil ici", "permalink": "https://www.reddit.com/r/velo/comments/post1/freins/a1/",
     "sent_at": "2026-03-23T10:00:00Z"},
    {"is": "Echoed", "external_id": "t1_a2", "in_reply_to": "t1_a1", "text": "Nous regardons."},
    {"is": "Ignored"},
    {"is": "Withdrawn", "external_id": "t1_a3"},
    {"is": "Received", "external_id": "t1_a4", "text": "A <b> & c", "author": {"id": "u/zoe_r"}},
]  # fmt: skip
INBOX: list[dict[str, Any]] = [
    {"is": "Received", "kind": "mention", "external_id": "t1_b1", "thread_id": "t3_post2", "parent_id": "t1_b0"},
    {"is": "Received", "kind": "dm", "external_id": "t4_m2", "thread_id": "t4_m1", "text": "Où est-elle ?"},
]


def body(name: str) -> bytes:
    return (cases.FIXTURES / "reddit" / name).read_bytes()


def test_a_submission_is_read_with_its_comments() -> None:
    cases.check(cases.read("reddit", body("comments.json"), account_id=OURS), COMMENTS)


def test_the_inbox_is_read() -> None:
    cases.check(cases.read("reddit", body("inbox.json"), account_id=OURS), INBOX)


def test_one_thing_of_unexpected_shape_is_unreadable_alone() -> None:
    content = json.loads(body("inbox.json"))
    content["data"]["children"].insert(0, {"kind": "t1", "data": {"name": "t1_x"}})
    found = cases.read("reddit", json.dumps(content).encode())
    assert [cases.told(one) for one in found] == ["Unreadable", "Received", "Received"]


def test_whatever_comes_never_raises() -> None:
    for raw in mutants("reddit"):
        survives("reddit", raw)
    with pytest.raises(CannotRead):
        CHANNEL.split(b'"x"')


# --- asking and answering ---------------------------------------------------------------------------------------------

SECRETS = {"client_id": "i", "client_secret": "s", "refresh_token": "r"}


def answering(content: object, status: int = 200) -> Any:
    async def answer(seen: Seen) -> Any:
        if seen.path == "/api/v1/access_token":
            assert seen.headers["authorization"].startswith("Basic ")
            return await says(200, {"access_token": "fresh", "expires_in": 86400})(seen)
        assert seen.headers["authorization"] == "Bearer fresh"
        return await says(status, content)(seen)

    return answer


def errors(*named: str) -> dict[str, Any]:
    return {"json": {"errors": [[name, "message", "field"] for name in named]}}


POSTED = {"json": {"errors": [], "data": {"things": [{"kind": "t1", "data": {"name": "t1_new"}}]}}}


async def test_an_answer_names_the_thing_that_it_answers() -> None:
    async with Fake(answering(POSTED)) as fake:
        assert await replied("reddit", fake, SECRETS, in_reply_to="t1_a1") == Sent("t1_new")
        assert parse_qs(fake.seen[-1].body.decode()) == {
            "api_type": ["json"], "thing_id": ["t1_a1"], "text": ["Bonjour Léa"],
        }  # fmt: skip
        assert fake.seen[-1].headers["content-type"] == "application/x-www-form-urlencoded"
        assert await replied("reddit", fake, {"client_id": "i"}) == Refused("not_configured")


@pytest.mark.parametrize(
    ("content", "status", "outcome"),
    [
        (errors("RATELIMIT"), 200, Refused("too_many", again=True, retry_after_s=60.0)),
        (errors("DELETED_COMMENT"), 200, Refused("gone")),
        (errors("TOO_LONG"), 200, Refused("rejected")),
        (None, 403, Refused("not_authorised")),
        (None, 503, Uncertain("server_error")),
    ],
)
async def test_what_the_network_says_of_an_answer(content: object, status: int, outcome: object) -> None:
    async with Fake(answering(content, status)) as fake:
        assert await replied("reddit", fake, SECRETS, in_reply_to="t1_a1") == outcome


async def test_the_inbox_and_the_followed_subreddit_are_looked_at_in_turns() -> None:
    async with Fake(answering(json.loads(body("inbox.json")))) as fake:
        settings = {"subreddit": "r/velo"}
        first = await asked.swept("reddit", fake, None, SECRETS, account_id=OURS, settings=settings)
        cases.check(first.parsed, INBOX)
        assert first.more is True
        second = await asked.swept("reddit", fake, first.cursor, SECRETS, account_id=OURS, settings=settings)
        assert second.more is False
        assert [seen.path for seen in fake.seen if "token" not in seen.path] == ["/message/inbox", "/r/velo/comments"]
        assert fake.seen[-1].query["raw_json"] == "1"
        alone = await asked.swept("reddit", fake, None, SECRETS, account_id=OURS)
        assert alone.more is False

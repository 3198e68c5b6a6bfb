"""GitHub: what is read of its events, with their header or without, and which are proven."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp import web

from services.channels import github
from services.channels.contract import CannotRead, SweepFailed, Swept, Way
from services.outbound import Outbound
from tests.channels import cases
from tests.channels.senders import APP_SECRET, NOON, channel, hub, inbound
from tests.fakes.server import Fake, Seen, says

ZOE = {"id": "501", "handle": "zoe-b", "avatar_url": "https://avatars.example/501"}
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "issue_opened": ("issues", {
        "is": "Received", "kind": "post", "external_id": "I_11", "thread_id": "7", "author": ZOE,
        "text": "L’appli plante\n\nAu démarrage, depuis la 3.2.", "sent_at": "2026-03-23T10:00:00Z",
        "permalink": "https://github.example/lamarque/appli/issues/7",
    }),
    "issue_edited": ("issues", {
        "is": "Edited", "external_id": "I_11", "thread_id": "7", "author": ZOE, "sent_at": "2026-03-23T12:00:00Z",
        "text": "L’appli plante\n\nAu démarrage, depuis la 3.3.",
    }),
    "issue_closed": ("issues", {"is": "Ignored"}),
    "comment": ("issue_comment", {
        "is": "Received", "kind": "comment", "external_id": "IC_21", "thread_id": "7", "author": {"id": "502"},
        "text": "Chez moi aussi.", "permalink": "https://github.example/lamarque/appli/issues/7#issuecomment-21",
    }),
    "comment_edited": ("issue_comment", {"is": "Edited", "external_id": "IC_21", "sent_at": "2026-03-23T11:30:00Z"}),
    "comment_deleted": ("issue_comment", {
        "is": "Withdrawn", "external_id": "IC_21", "thread_id": "7", "author": {"id": "502"},
        "sent_at": "2026-11-24T12:00:00Z",
    }),
    "comment_of_team": ("issue_comment", {
        "is": "Echoed", "external_id": "IC_22", "thread_id": "7", "author": {"id": "501"}, "text": "Corrigé en 3.4.",
    }),
    "comment_of_bot": ("issue_comment", {"is": "Ignored", "reason": "a bot"}),
    "pull_request": ("pull_request", {
        "is": "Received", "kind": "post", "external_id": "PR_31", "thread_id": "8", "text": "Fix",
    }),
    "review": ("pull_request_review", {
        "is": "Received", "kind": "comment", "external_id": "PRR_41", "thread_id": "8", "text": "Il manque un test.",
        "sent_at": "2026-03-23T13:00:00Z",
    }),
    "review_without_words": ("pull_request_review", {"is": "Ignored"}),
    "review_comment": ("pull_request_review_comment", {"is": "Received", "external_id": "PRRC_43", "thread_id": "8"}),
    "discussion": ("discussion", {"is": "Received", "kind": "post", "external_id": "D_51", "thread_id": "9"}),
    "discussion_comment": ("discussion_comment", {"is": "Received", "external_id": "DC_52", "thread_id": "9"}),
    "ping": ("ping", {"is": "Ignored", "reason": "a ping"}),
}  # fmt: skip
TEAM = {"own_logins": "ana, @lamarque-support"}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("with_header", [True, False])
def test_an_event_is_read_as_its_case_says(name: str, with_header: bool) -> None:
    event, expected = CASES[name]
    headers = {"x-github-event": event} if with_header else {}
    cases.check(cases.read("github", cases.fixture("github", name), headers, settings=TEAM), [expected])


@pytest.mark.parametrize("with_headers", [True, False])
def test_a_form_is_read_like_json(with_headers: bool) -> None:
    form = urlencode({"payload": cases.fixture("github", "comment").decode()}).encode()
    headers = {"x-github-event": "issue_comment", "content-type": "application/x-www-form-urlencoded"}
    cases.check(cases.read("github", form, headers if with_headers else {}), [CASES["comment"][1]])


@pytest.mark.parametrize("raw", [b"", b"payload=", b"payload=5", b"x=1", b"[]", b"\xff", b"{"])
def test_a_body_of_neither_form_is_unreadable_as_a_whole(raw: bytes) -> None:
    with pytest.raises(CannotRead):
        github.CHANNEL.split(raw)


def test_a_payload_that_nothing_names_is_kept_for_later() -> None:
    assert [cases.told(one) for one in cases.read("github", b'{"action": "x"}')] == ["Unreadable"]
    assert [cases.told(one) for one in cases.read("github", b"{}", {"x-github-event": "star"})] == ["Ignored"]


def test_an_event_goes_to_its_repository() -> None:
    (envelope,) = github.CHANNEL.split(cases.fixture("github", "comment"))
    assert envelope.account_id == "lamarque/appli"
    assert github.CHANNEL.split(github.CHANNEL.join([envelope])) == (envelope,)


def test_a_signature_holds() -> None:
    raw = cases.fixture("github", "comment")
    cases.holds_only_as_signed("github", raw, hub(raw), APP_SECRET, "x-hub-signature-256")
    form = urlencode({"payload": raw.decode()}).encode()
    cases.holds_only_as_signed("github", form, hub(form), APP_SECRET, "x-hub-signature-256")


def test_the_older_signature_alone_proves_nothing() -> None:
    raw = cases.fixture("github", "comment")
    assert cases.proves("github", raw, {"x-hub-signature": hub(raw)["x-hub-signature-256"]}, {"secret": "s"}) is None


def test_a_ping_is_greeted_and_nothing_else_is() -> None:
    known = channel("github")
    answer = github.CHANNEL.greet(inbound(b"{}", {"x-github-event": "ping"}), known)
    assert answer is not None
    assert answer.status == 200
    assert github.CHANNEL.greet(inbound(b"{}", {"x-github-event": "issues"}), known) is None


# --- what no webhook brought ----------------------------------------------------------------------------------------


class Repository(Fake):
    """GitHub's lists of a repository, as they stand."""

    def __init__(self, **lists: list[dict[str, Any]]) -> None:
        super().__init__(self.get)
        self.lists = lists

    async def get(self, seen: Seen) -> web.StreamResponse:
        assert seen.headers["authorization"] == "Bearer t0ken"
        assert (seen.query["sort"], seen.query["direction"]) == ("updated", "asc")
        rows = self.lists.get(seen.path.removeprefix("/repos/lamarque/appli/").replace("/", "_"), [])
        return web.json_response([row for row in rows if row["updated_at"] >= seen.query["since"]][:100])


def listed(name: str, thing: str, at: str, **more: Any) -> dict[str, Any]:
    row: dict[str, Any] = json.loads(cases.fixture("github", name))[thing]
    return {**row, "created_at": at, "updated_at": at, **more}


async def swept(fake: Fake, cursor: str | None = None, token: str = "t0ken") -> Swept:
    known = channel("github", {"secret": "s", "access_token": token}, "lamarque/appli", {"api_url": fake.url})
    async with Outbound(["127.0.0.0/8"]) as http:
        return await github.CHANNEL.sweep(Way(http, ""), known, cursor, NOON + timedelta(hours=1))


async def test_what_no_webhook_brought_is_found_as_a_webhook_would_have_told_it() -> None:
    issue = listed("issue_opened", "issue", "2026-11-24T12:58:00Z")
    comment = listed("comment", "comment", "2026-11-24T12:59:00Z", issue_url="https://api.example/issues/7")
    edited = {**comment, "updated_at": "2026-11-24T12:59:30Z"}
    async with Repository(issues=[issue], issues_comments=[edited]) as fake:
        found = await swept(fake)
        cases.check(found.parsed, [
            {"is": "Received", "kind": "post", "external_id": "I_11", "thread_id": "7", "author": ZOE},
            {"is": "Received", "kind": "comment", "external_id": "IC_21", "thread_id": "7", "author": {"id": "502"}},
            {"is": "Edited", "external_id": "IC_21", "sent_at": "2026-11-24T12:59:30Z"},
        ])  # fmt: skip
        assert (found.more, found.gap) == (False, False)
        again = await swept(fake, found.cursor)
        assert fake.seen[-2].query["since"] == "2026-11-24T12:59:30Z"
        assert again.cursor == found.cursor
    # Told by a webhook as well, the edit has the same version, so that it is taken once.
    body = json.dumps({"action": "edited", "comment": edited, "issue": issue}).encode()
    assert cases.read("github", body) == [found.parsed[2]]


async def test_what_was_written_before_the_channel_is_left_alone() -> None:
    old = listed("issue_opened", "issue", "2026-11-20T12:00:00Z", updated_at="2026-11-24T12:59:00Z")
    async with Repository(issues=[old]) as fake:
        assert [cases.told(one) for one in (await swept(fake)).parsed] == ["Ignored"]


async def test_a_full_page_is_followed_by_the_next() -> None:
    at = [f"2026-11-24T12:{56 + n // 60:02}:{n % 60:02}Z" for n in range(130)]
    rows = [listed("issue_opened", "issue", time, node_id=f"I_{n}") for n, time in enumerate(at)]
    async with Repository(issues=rows) as fake:
        first = await swept(fake)
        assert (first.more, len(first.parsed)) == (True, 100)
        second = await swept(fake, first.cursor)
        assert (second.more, len(second.parsed)) == (False, 31)


async def test_without_a_token_nobody_looks() -> None:
    async with Repository() as fake:
        assert (await swept(fake, "{}", token="")).cursor == "{}"
        assert fake.seen == []


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [(401, {}, "not_authorised"), (429, {}, "too_many"), (502, {}, "busy"), (200, {}, "unclear_answer"),
     (200, [{}], "unclear_answer")],
)  # fmt: skip
async def test_a_look_that_fails_says_why(status: int, body: Any, reason: str) -> None:
    async with Fake(says(status, body)) as fake:
        with pytest.raises(SweepFailed, match=reason):
            await swept(fake)


@pytest.mark.parametrize("headers", [{}, {"x-github-event": "issue_comment"}])
def test_nothing_that_a_sender_says_raises(headers: dict[str, str]) -> None:
    cases.survives("github", headers)

"""Replies by one HTTP call: what each network is asked, in its own form, and what its answers mean."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from services.channels.contract import Outcome, Refused, Sent, Uncertain
from tests.channels.answering import replied
from tests.fakes.server import CutConnection, Fake, Seen, says

TOKEN = "t0ken"
BEARER = {"authorization": f"Bearer {TOKEN}"}
ZOE = "urn:li:comment:(urn:li:activity:71,1)"


def _basic(credentials: str) -> str:
    return "Basic " + base64.b64encode(credentials.encode()).decode()


@dataclass(frozen=True)
class Case:
    """What the network is asked for a reply, and the id that it answers with. `changes`: to the reply."""

    network: str
    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    answer: Any
    posted: str | None
    method: str = "POST"
    status: int = 200
    account: str | None = None
    secrets: Mapping[str, str] = field(default_factory=lambda: {"access_token": TOKEN})
    settings: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)


CASES = {
    "tiktok, a comment": Case(
        "tiktok", "/open_api/v1.3/business/comment/reply/create/", {"access-token": TOKEN},
        {"business_id": "biz", "video_id": "t1", "comment_id": "m1", "text": "Bonjour Léa"},
        {"code": 0, "message": "OK", "data": {"comment_id": "739"}}, "739", account="biz",
    ),
    "tiktok, a direct message": Case(
        "tiktok", "/open_api/v1.3/business/message/send/", {"access-token": TOKEN},
        {"business_id": "biz", "recipient_type": "CONVERSATION", "recipient": "t1", "message_type": "TEXT",
         "text": {"body": "Bonjour Léa"}},
        {"code": 0, "message": "OK", "data": {"message": {"message_id": "m-9"}}}, "m-9", account="biz",
        changes={"kind": "dm"},
    ),
    "linkedin": Case(
        "linkedin", f"/rest/socialActions/{ZOE}/comments", BEARER | {"x-restli-protocol-version": "2.0.0"},
        {"actor": "urn:li:organization:1", "object": "t1", "message": {"text": "Bonjour Léa"}, "parentComment": ZOE},
        {"commentUrn": "urn:li:comment:(activity:71,9)"}, "urn:li:comment:(urn:li:activity:71,9)", status=201,
        account="urn:li:organization:1", changes={"in_reply_to": ZOE},
    ),
    "github, an issue": Case(
        "github", "/repos/lamarque/appli/issues/7/comments", BEARER | {"x-github-api-version": "2022-11-28"},
        {"body": "Bonjour Léa"}, {"id": 1, "node_id": "IC_9"}, "IC_9", status=201, account="lamarque/appli",
        changes={"thread_id": "7", "in_reply_to": "IC_1"},
    ),
    "github, a commit": Case(
        "github", f"/repos/lamarque/appli/commits/{'a1' * 20}/comments", BEARER,
        {"body": "Bonjour Léa"}, {"id": 1, "node_id": "CC_9"}, "CC_9", status=201, account="lamarque/appli",
        changes={"thread_id": "a1" * 20, "in_reply_to": "CC_1"},
    ),
    "zendesk": Case(
        "zendesk", "/api/v2/tickets/t1.json", {"authorization": _basic(f"ana@example.com/token:{TOKEN}")},
        {"ticket": {"comment": {"body": "Bonjour Léa", "public": True}}},
        {"ticket": {"id": 1}, "audit": {"events": [{"id": 1, "type": "Change"}, {"id": 8009, "type": "Comment"}]}},
        "8009", method="PUT", settings={"agent_email": "ana@example.com"},
    ),
    "intercom": Case(
        "intercom", "/conversations/t1/reply", BEARER,
        {"message_type": "comment", "type": "admin", "admin_id": "a1", "body": "1 &lt; 2<br>&amp; 3"},
        {"type": "conversation", "conversation_parts": {"conversation_parts": [{"id": "1"}, {"id": "809"}]}}, "809",
        settings={"admin_id": "a1"}, changes={"text": "1 < 2\n& 3"},
    ),
    "front": Case(
        "front", "/conversations/t1/messages", BEARER,
        {"body": "Bonjour Léa", "text": "Bonjour Léa", "author_id": "tea_1"},
        {"status": "accepted", "message_uid": "abc"}, None, status=202, settings={"teammate_id": "tea_1"},
    ),
    "chatwoot": Case(
        "chatwoot", "/api/v1/accounts/3/conversations/t1/messages", {"api_access_token": TOKEN},
        {"content": "Bonjour Léa", "message_type": "outgoing", "private": False}, {"id": 509}, "509", account="3",
    ),
}  # fmt: skip
"""Networks whose reply is one call. GitHub's discussions and Trustpilot take two, below."""

NETWORKS = {case.network: case for case in CASES.values()}


async def answered(case: Case, fake: Fake) -> Outcome:
    return await replied(
        case.network, fake, case.secrets, account_id=case.account, settings=case.settings, **case.changes
    )  # fmt: skip


@pytest.mark.parametrize("name", CASES)
async def test_a_network_is_asked_in_its_own_form(name: str) -> None:
    case = CASES[name]
    async with Fake(says(case.status, case.answer)) as fake:
        assert await answered(case, fake) == Sent(case.posted)
        (seen,) = fake.seen
    assert (seen.method, seen.path) == (case.method, case.path)
    assert {name: seen.headers.get(name) for name in case.headers} == case.headers
    assert json.loads(seen.body) == case.body
    assert TOKEN not in seen.path + str(seen.query)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (302, Refused("redirected")),
        (400, Refused("rejected")),
        (401, Refused("token_expired")),
        (403, Refused("not_authorised")),
        (404, Refused("gone")),
        (429, Refused("too_many", again=True)),
        (500, Uncertain("server_error")),
        (503, Uncertain("server_error")),
    ],
)
async def test_a_status_means_the_same_everywhere(network: str, status: int, outcome: Outcome) -> None:
    async with Fake(says(status, {"error": "x"})) as fake:
        assert await answered(NETWORKS[network], fake) == outcome


@pytest.mark.parametrize("network", NETWORKS)
async def test_what_a_network_asks_us_to_wait_is_heard(network: str) -> None:
    async with Fake(says(429, {}, Retry_After="30")) as fake:
        assert await answered(NETWORKS[network], fake) == Refused("too_many", again=True, retry_after_s=30.0)


@pytest.mark.parametrize("network", NETWORKS)
async def test_a_lost_connection_leaves_doubt(network: str) -> None:
    async def cut(_: Seen) -> web.StreamResponse:
        return CutConnection()

    async with Fake(cut) as fake:
        assert await answered(NETWORKS[network], fake) == Uncertain("connection_lost")


@pytest.mark.parametrize("network", sorted(NETWORKS.keys() - {"tiktok"}))
@pytest.mark.parametrize(
    "body", [[], "x", None, {"data": 5, "audit": [], "conversation_parts": {}, "id": [], "node_id": {}}]
)
async def test_an_answer_of_unexpected_shape_was_posted_all_the_same(network: str, body: Any) -> None:
    async with Fake(says(200, body)) as fake:
        assert await answered(NETWORKS[network], fake) == Sent(None)


@pytest.mark.parametrize("network", [*NETWORKS, "trustpilot"])
async def test_without_its_token_nothing_is_asked(network: str) -> None:
    async with Fake(says(200, {})) as fake:
        assert await replied(network, fake, {"secret": "s"}) == Refused("not_configured")
        assert fake.seen == []


async def test_cloudevents_has_no_way_back() -> None:
    async with Fake(says(200, {})) as fake:
        assert await replied("cloudevents", fake, {"secret": "s"}) == Refused("cannot_reply")


@pytest.mark.parametrize("body", [[], "x", None, {}, {"code": "0"}])
async def test_without_its_code_nobody_knows_what_became_of_it_at_tiktok(body: Any) -> None:
    async with Fake(says(200, body)) as fake:
        assert await answered(CASES["tiktok, a comment"], fake) == Uncertain("unclear_answer")


async def test_a_discussion_without_the_comments_id_leaves_doubt() -> None:
    async with Discussions(added={"data": {"addDiscussionComment": None}}) as fake:
        assert await to_discussion(fake, "D_51") == Uncertain("unclear_answer")


@pytest.mark.parametrize(
    ("code", "outcome"),
    [(40105, Refused("not_authorised")), (40100, Refused("too_many", again=True)), (40002, Refused("rejected")),
     (50000, Uncertain("server_error"))],
)  # fmt: skip
async def test_tiktok_says_in_its_code_what_became_of_it(code: int, outcome: Outcome) -> None:
    async with Fake(says(200, {"code": code, "message": "x", "data": {}})) as fake:
        assert await answered(CASES["tiktok, a comment"], fake) == outcome


async def test_a_comment_that_is_too_long_for_tiktok_is_not_sent() -> None:
    case = CASES["tiktok, a comment"]
    async with Fake(says(200, {"code": 0})) as fake:
        outcome = await replied("tiktok", fake, case.secrets, account_id="biz", text="é" * 151)
        assert outcome == Refused("too_long")
        assert fake.seen == []


async def test_githubs_limits_come_as_a_refusal_of_rights() -> None:
    said = {"message": "You have exceeded a secondary rate limit. Please wait."}
    async with Fake(says(403, said)) as fake:
        assert await answered(CASES["github, an issue"], fake) == Refused("too_many", again=True)


# --- two calls ------------------------------------------------------------------------------------------------------


class Discussions(Fake):
    """GitHub's GraphQL, as far as a comment on a discussion needs it."""

    def __init__(self, found: Any = None, added: Any = None) -> None:
        super().__init__(self.post)
        self.found = found or {"data": {"repository": {"discussion": {"id": "D_51"}}}}
        self.added = added or {"data": {"addDiscussionComment": {"comment": {"id": "DC_99"}}}}

    async def post(self, seen: Seen) -> web.StreamResponse:
        assert seen.path == "/graphql"
        asked = json.loads(seen.body)
        if asked["query"].startswith("query"):
            assert asked["variables"] == {"o": "lamarque", "n": "appli", "k": 9}
            return web.json_response(self.found)
        assert asked["variables"] == {"d": "D_51", "b": "Bonjour Léa"}
        return web.json_response(self.added)


async def to_discussion(fake: Fake, in_reply_to: str) -> Outcome:
    return await replied(
        "github", fake, {"access_token": TOKEN}, account_id="lamarque/appli", thread_id="9", in_reply_to=in_reply_to
    )


@pytest.mark.parametrize("node_id", ["D_51", "DC_52", "MDEwOkRpc2N1c3Npb241MQ==", "MDE3OkRpc2N1c3Npb25Db21tZW50NTI="])
async def test_a_discussion_is_answered_by_its_own_call(node_id: str) -> None:
    async with Discussions() as fake:
        assert await to_discussion(fake, node_id) == Sent("DC_99")


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [("NOT_FOUND", Refused("gone")), ("FORBIDDEN", Refused("not_authorised")), ("OTHER", Refused("rejected")),
     ("RATE_LIMITED", Refused("too_many", again=True))],
)  # fmt: skip
async def test_an_error_of_graphql_is_a_refusal(kind: str, outcome: Outcome) -> None:
    error = {"data": {"repository": {"discussion": None}}, "errors": [{"type": kind, "message": "x"}]}
    async with Discussions(found=error) as fake:
        assert await to_discussion(fake, "D_51") == outcome
    async with Discussions(added={"data": None, "errors": [{"type": kind}]}) as fake:
        assert await to_discussion(fake, "D_51") == outcome


async def test_a_question_that_fails_has_posted_nothing() -> None:
    async with Fake(says(502, {})) as fake:
        assert await to_discussion(fake, "D_51") == Refused("unreachable", again=True)


class Reviews(Fake):
    """Trustpilot: a token for a key, then the reply."""

    def __init__(self, status: int = 200) -> None:
        super().__init__(self.post)
        self.status = status

    async def post(self, seen: Seen) -> web.StreamResponse:
        if seen.path.endswith("/accesstoken"):
            if seen.headers["authorization"] != _basic("key:key secret"):
                return web.json_response({"error": "invalid_client"}, status=401)
            assert seen.body == b"grant_type=client_credentials"
            return web.json_response({"access_token": TOKEN, "expires_in": "360000"})
        assert seen.headers["authorization"] == f"Bearer {TOKEN}"
        assert json.loads(seen.body) == {"message": "Bonjour Léa"}
        return web.json_response({}, status=self.status)


async def to_review(fake: Fake, secret: str = "key secret", thread_id: str = "rev1") -> Outcome:
    return await replied(
        "trustpilot", fake, {"api_secret": secret}, settings={"api_key": "key"}, in_reply_to="rev1",
        thread_id=thread_id, kind="review",
    )  # fmt: skip


@pytest.mark.parametrize(("thread", "kind"), [("rev1", "reviews"), ("product-review:rev1", "product-reviews")])
async def test_a_review_is_answered_with_a_fresh_token(thread: str, kind: str) -> None:
    async with Reviews(201) as fake:
        assert await to_review(fake, thread_id=thread) == Sent(None)
        assert fake.seen[-1].path == f"/v1/private/{kind}/rev1/reply"


async def test_without_a_token_nothing_was_posted() -> None:
    async with Reviews() as fake:
        assert await to_review(fake, secret="wrong") == Refused("token_expired")
    async with Fake(says(500, {})) as broken:
        assert await to_review(broken) == Refused("unreachable", again=True)


async def test_a_review_that_is_gone_is_said_to_be() -> None:
    async with Reviews(404) as fake:
        assert await to_review(fake) == Refused("gone")

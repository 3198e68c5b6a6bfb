"""Hiding and liking on the networks themselves: what each is asked, in its own form, over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from inbox.events import Gesture, Kind
from services.channels.contract import Deed, Outcome, Refused, Sent, Uncertain, Way
from services.channels.registry import networks
from services.outbound import Outbound
from tests.channels.senders import NOON, channel
from tests.fakes.server import Fake, Seen, says

TOKEN = {"access_token": "t0ken", "bot_token": "t0ken"}
X_KEYS = {"consumer_key": "k", "secret": "s", "access_token": "t", "access_token_secret": "ts"}
POST = "at://did:plc:lea/app.bsky.feed.post/1"
ZOE, LAMARQUE = "urn:li:comment:(urn:li:activity:71,1)", "urn:li:organization:1"
LIKE = "at://did:plc:us/app.bsky.feed.like/77"


@dataclass(frozen=True)
class Case:
    """`asked`: the last request, as method, path and body."""

    network: str
    gesture: Gesture
    asked: tuple[str, str, Any]
    message: str = "m1"
    thread: str = "t1"
    kind: Kind = "comment"
    account: str | None = "us"
    secrets: Mapping[str, str] = field(default_factory=lambda: TOKEN)
    settings: Mapping[str, str] = field(default_factory=dict)


_X = {"secrets": X_KEYS, "message": "80"}
_SITE: dict[str, Any] = {"settings": {"user": "u"}, "secrets": {"app_password": "p"}}
_FORUM: dict[str, Any] = {"settings": {"api_user": "u", "api_username": "u"}, "secrets": {"api_key": "k"}}
CASES = (
    Case("x", "like", ("POST", "/2/users/us/likes", {"tweet_id": "80"}), **_X),  # type: ignore[arg-type]
    Case("x", "unlike", ("DELETE", "/2/users/us/likes/80", {}), **_X),  # type: ignore[arg-type]
    Case("x", "hide", ("PUT", "/2/tweets/80/hidden", {"hidden": True}), **_X),  # type: ignore[arg-type]
    Case("x", "unhide", ("PUT", "/2/tweets/80/hidden", {"hidden": False}), **_X),  # type: ignore[arg-type]
    Case("linkedin", "like", ("POST", "/rest/reactions", {"root": ZOE, "reactionType": "LIKE"}), ZOE, account=LAMARQUE),
    Case("linkedin", "unlike", ("DELETE", f"/rest/reactions/(actor:{LAMARQUE},entity:{ZOE})", None), ZOE,
         account=LAMARQUE),
    Case("mastodon", "like", ("POST", "/api/v1/statuses/m1/favourite", {})),
    Case("mastodon", "unlike", ("POST", "/api/v1/statuses/m1/unfavourite", {})),
    Case("tiktok", "hide", ("POST", "/open_api/v1.3/business/comment/hide/",
         {"business_id": "us", "comment_id": "m1", "action": "HIDE", "video_id": "t1"})),
    Case("tiktok", "unlike", ("POST", "/open_api/v1.3/business/comment/like/",
         {"business_id": "us", "comment_id": "m1", "action": "UNLIKE"})),
    Case("telegram", "like", ("POST", "/bott0ken/setMessageReaction",
         {"chat_id": "5", "message_id": 7, "reaction": [{"type": "emoji", "emoji": "👍"}]}), "5:7", kind="dm"),
    Case("telegram", "unlike", ("POST", "/bott0ken/setMessageReaction",
         {"chat_id": "5", "message_id": 7, "reaction": []}), "5:7", kind="dm"),
    Case("slack", "like", ("POST", "/reactions.add", {"channel": "C1", "timestamp": "1.5", "name": "+1"}), "C1:1.5"),
    Case("slack", "unlike", ("POST", "/reactions.remove", {"channel": "C1", "timestamp": "1.5", "name": "+1"}),
         "C1:1.5"),
    Case("discord", "like", ("PUT", "/channels/t1/messages/m1/reactions/👍/@me", None)),
    Case("discord", "unlike", ("DELETE", "/channels/t1/messages/m1/reactions/👍/@me", None)),
    Case("whatsapp", "like", ("POST", "/us/messages",
         {"messaging_product": "whatsapp", "recipient_type": "group", "to": "t1", "type": "reaction",
          "reaction": {"message_id": "m1", "emoji": "👍"}}), kind="dm"),
    Case("wordpress", "hide", ("POST", "/wp-json/wp/v2/comments/m1", {"status": "hold"}), **_SITE),
    Case("wordpress", "unhide", ("POST", "/wp-json/wp/v2/comments/m1", {"status": "approved"}), **_SITE),
    Case("discourse", "like", ("POST", "/post_actions.json", {"id": "m1", "post_action_type_id": 2}), **_FORUM),
    Case("discourse", "unlike", ("DELETE", "/post_actions/m1.json", {}), **_FORUM),
)  # fmt: skip


async def made(case: Case, fake: Fake) -> Outcome:
    known = channel(case.network, case.secrets, case.account, {"api_url": fake.url, **case.settings})
    deed = Deed(case.gesture, case.kind, case.message, case.thread, "a1", NOON)
    network = networks()[case.network]
    assert network.can_gesture(case.gesture, case.kind)
    async with Outbound(["127.0.0.0/8"]) as http:
        return await network.gesture(Way(http, fake.url), known, deed)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.network}-{case.gesture}")
async def test_a_network_is_asked_in_its_own_form(case: Case) -> None:
    async with Fake(says(200, {"ok": True, "code": 0})) as fake:
        assert await made(case, fake) == Sent()
    method, path, body = case.asked
    seen = fake.seen[-1]
    assert (seen.method, seen.path) == (method, path)
    assert (json.loads(seen.body) if seen.body else None) == body


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.network}-{case.gesture}")
async def test_what_a_network_answers_is_understood(case: Case) -> None:
    for status, expected in ((500, Uncertain("server_error")), (429, Refused("too_many", again=True))):
        async with Fake(says(status, {})) as fake:
            assert await made(case, fake) == expected


async def test_slack_says_that_it_stood_so_before() -> None:
    case = next(case for case in CASES if case.network == "slack")
    async with Fake(says(200, {"ok": False, "error": "already_reacted"})) as fake:
        assert await made(case, fake) == Sent()


class Bluesky(Fake):
    """Knows one post, and whether we like it."""

    def __init__(self, liked: bool) -> None:
        super().__init__(self.serve)
        self.liked = liked

    async def serve(self, seen: Seen) -> web.StreamResponse:
        if seen.path.endswith("createSession"):
            return web.json_response({"accessJwt": "jwt", "did": "did:plc:us"})
        if seen.path.endswith("getPosts"):
            viewer = {"like": LIKE} if self.liked else {}
            return web.json_response({"posts": [{"uri": POST, "cid": "bafy", "viewer": viewer}]})
        return web.json_response({"uri": LIKE, "cid": "bafy2"})


@pytest.mark.parametrize("liked", [False, True])
@pytest.mark.parametrize("gesture", ["like", "unlike"])
async def test_a_like_on_bluesky_is_a_record_made_or_deleted_once(gesture: Gesture, liked: bool) -> None:
    case = Case(
        "bluesky", gesture, ("", "", None), POST, account="did:plc:us", secrets={"app_password": "p"}
    )  # fmt: skip
    async with Bluesky(liked) as fake:
        assert await made(case, fake) == Sent()
    wrote = [seen.path.rpartition(".")[2] for seen in fake.seen if "repo" in seen.path]
    assert wrote == ([] if liked == (gesture == "like") else ["deleteRecord" if liked else "createRecord"])
    if "createRecord" in wrote:
        assert json.loads(fake.seen[-1].body)["record"]["subject"] == {"uri": POST, "cid": "bafy"}
    if "deleteRecord" in wrote:
        assert json.loads(fake.seen[-1].body)["rkey"] == "77"


class Google(Fake):
    def __init__(self) -> None:
        super().__init__(self.serve)

    async def serve(self, seen: Seen) -> web.StreamResponse:
        return web.json_response({"access_token": "ya29"} if seen.path.endswith("/token") else {})


async def test_youtube_holds_a_comment_for_review_and_publishes_it_again() -> None:
    secrets = {"client_id": "i", "client_secret": "s", "refresh_token": "r"}
    for gesture, status in (("hide", "heldForReview"), ("unhide", "published")):
        async with Google() as fake:
            case = Case("youtube", gesture, ("", "", None), secrets=secrets)  # type: ignore[arg-type]
            assert await made(case, fake) == Sent()
        assert fake.seen[-1].path == "/youtube/v3/comments/setModerationStatus"
        assert fake.seen[-1].query == {"id": "m1", "moderationStatus": status}

"""Google's Business Profile: reviews of a location as its API lists them, each with one answer at most."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from services.demo_networks import asked as asking
from services.demo_networks.asked import Asked, refused
from services.demo_networks.board import Post

ANSWER = "/reply"
API = "/v4/"


async def answer(asked: Asked) -> web.StreamResponse:
    if not asked.is_proven():
        return refused()
    name = asked.path.removeprefix(API)
    if (asked.method, asked.path) == ("POST", "/token"):
        return asking.token(asked, "refresh_token")
    if asked.method == "GET" and name == f"{asked.own}/reviews":
        return web.json_response(_listed(asked))
    post = asked.board.find(name.removesuffix(ANSWER))
    if post is None:
        return refused(404)
    if asked.method == "PUT" and name.endswith(ANSWER):
        words = str(asked.content.get("comment", ""))
        return web.json_response(_shown(asked.board.add(Post(name, "review", words, asked.now, parent=post.id))))
    return web.json_response(_review(post, asked))


def _listed(asked: Asked) -> dict[str, Any]:
    """`pageToken`: how many the pages before had."""
    posts, size, start = asked.board.said(), int(asked.query["pageSize"]), int(asked.query.get("pageToken", "0"))
    more = {"nextPageToken": str(start + size)} if start + size < len(posts) else {}
    return {"reviews": [_review(post, asked) for post in posts[start : start + size]], **more}


def _review(post: Post, asked: Asked) -> dict[str, Any]:
    ours, at = asked.board.find(post.id + ANSWER), asking.stamp(post.at)
    return {
        "name": post.id, "reviewId": post.id.rpartition("/")[2], "starRating": "ONE", "comment": post.text,
        "reviewer": {"displayName": post.by.name if post.by else ""}, "createTime": at, "updateTime": at,
        **({"reviewReply": _shown(ours)} if ours else {}),
    }  # fmt: skip


def _shown(ours: Post) -> dict[str, Any]:
    return {"comment": ours.text, "updateTime": asking.stamp(ours.at)}

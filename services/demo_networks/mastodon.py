"""Mastodon: notifications, a stream of them, and posts. What we post comes by the stream as well, as it does there."""

from __future__ import annotations

from typing import Any

import orjson
from aiohttp import web

from services.demo_networks import asked as asking
from services.demo_networks.asked import Asked, refused
from services.demo_networks.board import Post

STATUSES = "/api/v1/statuses"
OURS = "1001"
"""The post of ours that people answer."""


async def answer(asked: Asked) -> web.StreamResponse:
    if asked.path in ("/api/v2/instance", "/api/v1/instance"):
        return web.json_response({"configuration": {"urls": {"streaming": f"ws{asked.address.removeprefix('http')}"}}})
    if not asked.is_proven():
        return refused()
    match asked.method, asked.path:
        case "GET", "/api/v1/notifications":
            return web.json_response(_notifications(asked))
        case "GET", "/api/v1/streaming":
            return await asking.stream(asked, lambda post: _frame(post, asked.own), [])
        case "POST", path if path == STATUSES:
            return web.json_response(_posted(asked))
    ident = asked.path.removeprefix(f"{STATUSES}/").partition("/")[0]
    post = asked.board.find(ident)
    return web.json_response(_status(post, asked.own)) if post else refused(404)


def _notifications(asked: Asked) -> list[dict[str, Any]]:
    """The page next to `min_id`, or the newest; a page begins with its newest."""
    size, least, posts = int(asked.query.get("limit", "40")), asked.query.get("min_id"), asked.board.said()
    newer = [post for post in posts if post.number > int(least or 0)]
    return [_notification(post, asked.own) for post in (posts[:size] if least is None else newer[-size:])]


def _notification(post: Post, own: str) -> dict[str, Any]:
    status = _status(post, own)
    return {
        "id": str(post.number), "type": "mention", "created_at": status["created_at"], "account": status["account"],
        "status": status,
    }  # fmt: skip


def _frame(post: Post, own: str) -> str:
    named, shown = ("notification", _notification) if post.by else ("update", _status)
    payload = orjson.dumps(shown(post, own)).decode()
    return orjson.dumps({"stream": ["user"], "event": named, "payload": payload}).decode()


def _status(post: Post, own: str) -> dict[str, Any]:
    answered, owner = (OURS, own) if post.kind == "comment" else (None, None)
    if post.by is None:
        answered, owner = post.parent, None
    return {
        "id": post.id, "created_at": asking.stamp(post.at), "edited_at": None, "account": _account(post, own),
        "content": asking.paragraphs(post.text), "in_reply_to_id": answered,
        "in_reply_to_account_id": owner, "visibility": "direct" if post.kind == "dm" else "public",
        "mentions": [{"id": own, "acct": "brizeo", "username": "brizeo"}] if post.by else [], "media_attachments": [],
        "url": f"https://social.example/@{_account(post, own)['acct']}/{post.id}", "spoiler_text": "", "reblog": None,
    }  # fmt: skip


def _account(post: Post, own: str) -> dict[str, Any]:
    person = post.by
    handle = person.handle.replace(".", "_") if person else "brizeo"
    return {
        "id": person.id if person else own, "acct": handle, "username": handle,
        "display_name": person.name if person else "Brizéo",
        "followers_count": person.followers if person else 0,
    }  # fmt: skip


def _posted(asked: Asked) -> dict[str, Any]:
    told = asked.content
    answered = told.get("in_reply_to_id")
    post = Post(asking.number(), "comment", str(told.get("status", "")), asked.now, parent=str(answered or ""))
    return _status(asked.board.add(post), asked.own)

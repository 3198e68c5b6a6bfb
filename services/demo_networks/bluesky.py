"""Bluesky: a Jetstream of everybody's posts (its first form), notifications, and what a repository takes."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson
from aiohttp import web

from services.demo_networks import asked as asking
from services.demo_networks.asked import Asked, refused
from services.demo_networks.board import Post

POSTS = "app.bsky.feed.post"
XRPC = "/xrpc/"
OURS = f"{POSTS}/3ours"
"""The post of ours that people answer."""


async def answer(asked: Asked) -> web.StreamResponse:
    if asked.path == "/subscribe":
        return await _jetstream(asked)
    if not asked.is_proven() and not asked.path.endswith("createSession"):
        return refused()
    match asked.method, asked.path.removeprefix(XRPC):
        case "POST", "com.atproto.server.createSession":
            return _session(asked)
        case "GET", "app.bsky.notification.listNotifications":
            return web.json_response(_notifications(asked))
        case "GET", "app.bsky.feed.getPosts":
            post = asked.board.find(asked.query.get("uris", ""))
            return web.json_response({"posts": [_view(post, asked.own)] if post else []})
        case "GET", "app.bsky.actor.getProfile":
            return _profile(asked)
        case "POST", "com.atproto.repo.createRecord":
            return web.json_response(_created(asked))
        case "POST", "com.atproto.repo.deleteRecord":
            return web.json_response({})
    return refused(404)


def _session(asked: Asked) -> web.Response:
    password = asked.channel.secrets.get("app_password", "")
    if not password or asked.content.get("password") != password:
        return refused()
    return web.json_response({"accessJwt": asking.issued(password), "refreshJwt": "r", "did": asked.own})


async def _jetstream(asked: Asked) -> web.StreamResponse:
    """From a place on, where one is given."""
    cursor = int(asked.query.get("cursor", "0"))
    past = [post for post in asked.board.posts if cursor and _micros(post) > cursor]
    return await asking.stream(asked, lambda post: _commit(post, asked.own), past)


def _micros(post: Post) -> int:
    return int(post.at.timestamp() * 1_000_000)


def _did(post: Post, own: str) -> str:
    return post.id.removeprefix("at://").partition("/")[0] if post.by else own


def _cid(ident: str) -> str:
    return f"bafyrei{hashlib.sha256(ident.encode()).hexdigest()[:52]}"


def _commit(post: Post, own: str) -> str:
    commit = {
        "rev": str(post.number), "operation": "create", "collection": POSTS, "rkey": post.id.rpartition("/")[2],
        "record": _record(post, own), "cid": _cid(post.id),
    }  # fmt: skip
    event = {"did": _did(post, own), "time_us": _micros(post), "kind": "commit", "commit": commit}
    return orjson.dumps(event).decode()


def _record(post: Post, own: str) -> dict[str, Any]:
    root = {"uri": f"at://{own}/{OURS}", "cid": _cid(OURS)}
    record: dict[str, Any] = {"$type": POSTS, "text": post.text, "createdAt": asking.stamp(post.at)}
    if post.by is None:
        parent = {"uri": post.parent, "cid": _cid(post.parent or "")}
        return record | {"reply": {"root": parent, "parent": parent}}
    if post.kind == "comment":
        return record | {"reply": {"root": root, "parent": root}}
    named = {"$type": "app.bsky.richtext.facet#mention", "did": own}
    text = f"@brizeo.example {post.text}"
    return record | {
        "text": text, "facets": [{"index": {"byteStart": 0, "byteEnd": 15}, "features": [named]}],
    }  # fmt: skip


def _view(post: Post, own: str) -> dict[str, Any]:
    return {
        "uri": post.id, "cid": _cid(post.id), "record": _record(post, own), "author": _person(post, own),
        "indexedAt": asking.stamp(post.at), "viewer": {},
    }  # fmt: skip


def _person(post: Post, own: str) -> dict[str, Any]:
    person = post.by
    handle = f"{person.handle.replace('_', '-')}.bsky.example" if person else "brizeo.example"
    return {
        "did": _did(post, own), "handle": handle, "displayName": person.name if person else "Brizéo",
        "followersCount": (person.followers or 0) if person else 0,
    }  # fmt: skip


def _notifications(asked: Asked) -> dict[str, Any]:
    """`cursor`: how many the pages before had."""
    posts, size, start = asked.board.said(), int(asked.query.get("limit", "50")), int(asked.query.get("cursor", "0"))
    page = [
        {**_view(post, asked.own), "reason": "reply" if post.kind == "comment" else "mention", "isRead": False}
        for post in posts[start : start + size]
    ]
    return {"notifications": page, **({"cursor": str(start + size)} if start + size < len(posts) else {})}


def _profile(asked: Asked) -> web.Response:
    did = asked.query.get("actor", "")
    post = next((post for post in asked.board.said() if _did(post, asked.own) == did), None)
    return web.json_response(_person(post, asked.own)) if post else refused(404)


def _created(asked: Asked) -> dict[str, Any]:
    told = asked.content
    record, kind = told.get("record", {}), str(told.get("collection"))
    ident = f"at://{asked.own}/{kind}/3{asking.number()}"
    if kind == POSTS:
        parent = record.get("reply", {}).get("parent", {}).get("uri")
        asked.board.add(Post(ident, "comment", str(record.get("text", "")), asked.now, parent=parent))
    return {"uri": ident, "cid": _cid(ident)}

"""A blog: comments as the REST API of WordPress shows and takes them. Whoever answers has the user number 1."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from services.demo_networks import asked as asking
from services.demo_networks.asked import Asked, refused
from services.demo_networks.board import Post

COMMENTS = "/wp-json/wp/v2/comments"
ARTICLE = 12


async def answer(asked: Asked) -> web.StreamResponse:
    if not asked.path.startswith(COMMENTS):
        return refused(404)
    ident = asked.path.removeprefix(COMMENTS).strip("/")
    if asked.method == "GET" and not ident:
        return web.json_response(_page(asked))
    post = asked.board.find(ident)
    if ident and post is None:
        return refused(404)
    if asked.method == "GET" and post is not None:
        return web.json_response(_shown(post))
    if not asked.is_proven():
        return refused()
    return web.json_response(_shown(post or _written(asked)), status=200 if post else 201)


def _page(asked: Asked) -> list[dict[str, Any]]:
    size, page = int(asked.query.get("per_page", "10")), int(asked.query.get("page", "1"))
    after = asked.query.get("after")
    found = [post for post in asked.board.posts if after is None or _second(post.at) > _second(_time(after))]
    if asked.query.get("order") != "asc":
        found.reverse()
    return [_shown(post) for post in found[(page - 1) * size : page * size]]


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _second(at: datetime) -> int:
    return int(at.timestamp())


def _written(asked: Asked) -> Post:
    told = asked.content
    words = str(told.get("content", ""))
    return asked.board.add(Post(asking.number(), "comment", words, asked.now, parent=str(told.get("parent") or "")))


def _shown(post: Post) -> dict[str, Any]:
    picture = hashlib.sha256((post.by.id if post.by else "us").encode()).hexdigest()
    return {
        "id": int(post.id), "post": ARTICLE, "parent": int(post.parent or 0), "author": 0 if post.by else 1,
        "author_name": post.by.name if post.by else "Brizéo", "date_gmt": post.at.strftime("%Y-%m-%dT%H:%M:%S"),
        "content": {"rendered": asking.paragraphs(post.text)}, "status": "approved", "type": "comment",
        "link": f"https://blog.brizeo.example/cargo-2/#comment-{post.id}",
        "author_avatar_urls": {"96": f"https://secure.gravatar.com/avatar/{picture}?s=96"},
    }  # fmt: skip

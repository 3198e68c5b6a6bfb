"""YouTube: threads of comments under a video, as its Data API shows them, and answers within a thread."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from services.demo_networks import asked as asking
from services.demo_networks.asked import Asked, refused
from services.demo_networks.board import Post

VIDEO = "cargo2Video1"
API = "/youtube/v3"


async def answer(asked: Asked) -> web.StreamResponse:
    if not asked.is_proven():
        return refused()
    match asked.method, asked.path:
        case "POST", "/token":
            return asking.token(asked, "refresh_token")
        case "GET", path if path == f"{API}/commentThreads":
            return web.json_response(_threads(asked))
        case "POST", path if path == f"{API}/comments":
            return web.json_response(_answered(asked))
        case "POST", path if path == f"{API}/comments/setModerationStatus":
            return web.Response(status=204)
    return refused(404)


def _threads(asked: Asked) -> dict[str, Any]:
    """`pageToken`: how many threads the pages before had."""
    posts, size, start = asked.board.said(), int(asked.query["maxResults"]), int(asked.query.get("pageToken", "0"))
    answers: dict[str, list[Post]] = {}
    for post in asked.board.posts:
        if post.by is None and post.parent:
            answers.setdefault(post.parent, []).append(post)
    page = [_thread(post, answers.get(post.id, []), asked.own) for post in posts[start : start + size]]
    more = {"nextPageToken": str(start + size)} if start + size < len(posts) else {}
    return {"kind": "youtube#commentThreadListResponse", "items": page, **more}


def _thread(post: Post, answers: list[Post], own: str) -> dict[str, Any]:
    shown = [_comment(one, own) for one in answers]
    snippet = {"videoId": VIDEO, "topLevelComment": _comment(post, own), "totalReplyCount": len(shown)}
    replies = {"replies": {"comments": shown}} if shown else {}
    return {"kind": "youtube#commentThread", "id": post.id, "snippet": snippet, **replies}


def _comment(post: Post, own: str) -> dict[str, Any]:
    person = post.by
    snippet = {
        "videoId": VIDEO, "textDisplay": post.text, "textOriginal": post.text, "publishedAt": asking.stamp(post.at),
        "updatedAt": asking.stamp(post.at), "authorDisplayName": f"@{person.handle}" if person else "@brizeo",
        "authorChannelId": {"value": f"UC{person.id}" if person else own},
        **({"parentId": post.parent} if post.parent else {}),
    }  # fmt: skip
    return {"kind": "youtube#comment", "id": post.id, "snippet": snippet}


def _answered(asked: Asked) -> dict[str, Any]:
    told = asked.content.get("snippet", {})
    parent = str(told.get("parentId"))
    words = str(told.get("textOriginal", ""))
    post = Post(f"{parent}.{asking.number()}", "comment", words, asked.now, parent=parent)
    return _comment(asked.board.add(post), asked.own)

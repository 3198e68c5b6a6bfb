"""Reddit: an inbox of answers and mentions, read in pages from the newest on, and answers to them."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from services.demo_networks import asked as asking
from services.demo_networks.asked import Asked, refused
from services.demo_networks.board import Post

KINDS = {"mention": "username_mention"}
SUBMISSION = "t3_cargo2"


async def answer(asked: Asked) -> web.StreamResponse:
    if not asked.is_proven():
        return refused()
    match asked.method, asked.path:
        case "POST", "/api/v1/access_token":
            return asking.token(asked, "refresh_token")
        case "GET", "/message/inbox":
            return web.json_response(_listing(asked))
        case "POST", "/api/comment":
            return web.json_response(_posted(asked))
    return refused(404)


def _listing(asked: Asked) -> dict[str, Any]:
    """`after`: the name of the last thing of the page before."""
    posts, size = asked.board.said(), int(asked.query.get("limit", "25"))
    after = asked.query.get("after")
    start = next((at + 1 for at, post in enumerate(posts) if post.id == after), 0)
    page = posts[start : start + size]
    more = page[-1].id if start + size < len(posts) else None
    return {"kind": "Listing", "data": {"children": [_thing(post, asked.own) for post in page], "after": more}}


def _thing(post: Post, own: str) -> dict[str, Any]:
    ident, person = post.id.partition("_")[2], post.by
    place = f"/r/velos/comments/{SUBMISSION.partition('_')[2]}/cargo_2/{ident}/"
    words = f"u/{own} {post.text}" if post.kind == "mention" else post.text
    data = {
        "id": ident, "name": post.id, "body": words, "created_utc": post.at.timestamp(), "edited": False,
        "author": person.handle if person else own, "parent_id": post.parent or SUBMISSION, "link_id": SUBMISSION,
        "author_fullname": f"t2_{person.id}" if person else None, "type": KINDS.get(post.kind, "comment_reply"),
        "context": f"{place}?context=3", "subreddit": "velos", "was_comment": True,
    }  # fmt: skip
    return {"kind": "t1", "data": data}


def _posted(asked: Asked) -> dict[str, Any]:
    form = asked.form
    ident = f"t1_{asking.number()}"
    post = asked.board.add(Post(ident, "comment", form.get("text", ""), asked.now, parent=form.get("thing_id")))
    return {"json": {"errors": [], "data": {"things": [_thing(post, asked.own)]}}}

"""A feed of comments as a site offers it: RSS 2.0, and nothing new for who has its tag already."""

from __future__ import annotations

import hashlib
from email.utils import format_datetime
from html import escape

from aiohttp import web

from services.demo_networks.asked import Asked, paragraphs, refused
from services.demo_networks.board import Post

SITE = "https://forum.brizeo.example"
SHOWN = 400


async def answer(asked: Asked) -> web.StreamResponse:
    if (asked.method, asked.path) != ("GET", "/comments.xml"):
        return refused(404)
    body = _feed(asked.board.said()[:SHOWN]).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    if asked.request.headers.get("If-None-Match") == tag:
        return web.Response(status=304, headers={"ETag": tag})
    return web.Response(body=body, content_type="application/rss+xml", headers={"ETag": tag})


def _feed(posts: list[Post]) -> str:
    items = "".join(_item(post) for post in posts)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<channel><title>Forum Brizéo</title><link>{SITE}/</link>{items}</channel></rss>"
    )


def _item(post: Post) -> str:
    name = post.by.name if post.by else ""
    return (
        f"<item><title>{escape(f'Par : {name}')}</title><link>{SITE}/cargo-2#{post.number}</link>"
        f'<guid isPermaLink="false">{escape(post.id)}</guid><dc:creator>{escape(name)}</dc:creator>'
        f"<pubDate>{format_datetime(post.at)}</pubDate><description>{escape(paragraphs(post.text))}</description></item>"
    )

"""The demo's outside world: a small network that `vigie up --demo` answers for, so that replies have somewhere to go.

It speaks the real protocols over real HTTP (the Graph API's reply calls, the generic channel's signed reply POST), is
mounted under /demo only when the demo is asked for, and keeps the last replies in memory to be looked at. It accepts
what it is sent: the rules of the real networks are theirs.
"""

from __future__ import annotations

import secrets
from collections import deque
from typing import Any

import orjson
from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

from inbox.channels import Channels
from inbox.web.routes import Route

KEPT = 200
GRAPH_PATH = "/demo/graph/{object_id}/{edge:comments|replies|messages|likes}"
OBJECT_PATH = "/demo/graph/{object_id}"
BODY_MOST = 64 * 1024


class DemoNetwork:
    """Takes replies of the demo's channels, signed with their secrets as a brand's own site would check them."""

    def __init__(self, channels: Channels) -> None:
        self._channels = channels
        self.replies: deque[dict[str, Any]] = deque(maxlen=KEPT)

    def routes(self) -> list[Route]:
        return [
            Route("POST", "/demo/replies/{channel_id}", self.take_reply, "public", "hook", "demo.reply"),
            Route("POST", GRAPH_PATH, self.take_graph, "public", "hook", "demo.graph"),
            Route("DELETE", GRAPH_PATH, self.take_gesture, "public", "hook", "demo.unlike"),
            Route("POST", OBJECT_PATH, self.take_gesture, "public", "hook", "demo.hide"),
            Route("GET", OBJECT_PATH, self.tell, "public", "hook", "demo.object"),
        ]

    async def take_reply(self, request: web.Request) -> web.Response:
        channel = request.match_info["channel_id"]
        record = await self._channels.hook(channel)
        if record is None or record.network != "generic":
            return web.json_response({"error": "no such channel"}, status=404)
        body = await body_of(request)
        try:
            Webhook(record.secrets["secret"]).verify(body, dict(request.headers))
        except WebhookVerificationError:
            return web.json_response({"error": "bad signature"}, status=401)
        return self._posted({"channel": channel, "body": _object(body)}, prefix="demo")

    async def take_graph(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        record = {"object": request.match_info["object_id"], "edge": request.match_info["edge"], "body": _object(body)}
        return self._posted(record, prefix="17")

    async def take_gesture(self, request: web.Request) -> web.Response:
        """A like that is taken back, a comment that is hidden or shown again."""
        body = await body_of(request)
        self.replies.append({"object": request.match_info["object_id"], "edge": "", "body": _object(body)})
        return web.json_response({"success": True})

    async def tell(self, request: web.Request) -> web.Response:
        """Who asks is let in, and with a token that has no end."""
        name = request.match_info["object_id"]
        known = {"data": {"is_valid": True, "expires_at": 0}} if name == "debug_token" else {"id": name}
        return web.json_response(known)

    def _posted(self, record: dict[str, Any], *, prefix: str) -> web.Response:
        self.replies.append(record)
        posted = f"{prefix}_{secrets.randbelow(10**15):015d}"
        return web.json_response({"id": posted, "message_id": posted})


async def body_of(request: web.Request) -> bytes:
    if request.content_length is None or request.content_length > BODY_MOST:
        raise web.HTTPRequestEntityTooLarge(max_size=BODY_MOST, actual_size=request.content_length or 0)
    return await request.read()


def _object(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None

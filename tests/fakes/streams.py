"""A server on loopback that speaks WebSocket to whoever listens, and plain HTTP beside it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.fakes.server import Seen, says


@dataclass
class Streams:
    """`answer`: to plain requests; `refuses`: the status that whoever wants to listen gets; `greets`: what each hears
    first. `asked`: who wanted to listen; `heard`: set once somebody does."""

    answer: Callable[[Seen], Awaitable[web.StreamResponse]] = field(default_factory=lambda: says(404))
    refuses: list[int] = field(default_factory=list)
    greets: list[Any] = field(default_factory=list)
    asked: list[Seen] = field(default_factory=list)
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    _open: set[web.WebSocketResponse] = field(default_factory=set)
    _server: TestServer | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", self._take)
        self._server = TestServer(app)
        await self._server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        await self.hang_up()
        await self._server.close()

    @property
    def url(self) -> str:
        assert self._server is not None
        return str(self._server.make_url("")).rstrip("/")

    @property
    def stream_url(self) -> str:
        return f"ws{self.url.removeprefix('http')}"

    async def say(self, *contents: Any) -> None:
        """To all who listen; what is not text already is sent as JSON."""
        for listener in tuple(self._open):
            for content in contents:
                await listener.send_str(content if isinstance(content, str) else json.dumps(content))

    async def hang_up(self) -> None:
        self.heard.clear()
        for listener in tuple(self._open):
            await listener.close()

    async def _take(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        seen = Seen(request.method, request.path, headers, dict(request.query), await request.read())
        if headers.get("upgrade", "").lower() != "websocket":
            return await self.answer(seen)
        self.asked.append(seen)
        if self.refuses:
            return web.Response(status=self.refuses.pop(0), headers={"Location": "/elsewhere", "Retry-After": "40"})
        return await self._listened(request)

    async def _listened(self, request: web.Request) -> web.WebSocketResponse:
        listener = web.WebSocketResponse()
        await listener.prepare(request)
        self._open.add(listener)
        try:
            for content in self.greets:
                await listener.send_str(json.dumps(content))
            self.heard.set()
            async for _ in listener:
                pass
        finally:
            self._open.discard(listener)
        return listener

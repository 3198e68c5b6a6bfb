"""A file of a reply, for a network that fetches it itself (`inbox.lending`): no session, only the address.

It is a download under a kind that no browser runs, kept by nobody on the way, told to no search engine. A few are
served at once: what is held whole in memory must not be asked for by the hundred.
"""

from __future__ import annotations

import asyncio

from aiohttp import web

from inbox import lending
from inbox.errors import Unavailable
from inbox.web import uploads
from inbox.web.context import deps
from inbox.web.routes import Route

AT_ONCE = 4
WAIT_S = 5.0
_room: web.AppKey[asyncio.Semaphore] = web.AppKey("lent_room", asyncio.Semaphore)


async def lent(request: web.Request) -> web.StreamResponse:
    own = deps(request)
    async with _Room(request.app[_room]):
        found = await lending.content(own.log, request.match_info["token"], now=own.clock.now())
        response = uploads.download(found)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


class _Room:
    """Raises `Unavailable` where none is left in time."""

    def __init__(self, room: asyncio.Semaphore) -> None:
        self._room = room

    async def __aenter__(self) -> None:
        try:
            async with asyncio.timeout(WAIT_S):
                await self._room.acquire()
        except TimeoutError as error:
            raise Unavailable("Too many files are being fetched.") from error

    async def __aexit__(self, *_: object) -> None:
        self._room.release()


def setup(app: web.Application) -> None:
    app[_room] = asyncio.Semaphore(AT_ONCE)


ROUTES = [Route("GET", lending.PATH, lent, "public", "page", "lent_file")]

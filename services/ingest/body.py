"""Reading a request's body within limits: of size, declared or not, and of time.

aiohttp reads what a client declares as 2 GB until its own limit is really reached, and waits for ever for a body that
drips: so the declared length is looked at first, and the reading runs under a timeout.
"""

from __future__ import annotations

import asyncio

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

READ_S = 10.0


class TooLarge(Exception):
    pass


class TooSlow(Exception):
    pass


class Broken(Exception):
    """The connection was lost, or the body is not encoded as its headers say."""


async def read(request: web.Request, most: int) -> bytes:
    if (request.content_length or 0) > most:
        raise TooLarge
    if request.content.is_eof() and request.content.total_bytes <= most:
        return _at_hand(request)
    return await _arriving(request, most)


def _at_hand(request: web.Request) -> bytes:
    """A small body comes with its headers: nothing is waited for, so no timer is set."""
    try:
        return request.content.read_nowait()
    except (web.RequestPayloadError, HttpProcessingError, ConnectionError) as error:
        raise Broken from error


async def _arriving(request: web.Request, most: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(READ_S):
            async for chunk in request.content.iter_any():
                size += len(chunk)
                if size > most:
                    raise TooLarge
                chunks.append(chunk)
    except TimeoutError as error:
        raise TooSlow from error
    except (web.RequestPayloadError, HttpProcessingError, ConnectionError) as error:
        raise Broken from error
    return b"".join(chunks)

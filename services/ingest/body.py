"""Reading a request's body within limits: of size, declared or not, and of time.

aiohttp reads what a client declares as 2 GB until its own limit is really reached, and waits for ever for a body that
drips: so the declared length is looked at first, and the reading runs under a timeout.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Mapping

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from services.ingest.arrivals import Arrivals, Crowded

READ_S = 10.0
LARGE_S = 60.0
"""For the bodies of networks that send large ones."""


class TooLarge(Exception):
    pass


class TooSlow(Exception):
    pass


class Broken(Exception):
    """The connection was lost, or the body is not encoded as its headers say."""


def at_hand(request: web.Request, most: int) -> bytes | None:
    """A small body comes with its headers: nothing is waited for, so no timer is set. None for one that is still on
    its way (`arriving`)."""
    if (request.content_length or 0) > most:
        raise TooLarge
    content = request.content
    if not content.is_eof() or content.total_bytes > most:
        return None
    try:
        return content.read_nowait()
    except (web.RequestPayloadError, HttpProcessingError, ConnectionError) as error:
        raise Broken from error


async def arriving(
    request: web.Request, most: int, places: Arrivals, bounds: Mapping[Hashable, int], within_s: float | None = None
) -> bytes:
    """`most` bytes. `Crowded` where there is no place within `bounds`, or where it was too slow for the one it had."""
    if (request.content_length or 0) > most:
        raise TooLarge
    chunks: list[bytes] = []
    place = None
    try:
        async with asyncio.timeout(READ_S if within_s is None else within_s) as limit:
            with places.place(bounds, limit) as place:
                async for chunk in request.content.iter_any():
                    if place.came(len(chunk)) > most:
                        raise TooLarge
                    chunks.append(chunk)
    except TimeoutError as error:
        raise Crowded if place is not None and place.gave_way else TooSlow from error
    except (web.RequestPayloadError, HttpProcessingError, ConnectionError) as error:
        raise Broken from error
    return b"".join(chunks)

"""The live streams: server-sent events whose ids are positions, past a restore with their era. One for scripts (JSON),
one for the queue page (rows)."""

from __future__ import annotations

import asyncio
import contextlib
import re
import uuid

from aiohttp import hdrs, web

from inbox.ids import BrandId
from inbox.log.eras import FIRST
from inbox.web import failures, frames
from inbox.web.api import asked
from inbox.web.api.described import LAST_EVENT_ID, POSITION, Operation, Parameter
from inbox.web.context import deps, viewer
from inbox.web.crowd import Seat
from inbox.web.live import HUB, Since
from inbox.web.problems import bad
from inbox.web.routes import Route
from inbox.web.security import brand_of, credential
from inbox.web.watchers import Socket, Watcher

WRITE_TIMEOUT_S = 10.0
LANGUAGES = ("fr", "en")
ID = re.compile(r"(?P<position>[0-9]{1,18})(-(?P<era>[0-9a-f]{12}))?", re.ASCII)
SEAT = re.compile(r"[0-9a-f]{32}", re.ASCII)
"""What a page calls itself: random, and known to its own browser only."""


async def for_scripts(request: web.Request) -> web.StreamResponse:
    asked.only(request, "after", "era")
    personal = viewer(request).may(brand_of(request), "personal")
    return await _stream(request, frames.Variant("api", personal=personal))


async def for_pages(request: web.Request) -> web.StreamResponse:
    asked.only(request, "after", "era", "views", "lang", "seat")
    lang, seat = asked.one(request, "lang") or viewer(request).locale, asked.one(request, "seat") or ""
    if lang not in LANGUAGES:
        raise bad("lang", "fr or en")
    if seat and not SEAT.fullmatch(seat):
        raise bad("seat", "32 hexadecimal digits")
    return await _stream(request, frames.Variant("page", lang), seat)


def _after(request: web.Request) -> Since | None:
    """A browser that comes back says where it was; a page just loaded says what it is true at."""
    last = request.headers.get("Last-Event-ID")
    if last:
        found = ID.fullmatch(last)
        if found is None:
            raise bad("Last-Event-ID", "an id of this stream")
        return Since(int(found["position"]), found["era"] or FIRST, _views(request))
    if "after" not in request.query:
        return None
    return Since(asked.position(request), asked.one(request, "era"), _views(request))


def _views(request: web.Request) -> int | None:
    told = asked.one(request, "views")
    if told is not None and not (told.isascii() and told.isdecimal() and len(told) <= 18):
        raise bad("views", "a number")
    return None if told is None else int(told)


async def _stream(request: web.Request, variant: frames.Variant, seat: str = "") -> web.StreamResponse:
    brand, asking = brand_of(request), viewer(request)
    watcher = Watcher(variant, asking.actor, credential(request), asking.rights[brand], seat)
    return await stream(request, brand, watcher)


async def stream(request: web.Request, brand: BrandId, watcher: Watcher) -> web.StreamResponse:
    """Whatever the watcher may see, from the position that the request names, until it is cut."""
    after = _after(request)
    response = web.StreamResponse(
        headers={hdrs.CONTENT_TYPE: "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}
    )
    entries = request.app[HUB].subscribe(brand, watcher, after)
    async with contextlib.aclosing(entries):
        # The first batch before the head, so that what cannot be served is still a proper answer.
        first = await anext(entries)
        await response.prepare(request)
        try:
            await _write(response, frames.RETRY + first)
            watcher.socket = _socket(request, response)
            async for batch in entries:
                await _write(response, batch)
        except (ConnectionError, TimeoutError):
            watcher.end("slow")
        except Exception as error:  # noqa: BLE001 — the answer has begun: nothing further out can say that it broke
            failures.note_bug(request, error)
            watcher.end("broken")
    if watcher.cut.is_set() and request.transport is not None and not deps(request).stopping.is_set():
        request.transport.abort()  # a reader that does not read would hold its buffers for ever
    return response


def _socket(request: web.Request, response: web.StreamResponse) -> Socket | None:
    """Its head has gone out: from here on whoever has news may write to it."""
    transport, chunked = request.transport, response.headers.get(hdrs.TRANSFER_ENCODING) == "chunked"
    return Socket(transport, chunked) if isinstance(transport, asyncio.WriteTransport) else None


async def _write(response: web.StreamResponse, batch: bytes) -> None:
    async with asyncio.timeout(WRITE_TIMEOUT_S):
        await response.write(batch)


async def here(request: web.Request) -> web.StreamResponse:
    """What a page shows, and whether its member writes there: for those who watch the brand, and kept nowhere."""
    fields, asking = await request.post(), viewer(request)
    seat, item = str(fields.get("seat", "")), str(fields.get("item", ""))
    if not SEAT.fullmatch(seat):
        raise bad("seat", "32 hexadecimal digits")
    try:
        shown = uuid.UUID(item) if item else None
    except ValueError as error:
        raise bad("item", "an item's id, or nothing") from error
    writing = shown is not None and fields.get("writing") == "yes" and asking.may(brand_of(request), "act")
    said = Seat(seat, asking.actor, asking.name, shown, writing)
    request.app[HUB].presence.say(brand_of(request), said)
    return web.Response(status=204)


ROUTES = [
    Route("GET", "/api/v1/brands/{brand_id}/live", for_scripts, "read", "api", "api.live"),
    Route("GET", "/b/{brand_id}/live", for_pages, "personal", "page", "page.live"),
    Route("POST", "/b/{brand_id}/here", here, "personal", "page", "page.here"),
]
OPERATIONS = {
    "api.live": Operation(
        "Items as they change (server-sent events)", "Events",
        parameters=(
            Parameter("after", "The position you have; without it, from now on.", POSITION),
            Parameter("era", "That position's, as `/events` said it: `reset` where a restore put the log back."),
            LAST_EVENT_ID,
        ),
        answers="text/event-stream", problems=(503,),
    )
}  # fmt: skip

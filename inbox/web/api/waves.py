"""Waves: near-identical messages of many authors, and who is in them."""

from __future__ import annotations

from aiohttp import web

from inbox.errors import Refused
from inbox.views import waves
from inbox.web.api import asked
from inbox.web.api.answer import as_json
from inbox.web.api.described import LIMIT, Operation, Parameter
from inbox.web.api.shapes import WaveDetailShape, WavesShape
from inbox.web.context import deps, viewer
from inbox.web.problems import bad
from inbox.web.routes import Route
from inbox.web.security import brand_of

PATH = "/api/v1/brands/{brand_id}/waves"


async def listed(request: web.Request) -> web.StreamResponse:
    asked.only(request)
    brand, own = brand_of(request), deps(request)
    personal = viewer(request).may(brand, "personal")
    async with own.pool.acquire() as connection:
        found = await waves.of_brand(connection, brand, own.clock.now())
    return as_json({"waves": [wave.to_json(personal) for wave in found]})


async def shown(request: web.Request) -> web.StreamResponse:
    asked.only(request, "after", "limit")
    brand, own, wave_id = brand_of(request), deps(request), asked.wave_id(request)
    now, personal = own.clock.now(), viewer(request).may(brand, "personal")
    after, limit = asked.one(request, "after"), asked.limit(request)
    async with own.pool.acquire() as connection:
        wave = await waves.one(connection, brand, wave_id, now)
        try:
            page = await waves.page(connection, brand, wave_id, now, after=after, limit=limit)
        except Refused as refusal:
            raise bad("after", "no cursor that this list gave") from refusal
    members = [row.to_json(personal) for row in page.rows]
    return as_json({**wave.to_json(personal), "members": members, "next": page.next})


ROUTES = [
    Route("GET", PATH, listed, "read", "api", "api.waves"),
    Route("GET", PATH + "/{wave_id}", shown, "read", "api", "api.wave"),
]
OPERATIONS = {
    "api.waves": Operation(
        "Waves of the last seven days: the most urgent first, then what grows most", "Waves", answers=WavesShape
    ),
    "api.wave": Operation(
        "One wave, and its items", "Waves",
        parameters=(
            Parameter("after", "`next` of the page before."),
            Parameter("limit", "How many items at most.", LIMIT),
        ),
        answers=WaveDetailShape, problems=(404,),
    ),
}  # fmt: skip

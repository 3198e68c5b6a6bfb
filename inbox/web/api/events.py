"""The log itself, page by page: everything that happened to the brand, in order, for ever."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from inbox.between import actor_of
from inbox.log.record import Recorded
from inbox.people import members
from inbox.views.published import published
from inbox.web.api import asked
from inbox.web.api.answer import as_json
from inbox.web.api.described import LIMIT, POSITION, Operation, Parameter
from inbox.web.api.shapes import EventsShape
from inbox.web.context import deps, viewer
from inbox.web.routes import Route
from inbox.web.security import brand_of


async def listed(request: web.Request) -> web.StreamResponse:
    asked.only(request, "after", "limit")
    brand, own = brand_of(request), deps(request)
    after, limit = asked.position(request), asked.limit(request)
    async with own.pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        recorded = await own.log.read(brand, after, limit, connection=connection)
        head = await own.log.head(brand, connection=connection)
    names = await members.names(own.log, brand, (actor_of(r.event) for r in recorded))
    personal = viewer(request).may(brand, "personal")
    return as_json({
        "events": [_as_json(r, names, personal) for r in recorded],
        "position": recorded[-1].position if recorded else min(after, head),
        "head": head,
    })  # fmt: skip


def _as_json(recorded: Recorded, names: Mapping[int, str], personal: bool) -> dict[str, Any]:
    shown, actor = published(recorded, personal), actor_of(recorded.event)
    return {
        **shown,
        "id": str(recorded.dedupe),
        "actor": actor,
        "actor_name": names.get(actor) if actor is not None else None,
    }


ROUTES = [Route("GET", "/api/v1/brands/{brand_id}/events", listed, "read", "api", "api.events")]
OPERATIONS = {
    "api.events": Operation(
        "The log after a position", "Events",
        parameters=(
            Parameter("after", "The last position you have.", POSITION),
            Parameter("limit", "How many at most.", LIMIT),
        ),
        answers=EventsShape,
    )
}  # fmt: skip

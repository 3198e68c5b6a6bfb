"""The log itself, page by page: everything that happened to the brand, in order, for ever."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from inbox.between import actor_of
from inbox.errors import Refused
from inbox.log import eras
from inbox.log.eras import Eras
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
    asked.only(request, "after", "era", "limit")
    brand, own = brand_of(request), deps(request)
    after, limit = asked.position(request), asked.limit(request)
    async with own.pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        recorded = await own.log.read(brand, after, limit, connection=connection)
        head = await own.log.head(brand, connection=connection)
        known = await eras.of_brand(connection, brand)
    _check_era(known, asked.one(request, "era"), after)
    upto = recorded[-1].position if recorded else min(after, head)
    names = await members.names(own.log, brand, (actor_of(r.event) for r in recorded))
    personal = viewer(request).may(brand, "personal")
    return as_json({
        "events": [_as_json(r, names, personal) for r in recorded],
        "position": upto,
        "era": known.at(upto),
        "head": head,
    })  # fmt: skip


def _check_era(known: Eras, era: str | None, after: int) -> None:
    """A reader who stands where a restored log never was would miss what came instead."""
    if era is not None and (common := known.common(era, after)) < after:
        raise Refused(
            "restored", f"The log was restored from a backup. What you have is right up to position {common}: read on"
            " from there, without an era.", status=409, details={"after": common},
        )  # fmt: skip


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
            Parameter("era", "That position's, as the answer said it: 409 where a restore put the log back."),
            Parameter("limit", "How many at most.", LIMIT),
        ),
        answers=EventsShape, problems=(409,),
    )
}  # fmt: skip

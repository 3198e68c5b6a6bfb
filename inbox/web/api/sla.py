"""The figures of a period: how fast we acknowledged and answered, and whom we left waiting."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

from aiohttp import web

from inbox.people import brands
from inbox.views import sla, spread
from inbox.views.queue import snapshot
from inbox.web.api import asked
from inbox.web.api.answer import as_json
from inbox.web.api.described import Operation, Parameter
from inbox.web.api.shapes import FiguresShape
from inbox.web.context import deps
from inbox.web.problems import bad
from inbox.web.routes import Route
from inbox.web.security import brand_of

USUAL = timedelta(days=7)
LONGEST = timedelta(days=400)


async def shown(request: web.Request) -> web.StreamResponse:
    asked.only(request, "from", "to", "channel", "priority", "member")
    brand, own, now = brand_of(request), deps(request), deps(request).clock.now()
    start, end = period(request, (await brands.get(own.log, brand)).zone, now)
    priorities = asked.priorities(request)
    if len(priorities) > 1:
        raise bad("priority", "one at a time")
    member = asked.number(request, "member", 0, 1, 2**62)
    channel, priority = asked.one(request, "channel"), next(iter(priorities), None)
    async with own.pool.acquire() as connection, snapshot(connection):
        figures = await sla.figures(
            connection, brand, start, end, channel=channel, priority=priority, member=member or None, now=now
        )
        back = await spread.back(connection, brand, start, end, channel, priority, member or None)
    return as_json({**figures.to_json(), "back": asdict(back)})


def period(request: web.Request, zone: str, now: datetime) -> tuple[datetime, datetime]:
    """`from` and `to` of the query, 7 days up to now if not given. Refused: what is no period, or a longer one."""
    end = asked.moment(request, "to", zone) or now
    start = asked.moment(request, "from", zone) or end - USUAL
    if start >= end:
        raise bad("from", "must lie before `to`")
    if end - start > LONGEST:
        raise bad("from", f"at most {LONGEST.days} days before `to`")
    return start, end


ROUTES = [Route("GET", "/api/v1/brands/{brand_id}/sla", shown, "read", "api", "api.sla")]
OPERATIONS = {
    "api.sla": Operation(
        "Figures of a period", "Figures",
        parameters=(
            Parameter("from", "Where it begins: a time, or a day in the brand's zone. Default: 7 days before `to`."),
            Parameter("to", "Where it ends, itself not in it. Default: now."),
            Parameter("channel", "One channel's id."),
            Parameter("priority", "1 to 4."),
            Parameter("member", "A member's id: turns they acknowledged or answered.", {"type": "integer"}),
        ),
        answers=FiguresShape,
    )
}  # fmt: skip

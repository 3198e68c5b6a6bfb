"""How far the classifier and people agree, and what people corrected as training text: for leads."""

from __future__ import annotations

from aiohttp import web

from inbox.errors import Refused
from inbox.people import brands
from inbox.views import agreement, lessons
from inbox.web.api import asked
from inbox.web.api.answer import as_json
from inbox.web.api.described import Operation, Parameter
from inbox.web.api.shapes import AgreementShape
from inbox.web.api.sla import period
from inbox.web.context import deps, viewer
from inbox.web.routes import Route
from inbox.web.security import brand_of


async def shown(request: web.Request) -> web.StreamResponse:
    asked.only(request, "from", "to")
    brand, own, now = brand_of(request), deps(request), deps(request).clock.now()
    start, end = period(request, (await brands.get(own.log, brand)).zone, now)
    async with own.pool.acquire() as connection:
        found = await agreement.agreement(connection, brand, start, end, now=now)
    return as_json(found.to_json())


async def exported(request: web.Request) -> web.StreamResponse:
    asked.only(request)
    brand, own, asking = brand_of(request), deps(request), viewer(request)
    if not asking.may(brand, "personal"):
        raise Refused("forbidden", "What people wrote needs the right `personal`, masked or not.", status=403)
    lines, _ = await lessons.export(own.log, brand, by=asking.actor, now=own.clock.now())
    return web.Response(body=lines, content_type="application/jsonl", charset="utf-8")


ROUTES = [
    Route("GET", "/api/v1/brands/{brand_id}/agreement", shown, "manage", "api", "api.agreement"),
    Route("GET", "/api/v1/brands/{brand_id}/corrections.jsonl", exported, "manage", "api", "api.corrections"),
]
OPERATIONS = {
    "api.agreement": Operation(
        "How far the classifier and people agree", "Figures",
        parameters=(
            Parameter("from", "Where it begins: a time, or a day in the brand's zone. Default: 7 days before `to`."),
            Parameter("to", "Where it ends, itself not in it. Default: now."),
        ),
        answers=AgreementShape,
    ),
    "api.corrections": Operation(
        "What people corrected, masked, as training text; also needs `personal`", "Figures",
        answers="application/jsonl",
    ),
}  # fmt: skip

"""What somebody chose to be treated together: rows by hand, all that fit a list, or all who wait in a wave."""

from __future__ import annotations

import uuid
from datetime import datetime
from urllib.parse import parse_qs

from aiohttp import web

from inbox.bulk import jobs
from inbox.bulk.jobs import MOST, Choice
from inbox.errors import Refused
from inbox.log.store import Connection
from inbox.views import queue
from inbox.web import searching
from inbox.web.context import deps
from inbox.web.pages import render
from inbox.web.pages.asking import Chosen, look

PAGE = 500


async def chosen(request: web.Request, world: render.World, now: datetime) -> list[Choice]:
    """`item` (`id:position`, several), or `query` of a list with `all`, or `wave`. Refused: `bad_request`,
    `too_many_chosen`, and what `asking.look` refuses."""
    fields = await render.form(request)
    async with deps(request).pool.acquire() as connection:
        if wave := fields.get("wave"):
            rows = await connection.fetch(jobs.sql.of_wave, world.brand.id, _id(wave), MOST + 1)
            return [(row["item_id"], row["position"], None) for row in rows]
        if fields.get("all"):
            return await _all_that_fit(request, connection, world, fields.get("query", ""), now)
    return [_seen(one) for one in await render.form_lists(request, "item")]


async def _all_that_fit(
    request: web.Request, connection: Connection, world: render.World, query: str, now: datetime
) -> list[Choice]:
    asked = {name: values[-1] for name, values in parse_qs(query.lstrip("?")).items()}
    places = searching.placed(request, world.brand.zone, world.channels, world.members)
    wanted = look(Chosen.of(asked), places).filter
    found: list[tuple[uuid.UUID, int]] = []
    after = queue.NOBODY
    while len(found) <= MOST:
        some = await queue.names(connection, world.brand.id, wanted, now, after=after, limit=PAGE)
        found += some
        if len(some) < PAGE:
            break
        after = some[-1][0]
    return [(item_id, position, None) for item_id, position in found]


def _seen(one: str) -> Choice:
    name, _, position = one.partition(":")
    if not (position.isascii() and position.isdigit() and len(position) < 19):
        raise Refused("bad_request", "An item is chosen at the position that was seen.")
    return _id(name), int(position), None


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise Refused("bad_request", "That is no id.") from error

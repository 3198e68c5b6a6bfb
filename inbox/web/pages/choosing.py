"""What somebody chose to be treated together: rows by hand, all that fit a list, or all who wait in a wave."""

from __future__ import annotations

import uuid
from datetime import datetime
from urllib.parse import parse_qs

from aiohttp import web

from inbox.bulk import choosing
from inbox.bulk.jobs import Choice
from inbox.errors import Refused
from inbox.log.store import Connection
from inbox.web import searching
from inbox.web.context import deps
from inbox.web.pages import render
from inbox.web.pages.asking import Chosen, look


async def chosen(request: web.Request, world: render.World, now: datetime) -> list[Choice]:
    """`item` (`id:position`, several), or `query` of a list with `all`, or `wave`. Refused: `bad_request`,
    `too_many_chosen`, and what `asking.look` refuses."""
    fields = await render.form(request)
    async with deps(request).pool.acquire() as connection:
        if wave := fields.get("wave"):
            return await choosing.of_wave(connection, world.brand.id, _id(wave))
        if fields.get("all"):
            return await _all_that_fit(request, connection, world, fields.get("query", ""), now)
    return [_seen(one) for one in await render.form_lists(request, "item")]


async def _all_that_fit(
    request: web.Request, connection: Connection, world: render.World, query: str, now: datetime
) -> list[Choice]:
    asked = {name: values[-1] for name, values in parse_qs(query.lstrip("?")).items()}
    places = searching.placed(request, world.brand.zone, world.channels, world.members)
    return await choosing.that_fit(connection, world.brand.id, look(Chosen.of(asked), places).filter, now)


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

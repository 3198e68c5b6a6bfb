"""What somebody chose to be treated together: rows by hand, all that fit a list, or all who wait in a wave."""

from __future__ import annotations

import uuid
from datetime import datetime
from urllib.parse import parse_qs

from aiohttp import web

from inbox.bulk import choosing
from inbox.bulk.jobs import Choice
from inbox.errors import Refused
from inbox.views.filters import Filter
from inbox.web import searching
from inbox.web.context import deps
from inbox.web.pages import render
from inbox.web.pages.asking import Chosen, look


async def chosen(request: web.Request, world: render.World, now: datetime) -> list[Choice]:
    """`item` (`id:position`, several; with `waves` also who is folded under them on the list of `query`), or `query`
    with `all`, or `wave`. Refused: `bad_request`, `too_many_chosen`, and what `asking.look` refuses."""
    fields = await render.form(request)
    async with deps(request).pool.acquire() as connection:
        if wave := fields.get("wave"):
            return await choosing.of_wave(connection, world.brand.id, _id(wave))
        if fields.get("all"):
            wanted = _list(request, world, fields.get("query", ""))
            return await choosing.that_fit(connection, world.brand.id, wanted, now)
        seen = [_seen(one) for one in await render.form_lists(request, "item")]
        if fields.get("waves"):
            wanted = _list(request, world, fields.get("query", ""))
            return await choosing.with_waves(connection, world.brand.id, wanted, seen, now)
    return seen


def _list(request: web.Request, world: render.World, query: str) -> Filter:
    asked = {name: values[-1] for name, values in parse_qs(query.lstrip("?")).items()}
    places = searching.placed(request, world.brand.zone, world.channels, world.members)
    return look(Chosen.of(asked), places).filter


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

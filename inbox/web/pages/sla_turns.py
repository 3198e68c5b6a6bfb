"""The items behind a figure, as rows of the queue."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from aiohttp import web
from markupsafe import Markup

from inbox.log.store import Connection
from inbox.sql import beside
from inbox.views import sla, spread
from inbox.views.export import MOST_TURNS
from inbox.views.row import Row
from inbox.views.stored import load_row
from inbox.web import words
from inbox.web.context import deps
from inbox.web.pages import render, sla_behind
from inbox.web.pages.rows import render_row
from inbox.web.pages.sla_asked import Asked, asked
from inbox.web.pages.sla_words import title
from inbox.web.routes import Route

sql = beside(__file__, "sla.sql")

MOST_TURNS_SHOWN = 200


async def turns(request: web.Request) -> web.StreamResponse:
    """Of the period's turns those that the figure counts. `against`: of the period that it is compared with."""
    own, world = deps(request), await render.world(request)
    now, say = own.clock.now(), world.say
    which = asked(request.query, now, say)
    period = which.against if request.query.get("against") and which.against else which
    behind = sla_behind.wanted(request.query, period, world)
    async with own.pool.acquire() as connection:
        found = await sla.turn_rows(
            connection, world.brand.id, period.start, period.end, **period.narrow, now=now
        )  # fmt: skip
        found = [turn for turn in found if all(one.rule(turn) for one in behind)]
        ids = list(dict.fromkeys(turn.item_id for turn in found))
        rows = await _cards(connection, world, ids, now)
    return render.page(
        request, "turns.html", say, world=world, here="sla", rows=rows, turns=len(found), items=len(ids),
        most=MOST_TURNS_SHOWN, back=f"{world.base}/sla{which.query()}", title=title(period, say),
        what=_what([one.said for one in behind], period, world),
    )  # fmt: skip


async def waiting(request: web.Request) -> web.StreamResponse:
    """Who waits now for so long: a step of the backlog's ages."""
    own, world = deps(request), await render.world(request)
    now, say = own.clock.now(), world.say
    which = asked(request.query, now, say)
    text = request.query.get("step", "")
    step = min(int(text), len(spread.AGES_S)) if text.isascii() and text.isdigit() and len(text) < 3 else 0
    async with own.pool.acquire() as connection:
        ids = await spread.waiting_for(
            connection, world.brand.id, step, channel=which.channel, priority=which.priority, now=now,
            limit=MOST_TURNS,
        )  # fmt: skip
        rows = await _cards(connection, world, ids, now)
    told = say("waiting: %(time)s", time=sla_behind.step_name(spread.AGES_S, step, say))
    return render.page(
        request, "turns.html", say, world=world, here="sla", rows=rows, turns=len(ids), items=len(ids),
        most=MOST_TURNS_SHOWN, back=f"{world.base}/sla{which.query()}", title=say("Now"),
        what=_what([told], which, world, member=False),
    )  # fmt: skip


async def _cards(connection: Connection, world: render.World, ids: Sequence[uuid.UUID], now: datetime) -> list[Markup]:
    cards = await connection.fetch(sql.cards, world.brand.id, list(ids[:MOST_TURNS_SHOWN]))
    return [_row(load_row(card["card"]).as_of(now), world, now) for card in cards]


def _row(row: Row, world: render.World, now: datetime) -> Markup:
    shown = render_row(
        row, world.say.lang, world.names, base=world.base, query="?view=all", zone=world.brand.zone, now=now
    )
    return Markup(shown)  # noqa: S704  our own template, escaped there


def _what(said: Sequence[str], which: Asked, world: render.World, *, member: bool = True) -> str:
    parts = list(said)
    if which.channel:
        parts.append(world.channel_names.get(which.channel, which.channel))
    if which.priority:
        parts.append(f"P{which.priority}")
    if member and which.member:
        parts.append(words.member(which.member, world.names, world.say))
    return " · ".join(dict.fromkeys(parts)) or world.say("all turns")


ROUTES = [
    Route("GET", "/b/{brand_id}/sla/turns", turns, "personal", "page", "sla_turns"),
    Route("GET", "/b/{brand_id}/sla/waiting", waiting, "personal", "page", "sla_waiting"),
]

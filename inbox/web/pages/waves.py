"""Waves on the screen: which near-identical messages come from many people, how they grow, and who is in them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from aiohttp import web
from markupsafe import Markup

from inbox.errors import NotFound
from inbox.views import waves
from inbox.views.row import Row
from inbox.web import charts, words
from inbox.web.context import deps
from inbox.web.i18n import Speech
from inbox.web.pages import render
from inbox.web.pages.rows import render_row, text_direction
from inbox.web.routes import Route

PER_PAGE = 50


async def listed(request: web.Request) -> web.StreamResponse:
    own, world = deps(request), await render.world(request)
    now = own.clock.now()
    async with own.pool.acquire() as connection:
        found = await waves.of_brand(connection, world.brand.id, now)
    return render.page(request, "waves.html", world.say, waves=found, **_context(world, now))


async def shown(request: web.Request) -> web.StreamResponse:
    own, world, wave_id = deps(request), await render.world(request), _wave_id(request)
    now, after = own.clock.now(), request.query.get("after") or None
    async with own.pool.acquire() as connection:
        wave = await waves.one(connection, world.brand.id, wave_id, now)
        page = await waves.page(connection, world.brand.id, wave_id, now, after=after, limit=PER_PAGE)
    return render.page(
        request, "wave.html", world.say, wave=wave, rows=_rows(page.rows, world, now),
        more=f"{world.base}/waves/{wave_id}?after={page.next}" if page.next else None, **_context(world, now),
    )  # fmt: skip


def _wave_id(request: web.Request) -> uuid.UUID:
    try:
        return uuid.UUID(request.match_info["wave_id"])
    except ValueError as error:
        raise NotFound from error


def _context(world: render.World, now: datetime) -> render.Context:
    say = world.say
    return {
        "world": world,
        "here": "waves",
        "spark": lambda wave: _spark(wave, say),
        "level": lambda wave: words.level(wave.level, say),
        "channels": lambda wave: ", ".join(world.channel_names.get(id, id) for id in wave.channels),
        "languages": lambda wave: ", ".join(say.language(lang) for lang in wave.langs),
        "text_dir": text_direction,
    }


def _spark(wave: waves.Wave, say: Speech) -> Markup:
    last = say.many("%(num)s message in the last hour", "%(num)s messages in the last hour", wave.last_hour)
    return charts.sparkline(wave.counts, label=say("The last six hours: %(last)s", last=last))


def _rows(rows: Sequence[Row], world: render.World, now: datetime) -> list[Markup]:
    return [
        Markup(  # noqa: S704  our own template, escaped there
            render_row(
                row, world.say.lang, world.names, base=world.base, query="?view=all", zone=world.say.told_in, now=now
            )
        )
        for row in rows
    ]


ROUTES = [
    Route("GET", "/b/{brand_id}/waves", listed, "personal", "page", "waves"),
    Route("GET", "/b/{brand_id}/waves/{wave_id}", shown, "personal", "page", "wave"),
]

"""The wallboard: big figures on a screen in the room, live, without a name or a word of an author.

Two ways in, one page: a member's session, or a link that a lead made for a screen on which nobody is signed in. The
link's token stands in the path, of which the access log keeps the pattern only; a dead one answers 410, and whoever
guesses is slowed down.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from aiohttp import web

from inbox import walls
from inbox.ids import BrandId
from inbox.people import brands, throttle, wall_links
from inbox.people.brands import Brand
from inbox.views import queue, sla
from inbox.views.queue import OpenFigures, snapshot
from inbox.web import address, frames
from inbox.web.api import live
from inbox.web.context import deps, viewer
from inbox.web.i18n import Speech
from inbox.web.pages import render, sla_charts, sla_words
from inbox.web.pages.sla import GOALS
from inbox.web.routes import Route
from inbox.web.security import brand_of, credential
from inbox.web.tail import WALL
from inbox.web.watchers import Watcher

WIDE = 1340
"""Of the chart on a screen in the room: as wide as three figures, at a quarter of the height."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is looked at: by a member, or (`by_link`) by a screen. `watcher`: for the live stream."""

    brand: Brand
    say: Speech
    watcher: Watcher
    by_link: bool


class Dead(Exception):
    """A link that was revoked, or that never was."""


async def _by_session(request: web.Request) -> Seen:
    asking, brand = viewer(request), brand_of(request)
    known = await brands.get(deps(request).log, brand)
    watcher = Watcher(frames.Variant("wall"), asking.actor, credential(request), asking.rights[brand])
    return Seen(known, Speech(render.language_of(asking), known.zone), watcher, by_link=False)


async def _by_link(request: web.Request) -> Seen:
    """Raises `Dead`. From here on the request sees the brand of its address alone, and finds links of that brand."""
    own, brand = deps(request), brand_of(request)
    walls.narrow([brand])
    now = own.clock.now()
    shown = await wall_links.find(own.pool, brand, request.match_info["token"], now=now)
    if shown is None:
        await throttle.admit(own.pool, [throttle.address_key(address.client(request))], now=now)
        raise Dead
    known = await brands.get(own.log, brand)
    watcher = Watcher(frames.Variant("wall"), 0, shown.digest, WALL)
    return Seen(known, Speech(shown.lang, known.zone), watcher, by_link=True)


async def show(request: web.Request) -> web.StreamResponse:
    return await _page(request, await _by_session(request))


async def figures(request: web.Request) -> web.StreamResponse:
    return await _figures(request, await _by_session(request))


async def follow(request: web.Request) -> web.StreamResponse:
    return await _follow(request, await _by_session(request))


async def show_by_link(request: web.Request) -> web.StreamResponse:
    try:
        return await _page(request, await _by_link(request))
    except Dead:
        say = Speech(render.language_of(viewer(request)))
        return render.page(request, "wall_dead.html", say, status=410)


async def figures_by_link(request: web.Request) -> web.StreamResponse:
    try:
        return await _figures(request, await _by_link(request))
    except Dead:
        return web.Response(status=410)


async def follow_by_link(request: web.Request) -> web.StreamResponse:
    try:
        return await _follow(request, await _by_link(request))
    except Dead:
        return web.Response(status=410)


async def _page(request: web.Request, seen: Seen) -> web.Response:
    return render.page(
        request, "wall.html", seen.say, seen=seen, here=request.path, **await _told(request, seen)
    )  # fmt: skip


async def _figures(request: web.Request, seen: Seen) -> web.Response:
    return render.page(request, "wall_figures.html", seen.say, seen=seen, **await _told(request, seen))


async def _follow(request: web.Request, seen: Seen) -> web.StreamResponse:
    return await live.stream(request, BrandId(seen.brand.id), seen.watcher)


async def _told(request: web.Request, seen: Seen) -> dict[str, Any]:
    own, say = deps(request), seen.say
    now = own.clock.now()
    async with own.pool.acquire() as connection, snapshot(connection):
        today = await sla.figures(connection, seen.brand.id, *_today(now, say), now=now)
        waiting = await queue.open_figures(connection, seen.brand.id, now)
    return {
        "today": today, "waiting": waiting, "total": _total(waiting), "goals": GOALS, "at": now,
        "mood": sla_charts.mood(today, say), "mood_wide": sla_charts.mood(today, say, width=WIDE),
        "seconds": sla_words.seconds(say), "share": sla_words.share(say),
        "longest": _longest(today, now, say),
    }  # fmt: skip


def _today(now: datetime, say: Speech) -> tuple[datetime, datetime]:
    day = say.local(now).date()
    start, end = (datetime.combine(day + timedelta(days=n), time(0), say.tz).astimezone(UTC) for n in (0, 1))
    return start, end


def _total(waiting: OpenFigures) -> dict[str, int]:
    names = ("waiting", "unacknowledged", "at_risk", "overdue")
    return {name: sum(getattr(waiting, name).values()) for name in names}


def _longest(today: sla.Figures, now: datetime, say: Speech) -> str | None:
    """How long ago the first of those fell due who wait too long."""
    row = today.overdue[0] if today.overdue else None
    if row is None:
        return None
    due = row.ack_due_at if row.acknowledged_at is None and row.ack_due_at < now else row.response_due_at
    return say.duration((now - due).total_seconds(), coarse=True)


ROUTES = [
    Route("GET", "/b/{brand_id}/wall", show, "read", "page", "wall"),
    Route("GET", "/b/{brand_id}/wall/figures", figures, "read", "page", "wall_figures"),
    Route("GET", "/b/{brand_id}/wall/live", follow, "read", "page", "wall_live"),
    Route("GET", "/wall/{brand_id}/{token}", show_by_link, "public", "page", "wall_by_link"),
    Route("GET", "/wall/{brand_id}/{token}/figures", figures_by_link, "public", "page", "wall_figures_by_link"),
    Route("GET", "/wall/{brand_id}/{token}/live", follow_by_link, "public", "page", "wall_live_by_link"),
]

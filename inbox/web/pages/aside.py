"""What Vigie's own workers could not handle, and what a host's spool could not bring into the log (leads): visible,
with its reason, and tried again on demand."""

from __future__ import annotations

from aiohttp import web

from inbox import spool_aside
from inbox.errors import NotFound
from inbox.log import aside
from inbox.web.context import deps
from inbox.web.i18n import N_
from inbox.web.pages import render, settings
from inbox.web.routes import Route

MISSING = {
    "project": N_("A row of the queue may be missing or old"),
    "classify": N_("A message was not read"),
    "waves": N_("A message stands in no wave"),
    "link": N_("A late edit or answer was not applied"),
    "deliver": N_("A reply may not have left"),
}
OTHER = N_("Something was not done")
MOST_DIGITS = 18


async def show(request: web.Request) -> web.StreamResponse:
    world = await render.world(request)
    found = await aside.of_brand(deps(request).pool, world.brand.id)
    rows = [(one, world.say(MISSING.get(one.follower, OTHER))) for one in found]
    kept = await spool_aside.of_brand(deps(request).pool, world.brand.id)
    return settings.shown(request, world, "set-aside", "settings_set_aside.html", rows=rows, kept=kept)


async def again(request: web.Request) -> web.StreamResponse:
    own, world, given = deps(request), await render.world(request), await render.form(request)
    position = _number(given.get("position", ""))
    await aside.ask(own.pool, world.brand.id, given.get("follower", ""), position, own.clock.now())
    return render.see_other(request, f"{world.base}/settings/set-aside")


async def spool_again(request: web.Request) -> web.StreamResponse:
    own, world, given = deps(request), await render.world(request), await render.form(request)
    spool, number = _number(given.get("spool", "")), _number(given.get("number", ""))
    await spool_aside.ask(own.pool, world.brand.id, spool, number, own.clock.now())
    return render.see_other(request, f"{world.base}/settings/set-aside")


def _number(given: str) -> int:
    if not (given.isascii() and given.isdigit() and len(given) <= MOST_DIGITS):
        raise NotFound
    return int(given)


ROUTES = [
    Route("GET", "/b/{brand_id}/settings/set-aside", show, "manage", "page", "settings_set_aside"),
    Route("POST", "/b/{brand_id}/settings/set-aside", again, "manage", "page", "settings_handle_again"),
    Route("POST", "/b/{brand_id}/settings/set-aside/spool", spool_again, "manage", "page", "settings_take_again"),
]

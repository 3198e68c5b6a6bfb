"""The card of an author: everything they wrote to the brand on this channel, and how fast we were. And what protects
the team from them: folded words that somebody opened are counted, and an item's evidence goes out as one file."""

from __future__ import annotations

from aiohttp import web

from inbox import evidence, history
from inbox.state import Turn
from inbox.views import authors, exposures
from inbox.web.context import deps, viewer
from inbox.web.i18n import Speech
from inbox.web.pages import pane, render, rows, settings
from inbox.web.pages.item_acts import item_id_of
from inbox.web.routes import Route


async def show(request: web.Request) -> web.StreamResponse:
    own, world, now = deps(request), await render.world(request), deps(request).clock.now()
    past = await history.load(own.log, world.brand.id, item_id_of(request))
    shown = pane.row_shown(past, now)
    before = request.query.get("before", "")
    start = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else 2**62
    found = None
    if past.subject is not None:
        async with own.pool.acquire() as connection:
            found = await authors.page(connection, world.brand.id, past.subject, past.item.channel_id, before=start)
    return render.page(
        request, "author.html", world.say, world=world, here="queue", item=past.item, row=shown, found=found,
        author=rows.author_name(shown, world.say), path=f"{world.base}/items/{past.item.item_id}", speed=_speed,
        folded=pane.folded,
    )  # fmt: skip


def _speed(turn: Turn, say: Speech) -> str:
    """How fast we were, in words."""
    parts = []
    if turn.acknowledged_at is not None:
        took = say.duration((turn.acknowledged_at - turn.started_at).total_seconds(), coarse=True)
        parts.append(say("acknowledged after %(time)s", time=took))
    if turn.responded_at is not None:
        took = say.duration((turn.responded_at - turn.started_at).total_seconds(), coarse=True)
        parts.append(say("answered after %(time)s", time=took))
    return " · ".join(parts) or say("not answered")


async def opened(request: web.Request) -> web.StreamResponse:
    """Somebody asked for folded words: one more of their day, in the brand's zone."""
    own, asking, world = deps(request), viewer(request), await render.world(request)
    item_id_of(request)
    async with own.pool.acquire() as connection:
        await exposures.opened(connection, world.brand.id, asking.actor, world.say.local(own.clock.now()).date())
    return web.Response(status=204)


async def exposure(request: web.Request) -> web.StreamResponse:
    own, world = deps(request), await render.world(request)
    async with own.pool.acquire() as connection:
        found = await exposures.of_brand(connection, world.brand.id, world.say.local(own.clock.now()).date())
    return settings.shown(request, world, "exposure", "settings_exposure.html", found=found)


async def take_evidence(request: web.Request) -> web.StreamResponse:
    own, asking, world = deps(request), viewer(request), await render.world(request)
    item_id = item_id_of(request)
    body = await evidence.pack(own.log, world.brand.id, item_id, by=asking.actor, now=own.clock.now())
    return web.Response(
        body=body, content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="evidence-{item_id}.zip"'},
    )  # fmt: skip


ROUTES = [
    Route("GET", "/b/{brand_id}/items/{item_id}/author", show, "personal", "page", "item_author"),
    Route("POST", "/b/{brand_id}/items/{item_id}/opened", opened, "personal", "page", "item_opened"),
    Route("POST", "/b/{brand_id}/items/{item_id}/evidence", take_evidence, "manage", "page", "item_evidence"),
    Route("GET", "/b/{brand_id}/settings/exposure", exposure, "manage", "page", "settings_exposure"),
]

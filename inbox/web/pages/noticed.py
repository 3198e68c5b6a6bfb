"""The notices of the member who reads: who called them, gave them an item, asks for their eye, or decided on theirs."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from inbox.views import notices
from inbox.web.context import deps
from inbox.web.i18n import N_
from inbox.web.pages import render, rows
from inbox.web.routes import Route

TOLD: Mapping[str, tuple[str, str]] = {
    "to_approve": (N_("%(who)s asks you to look at a reply"), "stamp"),
    "approved": (N_("Your reply was approved"), "check"),
    "refused": (N_("Your reply was refused"), "x"),
    "expired": (N_("Nobody decided on your reply in time"), "clock"),
    "mentioned": (N_("%(who)s mentions you in a note"), "note"),
    "assigned": (N_("%(who)s gave you an item"), "user"),
    "handover": (N_("%(who)s hands a shift over"), "users"),
    "handover_accepted": (N_("%(who)s accepted your hand-over"), "check"),
    "handover_declined": (N_("%(who)s declined your hand-over"), "x"),
}
A_PAGE = 50


async def show(request: web.Request) -> web.StreamResponse:
    own, world = deps(request), await render.world(request)
    before = request.query.get("before", "")
    start = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else 2**62
    async with own.pool.acquire() as connection:
        found = await notices.of_member(connection, world.brand.id, world.me, before=start, limit=A_PAGE + 1)
    return render.page(
        request, "notices.html", world.say, world=world, here="notices", notices=found[:A_PAGE], told=TOLD,
        more=found[A_PAGE - 1].position if len(found) > A_PAGE else None, author=rows.author_name,
    )  # fmt: skip


async def mark_read(request: web.Request) -> web.StreamResponse:
    own, world, fields = deps(request), await render.world(request), await render.form(request)
    upto = fields.get("upto", "")
    if upto.isascii() and upto.isdigit() and len(upto) < 19:
        async with own.pool.acquire() as connection:
            await notices.mark_read(connection, world.brand.id, world.me, int(upto), own.clock.now())
    return render.see_other(request, f"{world.base}/notices")


ROUTES = [
    Route("GET", "/b/{brand_id}/notices", show, "personal", "page", "notices"),
    Route("POST", "/b/{brand_id}/notices", mark_read, "personal", "page", "notices_read"),
]

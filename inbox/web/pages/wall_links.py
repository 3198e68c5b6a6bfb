"""The links to the wallboard: leads make them, see when they were last shown, and revoke them."""

from __future__ import annotations

from aiohttp import web

from inbox.errors import Refused
from inbox.ids import MemberId
from inbox.people import wall_links
from inbox.web import address, words
from inbox.web.context import deps
from inbox.web.i18n import N_
from inbox.web.pages import render
from inbox.web.routes import Route

LANGUAGES = {"fr": N_("French"), "en": N_("English")}


async def show(request: web.Request) -> web.StreamResponse:
    return await _page(request, await render.world(request))


async def _page(
    request: web.Request, world: render.World, *, fresh: str | None = None, error: str | None = None, name: str = "",
    status: int = 200,
) -> web.Response:  # fmt: skip
    return render.page(
        request, "wall_links.html", world.say, status=status, world=world, here="sla", fresh=fresh, error_text=error,
        name=name, languages=LANGUAGES, links=await wall_links.of_brand(deps(request).log, world.brand.id),
    )  # fmt: skip


async def make(request: web.Request) -> web.StreamResponse:
    """What is made is shown once, on the page that answers."""
    own, world = deps(request), await render.world(request)
    fields = await render.form(request)
    try:
        token = await wall_links.create(
            own.log, world.brand.id, name=fields.get("name", ""), lang=fields.get("lang", ""),
            by=MemberId(world.me), now=own.clock.now(),
        )  # fmt: skip
    except Refused as refused:
        told = words.refusal(refused, world.say)
        return await _page(request, world, error=told, name=fields.get("name", ""), status=refused.status)
    return await _page(request, world, fresh=address.absolute(request, f"/wall/{world.brand.id}/{token}"))


async def revoke(request: web.Request) -> web.StreamResponse:
    own, world = deps(request), await render.world(request)
    await wall_links.revoke(
        own.log, world.brand.id, request.match_info["link_id"], by=MemberId(world.me),
        now=own.clock.now(),
    )  # fmt: skip
    return render.see_other(request, f"{world.base}/walls")


ROUTES = [
    Route("GET", "/b/{brand_id}/walls", show, "manage", "page", "wall_links"),
    Route("POST", "/b/{brand_id}/walls", make, "manage", "page", "wall_links_make"),
    Route("POST", "/b/{brand_id}/walls/{link_id}/revoke", revoke, "manage", "page", "wall_links_revoke"),
]

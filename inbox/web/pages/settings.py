"""Settings of the brand itself: its name and time zone (owners)."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from aiohttp import web

from inbox.errors import Refused
from inbox.people import brands
from inbox.web.context import deps, viewer
from inbox.web.i18n import N_
from inbox.web.pages import render
from inbox.web.routes import Route

SECTIONS = (
    ("brand", N_("Brand"), "own", "beacon"), ("policy", N_("Times and hours"), "manage", "clock"),
    ("approval", N_("Approval"), "manage", "stamp"), ("assignment", N_("Assignment"), "manage", "hand"),
    ("exposure", N_("Exposure"), "manage", "shield"),
    ("classifier", N_("Classifier"), "manage", "scale"), ("channels", N_("Channels"), "manage", "plug"),
    ("quarantine", N_("Quarantine"), "manage", "alert"), ("set-aside", N_("Set aside"), "manage", "box"),
    ("subscriptions", N_("Webhooks out"), "manage", "reply"), ("wordings", N_("Wordings"), "manage", "template"),
    ("translation", N_("Translation"), "manage", "globe"),
    ("retention", N_("Times of keeping"), "manage", "lock"),
    ("members", N_("Members"), "manage", "users"), ("tokens", N_("API tokens"), "own", "key"),
    ("history", N_("History of settings"), "manage", "note"),
)  # fmt: skip
"""Address, title, the right it needs, icon."""


def areas(world: render.World) -> list[tuple[str, str, str]]:
    """Address, title and icon of what the viewer may see."""
    return [(name, world.say(title), icon) for name, title, right, icon in SECTIONS if world.may(right)]


def shown(
    request: web.Request, world: render.World, section: str, template: str, *, status: int = 200, **context: Any
) -> web.Response:
    """A settings page with its row of sections."""
    sections = [(name, title) for name, title, _ in areas(world)]
    saved = world.say(N_("Saved.")) if request.query.get("saved") else None
    return render.page(
        request, template, world.say, status=status, world=world, here="settings", section=section, sections=sections,
        saved=saved, **context,
    )  # fmt: skip


async def show(request: web.Request) -> web.StreamResponse:
    world = await render.world(request)
    return _brand_page(request, world, world.brand.name, world.brand.zone, {})


def _brand_page(
    request: web.Request, world: render.World, name: str, zone: str, errors: dict[str, str], status: int = 200
) -> web.Response:
    return shown(
        request, world, "brand", "settings_brand.html", status=status, name=name, zone=zone,
        zones=sorted(available_timezones()), errors={"name": None, "zone": None, **errors},
    )  # fmt: skip


async def change(request: web.Request) -> web.StreamResponse:
    own, asking, world = deps(request), viewer(request), await render.world(request)
    fields = await render.form(request)
    name, zone, say = fields.get("name", ""), fields.get("zone", ""), world.say
    try:
        await brands.change(own.log, world.brand.id, name=name, zone=zone, by=asking.actor, now=own.clock.now())
    except Refused as refused:
        errors = {
            "name_bad": {"name": say("A name has 1 to 100 characters.")},
            "zone_unknown": {"zone": say("There is no time zone of that name.")},
        }
        if refused.code not in errors:
            raise
        return _brand_page(request, world, name, zone, errors[refused.code], refused.status)
    return render.see_other(request, f"{world.base}/settings/brand?saved=1")


ROUTES = [
    Route("GET", "/b/{brand_id}/settings/brand", show, "own", "page", "settings_brand"),
    Route("POST", "/b/{brand_id}/settings/brand", change, "own", "page", "settings_change_brand"),
]

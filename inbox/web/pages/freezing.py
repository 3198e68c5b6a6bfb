"""Freezes of a brand: which topics nobody replies on for now, said and lifted by a lead; everybody may read why."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from inbox import freezing
from inbox.categories import LEVEL_OF
from inbox.errors import NotFound, Refused
from inbox.freezing import Wanted
from inbox.web import words
from inbox.web.context import deps, viewer
from inbox.web.i18n import Speech
from inbox.web.pages import render
from inbox.web.routes import Route

HOURS = (1, 4, 24, 72)
PAST_SHOWN = 20


async def show(request: web.Request) -> web.StreamResponse:
    return await _shown(request, await render.world(request), {})


async def _shown(
    request: web.Request, world: render.World, given: Mapping[str, Any], error: str | None = None, status: int = 200
) -> web.Response:
    own, now, say = deps(request), deps(request).clock.now(), world.say
    every = await freezing.of_brand(own.log, world.brand.id)
    alive = [one for one in every if one.in_force(now)]
    return render.page(
        request, "freezes.html", say, status=status, world=world, here="freezes", given=given, error_text=error,
        alive=alive, over=[one for one in reversed(every) if not one.in_force(now)][:PAST_SHOWN],
        categories=[(name, words.reason(name, say)) for name in LEVEL_OF], topic=_topic,
        hours=[(hours, say.many("%(num)s hour", "%(num)s hours", hours)) for hours in HOURS],
        wave=given.get("wave") or request.query.get("wave", ""),
    )  # fmt: skip


def _topic(freeze: Any, say: Speech) -> str:
    """What it is about, in words."""
    said = freeze.said
    parts = [words.reason(name, say) for name in said.categories]
    parts += [say("“%(words)s”", words=word) for word in said.words]
    if said.wave_id:
        parts.append(say("a wave"))
    return " · ".join(parts) or say("everything")


async def freeze(request: web.Request) -> web.StreamResponse:
    own, asking, world = deps(request), viewer(request), await render.world(request)
    fields = await render.form(request)
    named = await render.form_lists(request, "category")
    try:
        wanted = _wanted(fields, named, own.clock.now())
        await freezing.freeze(own.log, world.brand.id, wanted, by=asking.actor, now=own.clock.now())
    except Refused as refused:
        given = {**fields, "category": named}
        return await _shown(request, world, given, words.refusal(refused, world.say), refused.status)
    return render.see_other(request, f"{world.base}/freezes")


def _wanted(fields: Mapping[str, str], named: list[str], now: datetime) -> Wanted:
    """The whole brand falls silent only where somebody says so: nothing chosen may be forgotten."""
    if fields.get("everything") == "yes":
        fields, named = {**fields, "words": "", "wave": ""}, []
    elif not named and not fields.get("words", "").strip() and not fields.get("wave"):
        raise Refused("freeze_of_nothing", "Say what is frozen, or tick that it is the whole brand.")
    hours = fields.get("hours", "")
    until = now + timedelta(hours=int(hours)) if hours in {str(known) for known in HOURS} else None
    return Wanted(
        fields.get("reason", ""), tuple(named), _wave(fields), tuple(fields.get("words", "").split("\n")), until,
        fields.get("holding") == "yes",
    )  # fmt: skip


def _wave(fields: Mapping[str, str]) -> uuid.UUID | None:
    try:
        return uuid.UUID(fields["wave"]) if fields.get("wave") else None
    except ValueError as error:
        raise Refused("freeze_bad", "There is no such wave.") from error


async def lift(request: web.Request) -> web.StreamResponse:
    own, asking, world = deps(request), viewer(request), await render.world(request)
    try:
        freeze_id = uuid.UUID(request.match_info["freeze_id"])
    except ValueError as error:
        raise NotFound from error
    await freezing.lift(own.log, world.brand.id, freeze_id, by=asking.actor, now=own.clock.now())
    return render.see_other(request, f"{world.base}/freezes")


ROUTES = [
    Route("GET", "/b/{brand_id}/freezes", show, "personal", "page", "freezes"),
    Route("POST", "/b/{brand_id}/freezes", freeze, "manage", "page", "freeze"),
    Route("POST", "/b/{brand_id}/freezes/{freeze_id}/lift", lift, "manage", "page", "freeze_lift"),
]

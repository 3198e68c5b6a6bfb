"""Handing over at the end of a shift: what one holds, offered to a colleague or to whoever comes, and accepted."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from inbox import freezing, handing
from inbox.errors import NotFound, Refused
from inbox.handover import Handover
from inbox.team_events import HandedItem
from inbox.views import shift
from inbox.web import words
from inbox.web.context import deps, viewer
from inbox.web.i18n import N_, Speech
from inbox.web.pages import render, rows
from inbox.web.routes import Route

HOURS = (4, 8, 12, 24)
USUAL = 8
PAST_SHOWN = 10
WHY: Mapping[str, tuple[str, str]] = {
    "promised": (N_("something is promised"), "promise"),
    "approval": (N_("a reply waits for approval"), "stamp"),
    "frozen": (N_("waits for the brand’s position"), "lock"),
    "open": (N_("the author waits"), "clock"),
}


DONE: Mapping[str, str] = {
    "offer": N_("Offered. Until somebody accepts, everything stays yours."),
    "decline": N_("Noted: nothing changes hands."),
}


async def show(request: web.Request) -> web.StreamResponse:
    return await _shown(request, await render.world(request), {})


async def _shown(
    request: web.Request, world: render.World, given: Mapping[str, str], error: str | None = None, status: int = 200
) -> web.Response:
    own, now, say = deps(request), deps(request).clock.now(), world.say
    every = await handing.of_brand(own.log, world.brand.id)
    alive = [one for one in every if one.is_open(now)]
    chosen = given.get("hours") or request.query.get("hours", "")
    hours = next((known for known in HOURS if str(known) == chosen), USUAL)
    known = await freezing.of_brand(own.log, world.brand.id)
    async with own.pool.acquire() as connection:
        mine = await shift.digest(connection, world.brand.id, world.me, known, now - timedelta(hours=hours), now)
        offers = [(one, await shift.named(connection, world.brand.id, one.offered.items)) for one in alive]
    return render.page(
        request, "handover.html", say, status=status, world=world, here="handover", given=given, error_text=error,
        done=say(DONE[request.query["done"]]) if request.query.get("done") in DONE and not error else None,
        mine=mine, offers=offers, hours=hours, choices=[(n, _hours(n, say)) for n in HOURS], why=WHY,
        past=[one for one in reversed(every) if not one.is_open(now)][:PAST_SHOWN], became=_became,
        author=rows.author_name, colleagues=[one for one in world.team if one.id != world.me],
        offered=any(one.offered.by == world.me for one in alive), key=uuid.uuid4().hex,
        promise=lambda row: rows.promise_face(row.promise_until, now, say),
    )  # fmt: skip


def _hours(hours: int, say: Speech) -> str:
    return say.many("the last %(num)s hour", "the last %(num)s hours", hours)


def _became(one: Handover, names: Mapping[int, str], say: Speech) -> str:
    """How it ended, in words."""
    if one.ended is None:
        return say("nobody accepted it within a day")
    who = words.member(one.ended.by, names, say)
    if one.ended.TYPE == "HandoverAccepted":
        return say("accepted by %(who)s", who=who)
    return say("taken back") if one.ended.by == one.offered.by else say("declined by %(who)s", who=who)


async def offer(request: web.Request) -> web.StreamResponse:
    own, world, fields = deps(request), await render.world(request), await render.form(request)
    chosen, now = set(await render.form_lists(request, "item")), own.clock.now()
    try:
        hours = next((known for known in HOURS if str(known) == fields.get("hours")), USUAL)
        await _offered(request, world, fields, chosen, now - timedelta(hours=hours), now)
    except Refused as refused:
        return await _shown(request, world, fields, words.refusal(refused, world.say), refused.status)
    return render.see_other(request, f"{world.base}/handover?done=offer")


async def _offered(
    request: web.Request, world: render.World, fields: Mapping[str, str], chosen: set[str], since: datetime,
    now: datetime,
) -> None:  # fmt: skip
    own, to = deps(request), fields.get("to", "")
    known = await freezing.of_brand(own.log, world.brand.id)
    async with own.pool.acquire() as connection:
        held = await shift.digest(connection, world.brand.id, world.me, known, since, now)
    items: list[HandedItem] = [one.handed for one in held.held if str(one.item_id) in chosen]
    await handing.offer(
        own.log, world.brand.id, items, by=viewer(request).actor,
        to=int(to) if to.isascii() and to.isdigit() and len(to) < 18 else None, since=since,
        text=fields.get("text", ""), done=(held.acknowledged, held.answered), key=fields.get("key", ""), now=now,
    )  # fmt: skip


async def decide(request: web.Request) -> web.StreamResponse:
    """Accept, decline or take back: each by its own button. Who accepts goes on with what is now theirs."""
    own, world, fields = deps(request), await render.world(request), await render.form(request)
    what: dict[str, Any] = {"by": viewer(request).actor, "now": own.clock.now()}
    try:
        ident = uuid.UUID(request.match_info["handover_id"])
    except ValueError as error:
        raise NotFound from error
    try:
        if fields.get("do") == "accept":
            await handing.accept(own.log, world.brand.id, ident, **what)
            return render.see_other(request, f"{world.base}/queue?view=mine&accepted=yes")
        await handing.decline(own.log, world.brand.id, ident, text=fields.get("text", ""), **what)
    except Refused as refused:
        if refused.status == 404:
            raise NotFound from refused
        return await _shown(request, world, {}, words.refusal(refused, world.say), refused.status)
    return render.see_other(request, f"{world.base}/handover?done=decline")


ROUTES = [
    Route("GET", "/b/{brand_id}/handover", show, "act", "page", "handover"),
    Route("POST", "/b/{brand_id}/handover", offer, "act", "page", "handover_offer"),
    Route("POST", "/b/{brand_id}/handover/{handover_id}", decide, "act", "page", "handover_decide"),
]

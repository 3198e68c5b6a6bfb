"""What the first steps do: each writes by the way of the settings page it stands for, and leads on to the next."""

from __future__ import annotations

import re
import uuid

from aiohttp import web

from inbox import first_message, guide
from inbox.desk import Commands
from inbox.errors import NotFound, Refused
from inbox.first_message import FirstMessage
from inbox.guide import STEPS, Step
from inbox.people import brands, links, members
from inbox.web import address, words
from inbox.web.context import deps, viewer
from inbox.web.pages import guide as page
from inbox.web.pages import guide_hours, policy, render, team
from inbox.web.routes import Route

_KEY = re.compile(r"[0-9a-f]{32}")


def _onwards(request: web.Request, world: render.World, step: Step) -> web.Response:
    following = page.following(page.steps_of(world), step)
    return render.see_other(request, f"{world.base}/guide?step={following or step}")


async def set_brand(request: web.Request) -> web.StreamResponse:
    own, world, fields = deps(request), await render.world(request), await render.form(request)
    name, zone, by = fields.get("name", ""), fields.get("zone", ""), viewer(request).actor
    try:
        await brands.change(own.log, world.brand.id, name=name, zone=zone, by=by, now=own.clock.now())
    except Refused as refused:
        errors = {
            "name_bad": {"name": world.say("A name has 1 to 100 characters.")},
            "zone_unknown": {"zone": world.say("There is no time zone of that name.")},
        }
        if refused.code not in errors:
            raise
        return await page.shown(
            request, world, "brand", fields=fields, errors=errors[refused.code], status=refused.status
        )
    return _onwards(request, world, "brand")


async def set_hours(request: web.Request) -> web.StreamResponse:
    own, world, fields = deps(request), await render.world(request), await render.form(request)
    known, _ = await policy.in_force(request, world)
    calendar, errors = guide_hours.calendar_of(fields, known.calendar, world.say)
    if calendar is None:
        return await page.shown(request, world, "hours", fields=fields, errors=errors, status=400)
    changed = known.model_copy(update={"calendar": calendar})
    try:
        await Commands(own.log, own.clock).change_policy(world.brand.id, changed, by=viewer(request).actor)
    except Refused as refused:
        told = {"hours": world.say("With these hours and days off the brand would never open.")}
        return await page.shown(request, world, "hours", fields=fields, errors=told, status=refused.status)
    return _onwards(request, world, "hours")


async def add_colleague(request: web.Request) -> web.StreamResponse:
    """Shows their one-time link, this once, on the page that answers."""
    own, world, fields = deps(request), await render.world(request), await render.form(request)
    by, now = viewer(request).actor, own.clock.now()
    try:
        member = await members.add(
            own.log, world.brand.id, email=fields.get("email", ""), name=fields.get("name", ""),
            role=fields.get("role", ""), by=by, now=now, locale=world.say.lang,
        )  # fmt: skip
    except Refused as refused:
        errors = team.errors_of(refused, world.say)
        return await page.shown(request, world, "colleague", fields=fields, errors=errors, status=refused.status)
    try:
        token = await members.invite(own.log, world.brand.id, member, by=by, now=now)
    except Refused:  # they work for other brands, too, and sign in as they always do
        return _onwards(request, world, "colleague")
    fresh = (fields.get("name", ""), address.absolute(request, links.path(token)))
    return await page.shown(request, await render.world(request), "colleague", fresh=fresh)


async def send_message(request: web.Request) -> web.StreamResponse:
    own, world, fields = deps(request), await render.world(request), await render.form(request)
    key = fields.get("key", "")
    message = FirstMessage(
        world.say("Hello, my parcel has not come and nobody answers. (A test message, sent from the first steps.)"),
        viewer(request).name, key if _KEY.fullmatch(key) else uuid.uuid4().hex,
    )  # fmt: skip
    channel = next((one for one in world.channels if one.channel_id == fields.get("channel")), None)
    if channel is None or channel.network != first_message.NETWORK:
        raise NotFound
    try:
        item = await own.knock(world.brand.id, channel.channel_id, message)
    except Refused as refused:
        return await page.shown(
            request, world, "message", errors={"form": words.refusal(refused, world.say)}, status=refused.status
        )
    return render.see_other(request, f"{world.base}/guide?step=message&sent={item}")


async def skip(request: web.Request) -> web.StreamResponse:
    """One step; without one all that is left: the queue is shown then, and nobody is led here again."""
    own, world, by = deps(request), await render.world(request), viewer(request).actor
    asked = (await render.form(request)).get("step")
    step = next((one for one in STEPS if one == asked), None)
    if step is None:
        await guide.close(own.log, world.brand.id, by=by, now=own.clock.now())
        return render.see_other(request, f"{world.base}/queue?view=all")
    await guide.skip(own.log, world.brand.id, step, by=by, now=own.clock.now())
    return _onwards(request, world, step)


_GUIDE = "/b/{brand_id}/guide"
ROUTES = [
    Route("POST", f"{_GUIDE}/brand", set_brand, "own", "page", "guide_brand"),
    Route("POST", f"{_GUIDE}/hours", set_hours, "manage", "page", "guide_hours"),
    Route("POST", f"{_GUIDE}/colleague", add_colleague, "manage", "page", "guide_colleague"),
    Route("POST", f"{_GUIDE}/message", send_message, "manage", "page", "guide_message"),
    Route("POST", f"{_GUIDE}/skip", skip, "manage", "page", "guide_skip"),
]

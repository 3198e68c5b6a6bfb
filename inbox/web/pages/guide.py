"""The first steps of a new brand (leads; its name is owners'): brand, hours, a channel, a colleague, a message.

Each step can be skipped and come back to; where one stands is read from what is there (`inbox.guide`).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import available_timezones

from aiohttp import web
from markupsafe import Markup

from inbox import first_message, guide
from inbox.channels import ChannelRecord
from inbox.guide import STEPS, Guide, Step
from inbox.ids import BrandId, ItemId
from inbox.web import guide_words, words
from inbox.web.context import Deps, deps
from inbox.web.pages import guide_hours, holiday_words, policy, render, rows, team
from inbox.web.routes import Route

OWNERS: frozenset[Step] = frozenset({"brand"})
NOTHING: Mapping[str, str] = {}


async def where(request: web.Request, world: render.World) -> Guide:
    return await _where(deps(request), world.brand.id, world.channels)


async def _where(own: Deps, brand: BrandId, channels: Iterable[ChannelRecord]) -> Guide:
    return await guide.of_brand(own.log, brand, sum(one.disabled_at is None for one in channels))


async def welcomes(own: Deps, brand: BrandId) -> bool:
    """Whether an owner who signs in is led here. Asked at each sign-in: a brand that has been written to is not read
    any further."""
    if await guide.has_heard(own.log, brand):
        return False
    return (await _where(own, brand, await own.channels.list(brand))).welcomes


async def show(request: web.Request) -> web.StreamResponse:
    world = await render.world(request)
    return await shown(request, world, request.query.get("step", ""))


def steps_of(world: render.World) -> list[Step]:
    return [step for step in STEPS if step not in OWNERS or world.may("own")]


async def shown(
    request: web.Request, world: render.World, asked: str, *, fields: Mapping[str, str] = NOTHING,
    errors: Mapping[str, str] = NOTHING, fresh: tuple[str, str] | None = None, status: int = 200,
) -> web.Response:  # fmt: skip
    """The page of one step: the one that was asked for, else the first that is open, else the last."""
    stands, steps = await where(request, world), steps_of(world)
    step = next((one for one in steps if one == asked), None) or stands.first_open(steps) or steps[-1]
    say = world.say
    found = await _of_step(request, world, step, fields)
    return render.page(
        request, "guide.html", say, status=status, world=world, here="guide", step=step, fresh=fresh,
        steps=[(one, say(guide_words.TITLES[one]), stands.states[one]) for one in steps],
        number=steps.index(step) + 1, done=sum(stands.states[one] != "open" for one in steps),
        title=say(guide_words.TITLES[step]), why=say(guide_words.WHYS[step]), state=stands.states[step],
        onwards=following(steps, step), errors=_Told(errors), **found,
    )  # fmt: skip


class _Told(dict[str, Any]):
    """What is not wrong has no message, and what was not filled in no value."""

    def __missing__(self, key: str) -> None:
        return None


def following(steps: list[Step], step: Step) -> Step | None:
    place = steps.index(step) + 1
    return steps[place] if place < len(steps) else None


async def _of_step(request: web.Request, world: render.World, step: Step, fields: Mapping[str, str]) -> dict[str, Any]:
    match step:
        case "brand":
            return {"fields": {"name": world.brand.name, "zone": world.brand.zone, **fields}, "zones": _zones()}
        case "hours":
            return await _hours(request, world, fields)
        case "channel":
            networks = [(one.id, one.title) for one in deps(request).networks.values()]
            return {"networks": networks, "easiest": first_message.NETWORK}
        case "colleague":
            given = {"name": "", "email": "", "role": "cm", **fields}
            return {"fields": given, "roles": team.roles_to_give(world)}
        case "message":
            return await _message(request, world)


def _zones() -> list[str]:
    return sorted(available_timezones())


async def _hours(request: web.Request, world: render.World, fields: Mapping[str, str]) -> dict[str, Any]:
    in_force, _ = await policy.in_force(request, world)
    say, calendar = world.say, in_force.calendar
    return {
        "fields": _Told(fields or guide_hours.fields_of(calendar)),
        "even": guide_hours.is_even(calendar), "zones": _zones(),
        "countries": holiday_words.countries(say), "weekdays": [say(day) for day in words.WEEKDAYS],
    }  # fmt: skip


async def _message(request: web.Request, world: render.World) -> dict[str, Any]:
    """`sent`: a test message is on its way, and the page looks for it until it is in the queue."""
    own, sent = deps(request), _item(request.query.get("sent", ""))
    row = await guide.arrived(own.log, world.brand.id, sent)
    now, zone = own.clock.now(), world.brand.zone
    drawn = rows.render_row(row, world.say.lang, world.names, base=world.base, zone=zone, now=now) if row else ""
    return {
        "row": Markup(drawn), "item": row and row.id, "sent": sent,  # noqa: S704  our own template, escaped there
        "waits": sent is not None and row is None, "key": uuid.uuid4().hex,
        "channels": [one for one in world.channels if one.network == first_message.NETWORK and not one.disabled_at],
    }  # fmt: skip


def _item(text: str) -> ItemId | None:
    try:
        return ItemId(uuid.UUID(text))
    except ValueError:
        return None


ROUTES = [Route("GET", "/b/{brand_id}/guide", show, "manage", "page", "guide")]

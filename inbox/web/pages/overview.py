"""Settings at a glance (leads): every area a lead can do alone, how it stands, what is missing, who changed it last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from aiohttp import web

from inbox import calendars, rules, settings_history, spool_aside, subscriptions, translators, trials, wordings
from inbox.channel_watch import states
from inbox.guide import State
from inbox.log import aside
from inbox.people import members, retention, tokens
from inbox.policy import Approval, Policy
from inbox.settings_history import Change
from inbox.subscription import Subscription
from inbox.translation import Service
from inbox.web import words
from inbox.web.context import deps
from inbox.web.i18n import Speech
from inbox.web.pages import guide, policy, render, settings
from inbox.web.routes import Route

Level = Literal["ok", "missing", "worry", "plain"]
LOOKED_AT = 300
"""Changes of settings that are searched for the last one of an area."""
OF: Mapping[str, str] = {
    "brand": "brand", "assignment": "assignment", "classifier": "classifier", "channel": "channels",
    "subscription": "subscriptions", "wording": "wordings", "retention": "retention", "member": "members",
    "token": "tokens", "guide": "guide", "translation": "translation",
}  # fmt: skip
"""What a change is of → its area; the policy's are told apart by what they changed."""


@dataclass(frozen=True, slots=True)
class Stand:
    """How an area stands, in words. `level`: whether somebody has to look."""

    said: str
    level: Level = "plain"


async def show(request: web.Request) -> web.StreamResponse:
    world = await render.world(request)
    steps = await guide.where(request, world)
    stands = {**await _of_policy(request, world), **_of_team(world), **await _of_ways_in(request, world),
              **await _of_rest(request, world)}  # fmt: skip
    changed = await _changed(request, world)
    areas = [
        (name, title, icon, stands.get(name), changed.get(name)) for name, title, icon in settings.areas(world)
    ]  # fmt: skip
    own = [steps.states[one] for one in guide.steps_of(world)]
    needed = steps.needed and not steps.closed
    return settings.shown(
        request, world, "", "settings_overview.html", areas=areas, left=own.count("open") if needed else 0,
        first_steps=_of_steps(own, steps.closed, world.say), first_changed=changed.get("guide"),
    )  # fmt: skip


def _of_steps(states: Sequence[State], closed: bool, say: Speech) -> Stand:
    """Of those that the viewer may take. What was skipped or put aside is no worry: somebody decided so."""
    done, left, skipped = (states.count(one) for one in ("done", "open", "skipped"))
    if done == len(states):
        return Stand(say("all done"), "ok")
    told = [say("%(done)s of %(all)s done", done=say.number(done), all=say.number(len(states)))]
    if left:
        told.append(say.many("%(num)s to do", "%(num)s to do", left))
    if skipped:
        told.append(say.many("%(num)s skipped", "%(num)s skipped", skipped))
    return Stand(" · ".join(told), "missing" if left and not closed else "plain")


async def _changed(request: web.Request, world: render.World) -> dict[str, tuple[str, str]]:
    """Area → by whom and when it was changed last."""
    own, say = deps(request), world.say
    found = await settings_history.page(own.log, world.brand.id, settings_history.THE_END, LOOKED_AT)
    latest: dict[str, Change] = {}
    for one in found:
        for area in {"history", *areas_of(one)}:
            latest.setdefault(area, one)
    names = {**world.names, **await members.names(own.log, world.brand.id, (one.by for one in latest.values()))}
    now = own.clock.now()
    return {area: (words.member(one.by, names, say), say.moment(one.at, now)) for area, one in latest.items()}


def areas_of(change: Change) -> set[str]:
    if change.what != "policy":
        return {OF[change.what]} if change.what in OF else set()
    return {"approval" if one.path[:1] == ("approval",) else "policy" for one in change.differences}


async def _of_policy(request: web.Request, world: render.World) -> dict[str, Stand]:
    in_force, _ = await policy.in_force(request, world)
    known, _ = await rules.of_brand(deps(request).log, world.brand.id)
    say = world.say
    count = say.many("%(num)s rule", "%(num)s rules", len(known))
    return {
        "policy": _hours(request, world, in_force),
        "approval": Stand(say("on") if _approves(in_force.approval) else say("off")),
        "assignment": Stand(count if known else say("by hand: no rule")),
    }  # fmt: skip


def _hours(request: web.Request, world: render.World, in_force: Policy) -> Stand:
    say, now = world.say, deps(request).clock.now()
    opens = calendars.next_opening(in_force.calendar, now)
    if opens is None:
        return Stand(say("never open"), "worry")
    return Stand(say("open now") if opens <= now else say("closed until %(at)s", at=say.moment(opens, now)))


def _approves(approval: Approval) -> bool:
    return bool(approval.always or approval.channels or approval.priorities)


def _of_team(world: render.World) -> dict[str, Stand]:
    say, active = world.say, [member for member in world.members if member.active]
    unlocked = sum(not member.has_password for member in active)
    said = say.many("%(num)s member", "%(num)s members", len(active))
    if unlocked:
        said += " · " + say.many("%(num)s without a password", "%(num)s without a password", unlocked)
    alone = len(active) < 2
    return {
        "brand": Stand(f"{world.brand.name} · {world.brand.zone}"),
        "members": Stand(say("you are alone"), "missing") if alone else Stand(said),
    }


async def _of_ways_in(request: web.Request, world: render.World) -> dict[str, Stand]:
    own, say = deps(request), world.say
    health = await own.channels.health(world.brand.id)
    known = await states(own.pool, world.brand.id, own.clock.now())
    alive = [str(one.channel_id) for one in world.channels if one.disabled_at is None]
    worried = sum(bool(known[one].concerns) for one in alive if one in known)
    quarantined = sum(one.quarantined for one in health.values())
    lost = len(await aside.of_brand(own.pool, world.brand.id)) + len(
        await spool_aside.of_brand(own.pool, world.brand.id)
    )
    return {
        "channels": _channels(say.many("%(num)s channel", "%(num)s channels", len(alive)), len(alive), worried, world),
        "quarantine": _counted(quarantined, world),
        "set-aside": _counted(lost, world),
    }


def _channels(count: str, alive: int, worried: int, world: render.World) -> Stand:
    say = world.say
    if not alive:
        return Stand(say("none is connected"), "missing")
    if worried:
        return Stand(f"{count} · " + say.many("%(num)s needs you", "%(num)s need you", worried), "worry")
    return Stand(f"{count} · " + say("all in order"), "ok")


def _counted(count: int, world: render.World) -> Stand:
    """Of what should be none."""
    return Stand(world.say.number(count), "worry") if count else Stand(world.say("nothing"), "ok")


async def _of_rest(request: web.Request, world: render.World) -> dict[str, Stand]:
    own, say, brand = deps(request), world.say, world.brand.id
    sent = await subscriptions.of_brand(own.log, brand)
    stopped = _stopped(sent)
    written = len(await wordings.of_brand(own.pool, brand))
    rule = await retention.of_brand(own.log, brand)
    alive = [one for one in await tokens.of_brand(own.log, brand) if one.revoked_at is None]
    model = await trials.in_force(own.pool, brand)
    days = say.many("%(num)s day", "%(num)s days", rule.words_days or 0)
    return {
        "subscriptions": Stand(say("paused: %(count)s", count=say.number(stopped)), "worry") if stopped
        else Stand(say.number(len(sent)) if sent else say("none")),
        "wordings": Stand(say.number(written)) if written else Stand(say("none yet"), "missing"),
        "translation": _translated(await translators.of_brand(own.log, brand), say),
        "retention": Stand(say("legal hold") if rule.hold else days if rule.words_days else say("without limit")),
        "classifier": Stand(model.model if model and model.model else say("the one that Vigie ships")),
        "exposure": Stand(say("how much of threats and insults each colleague had to read")),
        "history": Stand(say("who changed what, from what to what")),
        "tokens": Stand(say.number(len(alive)) if alive else say("none")),
    }  # fmt: skip


def _translated(service: Service | None, say: Speech) -> Stand:
    """By browsers it is done at any rate, where they can."""
    on = service is not None and service.enabled
    return Stand(say("on: %(host)s", host=urlsplit(service.address).hostname) if service and on else say("off"))


def _stopped(sent: Iterable[Subscription]) -> int:
    return sum(one.paused_at is not None and one.pause_reason != "by_hand" for one in sent)


ROUTES = [Route("GET", "/b/{brand_id}/settings", show, "manage", "page", "settings")]

"""Settings › Assignment (leads): the rules by which items find somebody, in their order, and what they would have
done."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from inbox import rules
from inbox.categories import LEVEL_OF, in_order
from inbox.errors import Refused
from inbox.people import skills
from inbox.team_events import AssignmentRule
from inbox.web import words
from inbox.web.context import deps, viewer
from inbox.web.i18n import Speech
from inbox.web.pages import render, settings
from inbox.web.routes import Route

LISTS = ("channel", "category", "member")


async def show(request: web.Request) -> web.StreamResponse:
    world = await render.world(request)
    known, seen = await rules.of_brand(deps(request).log, world.brand.id)
    return await _shown(request, world, known, seen)


async def _shown(
    request: web.Request, world: render.World, known: Sequence[AssignmentRule], seen: int, *,
    draft: AssignmentRule | None = None, error: str | None = None, status: int = 200,
) -> web.Response:  # fmt: skip
    """`draft`: a rule that is rehearsed behind the others, and not saved."""
    own, say = deps(request), world.say
    async with own.pool.acquire() as connection:
        given, of = await rules.rehearse(connection, world.brand.id, [*known, *([draft] if draft else [])])
    told = [(words.member(one, world.names, say), count) for one, count in given.most_common() if one is not None]
    return settings.shown(
        request, world, "assignment", "settings_assignment.html", status=status, rules=known, seen=seen, draft=draft,
        error_text=error, given=told, nobody=given[None], of=of, about=lambda rule: _about(rule, world, say),
        to=lambda rule: _to(rule, world, say), categories=[(name, words.reason(name, say)) for name in LEVEL_OF],
        teams=sorted({team for member in world.team for team in member.teams}),
    )  # fmt: skip


def _about(rule: AssignmentRule, world: render.World, say: Speech) -> str:
    """Which items, in words."""
    channels = [world.channel_names.get(one, one) for one in rule.channels]
    parts = [", ".join(channels), ", ".join(map(say.language, rule.langs)), words.reasons(rule.categories, say)]
    return " · ".join(part for part in parts if part) or say("every item")


def _to(rule: AssignmentRule, world: render.World, say: Speech) -> str:
    whom = [words.member(one, world.names, say) for one in rule.members] + ([rule.team] if rule.team else [])
    return ", ".join(whom) or say("anybody of the team")


async def change(request: web.Request) -> web.StreamResponse:
    """Add, rehearse, remove, or set before the others: each by its own button."""
    own, world, fields = deps(request), await render.world(request), await render.form(request)
    known, seen = await rules.of_brand(own.log, world.brand.id)
    lists = {name: await render.form_lists(request, name) for name in LISTS}
    draft = None
    try:
        if fields.get("do") in {"add", "rehearse"}:
            draft = _rule(fields, lists, world)
            if fields["do"] == "rehearse":
                return await _shown(request, world, known, seen, draft=draft)
        wanted = _changed(known, fields, draft)
        place = fields.get("seen", "")
        await rules.change(
            own.log, world.brand.id, wanted, by=viewer(request).actor, now=own.clock.now(),
            seen=int(place) if place.isascii() and place.isdigit() and len(place) < 19 else -1,
        )  # fmt: skip
    except Refused as refused:
        told = words.refusal(refused, world.say)
        return await _shown(request, world, known, seen, draft=draft, error=told, status=refused.status)
    return render.see_other(request, f"{world.base}/settings/assignment?saved=1")


def _changed(
    known: Sequence[AssignmentRule], fields: Mapping[str, str], draft: AssignmentRule | None
) -> list[AssignmentRule]:
    named = [rule for rule in known if str(rule.rule_id) == fields.get("rule")]
    others = [rule for rule in known if rule not in named]
    if draft is not None:
        return [*known, draft]
    return others if fields.get("do") == "remove" else [*named, *others]


def _rule(fields: Mapping[str, str], lists: Mapping[str, Sequence[str]], world: render.World) -> AssignmentRule:
    """What is unknown is left out. Refused: `langs_bad`."""
    team = {str(member.id): int(member.id) for member in world.team}
    way: Any = "load" if fields.get("way") == "load" else "turn"
    return AssignmentRule(
        rule_id=uuid.uuid4(), name=" ".join(fields.get("name", "").split()),
        channels=tuple(one for one in lists["channel"] if one in world.channel_names),
        langs=tuple(skills.langs(fields.get("langs", ""))), categories=in_order(lists["category"]),
        members=tuple(team[one] for one in dict.fromkeys(lists["member"]) if one in team),
        team=fields.get("team", "")[: skills.MOST_NAME].strip(), way=way, speaks=fields.get("speaks") == "yes",
    )  # fmt: skip


ROUTES = [
    Route("GET", "/b/{brand_id}/settings/assignment", show, "manage", "page", "settings_assignment"),
    Route("POST", "/b/{brand_id}/settings/assignment", change, "manage", "page", "settings_change_assignment"),
]

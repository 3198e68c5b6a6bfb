"""Whose replies somebody looks at before they leave (leads): a part of the brand's policy with a form of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from aiohttp import web

from inbox.desk import Commands
from inbox.errors import Refused
from inbox.events import Role
from inbox.policy import Approval
from inbox.web import words
from inbox.web.context import deps, viewer
from inbox.web.pages import policy, render, settings
from inbox.web.routes import Route

WRITERS = ("cm", "lead", "owner")
MOST_APPROVERS = 3
MINUTE, HOUR = 60, 3600


async def show(request: web.Request) -> web.StreamResponse:
    world = await render.world(request)
    rules, position = await policy.in_force(request, world)
    return _shown(request, world, rules.approval, position, {})


def _shown(
    request: web.Request, world: render.World, rule: Approval, position: int | str, errors: Mapping[str, str],
    status: int = 200,
) -> web.Response:  # fmt: skip
    return settings.shown(
        request, world, "approval", "settings_approval.html", status=status, rule=rule, position=position,
        errors=errors, roles=[(role, words.role(role, world.say)) for role in WRITERS],
        places=range(MOST_APPROVERS),
    )  # fmt: skip


async def change(request: web.Request) -> web.StreamResponse:
    own, asking, world = deps(request), viewer(request), await render.world(request)
    fields = await render.form(request)
    ticked = {name: await render.form_lists(request, name) for name in ("role", "channel", "priority", "approver")}
    rules, _ = await policy.in_force(request, world)
    seen = fields.get("position", "")
    rule, errors = _rule(fields, ticked, world)
    if not errors:
        try:
            await Commands(own.log, own.clock).change_policy(
                world.brand.id, rules.model_copy(update={"approval": rule}), by=asking.actor,
                expected_position=int(seen) if seen.isascii() and seen.isdigit() else None,
            )  # fmt: skip
        except Refused as refused:
            if refused.code != "conflict":
                raise
            said = "Somebody else changed the policy meanwhile. Load the page again to see theirs."
            errors = {"form": world.say(said)}
    if errors:
        return _shown(request, world, rule, seen, errors, 409 if "form" in errors else 400)
    return render.see_other(request, f"{world.base}/settings/approval?saved=1")


def _rule(
    fields: Mapping[str, str], ticked: Mapping[str, list[str]], world: render.World
) -> tuple[Approval, dict[str, str]]:
    """The rule, and what is wrong with which field; what is unknown is left out."""
    errors: dict[str, str] = {}
    minutes, hours = _whole(fields.get("escalate", "")), _whole(fields.get("expires", ""))
    if not 1 <= minutes <= 7 * 24 * 60:
        errors["escalate"] = world.say("A whole number of minutes, at most a week.")
    if not 1 <= hours <= 30 * 24:
        errors["expires"] = world.say("A whole number of hours, at most 30 days.")
    team = {str(member.id): int(member.id) for member in world.team}
    chosen = (team[one] for one in ticked["approver"][:MOST_APPROVERS] if one in team)
    known: tuple[Role, ...] = get_args(Role)
    rule = Approval(
        always=fields.get("always") == "yes",
        channels=tuple(one for one in ticked["channel"] if one in world.channel_names),
        priorities=tuple(number for number in (1, 2, 3, 4) if str(number) in ticked["priority"]),
        roles=tuple(role for role in known if role in ticked["role"] and role in WRITERS),
        holding_too=fields.get("holding_too") == "yes", approvers=tuple(dict.fromkeys(chosen)),
        escalate_s=(30 if errors.get("escalate") else minutes) * MINUTE,
        expires_s=(24 if errors.get("expires") else hours) * HOUR,
    )  # fmt: skip
    return rule, errors


def _whole(text: str) -> int:
    return int(text) if text.strip().isascii() and text.strip().isdigit() and len(text.strip()) < 7 else 0


ROUTES = [
    Route("GET", "/b/{brand_id}/settings/approval", show, "manage", "page", "settings_approval"),
    Route("POST", "/b/{brand_id}/settings/approval", change, "manage", "page", "settings_change_approval"),
]

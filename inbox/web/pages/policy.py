"""The SLA policy and the business calendar (leads): one form, in force from the moment it is saved."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import available_timezones

from aiohttp import web

from inbox.desk import Commands
from inbox.errors import Refused
from inbox.policy import BANDS, MOST_NAME, Policy
from inbox.web import words
from inbox.web.context import deps, viewer
from inbox.web.pages import calendar_form, holiday_words, policy_form, policy_preview, render, settings, worked
from inbox.web.routes import Route


async def in_force(request: web.Request, world: render.World) -> tuple[Policy, int]:
    """The policy that is in force, and its position."""
    recorded = await deps(request).log.policies(world.brand.id)
    if not recorded:
        return Policy(), 0
    latest = recorded[-1]
    return Policy.model_validate(latest.event.policy), latest.position  # type: ignore[attr-defined]


async def show(request: web.Request) -> web.StreamResponse:
    world = await render.world(request)
    policy, position = await in_force(request, world)
    return _shown(request, world, policy_form.fields_of(policy), {}, position)


def _shown(
    request: web.Request,
    world: render.World,
    fields: Mapping[str, str],
    errors: Mapping[str, str],
    position: int | str,
    status: int = 200,
) -> web.Response:  # fmt: skip
    say = world.say
    drafted, _ = policy_form.policy_of(fields, say)
    return settings.shown(
        request, world, "policy", "settings_policy.html", status=status, fields=fields, errors=errors,
        position=position, spans=calendar_form.spans_shown(fields, fields.get("more", "")),
        off=calendar_form.off_shown(fields, fields.get("more", "")), countries=holiday_words.countries(say),
        regions=holiday_words.regions(fields.get("country", ""), say), most_name=MOST_NAME,
        worked=worked.shown(fields, say.local(deps(request).clock.now()).date(), say),
        preview=policy_preview.shown(drafted, deps(request).clock.now(), say),
        bands=[(band, words.band(band, say)) for band in BANDS], zones=sorted(available_timezones()),
        weekdays=[say(day) for day in words.WEEKDAYS],
    )  # fmt: skip


async def change(request: web.Request) -> web.StreamResponse:
    own, asking, world = deps(request), viewer(request), await render.world(request)
    fields = await render.form(request)
    seen = fields.get("position", "")
    policy, errors = policy_form.policy_of(fields, world.say)
    if policy is None:
        return _shown(request, world, fields, errors, seen, 400)
    known, _ = await in_force(request, world)
    policy = policy.model_copy(update={"approval": known.approval})  # a form of its own
    try:
        await Commands(own.log, own.clock).change_policy(
            world.brand.id,
            policy,
            by=asking.actor,
            expected_position=int(seen) if seen.isascii() and seen.isdigit() else None,
        )
    except Refused as refused:
        told = {
            "calendar_never_opens": world.say("With these hours and days off the brand would never open."),
            "conflict": world.say("Somebody else changed the policy meanwhile. Load the page again to see theirs."),
        }
        if refused.code not in told:
            raise
        return _shown(request, world, fields, {"form": told[refused.code]}, seen, refused.status)
    return render.see_other(request, f"{world.base}/settings/policy?saved=1")


async def preview(request: web.Request) -> web.StreamResponse:
    """Nothing is saved. A part of the page for htmx; without JavaScript the form again, as it was filled in."""
    world, fields = await render.world(request), await render.form(request)
    if render.is_htmx(request) and request.query.get("part") == "regions":
        regions = holiday_words.regions(fields.get("country", ""), world.say)
        return render.page(request, "policy_regions.html", world.say, regions=regions, fields=fields)
    if render.is_htmx(request) and request.query.get("part") == "worked":
        chosen = worked.shown(fields, world.say.local(deps(request).clock.now()).date(), world.say)
        return render.page(
            request, "policy_worked.html", world.say, worked=chosen, fields=fields, errors={}, world=world
        )
    policy, errors = policy_form.policy_of(fields, world.say)
    if not render.is_htmx(request):
        return _shown(request, world, fields, errors, fields.get("position", ""), 400 if errors else 200)
    found = policy_preview.shown(policy, deps(request).clock.now(), world.say)
    return render.page(request, "policy_preview.html", world.say, preview=found)


ROUTES = [
    Route("GET", "/b/{brand_id}/settings/policy", show, "manage", "page", "settings_policy"),
    Route("POST", "/b/{brand_id}/settings/policy", change, "manage", "page", "settings_change_policy"),
    Route("POST", "/b/{brand_id}/settings/policy/preview", preview, "manage", "page", "settings_preview_policy"),
]

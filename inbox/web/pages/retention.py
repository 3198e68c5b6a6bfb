"""How long the brand keeps people's words and raw deliveries, and the legal hold: leads see it, owners change it.

Before it is saved the page says what the rule would throw away. Saving is an event of the log; the worker of the same
name carries it out within the hour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from inbox.people import retention
from inbox.people.retention import LEAST_WORDS_DAYS, MOST_COUNTED, MOST_DAYS, MOST_REASON, Overdue, Retention
from inbox.web.context import deps, viewer
from inbox.web.i18n import Speech
from inbox.web.pages import render, settings
from inbox.web.routes import Route

Fields = Mapping[str, str]
PATH = "/b/{brand_id}/settings/retention"


@dataclass(frozen=True, slots=True)
class Preview:
    """In words; `trouble` instead, where what was typed is no rule."""

    trouble: str = ""
    authors: str = ""
    deliveries: str = ""
    held: bool = False


def fields_of(rule: Retention) -> dict[str, str]:
    return {
        "words_days": "" if rule.words_days is None else str(rule.words_days), "raw_days": str(rule.raw_days),
        "hold": "yes" if rule.hold else "", "reason": rule.reason,
    }  # fmt: skip


def rule_of(fields: Fields, say: Speech) -> tuple[Retention | None, dict[str, str]]:
    """The rule that was typed, or what is wrong with which field."""
    words_days, raw_days = _days(fields, "words_days"), _days(fields, "raw_days")
    hold, reason = bool(fields.get("hold")), fields.get("reason", "").strip()
    errors: dict[str, str] = {}
    if fields.get("words_days", "").strip() and not LEAST_WORDS_DAYS <= words_days <= MOST_DAYS:
        errors["words_days"] = say(
            "From %(least)s to %(most)s days, or nothing.", least=LEAST_WORDS_DAYS, most=MOST_DAYS
        )
    if not 1 <= raw_days <= MOST_DAYS:
        errors["raw_days"] = say("From %(least)s to %(most)s days.", least=1, most=MOST_DAYS)
    if hold and not reason:
        errors["reason"] = say("A legal hold needs its reason.")
    if len(reason) > MOST_REASON or not reason.isprintable():
        errors["reason"] = say("At most %(most)s characters, on one line.", most=MOST_REASON)
    return (None if errors else Retention(words_days or None, raw_days, hold, reason)), errors


def _days(fields: Fields, name: str) -> int:
    """0 for nothing, and for what is no number."""
    text = fields.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def preview_of(rule: Retention, found: Overdue, say: Speech) -> Preview:
    raw_day, deliveries_many = say.long_day(found.raw_before), _many(found.deliveries, say)
    if found.words_before is None:
        authors = say("Nobody is forgotten before they ask for it.")
    elif not found.authors:
        authors = say("Nobody was silent for so long: nobody would be forgotten.")
    else:
        day, authors_many = say.long_day(found.words_before), _many(found.authors, say)
        authors = say.many(
            "Would forget %(many)s author of whom nothing was written since %(day)s.",
            "Would forget %(many)s authors of whom nothing was written since %(day)s.",
            found.authors, many=authors_many, day=day,
        )  # fmt: skip
    if not found.deliveries:
        return Preview(
            authors=authors, deliveries=say("No raw delivery is older than %(day)s.", day=raw_day), held=rule.hold
        )
    deliveries = say.many(
        "Would throw away %(many)s raw delivery older than %(day)s.",
        "Would throw away %(many)s raw deliveries older than %(day)s.",
        found.deliveries, many=deliveries_many, day=raw_day,
    )  # fmt: skip
    return Preview(authors=authors, deliveries=deliveries, held=rule.hold)


def _many(count: int, say: Speech) -> str:
    return say("more than %(count)s", count=say.number(MOST_COUNTED)) if count > MOST_COUNTED else say.number(count)


async def _preview(request: web.Request, world: render.World, fields: Fields) -> Preview:
    own = deps(request)
    rule, _ = rule_of(fields, world.say)
    if rule is None:
        return Preview(trouble=world.say("Correct the fields in red to see what would go."))
    return preview_of(rule, await retention.overdue(own.log, world.brand.id, rule, own.clock.now()), world.say)


async def _shown(
    request: web.Request, world: render.World, fields: Fields, errors: Mapping[str, str], status: int = 200
) -> web.Response:
    return settings.shown(
        request, world, "retention", "settings_retention.html", status=status, fields=fields, errors=errors,
        preview=await _preview(request, world, fields),
    )  # fmt: skip


async def show(request: web.Request) -> web.StreamResponse:
    world = await render.world(request)
    return await _shown(request, world, fields_of(await retention.of_brand(deps(request).log, world.brand.id)), {})


async def preview(request: web.Request) -> web.StreamResponse:
    """Nothing is saved. A part of the page for htmx; without JavaScript the form again, as it was filled in."""
    world, fields = await render.world(request), await render.form(request)
    if render.is_htmx(request):
        found = await _preview(request, world, fields)
        return render.page(request, "retention_preview.html", world.say, preview=found)
    return await _shown(request, world, fields, rule_of(fields, world.say)[1])


async def change(request: web.Request) -> web.StreamResponse:
    own, world, fields = deps(request), await render.world(request), await render.form(request)
    rule, errors = rule_of(fields, world.say)
    if rule is None:
        return await _shown(request, world, fields, errors, 400)
    if rule != await retention.of_brand(own.log, world.brand.id):
        await retention.change(own.log, world.brand.id, rule, by=viewer(request).actor, now=own.clock.now())
    return render.see_other(request, f"{world.base}/settings/retention?saved=1")


ROUTES = [
    Route("GET", PATH, show, "manage", "page", "settings_retention"),
    Route("POST", PATH, change, "own", "page", "settings_change_retention"),
    Route("POST", PATH + "/preview", preview, "manage", "page", "settings_preview_retention"),
]

"""The orders of a bulk action as a form: whom to assign to, why it is resolved, the words, and what they promise."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, get_args

from aiohttp import web

from inbox import correcting, filling, wording, wordings
from inbox.bulk.jobs import Job, sql
from inbox.bulk.orders import Orders
from inbox.errors import Refused
from inbox.events import ResolveReason
from inbox.views.stored import load_row
from inbox.web import words
from inbox.web.context import deps
from inbox.web.pages import holding, pane, render
from inbox.wording import MOST_VARIANTS, Variant, Wording

BLANK = Variant.model_construct(text="", lang=None, network=None)
MOST_VALUE = 500
LOOKED_AT = 200
"""So many of a job's items are looked at for what words may fit them."""


async def context(request: web.Request, world: render.World, job: Job, orders: Orders) -> dict[str, Any]:
    """What the form needs, for a draft."""
    own, say = deps(request), world.say
    now = own.clock.now()
    today = say.local(now).date()
    kept = [one for one in await wordings.of_brand(own.pool, world.brand.id) if one.in_force(today)]
    networks = sorted(
        {channel.network for channel in world.channels} | {v.network for v in orders.variants if v.network}
    )
    return {
        "wordings": await _grouped(request, world, job, kept) if job.state == "draft" else [],
        "variants": [*orders.variants, BLANK], "gaps": _given_by_hand(orders),
        "languages": sorted(((code, say.language(code)) for code in pane.LANGUAGES), key=lambda pair: pair[1]),
        "networks": [(code, words.network(code, say)) for code in networks],
        "promises": holding.promises(None, now, say, say), "groups": pane.category_groups(orders.categories or (), say),
    }  # fmt: skip


async def _grouped(
    request: web.Request, world: render.World, job: Job, kept: Sequence[Wording]
) -> list[tuple[str, list[Wording]]]:
    """With what to call them: those that fit what the job's most urgent items are about or what their waves were
    answered with, the likeliest first; then the others, by title."""
    async with deps(request).pool.acquire() as connection:
        cards = await connection.fetch(sql.cards, world.brand.id, job.job_id, LOOKED_AT) if kept else []
        found = [load_row(card["card"]) for card in cards]
        in_waves = await wordings.in_waves(connection, world.brand.id, {row.wave for row in found if row.wave})
    about = Counter(reason.category for row in found for reason in row.reasons)
    first = wording.suggested(kept, about=about, networks={row.network for row in found}, in_waves=in_waves)
    rest = [one for one in kept if one not in first]
    return [group for group in ((world.say("suggested"), first), (world.say("the others"), rest)) if group[1]]


def _given_by_hand(orders: Orders) -> list[str]:
    names = dict.fromkeys(name for one in orders.variants for name in filling.gaps(one.text))
    return [name for name in (*names, *orders.values) if name not in filling.KNOWN]


async def orders(request: web.Request, before: Orders, world: render.World) -> Orders:
    """What the form says, of a job that does the same as before. Refused: `bad_request`, `assignee_unknown`,
    `no_such_category`, `no_variant`."""
    fields = await render.form(request)
    variants, used = await _variants(request), before.wording
    if chosen := fields.get("use_wording"):
        found = await wordings.one(deps(request).pool, world.brand.id, _id(chosen))
        variants, used = found.draft.variants, found.wording_id
    promise = _moment(fields.get("promise", ""))
    now = deps(request).clock.now()
    return before.model_copy(
        update={
            "assignee": _assignee(fields, world) if before.what == "assign" else None,
            "categories": await _categories(request) if before.what == "tag" else None,
            "reason": _reason(fields.get("reason", "answered")), "variants": variants,
            "wording": used if variants else None, "values": await _values(request), "promise_until": promise,
            "promise_said": {} if promise is None else holding.in_each_language(promise, now, world.brand.zone),
        }
    )  # fmt: skip


async def _variants(request: web.Request) -> tuple[Variant, ...]:
    parts = [await render.form_lists(request, f"variant_{part}") for part in ("text", "lang", "network")]
    found = tuple(
        Variant(text=text[:10_000], lang=lang or None, network=network or None)
        for text, lang, network in zip(*parts, strict=False)
        if text.strip()
    )
    if len(found) > MOST_VARIANTS:
        raise Refused("no_variant", "These are too many variants.")
    return found


async def _values(request: web.Request) -> dict[str, str]:
    names, values = await render.form_lists(request, "gap"), await render.form_lists(request, "value")
    pairs = zip(names, values, strict=False)
    return {name: value.strip()[:MOST_VALUE] for name, value in pairs if filling.GAP.fullmatch("{" + name + "}")}


def _assignee(fields: dict[str, str], world: render.World) -> int | None:
    chosen = fields.get("assignee", "none")
    if chosen == "none":
        return None
    for member in world.team:
        if str(member.id) == chosen:
            return int(member.id)
    raise Refused("assignee_unknown", "Nobody who answers for this brand has that id.")


async def _categories(request: web.Request) -> tuple[str, ...]:
    return correcting.named(await render.form_lists(request, "category"))


def _reason(given: str) -> ResolveReason:
    for reason in get_args(ResolveReason):
        if reason == given:
            found: ResolveReason = reason
            return found
    raise Refused("bad_request", "There is no such reason.")


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text) if text else None
    except ValueError as error:
        raise Refused("bad_request", "That is no time.") from error
    return at if at is not None and at.tzinfo else None


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise Refused("bad_request", "That is no id.") from error

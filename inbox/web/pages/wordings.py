"""Settings › Wordings (leads): words prepared beforehand, with gaps, by language and network; who changed what is in
the log."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from aiohttp import web

from inbox import filling, wording, wordings
from inbox.categories import LEVEL_OF
from inbox.errors import NotFound, Refused
from inbox.web import words
from inbox.web.context import deps, viewer
from inbox.web.i18n import N_
from inbox.web.pages import pane, render, settings
from inbox.web.routes import Route
from inbox.wording import Draft, Variant, Wording

REFUSALS: Mapping[str, tuple[str, str]] = {
    "title_bad": ("title", N_("A title has 1 to 120 characters.")),
    "no_variant": ("variants", N_("Write the words in at least one variant, and in at most 40.")),
    "variant_twice": ("variants", N_("Two variants are for the same language and network. Change one of them.")),
    "no_such_category": ("form", N_("There is no such category.")),
    "no_such_language": ("variants", N_("There is no such language.")),
    "no_such_network": ("variants", N_("There is no such network.")),
    "owner_unknown": ("owner", N_("Only a member of this brand can keep it true.")),
    "expiry_bad": ("expires_on", N_("That is no day.")),
    "too_many": ("form", N_("There are as many as there may be. Remove one first.")),
    "conflict": (
        "form", N_("Somebody changed it meanwhile. What you wrote stands below; load the page again to see theirs."),
    ),
}  # fmt: skip
NO_ERRORS = dict.fromkeys(("title", "variants", "owner", "expires_on", "form"))
BLANK = Variant.model_construct(text="", lang=None, network=None)
BLANKS_OFFERED = 2
GAPS: Mapping[str, str] = {
    "name": N_("the first name, where the network shows one"), "handle": N_("their name on the network"),
    "order": N_("the order number, where they wrote one"),
    "city": N_("the city, where a colleague noted it on the card of the author"), "brand": N_("the brand"),
    "channel": N_("the channel"),
    "promise": N_("the time that is promised with it"),
}  # fmt: skip


async def show(request: web.Request) -> web.StreamResponse:
    return await _list(request, await render.world(request), Draft.model_construct(title=""), {})


async def _list(
    request: web.Request, world: render.World, draft: Draft, errors: Mapping[str, str], status: int = 200
) -> web.Response:
    return settings.shown(
        request, world, "wordings", "settings_wordings.html", status=status,
        wordings=await wordings.of_brand(deps(request).pool, world.brand.id), **_fields(request, world, draft, errors),
    )  # fmt: skip


def _fields(request: web.Request, world: render.World, draft: Draft, errors: Mapping[str, str]) -> dict[str, Any]:
    say, own = world.say, deps(request)
    networks = sorted(
        {channel.network for channel in world.channels} | {v.network for v in draft.variants if v.network}
    )
    return {
        "draft": draft, "errors": {**NO_ERRORS, **errors}, "today": say.local(own.clock.now()).date(),
        "variants": [*draft.variants, *[BLANK] * BLANKS_OFFERED], "categories": list(LEVEL_OF),
        "languages": sorted(((code, say.language(code)) for code in pane.LANGUAGES), key=lambda pair: pair[1]),
        "networks": [(code, words.network(code, say)) for code in networks],
        "gaps": [("{" + name + "}", say(told)) for name, told in GAPS.items()],
        "by_hand": [name for name in wording.gaps(draft) if name not in filling.KNOWN],
    }  # fmt: skip


async def add(request: web.Request) -> web.StreamResponse:
    own, world = deps(request), await render.world(request)
    draft = Draft.model_construct(title="")
    try:
        draft = await _draft(request)
        made = await wordings.create(
            own.log, world.brand.id, draft, networks=own.networks, by=viewer(request).actor, now=own.clock.now()
        )
    except Refused as refused:
        return await _list(request, world, draft, _errors(refused, world), refused.status)
    return render.see_other(request, f"{world.base}/settings/wordings/{made}?saved=1")


async def one(request: web.Request) -> web.StreamResponse:
    world = await render.world(request)
    found = await wordings.one(deps(request).pool, world.brand.id, wording_id(request))
    return _one(request, world, found, found.draft, found.version, {})


def _one(
    request: web.Request, world: render.World, found: Wording, draft: Draft, version: int, errors: Mapping[str, str],
    status: int = 200,
) -> web.Response:  # fmt: skip
    return settings.shown(
        request, world, "wordings", "settings_wording.html", status=status, wording=found, version=version,
        **_fields(request, world, draft, errors),
    )  # fmt: skip


async def change(request: web.Request) -> web.StreamResponse:
    own, world = deps(request), await render.world(request)
    found = await wordings.one(own.pool, world.brand.id, wording_id(request))
    draft, version = found.draft, _version((await render.form(request)).get("version", ""))
    try:
        draft = await _draft(request)
        await wordings.change(
            own.log, world.brand.id, found.wording_id, draft, version=version, networks=own.networks,
            by=viewer(request).actor, now=own.clock.now(),
        )  # fmt: skip
    except NotFound:
        raise
    except Refused as refused:
        return _one(request, world, found, draft, version, _errors(refused, world), refused.status)
    return render.see_other(request, f"{world.base}/settings/wordings/{found.wording_id}?saved=1")


async def remove(request: web.Request) -> web.StreamResponse:
    own, world = deps(request), await render.world(request)
    await wordings.remove(own.log, world.brand.id, wording_id(request), by=viewer(request).actor, now=own.clock.now())
    return render.see_other(request, f"{world.base}/settings/wordings?saved=1")


def wording_id(request: web.Request) -> uuid.UUID:
    try:
        return uuid.UUID(request.match_info["wording_id"])
    except ValueError as error:
        raise NotFound from error


async def _draft(request: web.Request) -> Draft:
    """What the form says. Refused: `expiry_bad`."""
    fields = await render.form(request)
    texts, langs, networks = [
        await render.form_lists(request, f"variant_{part}") for part in ("text", "lang", "network")
    ]
    variants = [
        Variant.model_construct(text=text, lang=lang or None, network=network or None)
        for text, lang, network in zip(texts, langs, networks, strict=False)
        if text.strip()
    ]
    owner = fields.get("owner", "")
    return Draft.model_construct(
        title=fields.get("title", ""), categories=tuple(await render.form_lists(request, "category")),
        variants=tuple(variants), owner=int(owner) if owner.isascii() and owner.isdigit() and len(owner) < 18 else None,
        expires_on=_day(fields.get("expires_on", "")), approved="approved" in fields,
    )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Refused("expiry_bad", "That is no day.") from error


def _version(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _errors(refused: Refused, world: render.World) -> dict[str, str]:
    if refused.code not in REFUSALS:
        return {"variants": words.refusal(refused, world.say)}
    field, message = REFUSALS[refused.code]
    return {field: world.say(message)}


BASE = "/b/{brand_id}/settings/wordings"
ONE = BASE + "/{wording_id}"
ROUTES = [
    Route("GET", BASE, show, "manage", "page", "settings_wordings"),
    Route("POST", BASE, add, "manage", "page", "settings_add_wording"),
    Route("GET", ONE, one, "manage", "page", "settings_wording"),
    Route("POST", ONE, change, "manage", "page", "settings_change_wording"),
    Route("POST", ONE + "/remove", remove, "manage", "page", "settings_remove_wording"),
]

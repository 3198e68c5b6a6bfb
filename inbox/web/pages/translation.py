"""Settings › Translation (leads): the service that translates for the brand, off until somebody switches it on, and
whether it answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from aiohttp import web

from inbox import translators
from inbox.errors import Refused
from inbox.translation import Kind, Service, Untranslated
from inbox.web import reading_words
from inbox.web.context import deps, viewer
from inbox.web.pages import reading, render, settings
from inbox.web.pages.subscriptions import REFUSALS as OF_ADDRESSES
from inbox.web.routes import Route

FIELDS: Mapping[str, str] = {"key_bad": "key", "key_needed": "key"}
NO_ERRORS: Mapping[str, str | None] = {"address": None, "key": None}
SAMPLES: Mapping[str, tuple[str, str]] = {
    "fr": ("en", "Good morning, where is my parcel?"), "en": ("fr", "Bonjour, où est mon colis ?"),
}  # fmt: skip
"""By the language of whoever tries: what is translated into it, and from which."""


async def show(request: web.Request) -> web.StreamResponse:
    world = await render.world(request)
    return _shown(request, world, await translators.of_brand(deps(request).log, world.brand.id))


def _shown(
    request: web.Request, world: render.World, service: Service | None, *, given: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None, tried: Mapping[str, str] | None = None, status: int = 200,
) -> web.Response:  # fmt: skip
    """`tried`: what came of asking the service: `source` and `text`, or `error`."""
    held = (
        {"kind": service.kind, "address": service.address, "enabled": "yes" if service.enabled else ""}
        if service
        else {}
    )
    return settings.shown(
        request, world, "translation", "settings_translation.html", status=status, service=service,
        given={"kind": "libretranslate", "address": "", "enabled": "", **held, **(given or {})},
        errors={**NO_ERRORS, **(errors or {})}, kinds=reading_words.KINDS, tried=tried,
    )  # fmt: skip


async def change(request: web.Request) -> web.StreamResponse:
    own, world, fields = deps(request), await render.world(request), await render.form(request)
    before = await translators.of_brand(own.log, world.brand.id)
    try:
        await translators.change(
            own.log, world.brand.id, kind=_kind(fields), address=fields.get("address", ""), key=fields.get("key", ""),
            drop_key=fields.get("drop_key") == "yes", enabled=fields.get("enabled") == "yes",
            allow=own.settings.outbound_allow, by=viewer(request).actor, now=own.clock.now(),
        )  # fmt: skip
    except Refused as refused:
        told = OF_ADDRESSES.get(refused.code)
        where = "address" if told else FIELDS.get(refused.code)
        if where is None:
            raise
        errors = {where: world.say(told[1]) if told else reading.why_not(refused, world.say)}
        given = {name: fields.get(name, "") for name in ("kind", "address", "enabled")}
        return _shown(request, world, before, given=given, errors=errors, status=refused.status)
    return render.see_other(request, f"{world.base}/settings/translation?saved=1")


def _kind(fields: Mapping[str, str]) -> Kind:
    for kind in get_args(Kind):
        if kind == fields.get("kind"):
            found: Kind = kind
            return found
    raise Refused("bad_request", "There is no such kind of service.")


async def try_it(request: web.Request) -> web.StreamResponse:
    """As it is saved, on or off, with a sentence of ours: no word of anybody leaves."""
    own, world = deps(request), await render.world(request)
    service = await translators.of_brand(own.log, world.brand.id)
    if service is None:
        return render.see_other(request, f"{world.base}/settings/translation")
    source, sample = SAMPLES[world.say.lang]
    try:
        known = await own.translate.languages(service)
        (text,) = await own.translate(service, [sample], world.say.lang, source)
    except Untranslated as error:
        return _shown(request, world, service, tried={"error": reading.why_not(error, world.say)}, status=409)
    return _shown(
        request, world, service, tried={"source": sample, "text": text, "languages": world.say.number(len(known))}
    )


PATH = "/b/{brand_id}/settings/translation"
ROUTES = [
    Route("GET", PATH, show, "manage", "page", "settings_translation"),
    Route("POST", PATH, change, "manage", "page", "settings_change_translation"),
    Route("POST", PATH + "/try", try_it, "manage", "page", "settings_try_translation"),
]

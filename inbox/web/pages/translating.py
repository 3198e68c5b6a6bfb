"""Has the brand's service translate: what was said in an item, and a draft of ours. Nothing of it is kept, and nothing
is sent to anybody but the service: a translated draft goes back into the field, to be looked at.

A browser with scripts gets the part to show below the words; one without, the whole page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aiohttp import web

from inbox import harsh, history, translation, translators
from inbox.errors import NotFound, Refused
from inbox.history import History
from inbox.state import Item
from inbox.translation import Service, Untranslated
from inbox.web.context import deps
from inbox.web.pages import item as item_page
from inbox.web.pages import pane_banners, reading, render
from inbox.web.pages.item_acts import item_id_of
from inbox.web.pages.pane import Draft
from inbox.web.pages.reading import Told, Words
from inbox.web.routes import Route

EVERY = "all"


async def translate(request: web.Request) -> web.StreamResponse:
    """One message by its id, words of ours by their mark (`ours`), or `all` that are foreign to whoever asks and not
    folded."""
    own, world = deps(request), await render.world(request)
    past = await history.load(own.log, world.brand.id, item_id_of(request))
    fields = await render.form(request)
    every = fields.get("message") == EVERY
    spoken = await reading.languages(own.recognise, past.item)
    named = [] if every else [_named(past.item, fields, spoken)]
    status, error = 200, None
    try:
        service = await _service(request, world)
        told = await _translated(request, world, service, named or _foreign(past.item, world, service, spoken))
    except (Refused, Untranslated) as refused:
        status, error = 409, reading.why_not(refused, world.say)
        told = {one.mark: Told(error=error) for one in named}
    if not render.is_htmx(request):
        banner = pane_banners.Banner("alert", error, "", "soon", urgent=True) if every and error else None
        draft = Draft(banners=(banner,) if banner else ())
        return await item_page.shown(request, world, past, draft, status=status, told=told)
    return _part(request, world, next(iter(told.values()), Told(error=error)), status)


def _part(request: web.Request, world: render.World, told: Told, status: int) -> web.Response:
    return render.page(request, "translated.html", world.say, status=status, world=world, told=told)


async def _translated(
    request: web.Request, world: render.World, service: Service, chosen: Sequence[Words]
) -> dict[str, Told]:
    """By mark. Refused: as `translation.checked`."""
    own, lang = deps(request), world.say.lang
    translation.checked([one.text for one in chosen])
    by_lang: dict[str | None, list[Words]] = {}
    for one in chosen:
        by_lang.setdefault(one.lang, []).append(one)
    told: dict[str, Told] = {}
    for source, together in by_lang.items():
        said = await own.translate(service, [one.text for one in together], lang, source)
        found = reading.by_service(service, said, lang, world.say)
        told |= {one.mark: made for one, made in zip(together, found, strict=True)}
    return told


async def _service(request: web.Request, world: render.World) -> Service:
    service = await translators.in_force(deps(request).log, world.brand.id)
    if service is None:
        raise Refused("no_translator", "This brand has no translation service that is switched on.", status=409)
    return service


def _named(item: Item, fields: Mapping[str, str], spoken: Mapping[str, str]) -> Words:
    """Raises NotFound for what is not the item's."""
    if "ours" in fields:
        found = [one for one in reading.ours(item, spoken) if one.mark == fields["ours"]]
    else:
        theirs = (one for one in item.messages if one.external_id == fields.get("message"))
        found = [reading.words_of(one, item) for one in theirs]
    if not found:
        raise NotFound
    return found[0]


def _foreign(item: Item, world: render.World, service: Service, spoken: Mapping[str, str]) -> list[Words]:
    of = reading.of(world, service)
    shown = [one for one in item.messages if not harsh.named(one)]
    said = [*(reading.words_of(one, item) for one in shown), *reading.ours(item, spoken)]
    return [one for one in said if of.offers(one)]


# --- a draft ------------------------------------------------------------------------------------------------------


async def translate_draft(request: web.Request) -> web.StreamResponse:
    """Into the author's language. The draft's own words come along and stand beside it; `back` puts them back."""
    own, world = deps(request), await render.world(request)
    past = await history.load(own.log, world.brand.id, item_id_of(request))
    fields = await render.form(request)
    text, mode, wording = fields.get("text", ""), fields.get("mode", ""), fields.get("wording", "")
    if fields.get("back") == "yes":
        return await _again(request, world, past, Draft(fields.get("original", ""), mode, wording=wording))
    told, status = await _draft(request, world, past.item, text)
    if render.is_htmx(request):
        return _part(request, world, told, status)
    draft = Draft(told.text or text, mode, told.error, wording=wording, original="" if told.error else text)
    return await _again(request, world, past, draft, status)


async def _draft(request: web.Request, world: render.World, item: Item, text: str) -> tuple[Told, int]:
    try:
        service, texts = await _service(request, world), translation.checked([text])
        if item.lang is None:
            raise Untranslated("pair")
        said = await deps(request).translate(service, texts, item.lang.split("-")[0])
    except (Refused, Untranslated) as refused:
        return Told(error=reading.why_not(refused, world.say)), 409
    return reading.by_service(service, said, item.lang, world.say)[0], 200


async def _again(
    request: web.Request, world: render.World, past: History, draft: Draft, status: int = 200
) -> web.StreamResponse:
    return await item_page.shown(request, world, past, draft, status=status)


ROUTES = [
    Route("POST", "/b/{brand_id}/items/{item_id}/translate", translate, "personal", "page", "item_translate"),
    Route(
        "POST", "/b/{brand_id}/items/{item_id}/translate-draft", translate_draft, "act", "page", "item_translate-draft"
    ),
]

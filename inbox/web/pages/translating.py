"""Has the brand's service translate: what people wrote, and a draft of ours. Nothing of it is kept, and nothing is
sent to anybody but the service: a translated draft goes back into the field, to be looked at.

A browser with scripts gets the part to show below the words; one without, the whole page."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from inbox import corrections, history, translation, translators
from inbox.errors import NotFound, Refused
from inbox.history import History
from inbox.state import Item, Message
from inbox.translation import Service, Untranslated
from inbox.web.context import deps
from inbox.web.pages import item as item_page
from inbox.web.pages import pane_banners, pane_thread, reading, render
from inbox.web.pages.item_acts import item_id_of
from inbox.web.pages.pane import Draft
from inbox.web.pages.reading import Told
from inbox.web.routes import Route

EVERY = "all"


async def translate(request: web.Request) -> web.StreamResponse:
    """One message by its id, or `all` that are foreign to whoever asks and not folded."""
    own, world = deps(request), await render.world(request)
    past = await history.load(own.log, world.brand.id, item_id_of(request))
    wanted = (await render.form(request)).get("message", "")
    status, error = 200, None
    try:
        told = await _translated(request, world, past.item, wanted)
    except NotFound:
        raise
    except (Refused, Untranslated) as refused:
        status, error = 409, reading.why_not(refused, world.say)
        told = {reading.mark(one): Told(error=error) for one in _named(past.item, wanted)}
    if not render.is_htmx(request):
        banner = pane_banners.Banner("alert", error, "", "soon", urgent=True) if wanted == EVERY and error else None
        draft = Draft(banners=(banner,) if banner else ())
        return await item_page.shown(request, world, past, draft, status=status, told=told)
    return _part(request, world, next(iter(told.values()), Told(error=error)), status)


def _part(request: web.Request, world: render.World, told: Told, status: int) -> web.Response:
    return render.page(request, "translated.html", world.say, status=status, world=world, told=told)


async def _translated(request: web.Request, world: render.World, item: Item, wanted: str) -> dict[str, Told]:
    """By mark. Refused: `no_translator`, and as `translation.checked`."""
    own, lang = deps(request), world.say.lang
    service = await _service(request, world)
    chosen = _foreign(item, world, reading.of(world, service)) if wanted == EVERY else _named(item, wanted)
    texts = translation.checked([one.text or "" for one in chosen])
    by_lang: dict[str | None, list[int]] = {}
    for place, one in enumerate(chosen):
        by_lang.setdefault(corrections.language(one, item), []).append(place)
    told: dict[str, Told] = {}
    for source, places in by_lang.items():
        said = await own.translate(service, [texts[place] for place in places], lang, source)
        found = reading.by_service(service, said, lang, world.say)
        told |= {reading.mark(chosen[place]): one for place, one in zip(places, found, strict=True)}
    return told


async def _service(request: web.Request, world: render.World) -> Service:
    service = await translators.in_force(deps(request).log, world.brand.id)
    if service is None:
        raise Refused("no_translator", "This brand has no translation service that is switched on.", status=409)
    return service


def _named(item: Item, wanted: str) -> Sequence[Message]:
    """Raises NotFound for a message that is not the item's."""
    found = [one for one in item.messages if one.external_id == wanted]
    if not found and wanted != EVERY:
        raise NotFound
    return found


def _foreign(item: Item, world: render.World, of: reading.Reading) -> list[Message]:
    shown = [one for one in item.messages if one.text and not pane_thread.folded(one, world.say)]
    return [one for one in shown if of.foreign(corrections.language(one, item))]


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

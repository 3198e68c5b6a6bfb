"""One item: its page, and every action on it as a plain form.

Each form carries the position its member saw and a key of its own. A conflict, or any refusal, gives the same page back
with the text kept and what came in between in words. For htmx the item pane alone is rendered.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping, Sequence

from aiohttp import web
from markupsafe import Markup

from inbox import author_keeping, contrary, files, freezing, harsh, history, translators, waiting
from inbox.errors import NotFound, Refused, Unavailable
from inbox.events import ReplyFile
from inbox.history import History
from inbox.ids import BrandId, ItemId
from inbox.state import Item
from inbox.views import notices
from inbox.views.sizes import sized
from inbox.web import charts, marking, weights, words
from inbox.web.context import Deps, Right, deps, viewer
from inbox.web.i18n import Speech
from inbox.web.pages import (
    approvals,
    item_acts,
    pane,
    pane_banners,
    proposed,
    proposing,
    reading,
    render,
    rows,
    undoing,
)
from inbox.web.pages.asking import Chosen
from inbox.web.pages.item_acts import Build, Fields, item_id_of
from inbox.web.pages.item_done import NOT_UNDONE, WRITES, told_of, way_back
from inbox.web.pages.pane import Draft
from inbox.web.pages.queue import inbox_context
from inbox.web.pages.undoing import Told
from inbox.web.routes import Handler, Route

logger = logging.getLogger(__name__)


async def show(request: web.Request) -> web.StreamResponse:
    world = await render.world(request)
    past = await history.load(deps(request).log, world.brand.id, item_id_of(request))
    return await shown(request, world, past, Draft(), done=told_of(request.query.get("done"), world.say))


async def shown(
    request: web.Request,
    world: render.World,
    past: History,
    draft: Draft,
    *,
    status: int = 200,
    done: Told | None = None,
    fresh_link: tuple[str, str] | None = None,
    told: Mapping[str, reading.Told] | None = None,
) -> web.StreamResponse:
    own = deps(request)
    now, say = own.clock.now(), world.say
    item_id = past.item.item_id
    query = Chosen.of(request.query).query()
    async with own.pool.acquire() as connection:
        waits = await waiting.of_brand(connection, world.brand.id, now)
    mine = {
        **pane.context(
            past,
            say=say,
            names=world.names,
            network=own.networks.get(past.item.network),
            now=now,
            draft=draft,
            waiting=waits.get(past.item.channel_id),
            spoken=(spoken := await reading.languages(own.recognise, past.item)),
        ),
        "spoken": spoken,
        "world": world,
        "names": world.names,
        "path": f"{world.base}/items/{item_id}",
        "back": f"{world.base}/queue{query}",
        "attached": await _attached(own, world.brand.id, past.item, viewer(request).actor),
        "hidden": _hidden(viewer(request).form_token, past.item.position),
        "fresh_link": fresh_link,
        "reading_of": reading.of(world, await translators.in_force(own.log, world.brand.id), told),
    }
    held = proposed.over(await freezing.of_brand(own.log, world.brand.id), past.item, now)
    mine["author_notes"] = await author_keeping.notes(own.log, world.brand.id, past.subject) if past.subject else []
    mine |= proposed.context(past, held, world.me, world.role, world.names, now, say)
    async with own.pool.acquire() as connection:
        if world.may("act"):
            await notices.seen(connection, world.brand.id, world.me, item_id, now)
        (mine["row"],) = await sized(connection, world.brand.id, [mine["row"]])
    if render.is_htmx(request):
        return render.page(request, "item.html", say, status=status, just=done, alone=True, **mine)
    around = await inbox_context(request, world, str(item_id))
    done = undoing.kept(request) or done if request.method == "GET" else done
    return render.page(request, "inbox.html", say, status=status, just=done, alone=False, **{**around, **mine})


async def _attached(own: Deps, brand: BrandId, item: Item, by: int) -> Sequence[ReplyFile]:
    """What this member has chosen and not sent: also after the page was loaded anew."""
    taken = files.taken(item)
    unsent = await files.unsent_of(own.log, brand, item.item_id, by, now=own.clock.now())
    return [file for file in unsent if file.file_id not in taken]


def _hidden(csrf: str, position: int) -> Callable[[], Markup]:
    """The hidden fields of one form: each form gets an idempotency key of its own."""

    def fields() -> Markup:
        line = Markup('<input type="hidden" name="{}" value="{}">')
        pairs = (("csrf", csrf), ("expected_position", str(position)), ("idempotency_key", uuid.uuid4().hex))
        return Markup("").join(line.format(name, value) for name, value in pairs)

    return fields


# --- actions ------------------------------------------------------------------------------------------------------


def _acting(name: str, build: Build) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        own, asking = deps(request), viewer(request)
        world = await render.world(request)
        item_id = item_id_of(request)
        fields = await item_acts.fields_of(request)
        chosen = await render.form_lists(request, "file")
        undoes = fields.get("undo") == "yes"
        past = await history.load(own.log, world.brand.id, item_id)
        try:
            command = build(past.item, asking.actor, fields)
            outcome = await item_acts.carry_out(own, world.brand.id, item_id, command, fields, chosen)
        except NotFound:
            raise
        except Refused as refused:
            again = await history.load(own.log, world.brand.id, item_id)
            draft = _kept(name, refused, fields, world.names, world.say)
            failed = Told(world.say(NOT_UNDONE), tone="alarm") if undoes else None
            response = await shown(request, world, again, draft, status=refused.status, done=failed)
            if undoes:
                undoing.keep(request, response, None)
            return response
        done = "undone" if undoes else "back" if fields.get("back") == "yes" else name
        told = told_of(done, world.say)
        assert told is not None, "each act says that it was done"
        if not undoes:
            told = way_back(request, world, told, contrary.of(past.item, command, outcome.events), outcome) or told
        return await _answered(request, world, item_id, done, told, undoing.back_to(request, fields))

    return handle


async def _answered(
    request: web.Request, world: render.World, item_id: ItemId, done: str, told: Told, back_to: str | None
) -> web.StreamResponse:
    """The pane, or the way to the page that says it; what can be taken back stays so on the pages after it."""
    if render.is_htmx(request):
        past = await history.load(deps(request).log, world.brand.id, item_id)
        response = await shown(request, world, past, Draft(), done=told)
        undoing.keep(request, response, told if told.path else None)
        return response
    page = f"{world.base}/items/{item_id}{Chosen.of(request.query).query(done=done)}"
    response = render.see_other(request, back_to or page)
    undoing.keep(request, response, told if told.path or back_to else None)
    return response


async def let_in(request: web.Request) -> web.StreamResponse:
    """The link's address is on the answer to this form and nowhere else."""
    world, item_id, fields = await render.world(request), item_id_of(request), await render.form(request)
    draft, link, done = Draft(), None, told_of("approval-link", world.say)
    try:
        link = (fields.get("name", "").strip(), await approvals.make_link(request, world, item_id, fields))
    except NotFound:
        raise
    except Refused as refused:
        draft, done = _kept("approval-link", refused, fields, world.names, world.say), None
    past = await history.load(deps(request).log, world.brand.id, item_id)
    return await shown(request, world, past, draft, done=done, fresh_link=link)


def _kept(name: str, refused: Refused, fields: Fields, names: Mapping[int, str], say: Speech) -> Draft:
    """The refusal in words: beside the text where one was written, else as a banner."""
    text = fields.get("text", "")
    mode = fields.get("mode", "") if name == "propose" else name if name in WRITES else ""
    wording = str(item_acts.wording_of(fields) or "")
    original = fields.get("original", "")
    if refused.code == "conflict":
        banners = (pane_banners.conflict_banner(refused, names, say, kept=bool(text)),)
        return Draft(text, mode, None, banners, wording, original)
    told = words.refusal(refused, say)
    if mode:
        return Draft(text, mode, told, wording=wording, original=original)
    return Draft(
        text, mode, None, (pane_banners.Banner("alert", told, say("Nothing was changed."), "soon", urgent=True),)
    )


# --- which words weighed most -------------------------------------------------------------------------------------


async def show_weights(request: web.Request) -> web.StreamResponse:
    """A part of the pane, worked out on demand; for a browser without scripts a page."""
    own, world = deps(request), await render.world(request)
    past = await history.load(own.log, world.brand.id, item_id_of(request))
    text, heavy, refused, status = "", [], None, 200
    fold: Sequence[str] = ()
    try:
        message, found = await weights.of(own, world.brand.id, past.item)
        text, fold, heavy = message.text or "", harsh.named(message), list(found)
    except Unavailable as error:
        logger.info("no weights: %s", error.message)
        refused, status = world.say("The classifier cannot say at the moment. Try again in a little while."), 503
    except NotFound:
        raise
    except Refused as error:
        refused, status = words.refusal(error, world.say), error.status
    return render.page(
        request, "weights.html" if render.is_htmx(request) else "weights_page.html", world.say, status=status,
        world=world, here="queue", refused=refused, fold=fold, weights=heavy, lang=past.item.lang, meter=charts.meter,
        most=marking.heaviest(heavy), pieces=marking.pieces(text, marking.heavy(heavy)),
        strength=marking.strength, dir=rows.text_direction(past.item.lang),
        path=f"{world.base}/items/{past.item.item_id}",
    )  # fmt: skip


def _action(name: str, build: Build, access: Right = "act") -> Route:
    return Route(
        "POST", f"/b/{{brand_id}}/items/{{item_id}}/{name}", _acting(name, build), access, "page", f"item_{name}"
    )


ROUTES = [
    Route("GET", "/b/{brand_id}/items/{item_id}", show, "personal", "page", "item"),
    *(_action(name, build) for name, build in item_acts.ACTS.items()),
    _action("approval-link-back", proposing.shut_out, "manage"),
    Route("POST", "/b/{brand_id}/items/{item_id}/approval-link", let_in, "manage", "page", "item_approval-link"),
    Route("GET", "/b/{brand_id}/items/{item_id}/weights", show_weights, "personal", "page", "item_weights"),
]

"""One item: its page, and every action on it as a plain form.

Each form carries the position its member saw and a key of its own. A conflict, or any refusal, gives the same page back
with the text kept and what came in between in words. For htmx the item pane alone is rendered.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping, Sequence

import orjson
from aiohttp import web
from markupsafe import Markup

from inbox import author_keeping, files, freezing, harsh, history, translators, waiting
from inbox.desk import Commands
from inbox.errors import NotFound, Refused, Unavailable
from inbox.events import ReplyFile
from inbox.history import History
from inbox.ids import BrandId
from inbox.people import persons
from inbox.state import Item
from inbox.views import notices
from inbox.views.sizes import sized
from inbox.web import charts, marking, weights, words
from inbox.web.context import Deps, Right, deps, viewer
from inbox.web.i18n import N_, Speech
from inbox.web.pages import approvals, item_acts, pane, pane_banners, proposed, proposing, reading, render, rows
from inbox.web.pages.asking import Chosen
from inbox.web.pages.item_acts import Build, Fields, item_id_of
from inbox.web.pages.pane import Draft
from inbox.web.pages.queue import inbox_context
from inbox.web.routes import Handler, Route

logger = logging.getLogger(__name__)

DONE = {
    "acknowledge": N_("Acknowledgement on its way."),
    "reply": N_("Reply on its way."),
    "private": N_("Private answer on its way."),
    "gesture": N_("The network is being told."),
    "by-hand": N_("Recorded as answered by hand."),
    "note": N_("Note added."),
    "take": N_("It is yours."),
    "assign": N_("Assigned."),
    "resolve": N_("Resolved."),
    "reopen": N_("Reopened."),
    "priority": N_("Priority set."),
    "settle": N_("Noted. The clocks are set right."),
    "categories": N_("Corrected."),
    "language": N_("Language corrected."),
    "not-urgent": N_("Noted: not urgent."),
    "mute": N_("Muted: what they say ranks as P4."),
    "unmute": N_("Not muted any more."),
    "back": N_("Left to the classifier again."),
    "forget": N_("The author was forgotten."),
    "propose": N_("Proposed."),
    "approve": N_("Approved: the reply is on its way."),
    "reject": N_("Noted: nothing is sent."),
    "approval-link": N_("The link is made."),
    "approval-link-back": N_("The link is taken back."),
}
WRITES = frozenset({"acknowledge", "reply", "private", "note", "by-hand"})


async def show(request: web.Request) -> web.StreamResponse:
    world = await render.world(request)
    past = await history.load(deps(request).log, world.brand.id, item_id_of(request))
    return await shown(request, world, past, Draft(), done=request.query.get("done"))


async def shown(
    request: web.Request,
    world: render.World,
    past: History,
    draft: Draft,
    *,
    status: int = 200,
    done: str | None = None,
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
        "done": say(DONE[done]) if done in DONE else None,
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
        return render.page(request, "item.html", say, status=status, **mine)
    return render.page(
        request, "inbox.html", say, status=status, **{**await inbox_context(request, world, str(item_id)), **mine}
    )


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
        past = await history.load(own.log, world.brand.id, item_id)
        try:
            command = build(past.item, asking.actor, fields)
            await item_acts.carry_out(own, world.brand.id, item_id, command, fields, chosen)
        except NotFound:
            raise
        except Refused as refused:
            again = await history.load(own.log, world.brand.id, item_id)
            draft = _kept(name, refused, fields, world.names, world.say)
            return await shown(request, world, again, draft, status=refused.status)
        done = "back" if fields.get("back") == "yes" else name
        if not render.is_htmx(request):
            return render.see_other(request, f"{world.base}/items/{item_id}{Chosen.of(request.query).query(done=done)}")
        return await shown(request, world, await history.load(own.log, world.brand.id, item_id), Draft(), done=done)

    return handle


async def let_in(request: web.Request) -> web.StreamResponse:
    """The link's address is on the answer to this form and nowhere else."""
    world, item_id, fields = await render.world(request), item_id_of(request), await render.form(request)
    draft, link, done = Draft(), None, "approval-link"
    try:
        link = (fields.get("name", "").strip(), await approvals.make_link(request, world, item_id, fields))
    except NotFound:
        raise
    except Refused as refused:
        draft, done = _kept("approval-link", refused, fields, world.names, world.say), ""
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


# --- forgetting ---------------------------------------------------------------------------------------------------


async def ask_forget(request: web.Request) -> web.StreamResponse:
    return await _forget_page(request, None)


async def forget(request: web.Request) -> web.StreamResponse:
    """Only with the word typed: nothing brings the words back."""
    own, asking = deps(request), viewer(request)
    world = await render.world(request)
    typed = (await render.form(request)).get("confirm", "").strip().casefold()
    if typed != world.say("FORGET").casefold():
        return await _forget_page(request, world.say("Type %(word)s to confirm.", word=world.say("FORGET")))
    item_id = item_id_of(request)
    await Commands(own.log, own.clock).forget(world.brand.id, item_id, by=asking.actor)
    return render.see_other(request, f"{world.base}/items/{item_id}?done=forget")


async def person(request: web.Request) -> web.StreamResponse:
    """All that is held of the author, as a file for that person to have."""
    own, asking = deps(request), viewer(request)
    world = await render.world(request)
    found = await persons.of_item(
        own.log, world.brand.id, item_id_of(request), by=asking.actor, now=own.clock.now()
    )  # fmt: skip
    return web.Response(
        body=orjson.dumps(found, option=orjson.OPT_INDENT_2), content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="person-{found["subject_id"]}.json"'},
    )  # fmt: skip


async def _forget_page(request: web.Request, error: str | None) -> web.StreamResponse:
    own = deps(request)
    world = await render.world(request)
    past = await history.load(own.log, world.brand.id, item_id_of(request))
    shown = pane.context(
        past, say=world.say, names=world.names, network=None, now=own.clock.now(), draft=Draft()
    )  # fmt: skip
    return render.page(
        request, "forget.html", world.say, status=400 if error else 200, world=world, here="queue", error_text=error,
        author=shown["author"], path=f"{world.base}/items/{past.item.item_id}",
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
    Route("GET", "/b/{brand_id}/items/{item_id}/forget", ask_forget, "own", "page", "item_ask_forget"),
    Route("POST", "/b/{brand_id}/items/{item_id}/forget", forget, "own", "page", "item_forget"),
    Route("GET", "/b/{brand_id}/items/{item_id}/person", person, "own", "page", "item_person"),
]

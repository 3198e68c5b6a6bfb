"""The card of an author: everything they wrote to the brand on this channel, and how fast we were. And what protects
the team from them: folded words that somebody opened are counted."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiohttp import web

from inbox import author_card, author_keeping, harsh, history
from inbox.bulk import jobs
from inbox.errors import NotFound, Refused
from inbox.history import History
from inbox.ids import ItemId
from inbox.log.store import Connection
from inbox.state import Turn
from inbox.views import authors, exposures, queue
from inbox.web import words
from inbox.web.context import deps, viewer
from inbox.web.i18n import Speech
from inbox.web.pages import pane, render, rows, settings, undoing
from inbox.web.pages.item_acts import item_id_of
from inbox.web.pages.undoing import Told
from inbox.web.routes import Route

LOOKED_AT = 50
"""So many items that hold the words are looked at; their authors are offered."""


async def show(request: web.Request) -> web.StreamResponse:
    world = await render.world(request)
    past = await history.load(deps(request).log, world.brand.id, item_id_of(request))
    return await _shown(request, world, past)


async def _shown(
    request: web.Request, world: render.World, past: History, error: str | None = None, status: int = 200
) -> web.Response:
    own, now = deps(request), deps(request).clock.now()
    shown = pane.row_shown(past, now)
    before = request.query.get("before", "")
    start = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else 2**62
    found = None
    if past.subject is not None:
        async with own.pool.acquire() as connection:
            found = await authors.page(connection, world.brand.id, past.subject, past.item.channel_id, before=start)
    kept = await _kept(request, world, past)
    return render.page(
        request, "author.html", world.say, status=status, error_text=error, **kept, world=world, here="queue",
        item=past.item, row=shown, found=found,
        author=rows.author_name(shown, world.say), path=f"{world.base}/items/{past.item.item_id}", speed=_speed,
        harsh=harsh.named, name=rows.author_name,
    )  # fmt: skip


async def _kept(request: web.Request, world: render.World, past: History) -> render.Context:
    """Notes, what mass replies go by, links, and whom a name that is looked for may be."""
    own, looked_for = deps(request), " ".join(request.query.get("find", "").split())[:100]
    if past.subject is None:
        return {"notes": [], "facts": None, "links": [], "others": [], "looked_for": "", "writable": False}
    notes = await author_keeping.notes(own.log, world.brand.id, past.subject)
    links = await author_keeping.links(own.log, world.brand.id, past.subject)
    persons = await author_keeping.persons(own.log, world.brand.id)
    facts = await author_keeping.facts(own.log, world.brand.id, persons.of(past.subject))
    async with own.pool.acquire() as connection:
        known = await author_keeping.known(connection, world.brand.id, [link.other for link in links])
        others = await _others(connection, world, looked_for, own.clock.now()) if looked_for else []
    here = {past.subject, *(link.other for link in links)}
    return {
        "notes": notes, "facts": (mine := facts.pop(past.subject)), "told": author_card.told(mine, facts.values()),
        "links": [(link, known.get(link.other)) for link in links], "looked_for": looked_for,
        "others": [one for one in others if one.subject not in here], "writable": _is_somebody(past),
    }  # fmt: skip


async def _others(
    connection: Connection, world: render.World, looked_for: str, now: datetime
) -> list[author_keeping.Known]:  # fmt: skip
    page = await queue.page(connection, world.brand.id, queue.Filter(q=looked_for), limit=LOOKED_AT, now=now)
    return await author_keeping.of_items(connection, world.brand.id, [row.id for row in page.rows])


def _is_somebody(past: History) -> bool:
    """Nothing new is written of who was forgotten."""
    return past.subject is not None and past.item.author is not None


async def keep(request: web.Request) -> web.StreamResponse:
    """A note, a city, that they want no mass replies, a link with another author, or one of them taken back: each by
    its own button."""
    own, world, fields = deps(request), await render.world(request), await render.form(request)
    past = await history.load(own.log, world.brand.id, item_id_of(request))
    try:
        back = await _say(request, world, past, fields)
    except NotFound:
        raise
    except Refused as refused:
        return await _shown(request, world, past, words.refusal(refused, world.say), refused.status)
    undoes, here = fields.get("undo") == "yes", f"{world.base}/items/{past.item.item_id}/author"
    told = Told(world.say("Taken back.")) if undoes else None
    if back and not undoes:
        told = undoing.undoable(request, world.say("Noted."), here, back, pane=False)
    response = render.see_other(request, undoing.back_to(request, fields) or here)
    undoing.keep(request, response, told)
    return response


async def _say(
    request: web.Request, world: render.World, past: History, fields: Mapping[str, str]
) -> Mapping[str, str] | None:
    """The fields that take it back; None where nothing does."""
    log, brand, subject = deps(request).log, world.brand.id, past.subject
    if subject is None or not _is_somebody(past):
        raise Refused("nobody_here", "Nothing here identifies a person.", status=409)
    what: dict[str, Any] = {"by": viewer(request).actor, "now": deps(request).clock.now()}
    match fields.get("do"):
        case "note":
            said = await author_keeping.note(log, brand, subject, fields.get("text", ""), **what)
            return {"do": "remove", "note": str(said)}
        case "remove":
            await author_keeping.remove(log, brand, subject, _ident(fields.get("note")), **what)
        case "city":
            stood = (await author_keeping.facts(log, brand, [subject]))[subject].city
            await author_keeping.note_city(log, brand, subject, fields.get("city", ""), **what)
            return {"do": "city", "city": (stood and stood.city) or ""}
        case "opt_out":
            await author_keeping.opt_out(log, brand, subject, **what)
            person = (await author_keeping.persons(log, brand)).of(subject)
            await jobs.hold_back_from(log, brand, person, **what)
            return {"do": "opt_in"}
        case "opt_in":
            await author_keeping.opt_out(log, brand, subject, **what, undo=True)
            return {"do": "opt_out"}
        case "link":
            other = await _other(request, world, fields)
            await author_keeping.link(log, brand, subject, other, **what)
            return {"do": "unlink", "other": str(other)}
        case "unlink":
            other = _ident(fields.get("other"))
            await author_keeping.link(log, brand, subject, other, **what, undo=True)
            return {"do": "link", "other": str(other)}
        case _:
            raise NotFound
    return None


async def _other(request: web.Request, world: render.World, fields: Mapping[str, str]) -> uuid.UUID:
    """Whom it is to be linked with: by an item of theirs or, where a link is set again, as they were. Refused:
    `nobody_here`."""
    own, brand = deps(request), world.brand.id
    if "other" in fields:
        async with own.pool.acquire() as connection:
            known = await author_keeping.known(connection, brand, [_ident(fields["other"])])
        found = next((one.subject for one in known.values()), None)
    else:
        found = (await history.load(own.log, brand, ItemId(_ident(fields.get("item"))))).subject
    if found is None:
        raise Refused("nobody_here", "Nothing here identifies a person.", status=409)
    return found


def _ident(text: str | None) -> uuid.UUID:
    try:
        return uuid.UUID(text or "")
    except ValueError as error:
        raise NotFound from error


def _speed(turn: Turn, say: Speech) -> str:
    """How fast we were, in words."""
    parts = []
    if turn.acknowledged_at is not None:
        took = say.duration((turn.acknowledged_at - turn.started_at).total_seconds(), coarse=True)
        parts.append(say("acknowledged after %(time)s", time=took))
    if turn.responded_at is not None:
        took = say.duration((turn.responded_at - turn.started_at).total_seconds(), coarse=True)
        parts.append(say("answered after %(time)s", time=took))
    return " · ".join(parts) or say("not answered")


async def opened(request: web.Request) -> web.StreamResponse:
    """Somebody asked for folded words: one more of their day, in the brand's zone."""
    own, asking, world = deps(request), viewer(request), await render.world(request)
    item_id_of(request)
    async with own.pool.acquire() as connection:
        await exposures.opened(connection, world.brand.id, asking.actor, world.say.local(own.clock.now()).date())
    return web.Response(status=204)


async def exposure(request: web.Request) -> web.StreamResponse:
    own, world = deps(request), await render.world(request)
    async with own.pool.acquire() as connection:
        found = await exposures.of_brand(connection, world.brand.id, world.say.local(own.clock.now()).date())
    return settings.shown(request, world, "exposure", "settings_exposure.html", found=found)


ROUTES = [
    Route("GET", "/b/{brand_id}/items/{item_id}/author", show, "personal", "page", "item_author"),
    Route("POST", "/b/{brand_id}/items/{item_id}/author", keep, "act", "page", "item_author_keep"),
    Route("POST", "/b/{brand_id}/items/{item_id}/opened", opened, "personal", "page", "item_opened"),
    Route("GET", "/b/{brand_id}/settings/exposure", exposure, "manage", "page", "settings_exposure"),
]

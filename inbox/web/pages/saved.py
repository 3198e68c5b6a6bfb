"""Saved views: made from the search at hand, shown in the rail with what they hold, named and ordered on a page of
their own."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

import orjson
from aiohttp import web

from inbox.errors import NotFound, Refused
from inbox.people import saved_views
from inbox.people.saved_views import SavedView, Who
from inbox.views import queue
from inbox.views.grammar import BadFilter
from inbox.views.meaning import Places
from inbox.web import filter_words, searching, words
from inbox.web.context import deps, viewer
from inbox.web.pages import asking, render
from inbox.web.routes import Route
from inbox.web.security import brand_of

MOST_LETTERS = 500


@dataclass(frozen=True)
class Link:
    """A saved view as the rail shows it. `counted`: its count follows the queue; of a long past it is not counted."""

    id: str
    name: str
    letter: str
    icon: str
    href: str
    shared: bool
    current: bool
    counted: bool


def links(kept: Iterable[SavedView], base: str, chosen: asking.Chosen, places: Places) -> list[Link]:
    return [
        Link(
            id=view.id.hex, name=view.name, letter=view.letter, icon=view.icon, href=f"{base}/queue?{_query(view)}",
            shared=view.shared, current=(view.view, view.q) == (chosen.view, chosen.q),
            counted=_waits(view, places),
        )
        for view in kept if not view.deleted
    ]  # fmt: skip


def _query(view: SavedView) -> str:
    return urlencode({"view": view.view, **({"q": view.q} if view.q else {})})


def _filter(view: SavedView, places: Places) -> queue.Filter:
    """What it holds now: a channel or colleague that is gone leaves it empty, not wrong."""
    return asking.look(asking.Chosen.of({"view": view.view, "q": view.q}), places).filter


def _waits(view: SavedView, places: Places) -> bool:
    return _filter(view, places).waits


async def counts(request: web.Request) -> web.StreamResponse:
    """`{id: how many}` of those among items that wait: each is one walk over these, so that asking costs little however
    long the past."""
    own, brand, me = deps(request), brand_of(request), viewer(request).actor
    places = await searching.places(request, brand)
    kept = await saved_views.of_member(own.log, brand, me, own.clock.now())
    wanted = {view.id.hex: _filter(view, places) for view in kept if not view.deleted}
    found: dict[str, int] = {}
    async with own.pool.acquire() as connection, queue.snapshot(connection):
        for name, filter in wanted.items():
            if filter.waits:
                found[name] = await queue.count(connection, brand, filter, own.clock.now())
    return web.Response(body=orjson.dumps(found), content_type="application/json")


async def show(request: web.Request) -> web.StreamResponse:
    return await _shown(request)


async def _shown(request: web.Request, refused: Refused | None = None) -> web.StreamResponse:
    own, world = deps(request), await render.world(request)
    kept = await saved_views.of_member(own.log, world.brand.id, world.me, own.clock.now())
    says = [
        (view, view.owner == world.me or world.may("manage"), f"{world.base}/queue?{_query(view)}") for view in kept
    ]
    titles = {name: world.say(title) for name, (title, _, _) in words.VIEWS.items()}
    return render.page(
        request, "saved_views.html", world.say, status=refused.status if refused else 200, world=world, here="queue",
        kept=says, titles=titles, icons=[icon for icon in saved_views.ICONS if icon],
        refused=_told(refused, world) if refused else None, done=request.query.get("deleted"),
    )  # fmt: skip


def _told(refused: Refused, world: render.World) -> str:
    if isinstance(refused, BadFilter):
        return filter_words.told(refused, world.say)
    return words.refusal(refused, world.say)


async def save(request: web.Request) -> web.StreamResponse:
    own, brand, fields = deps(request), brand_of(request), await render.form(request)
    chosen = asking.Chosen.of({"view": fields.get("view", ""), "q": fields.get("q", "")[:MOST_LETTERS]})
    read = asking.look(chosen, await searching.places(request, brand))
    try:
        if read.bad:
            raise read.bad
        await saved_views.save(
            own.log, brand, _who(request), name=fields.get("name", ""), icon=fields.get("icon", ""), view=chosen.view,
            q=chosen.q, shared=fields.get("shared") == "yes", now=own.clock.now(),
        )  # fmt: skip
    except Refused as refused:
        return await _shown(request, refused)
    return render.see_other(request, f"/b/{brand}/queue{chosen.query()}")


async def change(request: web.Request) -> web.StreamResponse:
    own, brand, fields = deps(request), brand_of(request), await render.form(request)
    try:
        await saved_views.change(
            own.log, brand, _id(request), _who(request), name=fields.get("name", ""), icon=fields.get("icon", ""),
            shared=fields.get("shared") == "yes", now=own.clock.now(),
        )  # fmt: skip
    except NotFound:
        raise
    except Refused as refused:
        return await _shown(request, refused)
    return render.see_other(request, f"/b/{brand}/views")


async def move(request: web.Request) -> web.StreamResponse:
    """One place up; the first one goes last. Who may not share leaves the team's order alone."""
    own, brand, who = deps(request), brand_of(request), _who(request)
    every = await saved_views.of_member(own.log, brand, who.member, own.clock.now())
    kept = [view.id for view in every if not view.deleted and (who.shares or not view.shared)]
    wanted = _id(request)
    if wanted not in kept:
        raise NotFound
    at = kept.index(wanted)
    kept.insert(at - 1 if at else len(kept), kept.pop(at))
    await saved_views.put_in_order(own.log, brand, kept)
    return render.see_other(request, f"/b/{brand}/views")


async def delete(request: web.Request) -> web.StreamResponse:
    own, brand = deps(request), brand_of(request)
    await saved_views.delete(own.log, brand, _id(request), _who(request), now=own.clock.now())
    return render.see_other(request, f"/b/{brand}/views?deleted=1")


async def restore(request: web.Request) -> web.StreamResponse:
    own, brand = deps(request), brand_of(request)
    await saved_views.restore(own.log, brand, _id(request), _who(request), now=own.clock.now())
    return render.see_other(request, f"/b/{brand}/views")


def _who(request: web.Request) -> Who:
    asking_, brand = viewer(request), brand_of(request)
    return Who(asking_.actor, shares=asking_.may(brand, "act"), leads=asking_.may(brand, "manage"))


def _id(request: web.Request) -> uuid.UUID:
    try:
        return uuid.UUID(request.match_info["view_id"])
    except ValueError as error:
        raise NotFound from error


PATH = "/b/{brand_id}/views"
ROUTES = [
    Route("GET", PATH, show, "personal", "page", "views"),
    Route("GET", PATH + "/counts", counts, "personal", "page", "views_counts"),
    Route("POST", PATH, save, "personal", "page", "views_save"),
    Route("POST", PATH + "/{view_id}", change, "personal", "page", "views_change"),
    Route("POST", PATH + "/{view_id}/move", move, "personal", "page", "views_move"),
    Route("POST", PATH + "/{view_id}/delete", delete, "personal", "page", "views_delete"),
    Route("POST", PATH + "/{view_id}/restore", restore, "personal", "page", "views_restore"),
]

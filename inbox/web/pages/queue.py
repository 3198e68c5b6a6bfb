"""The queue: saved views, filters, search, and the list of rows by priority; beside it, on a desk, the chosen item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import orjson
from aiohttp import web
from markupsafe import Markup

from inbox import spool_aside
from inbox.errors import Refused
from inbox.log import eras
from inbox.people import saved_views
from inbox.views import meaning, queue, shadow
from inbox.web import filter_words, live, searching, words
from inbox.web.context import deps, viewer
from inbox.web.i18n import Speech
from inbox.web.pages import faces, fitting, kept_words, render, saved, spool_banner, waves_folded
from inbox.web.pages.asking import Chosen, Read, look
from inbox.web.pages.rows import render_row
from inbox.web.routes import Route

__all__ = ["ROUTES", "Chosen", "inbox_context", "render_row"]

PER_PAGE = 50


@dataclass(frozen=True)
class ViewLink:
    title: str
    short: str
    icon: str
    count: int
    empty: str


@dataclass(frozen=True)
class Choice:
    """One filter of the list. `options`: value and label; `chosen`: the value in use, "" for none."""

    name: str
    label: str
    options: list[tuple[str, str]]
    chosen: str


async def show(request: web.Request) -> web.StreamResponse:
    """The whole page; for "show more" the same address with `after`, of which htmx takes the list."""
    world = await render.world(request)
    context = await inbox_context(request, world)
    return render.page(request, "inbox.html", world.say, item=None, **context)


async def inbox_context(request: web.Request, world: render.World, current: str | None = None) -> dict[str, Any]:
    """What the rail and the list need, for the queue and for an item's page."""
    own, asking = deps(request), viewer(request)
    now, say = own.clock.now(), world.say
    chosen = Chosen.of(request.query)
    places = searching.placed(request, world.brand.zone, world.channels, world.members)
    read = look(chosen, places)
    kept = await saved_views.of_member(own.log, world.brand.id, asking.actor, now)
    wanted = read.filter
    after = request.query.get("after") or None
    async with own.pool.acquire() as connection:
        rebuilt = await shadow.switches(connection, world.brand.id)  # before what it may have changed is read
        page = await _page(connection, world, wanted, after, now, folded=waves_folded.asked(request, wanted))
        counts = await queue.counts(connection, world.brand.id, asking.actor, now)
        whole = wanted.waits and chosen.view in ("waiting", "urgent") and not chosen.q
        by_priority = await queue.counts_by_priority(connection, world.brand.id, now) if whole else {}
        lives = await eras.of_brand(connection, world.brand.id)
        missing = await spool_aside.missing(connection, world.brand.id)
        matching = await _matching(connection, world, chosen, wanted, page, first=after is None, now=now)
    query = chosen.query()
    flat = queue.is_newest_first(wanted)
    waves = waves_folded.of_page(request, world.base, read, page)
    groups: dict[int, list[Markup]] = {0: []} if flat else {number: [] for number in (1, 2, 3, 4)}
    for row in page.rows:
        html = render_row(
            row, say.lang, world.names, base=world.base, query=query, zone=world.say.told_in, now=now,
            current=str(row.id) == current, more=waves.more(row), list_of=waves.list_of,
        )  # fmt: skip
        groups[0 if flat else row.priority].append(Markup(html))  # noqa: S704  our own template, escaped there
    views = _views(counts, say)
    choices = _choices(chosen, world)
    return {
        "world": world,
        "here": "queue",
        "here_view": chosen.view,
        "view": views[chosen.view],
        "views": views,
        "saved": saved.links(kept, world.base, chosen, places),
        "q": chosen.q,
        "query": query,
        "filters": choices,
        "filtered": sum(1 for choice in choices if choice.chosen),
        "filters_open": False,
        "matching": matching,
        "asked": chosen.without("wave").q,  # a chip says of the wave what its id does not
        "without_wave": _without_wave(world.base, chosen),
        "refused": filter_words.told(read.bad, say) if read.bad else None,
        "groups": groups,
        "accepted": request.query.get("accepted") == "yes",
        "group_counts": by_priority if page.next else waves.counted(_apart(page, groups)),
        "waves_folded": waves,
        "more": f"{world.base}/queue{chosen.query(after=page.next)}" if page.next else None,
        "position": page.position,
        "era": lives.at(page.position),
        "rebuilt": rebuilt,
        "empty": _empty(read, views[chosen.view], world),
        "is_empty": not page.rows,
        "filter_json": _for_browser(wanted),
        "spooled": spool_banner.banners(own.spooled(), missing, world),
        "browser_words": _browser_words(say, views[chosen.view].title),
    }


async def _matching(
    connection: Any,
    world: render.World,
    chosen: Chosen,
    wanted: queue.Filter,
    page: queue.Page,
    *,
    first: bool,
    now: datetime,
) -> int | None:
    """How many fit a search: at once where that is quick; None where the browser asks for it after the list."""
    if page.next is None and first:
        return len(page.rows) + sum(fold.more for fold in page.folds.values())
    return await queue.count(connection, world.brand.id, wanted, now) if chosen.q and wanted.waits else None


async def _page(
    connection: Any, world: render.World, wanted: queue.Filter, after: str | None, now: datetime, *, folded: bool
) -> queue.Page:
    try:
        return await queue.page(connection, world.brand.id, wanted, after=after, limit=PER_PAGE, now=now, folded=folded)
    except Refused as refused:
        if after is None:
            raise
        raise Refused("bad_cursor", "This page of the list no longer exists.") from refused


def _without_wave(base: str, chosen: Chosen) -> str | None:
    """The list that the wave was opened from; the focus comes back to its row (js/waves.js)."""
    waves = chosen.asked.values("wave")
    return f"{base}/queue{chosen.without('wave').query()}#wave-{waves[0]}" if waves else None


def _apart(page: queue.Page, groups: Mapping[int, list[Markup]]) -> dict[int, int]:
    """Rows by group that stand for nobody else."""
    firsts = {fold.first for fold in page.folds.values()}
    alone = [row for row in page.rows if row.id not in firsts]
    return {number: sum(1 for row in alone if number in (0, row.priority)) for number in groups}


def _views(counts: Mapping[str, int], say: Speech) -> dict[str, ViewLink]:
    return {
        name: ViewLink(
            say(title),
            say(title).split(" ")[0] if name == "breaching" else say(title),
            icon,
            counts.get(name, 0),
            say(empty),
        )
        for name, (title, icon, empty) in words.VIEWS.items()
        if name in queue.VIEWS
    }


def _choices(chosen: Chosen, world: render.World) -> list[Choice]:
    say = world.say
    networks = sorted({channel.network for channel in world.channels})
    return [
        Choice(
            "priority", say("Priority"),
            [(str(number), f"P{number} · {words.priority(number, say)}") for number in (1, 2, 3, 4)],
            chosen.picked("priority"),
        ),
        Choice(
            "channel", say("Channel"),
            [(_called(channel.name, world), channel.name) for channel in world.channels], chosen.picked("channel"),
        ),
        Choice(
            "network", say("Network"),
            [(code, words.network(code, say)) for code in networks], chosen.picked("network"),
        ),
        Choice("lang", say("Language"), [(code, say.language(code)) for code in fitting.LANGS], chosen.picked("lang")),
        Choice(
            "assignee", say("Assigned to"),
            [("me", say("me")), ("none", say("nobody")),
             *((meaning.folded(member.name), member.name) for member in world.team)], chosen.picked("assignee"),
        ),
    ]  # fmt: skip


def _called(name: str, world: render.World) -> str:
    """A channel by its name as a search writes it, or by its id where another is called alike."""
    alike = [one for one in world.channels if meaning.folded(one.name).startswith(meaning.folded(name))]
    return meaning.folded(name) if len(alike) == 1 else str(alike[0].channel_id)


def _empty(read: Read, view: ViewLink, world: render.World) -> dict[str, str | None]:
    say, chosen = world.say, read.chosen
    if read.bad is not None:
        return {
            "icon": "help", "title": say("This search cannot be read"), "text": say("Correct it above, or clear it."),
            "link": f"{world.base}/queue?view={chosen.view}", "link_text": say("Clear the search"),
        }  # fmt: skip
    if chosen.q:
        elsewhere = f"{world.base}/queue?{urlencode({'view': 'all', 'q': chosen.q})}"
        return {
            "icon": "search", "title": say("Nothing for “%(words)s”", words=chosen.q),
            "text": say("Searched in this view."),
            "link": elsewhere if chosen.view != "all" else None, "link_text": say("Search everything"),
        }  # fmt: skip
    if world.may("manage") and not world.channels:
        return {
            "icon": "plug", "title": say("No channel is connected"),
            "text": say("Messages arrive here as soon as a network sends them to us."),
            "link": f"{world.base}/guide", "link_text": say("Go on with the first steps"),
        }  # fmt: skip
    return {
        "icon": view.icon, "title": view.empty, "text": say("New messages appear here by themselves."),
        "link": f"{world.base}/queue?view=all" if chosen.view != "all" else None, "link_text": say("See everything"),
    }  # fmt: skip


def _for_browser(wanted: queue.Filter) -> str:
    """The filter as the browser needs it, to tell whether a row that arrives belongs to this list."""
    return orjson.dumps(
        wanted, default=lambda value: sorted(value) if isinstance(value, frozenset) else str(value)
    ).decode()


def _browser_words(say: Speech, title: str) -> str:
    """Every word the browser says by itself. `{n}`, `{time}` and `{who}` are filled in there."""
    urgent = {"one": say("1 new urgent item"), "more": say("{n} new urgent items")}
    fresh = {"one": say("1 new item"), "more": say("{n} new items")}
    told = {
        "clocks": faces.spoken_words(say),
        "d": say("d"),
        "title": title,
        "urgent": urgent,
        "fresh": fresh,
        "order": say("Put the list in order"),
        "ordered": say("The list is in order."),
        "live": say("Live"),
        "offline": say("Offline since {time}."),
        "offline_text": say("The queue is as of {time}. Your texts are kept; try sending again once we are back."),
        "lost": say("Not sent: no connection. Your text is kept."),
        "failed": say("That did not work. Your text is kept; try again."),
        "soon": say("Due soon: {who}"),
        "overdue": say("Overdue: {who}"),
        "shown": say("New items shown"),
        "draft": say("Your text was kept."),
        "changed": say("This item has changed: what is new is shown above. Your text is kept."),
        "sending": say("Sending…"),
        "me": say("you"),
        "matching": {"one": say("1 item"), "more": say("{n} items")},
        "looking": {"one": say("{who} is looking."), "more": say("{who} are looking.")},
        "writing": {"one": say("{who} is writing."), "more": say("{who} are writing.")},
        "undo": say("Undo"),
        "lately": say("searched lately"),
        "offers": say("{n} suggestions"),
        "sound_on": say("Sound for new urgent items: on"),
        "sound_off": say("Sound for new urgent items: off"),
        "compact": say("Compact rows"),
        "comfortable": say("Comfortable rows"),
        "like": say("+ {n} like this"),
        "folded": say("{n} folded"),
        "kept": kept_words.told(say),
    }
    return orjson.dumps(told).decode()


def setup(app: web.Application) -> None:
    app[live.HUB].renderer = render_row


ROUTES = [Route("GET", "/b/{brand_id}/queue", show, "personal", "page", "queue")]

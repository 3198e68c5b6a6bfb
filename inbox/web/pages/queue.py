"""The queue: saved views, filters, search, and the list of rows by priority; beside it, on a desk, the chosen item."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import orjson
from aiohttp import web
from markupsafe import Markup

from inbox.errors import Refused
from inbox.views import queue
from inbox.web import live, words
from inbox.web.context import deps, viewer
from inbox.web.i18n import Speech
from inbox.web.pages import faces, render
from inbox.web.pages.rows import render_row
from inbox.web.routes import Route

__all__ = ["ROUTES", "Chosen", "inbox_context", "render_row"]

FIRST_VIEW = "waiting"
PER_PAGE = 50
NONE_AT_ALL = frozenset({0})
"""No item has this priority: a filter that its view excludes shows nothing, rather than leaving the view."""
LANGS = ("fr", "en", "es", "de", "it", "pt", "ar", "hi")


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


@dataclass(frozen=True)
class Chosen:
    """What of the queue is asked for, as the address says it."""

    view: str
    q: str
    priority: str
    channel: str
    network: str
    lang: str
    assignee: str

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Chosen:
        view = query.get("view", FIRST_VIEW)
        said = {
            name: _plain(query.get(name, ""))[:200]
            for name in ("q", "priority", "channel", "network", "lang", "assignee")
        }
        return cls(view if view in queue.VIEWS and view in words.VIEWS else FIRST_VIEW, **said)

    @property
    def filters(self) -> dict[str, str]:
        pairs = {
            "priority": self.priority, "channel": self.channel, "network": self.network, "lang": self.lang,
            "assignee": self.assignee,
        }  # fmt: skip
        return {name: value for name, value in pairs.items() if value}

    def query(self, **more: str) -> str:
        pairs = {"view": self.view, **({"q": self.q} if self.q else {}), **self.filters, **more}
        return "?" + urlencode(pairs)

    def filter(self, me: int, now: datetime) -> queue.Filter:
        chosen = queue.VIEWS[self.view](me, now)
        narrower: dict[str, Any] = {}
        if self.priority in {"1", "2", "3", "4"}:
            both = frozenset({int(self.priority)}) & (chosen.priorities or {1, 2, 3, 4})
            narrower["priorities"] = both or NONE_AT_ALL
        if self.channel:
            narrower["channels"] = frozenset({self.channel})
        if self.network:
            narrower["networks"] = frozenset({self.network})
        if self.lang in LANGS:
            narrower["langs"] = frozenset({self.lang})
        if self.assignee == "none":
            narrower["assignee"] = "none"
        elif self.assignee.isascii() and self.assignee.isdigit() and len(self.assignee) < 18:
            narrower["assignee"] = int(self.assignee)
        if self.q:
            narrower["q"] = self.q
        return dataclasses.replace(chosen, **narrower)


def _plain(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "ignore").decode().strip()


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
    wanted = chosen.filter(asking.actor, now)
    after = request.query.get("after") or None
    async with own.pool.acquire() as connection:
        page = await _page(connection, world, wanted, after, now)
        counts = await queue.counts(connection, world.brand.id, asking.actor, now)
        whole = wanted.waits and chosen.view in ("waiting", "urgent") and not chosen.filters and not chosen.q
        by_priority = await queue.counts_by_priority(connection, world.brand.id, now) if whole else {}
    query = chosen.query()
    flat = wanted.done and not wanted.q
    groups: dict[int, list[Markup]] = {0: []} if flat else {number: [] for number in (1, 2, 3, 4)}
    for row in page.rows:
        html = render_row(
            row, say.lang, world.names, base=world.base, query=query, zone=world.brand.zone, now=now,
            current=str(row.id) == current,
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
        "q": chosen.q,
        "query": query,
        "filters": choices,
        "filtered": len(chosen.filters),
        "filters_open": False,
        "filter_words": _filter_words(choices, say),
        "groups": groups,
        "group_counts": by_priority if page.next else {number: len(shown) for number, shown in groups.items()},
        "more": f"{world.base}/queue{chosen.query(after=page.next)}" if page.next else None,
        "position": page.position,
        "empty": None if page.rows else _empty(chosen, views[chosen.view], world),
        "filter_json": _for_browser(wanted),
        "browser_words": _browser_words(say, views[chosen.view].title),
    }


async def _page(
    connection: Any, world: render.World, wanted: queue.Filter, after: str | None, now: datetime
) -> queue.Page:
    try:
        return await queue.page(connection, world.brand.id, wanted, after=after, limit=PER_PAGE, now=now)
    except Refused as refused:
        if after is None:
            raise
        raise Refused("bad_cursor", "This page of the list no longer exists.") from refused


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
            [(str(number), f"P{number} · {words.priority(number, say)}") for number in (1, 2, 3, 4)], chosen.priority,
        ),
        Choice(
            "channel", say("Channel"),
            [(str(channel.channel_id), channel.name) for channel in world.channels], chosen.channel,
        ),
        Choice("network", say("Network"), [(code, words.network(code, say)) for code in networks], chosen.network),
        Choice("lang", say("Language"), [(code, say.language(code)) for code in LANGS], chosen.lang),
        Choice(
            "assignee", say("Assigned to"),
            [("none", say("nobody")), *((str(member.id), member.name) for member in world.team)], chosen.assignee,
        ),
    ]  # fmt: skip


def _filter_words(choices: list[Choice], say: Speech) -> str:
    used = [(choice.label, dict(choice.options).get(choice.chosen)) for choice in choices if choice.chosen]
    return " · ".join(say("%(filter)s: %(value)s", filter=label, value=value) for label, value in used if value)


def _empty(chosen: Chosen, view: ViewLink, world: render.World) -> dict[str, str | None]:
    say = world.say
    if chosen.q:
        elsewhere = f"{world.base}/queue?{urlencode({'view': 'all', 'q': chosen.q})}"
        return {
            "icon": "search", "title": say("Nothing for “%(words)s”", words=chosen.q),
            "text": say("Searched in the words and authors of this view."),
            "link": elsewhere if chosen.view != "all" else None, "link_text": say("Search everything"),
        }  # fmt: skip
    if chosen.filters:
        return {
            "icon": "filter", "title": say("Nothing fits these filters"), "text": view.empty,
            "link": f"{world.base}/queue?view={chosen.view}", "link_text": say("Clear the filters"),
        }  # fmt: skip
    if chosen.view == "all" and world.may("manage") and not world.channels:
        return {
            "icon": "plug", "title": say("No channel is connected"),
            "text": say("Messages arrive here as soon as a network sends them to us."),
            "link": f"{world.base}/settings/channels", "link_text": say("Connect a channel"),
        }  # fmt: skip
    return {
        "icon": view.icon, "title": view.empty, "text": say("New messages appear here by themselves."),
        "link": f"{world.base}/queue?view=all" if chosen.view != "all" else None, "link_text": say("See everything"),
    }  # fmt: skip


def _for_browser(wanted: queue.Filter) -> str:
    """The filter as the browser needs it, to tell whether a row that arrives belongs to this list."""
    given = {field.name: getattr(wanted, field.name) for field in dataclasses.fields(wanted)}
    return orjson.dumps(
        given, default=lambda value: sorted(value) if isinstance(value, frozenset) else str(value)
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
    }
    return orjson.dumps(told).decode()


def setup(app: web.Application) -> None:
    app[live.HUB].renderer = render_row


ROUTES = [Route("GET", "/b/{brand_id}/queue", show, "personal", "page", "queue")]

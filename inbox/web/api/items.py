"""The queue and one item, for scripts: the same rows as on the screen."""

from __future__ import annotations

from typing import Literal, get_args

from aiohttp import web

from inbox import history, priority
from inbox.errors import NotFound, Refused
from inbox.ids import BrandId
from inbox.state import Status
from inbox.views import meaning, queue
from inbox.views.grammar import BadFilter
from inbox.views.history import entry_of
from inbox.views.lines import lines_of
from inbox.views.row import row_of
from inbox.views.thread import Detail
from inbox.web import filter_words, searching
from inbox.web.api import asked
from inbox.web.api.answer import as_json
from inbox.web.api.described import LIMIT, Operation, Parameter
from inbox.web.api.shapes import ItemDetailShape, ItemsShape
from inbox.web.context import deps, viewer
from inbox.web.i18n import Speech
from inbox.web.problems import bad
from inbox.web.routes import Route
from inbox.web.security import brand_of

STATUSES: tuple[Status, ...] = get_args(Status)
PATH = "/api/v1/brands/{brand_id}/items"


async def listed(request: web.Request) -> web.StreamResponse:
    asked.only(request, "status", "priority", "channel", "assignee", "q", "after", "limit")
    brand, own = brand_of(request), deps(request)
    text = asked.words(request)
    searched = queue.Filter() if text is None else await searched_for(request, brand, text)
    named = queue.Filter(
        statuses=frozenset(status for status in STATUSES if status in set(asked.chosen(request, "status", STATUSES))),
        priorities=asked.priorities(request),
        channels=frozenset(asked.many(request, "channel")),
        assignees=_assignees(request),
    )
    wanted = meaning.within(named, searched)
    personal = viewer(request).may(brand, "personal")
    if looks_into_words(wanted) and not personal:
        raise Refused("forbidden", "Searching names and words needs the right `personal`.", status=403)
    after, limit = asked.one(request, "after"), asked.limit(request)
    async with own.pool.acquire() as connection:
        try:
            page = await queue.page(connection, brand, wanted, after=after, limit=limit, now=own.clock.now())
        except Refused as refusal:
            if refusal.code == "bad_cursor":
                raise bad("after", "no cursor that this list gave") from refusal
            raise
    return as_json({
        "items": [row.to_json(personal) for row in page.rows],
        "next": page.next,
        "position": page.position,
    })  # fmt: skip


async def searched_for(request: web.Request, brand: BrandId, text: str, pointer: str = "q") -> queue.Filter:
    """Refused: `bad_request`, which names the `pointer`."""
    try:
        return meaning.read(text, await searching.places(request, brand))
    except BadFilter as refused:
        raise bad(pointer, filter_words.told(refused, Speech("en"))) from refused


def looks_into_words(wanted: queue.Filter) -> bool:
    """At what somebody said or is called; categories, waves and what hangs on an item name nobody."""
    marks = frozenset(wanted.without.marks).union(*wanted.marks)
    return wanted.q is not None or any(mark.kind in {"word", "author"} for mark in marks)


def _assignees(request: web.Request) -> frozenset[int | Literal["none"]]:
    text = asked.one(request, "assignee")
    if text is None:
        return frozenset()
    if text == "none":
        return frozenset({"none"})
    if text == "me":
        return frozenset({viewer(request).actor})
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise bad("assignee", 'a member\'s id, "me" or "none"')
    return frozenset({int(text)})


async def shown(request: web.Request) -> web.StreamResponse:
    """Folded from the log, not read from the view: whoever just sent a command sees its effect."""
    asked.only(request)
    brand, own, now = brand_of(request), deps(request), deps(request).clock.now()
    past = await history.load(own.log, brand, asked.item_id(request))
    item, row = past.item, row_of(past.item, past.policy)
    if row is None:
        raise NotFound
    detail = Detail(
        row=row.as_of(now),
        item=item,
        lines=tuple(sorted(lines_of(item), key=lambda line: line.at)),
        turns=tuple(sorted(item.turns, key=lambda turn: turn.no)),
        timeline=tuple(map(entry_of, past.recorded)),
        whys=tuple(priority.explain(item, past.policy, now)),
        policy=past.policy,
        now=now,
    )
    return as_json(detail.to_json(viewer(request).may(brand, "personal")))


ROUTES = [
    Route("GET", PATH, listed, "read", "api", "api.items"),
    Route("GET", PATH + "/{item_id}", shown, "read", "api", "api.item"),
]
OPERATIONS = {
    "api.items": Operation(
        "The queue, most urgent first", "Items",
        parameters=(
            Parameter("status", "Repeated or comma-separated.", {"type": "string", "enum": list(STATUSES)}),
            Parameter("priority", "1 to 4 (or P1 to P4), repeated or comma-separated."),
            Parameter("channel", "Channel ids, repeated or comma-separated."),
            Parameter("assignee", 'A member\'s id, "me" or "none".'),
            Parameter(
                "q",
                "A search as on the screen: `is:open p:1,2 channel:instagram since:2h -lang:en \"refund\" parcel`."
                " Keys: p, is, channel, lang, assignee, category, wave, author, has, since, before; `-` turns one"
                " around, commas part alternatives. What is left are words that must all occur in name, handle or"
                " messages, the last as a beginning. Words and authors need the right `personal`.",
            ),
            Parameter("after", "`next` of the page before."),
            Parameter("limit", "How many at most.", LIMIT),
        ),
        answers=ItemsShape,
    ),
    "api.item": Operation(
        "One item: its messages, turns and timeline", "Items", answers=ItemDetailShape, problems=(404,)
    ),
}  # fmt: skip

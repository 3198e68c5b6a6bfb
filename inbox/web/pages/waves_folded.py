"""Waves folded in the queue, on the screen: what a page is told of them, the rows that have come to stand for them
since, and how somebody's lists show rows, which is kept with the member."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

import orjson
from aiohttp import web
from markupsafe import escape

from inbox.errors import Refused
from inbox.people import members
from inbox.views import folding, queue
from inbox.views.row import Row
from inbox.web import frames, searching
from inbox.web.context import deps, viewer
from inbox.web.pages import asking, render
from inbox.web.pages.rows import render_row
from inbox.web.routes import Route

MOST_WAVES = 100


@dataclass(frozen=True, slots=True)
class Folded:
    """`cells`: what the browser goes on from, None where the list shows every row. `hidden`: items that have no row of
    their own. `switched`: somebody has just chosen. `list_of`: the address of a wave's own list but for its id."""

    may: bool
    cells: str | None
    hidden: int
    switched: bool
    list_of: str
    folds: folding.Folds

    def more(self, row: Row) -> int:
        """How many others a row stands for."""
        return _more(self.folds, row)

    def counted(self, shown: Mapping[int, int]) -> dict[int, int]:
        """Items by group, of rows by group: those of a folded wave count where each of them belongs."""
        by = {number: sum(fold.by.get(number, 0) for fold in self.folds.values()) for number in shown}
        return {number: rows + by[number] for number, rows in shown.items()}


def _more(folds: folding.Folds, row: Row) -> int:
    fold = folds.get(row.wave) if row.wave else None
    return fold.more if fold else 0


def asked(request: web.Request, filter: queue.Filter) -> bool:
    return filter.folds and viewer(request).folds_waves


def of_page(request: web.Request, base: str, read: asking.Read, page: queue.Page) -> Folded:
    cells = orjson.dumps(frames.waved(page.cells, every=True)).decode() if asked(request, read.filter) else None
    return Folded(
        may=read.filter.folds, cells=cells, hidden=sum(fold.more for fold in page.folds.values()),
        switched=request.query.get("switched") == "yes", list_of=_list_of(base, read.chosen), folds=page.folds,
    )  # fmt: skip


def _list_of(base: str, chosen: asking.Chosen) -> str:
    return f"{base}/queue?" + urlencode({"view": chosen.view, "q": f"{chosen.q} wave:".lstrip()})


async def standing(request: web.Request) -> web.StreamResponse:
    """The rows that stand on the list for `waves` (ids, commas between) as it is now, and who waits in each. Refused:
    `bad_request` where they are no ids, or of a list that shows every row and so would give all members."""
    own, world = deps(request), await render.world(request)
    now, wanted = own.clock.now(), _ids(request.query.get("waves", ""))
    places = searching.placed(request, world.brand.zone, world.channels, world.members)
    read = asking.look(asking.Chosen.of(request.query), places)
    if not read.filter.folds:
        raise Refused("bad_request", "This list shows every row: nobody stands for others.")
    async with own.pool.acquire() as connection, queue.snapshot(connection):
        cells = await folding.of_brand(connection, world.brand.id)
        folds = folding.of_list(cells, read.filter)
        rows = await folding.standing(connection, world.brand.id, read.filter, folds, wanted, now)
    list_of = _list_of(world.base, read.chosen)
    html = [
        render_row(
            row, world.say.lang, world.names, base=world.base, query=read.chosen.query(), zone=world.say.told_in,
            now=now, more=_more(folds, row), list_of=list_of,
        )
        for row in rows
    ]  # fmt: skip
    of_these = frames.waved({wave: cells.get(wave, ()) for wave in wanted}, every=False)
    told = escape(orjson.dumps(of_these["waves"]).decode())
    return web.Response(text=f'<ol data-waves="{told}">{"".join(html)}</ol>', content_type="text/html")


def _ids(text: str) -> list[uuid.UUID]:
    try:
        return [uuid.UUID(part) for part in text.split(",") if part][:MOST_WAVES]
    except ValueError as error:
        raise Refused("bad_request", "`waves` are ids of waves.") from error


async def show(request: web.Request) -> web.StreamResponse:
    """How one's lists show rows. `compact`: as the page that asks shows it already. Or `folds`, yes or no:
    back to the list that `query` names, or to the item that is open beside it."""
    own, fields, member = deps(request), await render.form(request), viewer(request).member
    assert member is not None, "pages are for members"
    if "folds" not in fields:
        await members.set_lists(own.log, member, compact=fields.get("compact") == "yes")
        return web.Response(status=204)
    await members.set_lists(own.log, member, folds_waves=fields["folds"] == "yes")
    here = request.path.removesuffix("/shown")
    open_now = urlsplit(request.headers.get("HX-Current-URL", "")).path
    back = open_now if open_now.startswith(here.removesuffix("queue") + "items/") else here
    chosen = asking.Chosen.of(dict(parse_qsl(fields.get("query", "").lstrip("?"))))
    return render.see_other(request, back + chosen.query(switched="yes"))


ROUTES = [
    Route("GET", "/b/{brand_id}/queue/standing", standing, "personal", "page", "queue_standing"),
    Route("POST", "/b/{brand_id}/queue/shown", show, "personal", "page", "queue_shown"),
]

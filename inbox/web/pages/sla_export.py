"""The turns of a period as a file: one row a turn, no name and no words of authors."""

from __future__ import annotations

import asyncio

from aiohttp import web

from inbox.views import sla
from inbox.views.parquet import parquet
from inbox.web.context import deps
from inbox.web.pages import render
from inbox.web.pages.sla_asked import asked
from inbox.web.routes import Route


async def as_csv(request: web.Request) -> web.StreamResponse:
    """Cells that a spreadsheet would take for a formula are made text."""
    rows, name = await _rows(request)
    return _file(sla.csv(rows).encode(), "text/csv", f"{name}.csv", charset="utf-8")


async def as_parquet(request: web.Request) -> web.StreamResponse:
    """The same columns, typed."""
    rows, name = await _rows(request)
    return _file(await asyncio.to_thread(parquet, rows), "application/vnd.apache.parquet", f"{name}.parquet")


async def _rows(request: web.Request) -> tuple[list[sla.TurnRow], str]:
    own, world = deps(request), await render.world(request)
    now = own.clock.now()
    which = asked(request.query, now, world.say)
    async with own.pool.acquire() as connection:
        rows = await sla.turn_rows(connection, world.brand.id, which.start, which.end, **which.narrow, now=now)
    return rows, f"vigie-{which.first.isoformat()}-{which.last.isoformat()}"


def _file(body: bytes, content_type: str, name: str, *, charset: str | None = None) -> web.Response:
    return web.Response(
        body=body, content_type=content_type, charset=charset,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )  # fmt: skip


ROUTES = [
    Route("GET", "/b/{brand_id}/sla.csv", as_csv, "read", "page", "sla_csv"),
    Route("GET", "/b/{brand_id}/sla.parquet", as_parquet, "read", "page", "sla_parquet"),
]

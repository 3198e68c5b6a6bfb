"""Evidence for lawyers, as a file: of one item, or of several that belong together. Who took it is in the log."""

from __future__ import annotations

import contextlib
import logging
import uuid

from aiohttp import web

from inbox import evidence, evidence_of_many, history
from inbox.errors import NotFound
from inbox.evidence_of_many import Chosen
from inbox.ids import ItemId
from inbox.web import failures
from inbox.web.context import deps, viewer
from inbox.web.pages import choosing, render
from inbox.web.pages.item_acts import item_id_of
from inbox.web.routes import Route

logger = logging.getLogger(__name__)


async def take_one(request: web.Request) -> web.StreamResponse:
    own, asking, world = deps(request), viewer(request), await render.world(request)
    item_id = item_id_of(request)
    body = await evidence.pack(own.log, world.brand.id, item_id, by=asking.actor, now=own.clock.now())
    return web.Response(body=body, content_type="application/zip", headers=_named(f"evidence-{item_id}"))


async def take(request: web.Request) -> web.StreamResponse:
    """Of `item`s, of all that fit a list, of a `wave`, or of the `author` of an item. Refused: what
    `evidence_of_many.check` and `choosing.chosen` refuse."""
    own, asking, world = deps(request), viewer(request), await render.world(request)
    now = own.clock.now()
    chosen = await _chosen(request, world)
    evidence_of_many.check(chosen)
    pieces = evidence_of_many.packed(own.log, world.brand.id, chosen, by=asking.actor, now=now)
    response = web.StreamResponse(headers=_named(f"evidence-{chosen.of}-{now:%Y%m%d-%H%M%S}"))
    response.content_type = "application/zip"
    async with contextlib.aclosing(pieces):
        first = await anext(pieces)  # before the head, so that what cannot be read is still a proper answer
        await response.prepare(request)
        try:
            await response.write(first)
            async for piece in pieces:
                await response.write(piece)
            await response.write_eof()
        except ConnectionError:
            logger.info("evidence was not taken to its end")
        except Exception as error:  # noqa: BLE001 — the answer has begun: a file that is cut short is no zip
            failures.note_bug(request, error)
            if request.transport is not None:
                request.transport.abort()
    return response


async def _chosen(request: web.Request, world: render.World) -> Chosen:
    own, fields = deps(request), await render.form(request)
    if wave := fields.get("wave"):
        async with own.pool.acquire() as connection:
            return await evidence_of_many.of_wave(connection, world.brand.id, _ident(wave))
    if item := fields.get("author"):
        past = await history.load(own.log, world.brand.id, ItemId(_ident(item)))
        async with own.pool.acquire() as connection:
            return await evidence_of_many.of_author(connection, world.brand.id, past)
    found = await choosing.chosen(request, world, own.clock.now())
    name = fields.get("query", "") if fields.get("all") else ""
    return Chosen("selection", name, [ItemId(uuid.UUID(int=item_id.int)) for item_id, _, _ in found])


def _ident(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise NotFound from error


def _named(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}.zip"'}


ROUTES = [
    Route("POST", "/b/{brand_id}/items/{item_id}/evidence", take_one, "manage", "page", "item_evidence"),
    Route("POST", "/b/{brand_id}/evidence", take, "manage", "page", "evidence"),
]

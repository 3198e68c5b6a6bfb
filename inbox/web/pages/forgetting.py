"""An author's right to be forgotten, and before that to have all that is held of them."""

from __future__ import annotations

import orjson
from aiohttp import web

from inbox import history
from inbox.desk import Commands
from inbox.people import persons
from inbox.web.context import deps, viewer
from inbox.web.pages import pane, render
from inbox.web.pages.item_acts import item_id_of
from inbox.web.pages.pane import Draft
from inbox.web.routes import Route


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


ROUTES = [
    Route("GET", "/b/{brand_id}/items/{item_id}/forget", ask_forget, "own", "page", "item_ask_forget"),
    Route("POST", "/b/{brand_id}/items/{item_id}/forget", forget, "own", "page", "item_forget"),
    Route("GET", "/b/{brand_id}/items/{item_id}/person", person, "own", "page", "item_person"),
]

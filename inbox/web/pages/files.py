"""Files that go with a reply, chosen in the composer: each is put where it waits as soon as it is chosen, shown with
its size, and may be taken away again. What goes wrong is said beside it, in words; the text being written stays.
"""

from __future__ import annotations

from aiohttp import web

from inbox import file_rules, files
from inbox.errors import NotFound, Refused
from inbox.web import uploads, words
from inbox.web.context import deps
from inbox.web.pages import render
from inbox.web.pages.item_acts import item_id_of
from inbox.web.routes import Route
from inbox.web.security import brand_of

PATH = "/b/{brand_id}/items/{item_id}/files"


async def attached(request: web.Request) -> web.StreamResponse:
    """The line of the composer that shows it; a refusal in plain words."""
    world = await render.world(request)
    try:
        file = await uploads.take(request, brand_of(request), item_id_of(request))
    except NotFound:
        raise
    except Refused as refused:
        return web.Response(text=words.refusal(refused, world.say), status=refused.status)
    path = f"{world.base}/items/{item_id_of(request)}"
    return render.page(request, "attached.html", world.say, file=file, path=path)


async def removed(request: web.Request) -> web.StreamResponse:
    ident = uploads.ident(request.match_info["file_id"])
    try:
        await files.drop(deps(request).log, brand_of(request), item_id_of(request), ident)
    except NotFound:
        raise
    except Refused as refused:
        world = await render.world(request)
        return web.Response(text=words.refusal(refused, world.say), status=refused.status)
    return web.Response(status=204)


async def opened(request: web.Request) -> web.StreamResponse:
    ident = uploads.ident(request.match_info["file_id"])
    return await uploads.opened(request, brand_of(request), item_id_of(request), ident)


ROUTES = [
    Route("POST", PATH, attached, "act", "page", "item_attach", file_rules.MOST_BYTES + 1),
    Route("GET", PATH + "/{file_id}", opened, "personal", "page", "item_sent_file"),
    Route("POST", PATH + "/{file_id}/remove", removed, "act", "page", "item_detach"),
]

"""One attachment of the author's, fetched as somebody opens it and handed on as a download."""

from __future__ import annotations

import uuid
from urllib.parse import quote

from aiohttp import web

from inbox import history
from inbox.errors import NotFound
from inbox.events import Attachment
from inbox.ids import ItemId
from inbox.state import Item
from inbox.web.context import deps
from inbox.web.routes import Route
from inbox.web.security import brand_of

NAME_MOST = 100


async def opened(request: web.Request) -> web.StreamResponse:
    own = deps(request)
    try:
        item_id = ItemId(uuid.UUID(request.match_info["item_id"]))
    except ValueError as error:
        raise NotFound from error
    past = await history.load(own.log, brand_of(request), item_id)
    file = _file(past.item, request.query.get("message", ""), request.query.get("n", ""))
    if file.url is None:
        raise NotFound
    found = await own.open_file(file.url)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(_name(file), safe='')}"}
    return web.Response(body=found.body, content_type=found.content_type, headers=headers)


def _file(item: Item, message: str, number: str) -> Attachment:
    said = next((one for one in item.messages if one.external_id == message), None)
    if said is None or not (number.isascii() and number.isdigit() and len(number) < 4):
        raise NotFound
    files = said.attachments
    if int(number) >= len(files):
        raise NotFound
    return files[int(number)]


def _name(file: Attachment) -> str:
    """Without what a file system or a header could take amiss."""
    name = "".join(sign for sign in file.name or "" if sign.isprintable() and sign not in '/\\:*?"<>|')
    return name.strip(". ")[-NAME_MOST:] or "attachment"


ROUTES = [Route("GET", "/b/{brand_id}/items/{item_id}/file", opened, "personal", "page", "item_file")]

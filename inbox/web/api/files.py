"""Files to go with a reply: put at an item first, then named by the reply's `files`."""

from __future__ import annotations

import uuid

from aiohttp import web

from inbox import file_rules, files
from inbox.events import ReplyFile
from inbox.web import uploads
from inbox.web.api import asked
from inbox.web.api.answer import as_json
from inbox.web.api.described import Operation, Parameter
from inbox.web.api.items import PATH
from inbox.web.api.shapes import FileShape
from inbox.web.context import deps
from inbox.web.routes import Route
from inbox.web.security import brand_of

BYTES = "application/octet-stream"
NAME = Parameter("Content-Disposition", "`attachment; filename*=UTF-8''NAME`, percent-encoded.", place="header")


def shape(file: ReplyFile) -> dict[str, str | int]:
    return {
        "file_id": str(file.file_id), "name": file.name, "content_type": file.content_type, "bytes": file.bytes
    }  # fmt: skip


async def attached(request: web.Request) -> web.StreamResponse:
    asked.only(request)
    return as_json(shape(await uploads.take(request, brand_of(request), asked.item_id(request))))


async def opened(request: web.Request) -> web.StreamResponse:
    asked.only(request)
    return await uploads.opened(request, brand_of(request), asked.item_id(request), _ident(request))


async def removed(request: web.Request) -> web.StreamResponse:
    asked.only(request)
    await files.drop(deps(request).log, brand_of(request), asked.item_id(request), _ident(request))
    return as_json({})


def _ident(request: web.Request) -> uuid.UUID:
    return uploads.ident(request.match_info["file_id"])


ONE = PATH + "/{item_id}/files/{file_id}"
ROUTES = [
    Route("POST", PATH + "/{item_id}/files", attached, "act", "api", "api.attach", file_rules.MOST_BYTES + 1),
    Route("GET", ONE, opened, "personal", "api", "api.file"),
    Route("DELETE", ONE, removed, "act", "api", "api.detach"),
]
OPERATIONS = {
    "api.attach": Operation(
        "Put a file at an item, for a reply to name within a day; the body is the file itself", "Commands",
        parameters=(NAME,), takes=BYTES, answers=FileShape, problems=(404, 408, 409, 413),
    ),
    "api.file": Operation("A file that went with a reply, or is to go", "Items", answers=BYTES, problems=(404,)),
    "api.detach": Operation("Take a file away again that no reply has taken", "Commands", problems=(404, 409)),
}  # fmt: skip

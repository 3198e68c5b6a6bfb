"""A file that somebody attaches to a reply, from the request to where it waits, and back as a download.

The body is the file itself, its type the request's, its name in `Content-Disposition`: never in an address, which ends
up in logs. It is read piece by piece, so that nobody sends more than the network takes.
"""

from __future__ import annotations

import asyncio
import re
import uuid
from urllib.parse import quote, unquote

from aiohttp import hdrs, web

from inbox import file_rules, files, history, offers
from inbox.errors import NotFound, Refused
from inbox.events import ReplyFile
from inbox.file_rules import FileRule
from inbox.files import Content
from inbox.ids import BrandId, ItemId
from inbox.opening import kind_of
from inbox.web.context import deps, viewer

BODY_MOST = file_rules.MOST_BYTES + 1
WITHIN_S = 120.0
_NAME = re.compile(r"""filename\*\s*=\s*utf-8''([^;\s]+)|filename\s*=\s*"([^"]*)\"""", re.IGNORECASE)


async def take(request: web.Request, brand: BrandId, item_id: ItemId) -> ReplyFile:
    """Refused: what `inbox.file_rules` and `inbox.files.put` refuse; 408 where it takes too long to arrive."""
    own = deps(request)
    past = await history.load(own.log, brand, item_id)
    rule = offers.file_rule(own.networks.get(past.item.network), past.item)
    name = _name(request)
    kind = files.kind_of(request.headers.get(hdrs.CONTENT_TYPE), name)
    file_rules.check_one(rule, kind, max(1, request.content_length or 1))
    body = await _body(request, rule)
    if files.barred(body):
        kind = "text/html"  # whatever it is called: a browser might run it
    file_rules.check_one(rule, kind, len(body))
    return await files.put(
        own.log, brand, past, name, kind, body, by=viewer(request).actor, now=own.clock.now()
    )  # fmt: skip


async def _body(request: web.Request, rule: FileRule | None) -> bytes:
    most = rule.largest if rule else 0
    pieces: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(WITHIN_S):
            async for piece in request.content.iter_any():
                pieces.append(piece)
                size += len(piece)
                if size > most:
                    raise Refused("file_too_heavy", f"A file may have {most:,} bytes.", status=413)
    except TimeoutError as error:
        raise Refused("too_slow", "The file took too long to arrive.", status=408) from error
    return b"".join(pieces)


def _name(request: web.Request) -> str:
    found = _NAME.search(request.headers.get(hdrs.CONTENT_DISPOSITION, ""))
    if found is None:
        return "file"
    return unquote(found[1], errors="ignore") if found[1] else found[2]


async def opened(request: web.Request, brand: BrandId, item_id: ItemId, ident: uuid.UUID) -> web.Response:
    """Only ever a download, and under a kind that no browser runs. Raises `NotFound`."""
    return download(await files.content(deps(request).log, brand, item_id, ident))


def download(found: Content) -> web.Response:
    headers = {hdrs.CONTENT_DISPOSITION: f"attachment; filename*=UTF-8''{quote(found.file.name, safe='')}"}
    return web.Response(body=found.body, content_type=kind_of(found.file.content_type), headers=headers)


def ident(text: str) -> uuid.UUID:
    """What is no id is a file that is not there."""
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise NotFound from error

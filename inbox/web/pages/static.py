"""Static files. Their address holds a digest of all of them, so a browser keeps them and never shows old ones.

The style sheets of every page are written apart and sent as one: nothing is painted before the last of them is there,
and on a phone's line each costs a way there and back."""

from __future__ import annotations

import gzip
from functools import cache

from aiohttp import hdrs, web

from inbox.errors import NotFound
from inbox.web import packing
from inbox.web.pages.render import STATIC
from inbox.web.routes import Route

TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}
SITE_WIDE = "js/worker.js"
"""The one script that may serve the whole site from its place among the others."""
JOINED = {
    "screens.css": (
        "tokens.css", "components.css", "vigie.css", "bulk.css", "palette.css", "together.css", "phone.css",
    ),
}  # fmt: skip
"""What is made of others, in this order."""
FOREVER = "public, max-age=31536000, immutable"


@cache
def _files() -> frozenset[str]:
    return frozenset(JOINED) | frozenset(
        path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*") if path.is_file() and path.suffix in TYPES
    )


async def show(request: web.Request) -> web.StreamResponse:
    """Only what stood in the folder at the start, by its exact name: no path of the request ever reaches the disk."""
    name = request.match_info["path"]
    if name not in _files():
        raise NotFound
    path = STATIC / name
    headers = {"Cache-Control": FOREVER, "Content-Type": f"{TYPES[path.suffix]}; charset=utf-8"}
    if name == SITE_WIDE:
        headers["Service-Worker-Allowed"] = "/"
    if TYPES[path.suffix] not in packing.TYPES:
        return web.FileResponse(path, headers=headers)
    if not packing.takes_gzip(request):
        return web.Response(body=_content(name), headers=headers)
    return web.Response(body=_packed(name), headers={**headers, hdrs.CONTENT_ENCODING: "gzip"})


def _content(name: str) -> bytes:
    return b"\n".join((STATIC / part).read_bytes() for part in JOINED.get(name, (name,)))


@cache
def _packed(name: str) -> bytes:
    """Once a process: they are small, and the same for all."""
    return gzip.compress(_content(name), 9, mtime=0)


ROUTES = [Route("GET", "/static/{version}/{path:.+}", show, "public", "page", "static")]

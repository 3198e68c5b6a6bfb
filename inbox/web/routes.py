"""The table of routes: each says its method, path, handler, and who may call it. Nothing is served that is not in it.

`Access` is checked by the security middleware before the handler runs, from the path's `{brand_id}`; a brand that is
not
yours answers exactly like a brand that does not exist. The access-matrix test walks this table.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from aiohttp import web

from inbox.web.context import Right

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Access = Literal["public", "signed_in"] | Right
"""public: anybody; signed_in: a member's session, any brand; a right: that right on the path's brand."""


@dataclass(frozen=True, slots=True)
class Route:
    """`surface`: pages use sessions, CSRF tokens and redirects to sign-in; the api uses bearer tokens and problem
    documents
    (a session of the same origin is good for GET only); hook is verified by its own signature. `body_most`: bytes of
    its body, where more than pages and the API take otherwise; such a handler reads it by `uploads`, piece by
    piece."""

    method: Literal["GET", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    handler: Handler
    access: Access
    surface: Literal["page", "api", "hook"]
    name: str
    body_most: int = 0

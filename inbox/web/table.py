"""What the application is made of, under keys that any module may read without importing the application."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from inbox.web.routes import Route

TABLE: web.AppKey[tuple[Route, ...]] = web.AppKey("table", tuple)
"""Every Route that is served: the access matrix and the OpenAPI document walk it."""

FRAGMENT: web.AppKey[Mapping[str, Any]] = web.AppKey("fragment", dict)
"""What services add to the OpenAPI document."""

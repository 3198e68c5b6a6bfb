"""Answers of the API: JSON, with times in RFC 3339."""

from __future__ import annotations

from typing import Any

import orjson
from aiohttp import web


def as_json(content: Any, *, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(content), status=status, content_type="application/json")

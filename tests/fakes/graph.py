"""A small Graph API: posts comments, replies and direct messages, and refuses with Meta's own error objects."""

from __future__ import annotations

import itertools
import json
from typing import Any

from aiohttp import web

from tests.fakes.server import Fake, Seen, says


class Graph(Fake):
    def __init__(self) -> None:
        super().__init__(self.post)
        self._numbers = itertools.count(1)

    async def post(self, seen: Seen) -> web.StreamResponse:
        """As the real one: no token, no answer; each edge with its own body and result."""
        if not seen.headers.get("authorization", "").startswith("Bearer "):
            return await says(400, error(190, "OAuthException"))(seen)
        body = json.loads(seen.body)
        number = next(self._numbers)
        match seen.path.rsplit("/", 1)[-1]:
            case "messages":
                assert body["messaging_type"] == "RESPONSE"
                assert body["message"]["text"]
                return web.json_response(
                    {"recipient_id": body["recipient"].get("id", "81"), "message_id": f"m_{number}"}
                )
            case "comments" | "replies":
                assert body["message"]
                return web.json_response({"id": f"post_{number}"})
        return await says(400, error(2500, "GraphMethodException"))(seen)


def error(code: int, kind: str = "OAuthException", subcode: int | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {"message": f"(#{code}) refused", "type": kind, "code": code, "fbtrace_id": "A1b2"}
    return {"error": found | ({"error_subcode": subcode} if subcode is not None else {})}

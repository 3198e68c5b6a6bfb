"""A brand's own reply endpoint: checks the signature as any receiver of Standard Webhooks would, and posts."""

from __future__ import annotations

import itertools

from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

from tests.fakes.server import Fake, Seen


class BrandEndpoint(Fake):
    def __init__(self, secret: str) -> None:
        super().__init__(self.post)
        self._webhook = Webhook(secret)
        self._numbers = itertools.count(1)

    async def post(self, seen: Seen) -> web.StreamResponse:
        try:
            self._webhook.verify(seen.body, seen.headers)
        except WebhookVerificationError:
            return web.json_response({"error": "bad signature"}, status=401)
        return web.json_response({"id": f"posted-{next(self._numbers)}"}, status=201)

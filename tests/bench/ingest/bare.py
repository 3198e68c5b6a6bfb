"""The limit: an aiohttp handler that checks the signature of a body, answers, and keeps nothing.

A process of its own. Its argument: the hooks as JSON, path and secret.
"""

from __future__ import annotations

import hmac
import json
import sys

from aiohttp import web

from tests.bench.ingest.messages import key_of, signature


def application(secrets: dict[str, str]) -> web.Application:
    keys = {path: key_of(secret) for path, secret in secrets.items()}

    async def take(request: web.Request) -> web.Response:
        raw, headers = await request.read(), request.headers
        expected = signature(keys[request.path], headers["webhook-id"], headers["webhook-timestamp"], raw)
        if not hmac.compare_digest(expected.encode(), headers["webhook-signature"].encode()):
            return web.Response(status=401)
        return web.Response(status=202, body=b'{"messages":[]}', content_type="application/json")

    app = web.Application()
    app.router.add_post("/hooks/{channel_id}", take)
    return app


def main() -> None:
    port, secrets = int(sys.argv[1]), {hook["path"]: hook["secret"] for hook in json.loads(sys.argv[2])}
    web.run_app(application(secrets), host="127.0.0.1", port=port, access_log=None, print=None)


if __name__ == "__main__":
    main()

"""Speaking to the demo's generic hook as a brand's own site would: signed, over HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import aiohttp
from standardwebhooks import Webhook

from tests.product.instance import Instance


def message(number: int | str, **fields: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "type": "message.received", "id": f"m{number}", "kind": "comment", "thread_id": f"t{number}", "text": "Bonjour",
        "sent_at": now.isoformat(), "author": {"id": f"a{number}", "name": f"Auteur {number}"},
    } | fields  # fmt: skip


async def post(instance: Instance, messages: Sequence[dict[str, Any]]) -> int:
    """The HTTP status."""
    hook = next(channel for channel in instance.demo["channels"] if channel["network"] == "generic")
    now, delivery = datetime.now(UTC), f"d{uuid4().hex}"
    body = json.dumps({"messages": list(messages)})
    headers = {
        "webhook-id": delivery, "webhook-timestamp": str(int(now.timestamp())), "content-type": "application/json",
        "webhook-signature": Webhook(hook["secret"]).sign(delivery, now, body),
    }  # fmt: skip
    async with aiohttp.ClientSession() as client, client.post(hook["hook_url"], data=body, headers=headers) as response:
        return response.status


async def api(instance: Instance, path: str) -> Any:
    """GET of the brand's JSON API with the demo's token."""
    demo = instance.demo
    url = f"{instance.base_url}/api/v1/brands/{demo['brand_id']}/{path}"
    headers = {"Authorization": f"Bearer {demo['api_token']}"}
    async with aiohttp.ClientSession(headers=headers) as client, client.get(url) as response:
        assert response.status == 200, await response.text()
        return await response.json()


async def until_scored(instance: Instance, count: int) -> list[dict[str, Any]]:
    """All items, once so many stand there with their judgement. Looked for more and more rarely: to write hundreds of
    items out takes time that their judgement needs."""
    pause_s = 0.2
    async with asyncio.timeout(60):
        while True:
            items: list[dict[str, Any]] = []
            page = await api(instance, "items?limit=200")
            items += page["items"]
            while page["next"]:
                page = await api(instance, f"items?limit=200&after={page['next']}")
                items += page["items"]
            if len(items) >= count and all(item["scored"] for item in items):
                return items
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 1.5, 2.0)

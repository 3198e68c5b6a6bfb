"""Who watches a queue over the API's live stream, is cut off again and again, and comes back where they were."""

from __future__ import annotations

import asyncio
import contextlib
import random
from typing import Any

import aiohttp
import orjson

from tests.product.many import Tenant

AGAIN_S = (0.0, 1.0)
STAYS_S = (1.0, 10.0)
SILENT_S = 60.0
"""Longer than any beat of the stream: who hears nothing for so long would be waiting for ever."""


class Viewer:
    """`rows`: what stands on this screen, by item. `twice`: entries that came again although their position had been
    passed. `drops`: how often the connection was torn."""

    def __init__(self, client: aiohttp.ClientSession, desk: str, tenant: Tenant, seed: int) -> None:
        self._client, self._chance = client, random.Random(seed)
        self._url = f"{desk}/api/v1/brands/{tenant.brand}/live"
        self._authorised = {"Authorization": f"Bearer {tenant.token}"}
        self.rows: dict[str, Any] = {}
        self.last = 0
        self.twice = self.drops = self.resets = 0
        self._moved = asyncio.Condition()

    async def watch(self, torn: asyncio.Event) -> None:
        """Torn apart at random until `torn` is set, then left alone; ends when it is cancelled."""
        while True:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with asyncio.timeout(None if torn.is_set() else self._chance.uniform(*STAYS_S)):
                    await self._listen()
            if not torn.is_set():
                self.drops += 1
            await asyncio.sleep(self._chance.uniform(*AGAIN_S))

    async def reached(self, position: int) -> None:
        """Once it has been told all up to there."""
        async with self._moved:
            await self._moved.wait_for(lambda: self.last >= position)

    async def _listen(self) -> None:
        head = self._authorised | {"Last-Event-ID": str(self.last)}
        limit = aiohttp.ClientTimeout(total=None, sock_read=SILENT_S)
        async with self._client.get(self._url, headers=head, timeout=limit) as response:
            response.raise_for_status()
            fields: dict[str, str] = {}
            async for raw in response.content:
                if line := raw.decode().rstrip("\n"):
                    name, _, value = line.partition(": ")
                    fields[name] = value
                else:
                    await self._heard(fields)
                    fields = {}

    async def _heard(self, fields: dict[str, str]) -> None:
        event = fields.get("event")
        if event == "item":
            self._shown(orjson.loads(fields["data"]))
        if event == "reset":
            self.resets += 1
        if "id" in fields:
            async with self._moved:
                self.last = max(self.last, int(fields["id"]))
                self._moved.notify_all()

    def _shown(self, row: dict[str, Any]) -> None:
        self.twice += row["position"] <= self.last
        self.rows[row["id"]] = row

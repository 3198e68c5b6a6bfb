"""What goes on at a site in life: networks send signed deliveries and send again what was not taken, people answer."""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

import aiohttp
from aiohttp import web
from standardwebhooks import Webhook

from tests.fakes.server import Fake, Seen
from tests.product.many import Member, Tenant

AGAIN_S = 0.3
WITHIN_S = 4.0
"""After so long a network gives a request up, and sends it again to whoever answers."""


class Network(Fake):
    """Takes replies, slowly: a process that is killed while one is on its way has not heard whether it arrived."""

    def __init__(self) -> None:
        super().__init__(self._slowly)
        self.calls: Counter[str] = Counter()
        self._numbers = count(1)

    async def _slowly(self, seen: Seen) -> web.StreamResponse:
        self.calls[json.loads(seen.body)["id"]] += 1
        await asyncio.sleep(0.15)
        return web.json_response({"id": f"posted_{next(self._numbers)}"})


@dataclass
class Load:
    """`acknowledged`: messages that were answered 2xx, by brand. `answers`: status and Retry-After of all requests that
    were answered."""

    client: aiohttp.ClientSession
    doors: Sequence[Member]
    desk: Member
    acknowledged: dict[int, set[str]] = field(default_factory=dict)
    times: list[float] = field(default_factory=list)
    asked: int = 0
    answers: list[tuple[int, str | None]] = field(default_factory=list)

    async def say(
        self, tenant: Tenant, number: int | str, text: str = "Bonjour, où en est ma commande ?",
        author: str | None = None,
    ) -> None:  # fmt: skip
        """Sent until it is taken, by one door after the other, signed anew each time."""
        ident, now = f"m{number}", datetime.now(UTC)
        body = json.dumps(
            {
                "type": "message.received", "id": ident, "kind": "comment", "thread_id": f"t{number}", "text": text,
                "sent_at": now.isoformat(), "author": {"id": author or f"a{number}", "name": f"Auteur {number}"},
            }
        )  # fmt: skip
        door = hash(ident)
        while not await self._taken(self.doors[door % len(self.doors)], tenant, ident, body):
            door += 1
            await asyncio.sleep(AGAIN_S)
        self.acknowledged.setdefault(tenant.brand, set()).add(ident)

    async def _taken(self, door: Member, tenant: Tenant, ident: str, body: str) -> bool:
        now = datetime.now(UTC)
        headers = {
            "webhook-id": f"d{ident}", "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(tenant.secret).sign(f"d{ident}", now, body),
            "content-type": "application/json",
        }  # fmt: skip
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            async with self.client.post(
                f"{door.url}/hooks/{tenant.channel_id}", data=body, headers=headers,
                timeout=aiohttp.ClientTimeout(total=WITHIN_S),
            ) as response:  # fmt: skip
                self.answers.append((response.status, response.headers.get("Retry-After")))
                return 200 <= response.status < 300
        return False

    async def steadily(self, tenant: Tenant, rate: float, seconds: float, prefix: str = "") -> None:
        """A message every 1/`rate` seconds, whatever becomes of the ones before."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        async with asyncio.TaskGroup() as group:
            for n in range(int(rate * seconds)):
                await asyncio.sleep(max(0.0, start + n / rate - loop.time()))
                group.create_task(self.say(tenant, f"{prefix}{tenant.brand}-{n}"))

    async def answer(self, tenant: Tenant, most: int) -> None:
        """Replies to some of those who wait and whose words are judged, since a judgement in between is a conflict;
        what is refused is left."""
        authorised = {"Authorization": f"Bearer {tenant.token}"}
        base = f"{self.desk.url}/api/v1/brands/{tenant.brand}/items"
        async with self.client.get(f"{base}?status=open&limit=200", headers=authorised) as response:
            items = (await response.json())["items"]
        for item in [item for item in items if item["scored"]][:most]:
            key = authorised | {"Idempotency-Key": uuid.uuid4().hex}
            given = {"expected_position": item["position"], "text": "Nous regardons cela tout de suite."}
            async with self.client.post(f"{base}/{item['id']}/reply", headers=key, json=given) as response:
                self.asked += response.status == 200

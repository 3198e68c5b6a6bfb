"""Who sends: networks with signed requests over HTTP, which send again what was not taken, and some that do not.

A message is said, one in ten is changed afterwards, one in twenty taken back. Everything stands in the ledger before it
leaves and when it was answered.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count, cycle
from typing import Any, Protocol

import aiohttp

from tests.channels.senders import hub, standard
from tests.chaos.ledger import Ledger
from tests.product.many import Tenant

AGAIN_S, AGAIN_MOST_S = 0.25, 30.0
"""A network waits twice as long before each further attempt: thousands that wait must not be a storm of their own."""
WITHIN_S = 12.0
"""After so long a network gives up hope of an answer: longer than Vigie takes to refuse."""
PATIENCE_S = 600.0
LOOK_S = 0.1
CHANGED_EVERY, WITHDRAWN_EVERY = 10, 20
REPOSITORY = "brizeo/velo"


class Door(Protocol):
    @property
    def url(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Shop:
    """A channel of a network that never sends anything twice."""

    brand: int
    channel_id: str
    secret: str


@dataclass
class Traffic:
    """`slowest_s`: the longest that anybody waited for an answer of any kind; `refused`: answers other than 2xx;
    `dropped`: connections that broke, or were given up, `given_up` of them; `stood_still_s`: the longest that we
    ourselves got no processor, by which every answer may seem late; `heard_at`: when a 2xx was last heard, by the
    monotonic clock, `heard_of`: from each door, by its address; `waits_s`: of each 2xx; `refusals`: by status. `at`: of
    all that is said, so that two copies of a thing are the same bytes."""

    client: aiohttp.ClientSession
    ledger: Ledger
    doors: Sequence[Door]
    copies: int = 1
    slowest_s: float = 0.0
    refused: int = 0
    dropped: int = 0
    given_up: int = 0
    stood_still_s: float = 0.0
    heard_at: float = 0.0
    heard_of: dict[str, float] = field(default_factory=dict)
    waits_s: list[float] = field(default_factory=list)
    refusals: Counter[int] = field(default_factory=Counter)
    at: str = field(default_factory=lambda: datetime.now(UTC).isoformat())
    _turn: Iterator[int] = field(init=False)

    def __post_init__(self) -> None:
        self._turn = cycle(range(len(self.doors)))

    # --- what is said ---

    async def say(self, tenant: Tenant, ident: str) -> None:
        """One message and what becomes of it, in order, each until it is taken."""
        number = int(ident.rpartition("-")[2])
        await self._deliver(tenant, f"{tenant.brand}/{ident}", _message(ident, number, self.at))
        if number % CHANGED_EVERY == 1:
            await self._deliver(tenant, f"{tenant.brand}/{ident}#edited", _edit(ident, self.at))
        if number % WITHDRAWN_EVERY == 2:
            await self._deliver(tenant, f"{tenant.brand}/{ident}#deleted", _withdrawal(ident, self.at))

    async def tell(self, tenant: Tenant, ident: str, text: str) -> None:
        """One message of these words, by somebody who says nothing else."""
        said = _message(ident, 0, self.at)
        alone = {"text": text, "thread_id": ident, "author": {"id": ident, "name": "Inès"}}
        await self._deliver(tenant, f"{tenant.brand}/{ident}", said | alone)

    async def say_once(self, shop: Shop, ident: str) -> None:
        """To a network that does not send again: whatever the answer, that was it."""
        body = json.dumps(_comment(ident, self.at)).encode()
        headers = hub(body, shop.secret) | {"x-github-event": "issue_comment", "content-type": "application/json"}
        await self.ledger.note(f"{shop.brand}/{ident}", None)
        status = await self._post(self._door(), shop.channel_id, body, headers)
        if status is not None:
            await self.ledger.note(f"{shop.brand}/{ident}", status)

    @contextlib.asynccontextmanager
    async def flowing(
        self, tenants: Sequence[Tenant], rate: float, mark: str, shops: Sequence[Shop] = ()
    ) -> AsyncIterator[None]:
        """`rate` messages a second to all together while the block runs, whatever becomes of the ones before; then
        until the last one is taken."""
        hushed = asyncio.Event()
        flow = asyncio.create_task(self._flow(tenants, rate, mark, shops, hushed))
        watch = asyncio.create_task(self._watch_ourselves())
        try:
            yield
            hushed.set()
            await flow
        finally:  # where the block was broken off nobody may be left to take the rest
            flow.cancel()
            watch.cancel()
            await asyncio.gather(flow, watch, return_exceptions=True)

    async def _watch_ourselves(self) -> None:
        while True:
            due = time.monotonic() + LOOK_S
            await asyncio.sleep(LOOK_S)
            self.stood_still_s = max(self.stood_still_s, time.monotonic() - due)

    async def _flow(
        self, tenants: Sequence[Tenant], rate: float, mark: str, shops: Sequence[Shop], hushed: asyncio.Event
    ) -> None:
        loop = asyncio.get_running_loop()
        begun, turn, numbers = loop.time(), cycle([*tenants, *shops]), count()
        async with asyncio.TaskGroup() as group:
            while not hushed.is_set():
                number, to = next(numbers), next(turn)
                saying = self.say if isinstance(to, Tenant) else self.say_once
                group.create_task(saying(to, f"{mark}-{number}"))  # type: ignore[arg-type]
                await asyncio.sleep(max(0.0, begun + (number + 1) / rate - loop.time()))

    async def heard(self, since: float, of: Door | None = None) -> float:
        """Once something was taken, by this door, that was answered after `since`; the seconds that it took."""
        async with asyncio.timeout(PATIENCE_S):
            while (at := self.heard_at if of is None else self.heard_of.get(of.url, 0.0)) <= since:
                await asyncio.sleep(0.02)
        return at - since

    async def shuffled(self, tenants: Sequence[Tenant], many: int, mark: str, at_once: int = 48) -> None:
        """`many` messages as fast as they are taken; each of `copies` deliveries by another door, in any order."""
        turn, slots = cycle(tenants), asyncio.Semaphore(at_once)
        deliveries = [(next(turn), n) for n in range(many)] * self.copies
        random.Random(many).shuffle(deliveries)

        async def one(tenant: Tenant, n: int) -> None:
            async with slots:
                await self.say(tenant, f"{mark}-{n}")

        await asyncio.gather(*(one(tenant, n) for tenant, n in deliveries))

    # --- how it is sent ---

    async def _deliver(self, tenant: Tenant, ident: str, said: dict[str, Any]) -> None:
        body = json.dumps(said).encode()
        await self.ledger.note(ident, None)
        wait_s = AGAIN_S
        while True:
            headers = standard(body, tenant.secret, ident=ident.replace("/", "_"), at=int(time.time()))
            headers["content-type"] = "application/json"
            status = await self._post(self._door(), tenant.channel_id, body, headers)
            if status is not None:
                await self.ledger.note(ident, status)
            if status is not None and status < 300:
                return
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, AGAIN_MOST_S)

    def _door(self) -> Door:
        return self.doors[next(self._turn) % len(self.doors)]

    async def _post(self, door: Door, channel_id: str, body: bytes, headers: dict[str, str]) -> int | None:
        """The status; None where the connection broke."""
        begun, limit = time.monotonic(), aiohttp.ClientTimeout(total=WITHIN_S)
        try:
            url = f"{door.url}/hooks/{channel_id}"
            async with self.client.post(url, data=body, headers=headers, timeout=limit) as response:
                self.slowest_s = max(self.slowest_s, time.monotonic() - begun)
                if response.status >= 300:
                    self.refused += 1
                    self.refusals[response.status] += 1
                if response.status < 300:
                    self.heard_at = self.heard_of[door.url] = time.monotonic()
                    self.waits_s.append(self.heard_at - begun)
                return response.status
        except TimeoutError:
            self.given_up += 1
        except aiohttp.ClientError:
            pass
        self.slowest_s = max(self.slowest_s, time.monotonic() - begun)
        self.dropped += 1
        return None


def _message(ident: str, number: int, at: str) -> dict[str, Any]:
    return {
        "type": "message.received", "id": ident, "kind": "comment", "thread_id": f"t{number // 4}",
        "text": f"Bonjour, où en est ma commande {number} ?", "sent_at": at,
        "author": {"id": f"a{number // 2}", "name": f"Auteur {number // 2}"},
    }  # fmt: skip


def _edit(ident: str, at: str) -> dict[str, Any]:
    return {"type": "message.edited", "id": ident, "text": "Où en est ma commande ? Merci.", "sent_at": at}


def _withdrawal(ident: str, at: str) -> dict[str, Any]:
    return {"type": "message.deleted", "id": ident, "sent_at": at}


def _comment(ident: str, at: str) -> dict[str, Any]:
    """As GitHub tells of a comment."""
    return {
        "action": "created", "repository": {"full_name": REPOSITORY},
        "issue": {"number": 7, "title": "Frein", "html_url": f"https://github.example/{REPOSITORY}/issues/7"},
        "comment": {
            "id": 1, "node_id": ident, "body": "Le frein lâche.", "created_at": at, "updated_at": at,
            "html_url": f"https://github.example/{REPOSITORY}/issues/7#{ident}",
            "user": {"id": 5, "login": "ines", "type": "User"},
        },
    }  # fmt: skip

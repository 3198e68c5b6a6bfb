"""A subscriber, the worker that sends to it, and a brand where things happen: for the tests of webhooks out."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from inbox import subscriptions
from inbox.clock import SimulatedClock
from inbox.ids import BrandId
from inbox.log.store import Log
from inbox.subscription import Attempt, By, Subscription
from services.channels import signing
from services.outbound import Outbound
from services.workers.forward import Forward
from services.workers.forward_attempt import TIMEOUT_S, Attempting
from tests.fakes.server import Fake, Seen
from tests.views.world import World

LEAD = By(member=7, personal=True)
ALLOW = ("127.0.0.1",)


class Subscriber(Fake):
    """Takes everything, unless `refuses` says what of: external ids of messages, and the status each gets."""

    def __init__(self) -> None:
        super().__init__(self.take)
        self.refuses: dict[str, int] = {}
        self.headers: dict[str, str] = {}
        self.status = 200

    async def take(self, seen: Seen) -> web.StreamResponse:
        status = self.refuses.get(json.loads(seen.body)["data"].get("external_id", ""), self.status)
        return web.Response(status=status, headers=self.headers if status >= 300 else {})

    @property
    def got(self) -> list[dict[str, Any]]:
        return [json.loads(seen.body) for seen in self.seen]

    @property
    def said(self) -> list[str | None]:
        """External ids of the messages that were sent here, in order, the refused ones too."""
        return [body["data"]["external_id"] for body in self.got if body["type"] == "MessageReceived"]

    @property
    def idents(self) -> list[str]:
        return [seen.headers["webhook-id"] for seen in self.seen]


def proven(seen: Seen, secret: str) -> bool:
    """Whenever that was: the simulated clock is not the library's."""
    at = datetime.fromtimestamp(int(seen.headers["webhook-timestamp"]), UTC)
    expected = signing.headers(secret, seen.headers["webhook-id"], at, seen.body.decode())["webhook-signature"]
    return expected in seen.headers["webhook-signature"].split(" ")


@dataclass
class Post:
    world: World
    clock: SimulatedClock
    subscriber: Subscriber
    allow: tuple[str, ...] = ALLOW
    chance: float = 1.0
    outs: list[Outbound] = field(default_factory=list)

    @property
    def log(self) -> Log:
        return self.world.log

    def worker(self) -> Forward:
        """Another process."""
        out = Outbound(self.allow, total_s=TIMEOUT_S)
        self.outs.append(out)
        attempting = Attempting(self.log, out, self.clock, allow=self.allow, chance=lambda: self.chance)
        return Forward(self.log, attempting, out, self.clock)

    async def subscribed(
        self, *, brand: BrandId | None = None, path: str = "/hook", personal: bool = False, types: tuple[str, ...] = ()
    ) -> tuple[str, str]:
        return await subscriptions.create(
            self.log, brand or self.world.brand, address=self.subscriber.url + path, types=types, personal=personal,
            by=LEAD, allow=self.allow, now=self.clock.now(),
        )  # fmt: skip

    async def round(self, *, after: timedelta = timedelta(), forward: Forward | None = None) -> None:
        """Everything that is due after a while, by a process of its own, which is gone then."""
        self.clock.advance(after)
        await self.world.pool.execute("DELETE FROM vigie.leases")
        worker = forward or self.worker()
        await worker.look()
        await worker.settled()

    async def state(self, subscription_id: str) -> Subscription:
        return await subscriptions.one(self.log, self.world.brand, subscription_id)

    async def attempts(self, subscription_id: str) -> list[Attempt]:
        """The oldest first."""
        return (await subscriptions.attempts(self.log, self.world.brand, subscription_id))[::-1]

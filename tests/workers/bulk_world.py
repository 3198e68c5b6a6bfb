"""A world with a team, people who wait, and a bulk worker that is driven by hand."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from inbox import events as ev
from inbox.bulk import foretelling, jobs
from inbox.bulk.orders import Orders
from inbox.channels import Channels
from inbox.clock import SimulatedClock
from inbox.ids import ItemId
from inbox.people import members
from inbox.wording import Variant
from services.channels import registry
from services.workers.bulk import Bulk
from services.workers.outbox import Outbox
from tests.views.world import World

WORDS = (Variant(text="Bonjour {name|à vous}, nous revenons vers vous."),)


@dataclass
class Crowd:
    world: World
    clock: SimulatedClock
    me: int = 0

    def worker(self) -> Bulk:
        channels = Channels(self.world.log, self.clock)
        return Bulk(self.world.log, channels, registry.networks(), self.clock, rest=False)

    async def join(self, role: str = "cm") -> int:
        now = self.clock.now()
        member = await members.add(
            self.world.log,
            self.world.brand,
            email=f"{uuid.uuid4().hex}@t.test",
            name="Cam",
            role=role,
            by=None,
            now=now,
        )
        self.me = int(member)
        return self.me

    async def people(self, *names: str, **given: Any) -> list[ItemId]:
        found = [await self.world.says(name, name=f"{name.title()} Petit", **given) for name in names]
        await self.world.project()
        return found

    async def draft(self, orders: Orders, items: Sequence[ItemId], *, follows: uuid.UUID | None = None) -> uuid.UUID:
        chosen = [(item, (await self.world.row(item)).position, None) for item in items]
        job = await jobs.draft(
            self.world.log, self.world.brand, orders, chosen, by=self.me, now=self.clock.now(), follows=follows
        )
        return await self.foretold(job)

    async def foretold(self, job_id: uuid.UUID) -> uuid.UUID:
        async with self.world.pool.acquire() as connection:
            job = await jobs.one(connection, self.world.brand, job_id)
            setting = await foretelling.setting(
                self.world.log, connection, self.world.brand, job, networks=registry.networks(),
                known=foretelling.known_of("Brizéo", {}), now=self.clock.now(),
            )  # fmt: skip
            await foretelling.foretell(self.world.log, connection, self.world.brand, job, setting)
        return job_id

    async def begun(self, orders: Orders, items: Sequence[ItemId], **more: Any) -> uuid.UUID:
        job = await self.draft(orders, items, **more)
        await jobs.begin(self.world.log, self.world.brand, job, by=self.me, now=self.clock.now())
        return job

    async def worked(self, job: uuid.UUID, worker: Bulk | None = None) -> None:
        worker = worker or self.worker()
        while await worker.step(self.world.brand, job):
            pass
        await self.world.project()

    async def fates(self, job: uuid.UUID) -> dict[str, int]:
        """By state, and by reason where there is one."""
        found: dict[str, int] = {}
        for count in await jobs.counts(self.world.pool, self.world.brand, job):
            name = count.code or count.state
            found[name] = found.get(name, 0) + count.items
        return found

    async def state(self, job: uuid.UUID) -> str:
        return (await jobs.one(self.world.pool, self.world.brand, job)).state

    async def events(self, *kinds: type[ev.Event]) -> list[Any]:
        return [r.event for r in await self.world.log.read(self.world.brand, 0, 5000) if isinstance(r.event, kinds)]

    async def into_the_outbox(self) -> None:
        events = await self.world.log.read(self.world.brand, 0, 5000)
        async with self.world.pool.acquire() as connection, connection.transaction():
            await Outbox().handle(connection, self.world.brand, events)

    async def leave(self, *items: ItemId) -> None:
        """The deliverer sent what it had."""
        for queued in await self.events(ev.ReplyQueued):
            if not items or queued.item_id in items:
                await self.world.happens(
                    ev.ReplySent(item_id=queued.item_id, reply_id=queued.reply_id, at=self.clock.now())
                )
        await self.world.pool.execute("UPDATE vigie.outbox SET state = 'done'")
        await self.world.project()

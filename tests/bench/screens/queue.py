"""The product with a full queue, and somebody signed in to look at it."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import asyncpg

from inbox import events as ev
from inbox.clock import SystemClock
from inbox.ids import BrandId, ChannelId, DedupeKey, dedupe_key
from inbox.log.record import NewEvent, item_stream
from inbox.log.store import Log
from inbox.people import sessions
from tests.bench.arrival.texts import text
from tests.bench.live import at
from tests.product.instance import Instance

BATCH, SETTLE_S = 500, 300
BEHIND = """SELECT min(position) < (SELECT max(position) FROM vigie.events WHERE brand_id = $1) FROM vigie.checkpoints
WHERE brand_id = $1"""
"""Whether a follower still works on what came: the first view is that of a full queue, not of a storm's tail."""
LEVELS = (0, 0, 1, 1, 1, 1, 2, 2, 2, 3)
"""How urgent each of ten messages is: one of the highest, as the arrival of a storm has it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """`rows`: the items in the order of the queue. `url`: the whole queue. `cookie`: of somebody signed in."""

    log: Log
    brand: BrandId
    member: int
    rows: tuple[asyncpg.Record, ...]
    url: str
    cookie: str

    async def change(self, number: int) -> None:
        """One change of a row: every other one of those that a first page shows."""
        item_id = self.rows[(number // 2) % (40 if number % 2 else len(self.rows))]["item_id"]
        assignee = None if number // 2 % 2 else self.member
        event = ev.ItemAssigned(item_id=item_id, assignee=assignee, by=self.member, at=SystemClock().now())
        await self.log.append(self.brand, [NewEvent(event, item_stream(item_id), DedupeKey(uuid.uuid4()))])


@asynccontextmanager
async def full_queue(folder: Path, items: int) -> AsyncIterator[Shown]:
    running = Instance(folder)
    await running.start()
    try:
        async with at(running) as log:
            yield await filled(log, running, items)
    finally:
        await running.stop()


async def filled(log: Log, running: Instance, items: int) -> Shown:
    brand, now = BrandId(running.demo["brand_id"]), SystemClock().now()
    events = [new for n in range(items) for new in _open_item(log, brand, n, now)]
    for start in range(0, len(events), BATCH):
        await log.append(brand, events[start : start + BATCH])
    query = (
        "SELECT item_id FROM vigie.items WHERE brand_id = $1 AND status = 'open' AND NOT to_score"
        " ORDER BY priority, suspected, rank_due_at, item_id"
    )
    async with asyncio.timeout(SETTLE_S):
        while len(rows := await log.pool.fetch(query, brand)) < items:
            await asyncio.sleep(0.5)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(SETTLE_S / 4):
            while await log.pool.fetchval(BEHIND, brand):
                await asyncio.sleep(0.5)
    member = await log.pool.fetchval("SELECT min(member_id) FROM vigie.memberships WHERE brand_id = $1", brand)
    token = await sessions.open_for(log.pool, member, user_agent="bench", now=now)
    return Shown(log, brand, member, tuple(rows), f"{running.base_url}/b/{brand}/queue?view=all", f"vigie={token}")


def _open_item(log: Log, brand: BrandId, n: int, now: datetime) -> list[NewEvent]:
    """Heard and read: nothing is left for the workers but to put it onto the queue."""
    sent_at, author = now - timedelta(seconds=n), f"a{n}"
    item = log.keyring.ids.item(brand, ChannelId("site"), f"t{n}", author)
    heard = ev.MessageReceived(
        item_id=item, channel_id="site", network="generic", kind="comment", external_id=f"m{n}", sent_at=sent_at,
        received_at=sent_at, thread_id=f"t{n}", text=text(n),
        author=ev.Author(id=author, name=f"Auteur {n}", handle=f"@a{n}", followers=10 * n),
    )  # fmt: skip
    read = ev.MessageClassified(
        item_id=item, external_id=f"m{n}", model="m@1", assessed=True, sentiment="negative", lang="fr",
        urgency=LEVELS[n % 10] / 4, level=LEVELS[n % 10], at=sent_at,
    )  # fmt: skip
    subject = log.keyring.ids.subject(brand, "generic", author)
    return [
        NewEvent(heard, item_stream(item), dedupe_key("received", str(brand), f"m{n}"), subject),
        NewEvent(read, item_stream(item), dedupe_key("classified", str(brand), f"m{n}")),
    ]

"""Making a brand's views anew from its log, beside the running ones, which then give way in one transaction.

Meanwhile the projector goes on with the old views, and whoever reads sees them, whole. First all items are folded from
their streams up to where the log ends (`rebuild_share`); then those are folded again to which something happened since,
until little is left; then the projector is held, the last stretch is folded, and rows that differ are replaced. No
event is folded twice, since an item is always folded from its beginning. No other follower is touched: what they did to
the world outside is not done again.

Two rebuilds of one brand stand in each other's way, so the second is refused. One that died is taken over after
`SILENT_S`; what it left behind is thrown away then, or by the next `sweep`.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace

import asyncpg

from inbox import events as ev
from inbox import meters
from inbox.errors import Refused
from inbox.ids import BrandId
from inbox.log.record import item_stream
from inbox.log.store import Connection, Log
from inbox.views import shadow, streams, wave_members
from inbox.views.policies import Timeline
from inbox.views.rebuild_share import Elsewhere, Job, elsewhere, here, shares
from inbox.views.shadow import sql

SILENT_S = 20.0
HEARD_EVERY_S = 2.0
LITTLE = 2_000
"""Events that may be left when the projector is held."""
AT_ONCE = 500
ROUNDS = 20
"""Should events come faster than they are folded, the rest is folded while the projector waits."""
ITEM_EVENTS = frozenset(name for name, kind in ev.EVENT_TYPES.items() if issubclass(kind, ev.ItemEvent))

Progress = Callable[[int, int], object]
"""Called with the events folded and those there are, now and then."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """`position`: what the views are true at. `changed`: rows that were not what they should be. `held_s`: how long the
    projector had to wait."""

    position: int
    changed: int
    held_s: float


async def rebuild(
    log: Log, brand: BrandId, progress: Progress | None = None, *, processes: Elsewhere | None = None
) -> Rebuilt:
    """Folds in this process, or in `processes`. Refused: `rebuild_under_way`, `rebuild_taken_over`."""
    begun = time.perf_counter()
    run = await _Run.take(log, brand, progress or _silent)
    try:
        async with run.alive():
            context = await run.context()
            await run.load(context, processes)
            rebuilt = await run.finish(context)
    finally:
        await run.let_go()
    log.pulse.beat("views", brand)
    meters.REBUILD_SECONDS.observe(time.perf_counter() - begun)
    return rebuilt


async def sweep(log: Log) -> None:
    """Throws away what rebuilds left behind whose process died."""
    for row in await log.pool.fetch(sql.dead, SILENT_S):
        await _Run(log, row["brand_id"], row["run_id"], _silent, 0).let_go()


class _Run:
    """One rebuild, from taking the brand to letting it go."""

    def __init__(self, log: Log, brand: BrandId, run: uuid.UUID, progress: Progress, head: int) -> None:
        self._log, self._brand, self._id, self._progress, self._head = log, brand, run, progress, head
        self._done = 0

    @classmethod
    async def take(cls, log: Log, brand: BrandId, progress: Progress) -> _Run:
        run, head = uuid.uuid4(), await log.head(brand)
        async with log.pool.acquire() as connection, connection.transaction():
            if await connection.fetchval(sql.take, brand, run, SILENT_S, head) is None:
                raise await _under_way(connection, brand)
            await shadow.clear(connection, brand)
        return cls(log, brand, run, progress, head)

    @contextlib.asynccontextmanager
    async def alive(self) -> AsyncIterator[None]:
        """Meanwhile others hear of us, so that nobody takes over."""
        telling = asyncio.create_task(self._tell())
        try:
            yield
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(HEARD_EVERY_S)
            await self._log.pool.execute(sql.heard, self._brand, self._id, self._done)

    async def context(self) -> streams.Context:
        policies = await self._policies(self._head)
        joined = await self._log.pool.fetchval(sql.waves_stand, self._brand) or 0
        forgotten = await _forgettings(self._log.pool, self._brand, self._head)
        return streams.Context(self._brand, self._head, joined, policies, forgotten)

    async def _policies(self, upto: int, connection: Connection | None = None) -> Timeline:
        known = await self._log.policies(self._brand, connection=connection)
        return Timeline.of([one for one in known if one.position <= upto])

    async def load(self, context: streams.Context, processes: Elsewhere | None) -> None:
        """All items up to the head of the log as it was when we began."""
        job, wanted = Job(self._id, context), shares(self._head)
        folding = here(self._log, job, wanted) if processes is None else elsewhere(processes, job, wanted)
        async with contextlib.aclosing(folding) as counts:
            async for count in counts:
                self._done += count
                self._progress(self._done, self._head)

    async def finish(self, context: streams.Context) -> Rebuilt:
        """Catches up, then switches."""
        async with self._log.pool.acquire() as connection:
            await shadow.prepare(connection)
            try:
                for _ in range(ROUNDS):
                    head = await self._log.head(self._brand, connection=connection)
                    if head - context.upto <= LITTLE:
                        break
                    async with connection.transaction():
                        await shadow.hold(connection, self._brand, self._id)
                        context = await self._catch_up(connection, context, head, context.joined)
                return await self._switch(connection, context)
            finally:
                await connection.reset_type_codec("tsvector", schema="pg_catalog")

    async def _switch(self, connection: Connection, context: streams.Context) -> Rebuilt:
        begun = time.perf_counter()
        async with connection.transaction():
            await shadow.hold(connection, self._brand, self._id)
            await connection.fetchval(sql.hold_views, self._brand)
            joined = await connection.fetchval(sql.hold_waves, self._brand) or 0
            head = await self._log.head(self._brand, connection=connection)
            await self._catch_up(connection, context, head, joined)
            changed = await shadow.switch(connection, self._brand)
            await connection.execute(sql.move_on, self._brand, head)
            if changed:
                await connection.execute(sql.switched, self._brand, self._id)
        return Rebuilt(head, changed, time.perf_counter() - begun)

    async def _catch_up(
        self, connection: Connection, context: streams.Context, upto: int, joined: int
    ) -> streams.Context:
        """Folds the items anew to which something happened since `context` was made, in the caller's transaction."""
        touched = await self._touched(connection, context, upto, joined)
        newer = await self._policies(upto, connection)
        forgotten = await _forgettings(connection, self._brand, upto)
        context = replace(context, upto=upto, joined=joined, policies=newer, forgettings=forgotten)
        ordered = sorted(touched)
        for start in range(0, len(ordered), AT_ONCE):
            page = ordered[start : start + AT_ONCE]
            names = [item_stream(item) for item in page]
            recorded = await self._log.read_streams(self._brand, names, upto, connection=connection)
            await shadow.drop_items(connection, self._brand, page)
            await shadow.copy(connection, self._brand, streams.build(context, recorded, self._log.keyring.ids))
        return context

    async def _touched(
        self, connection: Connection, context: streams.Context, upto: int, joined: int
    ) -> set[uuid.UUID]:
        happened = await connection.fetch(sql.happened, self._brand, context.upto, upto)
        touched = {uuid.UUID(row["stream_id"]) for row in happened if row["type"] in ITEM_EVENTS}
        if joined > context.joined:
            of_waves = await connection.fetch(sql.happened, self._brand, context.joined, joined)
            touched |= {uuid.UUID(row["stream_id"]) for row in of_waves if row["type"] in wave_members.WANTED}
        types = {row["type"] for row in happened}
        if ev.AuthorForgotten.TYPE in types:
            of_authors = await _forgettings(connection, self._brand, upto)
            touched |= {item for item, all_ in of_authors.items() if any(at > context.upto for at, _ in all_)}
        if ev.PolicyChanged.TYPE in types:
            touched |= {uuid.UUID(int=row["item_id"].int) for row in await connection.fetch(sql.ticking, self._brand)}
        return touched

    async def let_go(self) -> None:
        """Also of what failed. Where the database is away, the next rebuild or `sweep` finds it dead."""
        async with self._log.pool.acquire() as connection, connection.transaction():
            if await connection.fetchval(sql.still_ours, self._brand, self._id) is not None:
                await shadow.clear(connection, self._brand)
                await connection.execute(sql.let_go, self._brand, self._id)


async def _forgettings(connection: Connection | asyncpg.Pool, brand: BrandId, upto: int) -> streams.Forgettings:
    found: dict[uuid.UUID, list[tuple[int, ev.AuthorForgotten]]] = {}
    for row in await connection.fetch(sql.forgettings, brand, upto):
        event = ev.decode(ev.AuthorForgotten.TYPE, row["v"], row["body"], None)
        assert isinstance(event, ev.AuthorForgotten)
        for item in event.item_ids:
            found.setdefault(item, []).append((row["position"], event))
    return found


async def _under_way(connection: Connection, brand: BrandId) -> Refused:
    row = await connection.fetchrow(sql.under_way, brand)
    assert row is not None
    since = row["begun_at"].isoformat(timespec="seconds")
    return Refused(
        "rebuild_under_way",
        f"The views of this brand are being rebuilt since {since}: {row['done']} of {row['head']} events are folded."
        f" Should that process have died, try again in {SILENT_S:g} seconds.",
    )


def _silent(_done: int, _head: int) -> None:
    """For who does not want to know."""

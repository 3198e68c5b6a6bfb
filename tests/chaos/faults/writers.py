"""R9 and R10: writers that take their time before they commit, and one that never does."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import asyncpg

from inbox.channels import channel_stream
from inbox.events import SettingChanged
from inbox.ids import BrandId, DedupeKey
from inbox.log.record import NewEvent, Recorded
from services import database
from tests.chaos.figures import Asked, Figures, Measured, Round, compared, worst
from tests.chaos.ledger import Sent
from tests.chaos.reckoning import line, reckon
from tests.chaos.size import Size
from tests.chaos.traffic import Traffic
from tests.chaos.world import World

WRITERS, READERS = 8, 4
OTHER_BRANDS, IN_EACH = 8, 2
PAUSE_S = 0.5
MOSTLY_SHORT, EVENLY = 50, 1
"""One writer at a time has the head of a brand: with pauses of any length 50,000 appends would take hours, with these a
quarter of one."""
LOOK_S = (0.05, 0.5)
"""Of a reader who has seen all: in the one brand, in the others."""
ENDED_WITHIN_S = 60.0
"""After so long without a word of the server a session is not ended at all."""
ASKED_OF_LATE_ONES = (
    Asked("appends", at_least=50_000),
    Asked("writers", at_least=8),
    Asked("pause up to s, mostly short", at_least=0.5),
    Asked("readers", at_least=4),
)
ASKED_OF_STUCK_ONES = (
    Asked("held s", at_least=300, what="a brand's log held for s"),
    Asked("alarm after s", at_most=30),
)


async def late(world: World, size: Size) -> Round:
    """`size.appends` in one brand, in transactions that pause at random before their commit. As long as they last,
    others do the same two by two in brands of their own, where evenly long pauses hold up one writer only. Readers that
    never step back see everything."""
    one, *others = [tenant.brand for tenant in await world.tenants(1 + OTHER_BRANDS)]
    heads = {brand: await world.here.shared.log.head(brand) for brand in (one, *others)}
    written, over, ended = Written(), asyncio.Event(), asyncio.Event()
    readers = {
        brand: [asyncio.create_task(_reader(world, brand, head, LOOK_S[brand != one], ended)) for _ in range(READERS)]
        for brand, head in heads.items()
    }
    begun = time.monotonic()
    async with _writing(world, written) as writer, asyncio.TaskGroup() as beside:
        for brand in others * IN_EACH:
            beside.create_task(writer(brand, _until(over), EVENLY))
        async with asyncio.TaskGroup() as group:
            for share in _shares(size.appends, WRITERS):
                group.create_task(writer(one, size.turns(share), MOSTLY_SHORT))
        over.set()
    seconds = time.monotonic() - begun
    ended.set()
    seen = {brand: await asyncio.gather(*tasks) for brand, tasks in readers.items()}
    figures = sum((_worst(written[brand], of_brand) for brand, of_brand in seen.items()), Figures())
    ordered = all(_in_order(heads[brand], each) for brand, of_brand in seen.items() for each in of_brand)
    first, all_ = sum(written[one].values()), sum(sum(streams.values()) for streams in written.values())
    measured: Measured = {
        "appends": first, "writers": WRITERS, "readers": READERS, "pause up to s, mostly short": PAUSE_S,
        "appends in other brands meanwhile, with pauses of any length": all_ - first,
        "their writers": OTHER_BRANDS * IN_EACH, "their brands": OTHER_BRANDS, "seconds": round(seconds),
    }  # fmt: skip
    wrong = () if ordered else ("a reader saw a gap, or a stream in another order than it was written",)
    done = Round("R9", "writers that commit late, readers that never step back", figures, measured, wrong)
    print(line(done), flush=True)
    return done


class Written(defaultdict[BrandId, dict[str, int]]):
    """By brand and stream, how many were committed: their numbers count from 0."""

    def __init__(self) -> None:
        super().__init__(dict)


class Seen(NamedTuple):
    position: int
    stream: str
    number: int


Writer = Callable[[BrandId, Iterable[int], int], Coroutine[None, None, None]]


@contextlib.asynccontextmanager
async def _writing(world: World, written: Written) -> AsyncIterator[Writer]:
    """With connections enough for all of them; each writer has a stream of its own."""
    shared, chance, numbers = world.here.shared, random.Random(world.seed), itertools.count()

    async def writer(brand: BrandId, turns: Iterable[int], shortness: int) -> None:
        stream = channel_stream(f"chaos-{next(numbers)}")
        for number in turns:
            event = SettingChanged(what="brand", action="chaos", subject=str(number), at=shared.clock.now())
            async with pool.acquire() as connection, connection.transaction():
                await shared.log.append(
                    brand, [NewEvent(event, stream, DedupeKey(uuid.uuid4()))], connection=connection
                )
                await asyncio.sleep(PAUSE_S * chance.random() ** shortness)
            written[brand][stream] = number + 1

    pool = await database.connect(world.server.dsn, most=WRITERS + OTHER_BRANDS * IN_EACH)
    try:
        yield writer
    finally:
        await pool.close()


def _until(over: asyncio.Event) -> Iterator[int]:
    return itertools.takewhile(lambda _: not over.is_set(), itertools.count())


def _shares(count: int, among: int) -> list[int]:
    return [count // among + (number < count % among) for number in range(among)]


async def _reader(world: World, brand: BrandId, after: int, look_s: float, ended: asyncio.Event) -> list[Seen]:
    """What was appended after that position, in the order it was seen in."""
    seen = list[Seen]()
    while True:
        last = ended.is_set()
        found = await world.here.shared.log.read(brand, seen[-1].position if seen else after)
        seen += [_seen(recorded) for recorded in found]
        if last and not found:
            return seen
        await asyncio.sleep(0 if found else look_s)


def _seen(recorded: Recorded) -> Seen:
    assert isinstance(recorded.event, SettingChanged), recorded.event
    return Seen(recorded.position, recorded.stream, int(recorded.event.subject))


def _in_order(after: int, seen: Sequence[Seen]) -> bool:
    """Positions without a gap, and each stream's numbers as they were written."""
    streams = defaultdict[str, list[int]](list)
    for one in seen:
        streams[one.stream].append(one.number)
    positions = [one.position for one in seen]
    return positions == list(range(after + 1, after + 1 + len(seen))) and all(
        numbers == sorted(numbers) for numbers in streams.values()
    )


def _worst(written: Mapping[str, int], readers: Sequence[Sequence[Seen]]) -> Figures:
    sent = {f"{stream}/{number}": Sent((200,)) for stream, count in written.items() for number in range(count)}
    return worst({
        str(number): compared(sent, Counter(f"{one.stream}/{one.number}" for one in seen))
        for number, seen in enumerate(readers)
    })  # fmt: skip


async def stuck(world: World, size: Size) -> Round:
    """For `size.away_s` one session after the other holds the head of a brand's log and says nothing, each as a process
    of ours that stands still would: the server ends it by what every session of ours asks for. That brand waits or is
    refused, the others go on, and afterwards all is taken."""
    stuck_brand, *others = tenants = await world.tenants(3)
    calm, held = world.traffic("stuck"), list[float]()
    waiting = Traffic(world.client, calm.ledger, world.doors)
    pool, ends = await database.connect(world.server.dsn, most=2), time.monotonic() + size.away_s
    try:
        async with calm.flowing(others, size.rate, "r10"), waiting.flowing([stuck_brand], size.rate, "r10-stuck"):
            await waiting.heard(time.monotonic())
            while not held or time.monotonic() < ends:
                held.append(await _hold(pool, stuck_brand.brand))
    finally:
        await pool.close()
    alone = max(held)
    measured: Measured = {
        "stuck writers": len(held), "held s": round(sum(held), 1), "the longest was ended after s": round(alone, 1),
        "the others waited at most s": round(calm.slowest_s, 2), "refused of the stuck brand": waiting.refused,
        "refused of the others": calm.refused,
    }  # fmt: skip
    wrong = [
        *(["a session that holds a brand's log was not ended"] if alone >= ENDED_WITHIN_S else []),
        *(["the other brands had to wait"] if calm.slowest_s > alone else []),
    ]
    return await reckon(world, calm, tenants, "R10", "writers that never commit", measured, wrong)


async def _hold(pool: asyncpg.Pool, brand: BrandId) -> float:
    """Seconds that the head was held, until the server ended the session."""
    async with pool.acquire() as connection:
        ended = asyncio.Event()
        connection.add_termination_listener(lambda _: ended.set())
        await connection.execute("BEGIN")
        await connection.execute("SELECT FROM vigie.heads WHERE brand_id = $1 FOR UPDATE", brand)
        begun = time.monotonic()
        try:
            await asyncio.wait_for(ended.wait(), ENDED_WITHIN_S)
        except TimeoutError:
            connection.terminate()
        return time.monotonic() - begun

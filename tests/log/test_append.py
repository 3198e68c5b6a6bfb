"""Appending under way: keys that are remembered between two batches, two batches at once, and brands that the planner
does not know."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

import asyncpg
import orjson
import pytest

from inbox.events import Attachment, ItemAcknowledged, encode
from inbox.ids import BrandId, Position, dedupe_key
from inbox.log import batcher as batching
from inbox.log import store
from inbox.log.batcher import Batcher
from inbox.log.pulse import Pulse
from inbox.log.record import NewDelivery, NewEvent
from inbox.log.seal import Keyring
from inbox.log.store import Log, Positions
from tests.conftest import new_brand
from tests.log.test_log import message, subject


@pytest.fixture
async def other(database: str, keyring: Keyring) -> AsyncIterator[Log]:
    """The log as another process knows it."""
    pool = await asyncpg.create_pool(database, min_size=1, max_size=4)
    yield Log(pool, keyring, Pulse())
    await pool.close()


async def forget(log: Log, brand: BrandId, author: str) -> None:
    async with log.pool.acquire() as connection, connection.transaction():
        await log.forget(connection, brand, subject(log, brand, author))


async def stored_key(log: Log, brand: BrandId, author: str) -> bytes | None:
    key: bytes | None = await log.pool.fetchval(
        "SELECT wrapped_key FROM vigie.subject_keys WHERE brand_id = $1 AND subject_id = $2",
        brand, subject(log, brand, author),
    )  # fmt: skip
    return key


async def texts(log: Log, brand: BrandId) -> list[str | None]:
    return [getattr(recorded.event, "text", "") for recorded in await log.read(brand)]


# --- keys -------------------------------------------------------------------------------------------------------------


async def test_a_known_authors_next_message_is_sealed_without_asking_for_the_key(
    log: Log, brand: BrandId, noon: datetime
) -> None:
    await log.append(brand, [message(log, brand, 1, noon)])
    asked: list[str] = []
    async with log.pool.acquire() as connection:
        connection.add_query_logger(lambda record: asked.append(record.query))
        log.pool = OneConnection(connection)  # type: ignore[assignment]
        await log.append(brand, [message(log, brand, 2, noon)])
    (query,) = [query for query in asked if "vigie." in query]
    assert "vigie.append" in query


class OneConnection:
    """A pool of one connection that is held already."""

    def __init__(self, connection: store.Connection) -> None:
        self._connection = connection

    def acquire(self) -> OneConnection:
        return self

    async def __aenter__(self) -> store.Connection:
        return self._connection

    async def __aexit__(self, *_: object) -> None:
        return


async def test_a_key_destroyed_by_another_process_never_comes_back(
    log: Log, other: Log, brand: BrandId, noon: datetime
) -> None:
    await log.append(brand, [message(log, brand, 1, noon), message(log, brand, 2, noon, author="a2")])
    destroyed = await stored_key(log, brand, "a1")
    await forget(other, brand, "a1")
    await log.append(brand, [message(log, brand, 3, noon, text="me revoilà")])
    assert await texts(other, brand) == [None, "bonjour", "me revoilà"]
    assert await stored_key(log, brand, "a1") not in (None, destroyed)


async def test_an_append_that_waits_while_its_author_is_forgotten_seals_anew(
    log: Log, other: Log, brand: BrandId, noon: datetime
) -> None:
    """The forgetting holds the log when the append arrives with the key that is about to go."""
    await log.append(brand, [message(log, brand, 1, noon)])
    destroyed = await stored_key(log, brand, "a1")
    async with other.pool.acquire() as connection, connection.transaction():
        await other.forget(connection, brand, subject(log, brand, "a1"))
        append = asyncio.create_task(log.append(brand, [message(log, brand, 2, noon, text="encore moi")]))
        await until_somebody_waits(other.pool)
    assert await append == [2]
    assert await texts(other, brand) == [None, "encore moi"]
    assert await stored_key(log, brand, "a1") not in (None, destroyed)


async def test_a_key_made_for_an_append_that_failed_is_stored_with_the_next_one(
    log: Log, other: Log, brand: BrandId, noon: datetime
) -> None:
    broken = message(log, brand, 1, noon)
    with pytest.raises(asyncpg.PostgresError):
        await log.append(brand, [NewEvent(broken.event, "s\x00", broken.dedupe, broken.subject)])
    assert await stored_key(log, brand, "a1") is None
    await log.append(brand, [message(log, brand, 2, noon)])
    assert await texts(other, brand) == ["bonjour"]


async def test_a_new_author_whom_another_process_heard_first_gets_one_key(
    log: Log, other: Log, brand: BrandId, noon: datetime
) -> None:
    """Each has looked and found no key; the second to store one seals anew under the first one's."""
    await log.append(brand, [message(log, brand, 1, noon, author="a9")])
    async with log.pool.acquire() as connection:
        held = await log._keys.hold(connection, brand, {subject(log, brand, "a1")})
    await other.append(brand, [message(log, brand, 2, noon)])
    assert held.new
    await log.append(brand, [message(log, brand, 3, noon)])
    assert await texts(other, brand) == ["bonjour"] * 3


async def test_what_was_remembered_too_long_is_asked_for_anew(
    log: Log, brand: BrandId, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    await log.append(brand, [message(log, brand, 1, noon)])
    remembered = log._keys._memories[brand]
    remembered.until = 0.0
    await log.append(brand, [message(log, brand, 2, noon)])
    assert log._keys._memories[brand] is not remembered
    assert log._keys._count == 1


async def test_a_delivery_is_sealed_under_a_key_that_stands_when_it_is_stored(
    log: Log, brand: BrandId, noon: datetime
) -> None:
    first, second = (NewDelivery(uuid.uuid4(), "c", noon, b"raw") for _ in range(2))
    await log.append(brand, [message(log, brand, 1, noon)], deliveries=[first])
    await log.pool.execute("DELETE FROM vigie.delivery_keys WHERE brand_id = $1", brand)
    await log.append(brand, [], deliveries=[second])
    body = await log.pool.fetchval("SELECT body FROM vigie.deliveries WHERE delivery_id = $1", second.delivery_id)
    assert await log.open_delivery(brand, noon.date(), second.delivery_id, body, None) == (b"raw", None)


async def until_somebody_waits(pool: asyncpg.Pool) -> None:
    """Until a session of this database waits for a lock of another."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    async with asyncio.timeout(10):
        while not await pool.fetchval(waiting):
            await asyncio.sleep(0)


async def test_an_event_is_encoded_as_a_full_dump_of_it_would_be(log: Log, brand: BrandId, noon: datetime) -> None:
    event = message(log, brand, 1, noon).event.model_copy(
        update={"attachments": (Attachment(url="https://x.example/1"),), "delivery_id": uuid.uuid4()}
    )
    fields = event.model_dump(mode="python")
    sealed = {name: value for name in sorted(event.SEALED) if (value := fields.pop(name))}
    assert encode(event) == (orjson.dumps(fields), orjson.dumps(sealed))


def claim(log: Log, brand: BrandId, stream: str, n: int, at: datetime) -> NewEvent:
    """An event that names nobody and seals nothing."""
    item = log.keyring.ids.item(brand, "c", "t", "a1")  # type: ignore[arg-type]
    return NewEvent(ItemAcknowledged(item_id=item, by=n, at=at), stream, dedupe_key("claim", str(brand), str(n)))


@pytest.mark.parametrize("size", [2, 40])
async def test_events_of_every_kind_come_back_from_one_batch_as_they_went_in(
    log: Log, brand: BrandId, noon: datetime, size: int
) -> None:
    """With words and without, of somebody and of nobody, in streams of any name."""
    names = ("plain", 'a,b {"c"}', "NULL", "étage\n2", "", "\\")
    batch = [
        message(log, brand, n, noon, author=f"a{n % 3}", text=f"mot {n}" * n)
        if n % 2
        else claim(log, brand, names[n // 2 % len(names)], n, noon)
        for n in range(size)
    ]
    assert await log.append(brand, batch) == list(range(1, size + 1))
    stored = await log.read(brand)
    assert [(r.stream, r.dedupe, r.subject, r.event) for r in stored] == [
        (new.stream, new.dedupe, new.subject, new.event) for new in batch
    ]


async def test_of_a_large_batch_only_what_is_new_is_stored_behind_the_head(
    log: Log, brand: BrandId, noon: datetime
) -> None:
    """What was known stands in the middle and at the end; the others keep their order, without gaps."""
    await log.append(brand, [message(log, brand, n, noon) for n in (30, 31)])
    batch = [message(log, brand, n, noon) for n in (*range(20), 30, *range(20, 30), 31)]
    assert await log.append(brand, batch) == [*range(3, 23), None, *range(23, 33), None]
    assert [r.position for r in await log.read(brand)] == list(range(1, 33))
    assert await log.head(brand) == 32


# --- many at once -----------------------------------------------------------------------------------------------------


async def test_twelve_writers_and_their_readers_agree_on_one_order_a_brand(
    log: Log, other: Log, pool: asyncpg.Pool, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four writers a brand, of two processes: small submissions, batches, joined transactions, some rolled back. Every
    event is written twice somewhere. A reader tails each brand."""
    monkeypatch.setattr(batching, "SECOND_FROM", 4)
    brands = [await new_brand(pool, name) for name in ("Un", "Deux", "Trois")]
    logs, batchers = (log, other), (Batcher(log), Batcher(other))
    done = asyncio.Event()
    readers = [asyncio.create_task(tail(other, brand, done)) for brand in brands]
    writers = [write(logs[n % 2], batchers[n % 2], brand, n, noon) for brand in brands for n in range(4)]
    answered = await asyncio.gather(*writers)
    for brand, theirs in zip(brands, (answered[0:4], answered[4:8], answered[8:12]), strict=True):
        stored = {r.dedupe: r.position for r in await log.read(brand, 0, 10_000)}
        placed = [pair for pairs in theirs for pair in pairs if pair[1] is not None]
        assert dict(placed) == stored
        assert len(placed) == len(stored) == 120
        assert sorted(stored.values()) == list(range(1, 121))
        assert await log.head(brand) == 120
    done.set()
    for seen in await asyncio.wait_for(asyncio.gather(*readers), 20):
        assert seen == list(range(1, 121))


async def write(
    log: Log, batcher: Batcher, brand: BrandId, writer: int, noon: datetime
) -> list[tuple[uuid.UUID, Position | None]]:
    """120 events of 20 authors, from another end than the other writers: what each append answered of each."""
    events = [message(log, brand, n, noon, author=f"a{n % 20}") for n in range(120)]
    events = events[writer * 30 :] + events[: writer * 30]
    answers: list[tuple[uuid.UUID, Position | None]] = []
    for start in range(0, 120, 15):
        part = events[start : start + 15]
        if writer == 3:
            placed = await joined(log, brand, part)
        elif writer == 2:
            placed = (await log.append(brand, [*part, *part]))[:15]
        else:
            submitted = await asyncio.gather(*(batcher.submit(brand, [event]) for event in part))
            placed = [position for one in submitted for position in one]
        answers += zip((event.dedupe for event in part), placed, strict=True)
    return answers


async def joined(log: Log, brand: BrandId, part: Sequence[NewEvent]) -> Positions:
    """First in a transaction that is rolled back, then in one that is not."""
    async with log.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await log.append(brand, part, connection=connection)
        await transaction.rollback()
        async with connection.transaction():
            return await log.append(brand, part, connection=connection)


async def tail(log: Log, brand: BrandId, done: asyncio.Event) -> list[int]:
    seen: list[int] = []
    while not done.is_set() or len(seen) < 120:
        seen += [recorded.position for recorded in await log.read(brand, seen[-1] if seen else 0, 7)]
        await asyncio.sleep(0)
    return seen


# --- plans ------------------------------------------------------------------------------------------------------------

PAGES_OF_THE_BRAND = 500
FILL = """
INSERT INTO vigie.events (brand_id, position, stream_id, type, v, dedupe, subject_id, body)
SELECT $1, n, 's' || n % 2000, 'X', 1, gen_random_uuid(), gen_random_uuid(), convert_to(repeat('x', 600), 'UTF8')
FROM generate_series(1, $2::bigint) n
"""


@pytest.fixture
async def unknown(pool: asyncpg.Pool) -> BrandId:
    """A brand of 6,000 events of which the planner's statistics, made of another brand's 20,000, know nothing."""
    known, unknown = await new_brand(pool, "Connue"), await new_brand(pool, "Neuve")
    await pool.execute("ALTER TABLE vigie.events SET (autovacuum_enabled = false)")
    await pool.execute(FILL, known, 20_000)
    await pool.execute("ANALYZE vigie.events")
    await pool.execute(FILL, unknown, 6_000)
    return unknown


async def pages_read(pool: asyncpg.Pool, query: str, *given: object) -> int:
    async with pool.acquire() as connection:
        await connection.fetch(query, *given)  # what the catalogue costs once is not counted
        explained = await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query}", *given)
    (plan,) = json.loads(explained)
    return int(plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"])


async def test_looking_for_duplicates_never_reads_a_brand_that_the_planner_does_not_know(
    pool: asyncpg.Pool, unknown: BrandId
) -> None:
    keys = [uuid.uuid4() for _ in range(60)]
    assert await pages_read(pool, "SELECT vigie.known($1, $2)", unknown, keys) < PAGES_OF_THE_BRAND / 2


async def test_a_streams_end_and_its_events_are_found_without_reading_the_brand(
    pool: asyncpg.Pool, unknown: BrandId
) -> None:
    assert await pages_read(pool, "SELECT vigie.stream_end($1, $2)", unknown, "s1999") < 20
    assert await pages_read(pool, "SELECT vigie.stream_end($1, $2)", unknown, "missing") < 20
    assert await pages_read(pool, store.sql.read_stream, unknown, "s1999", 0) < 40
    assert await pages_read(pool, store.sql.policies, unknown) < 20


async def test_events_are_found_by_their_keys_without_reading_the_brand(pool: asyncpg.Pool, unknown: BrandId) -> None:
    keys = [dedupe_key("nothing", str(n)) for n in range(10)]
    assert await pages_read(pool, store.sql.by_dedupe, unknown, keys) < PAGES_OF_THE_BRAND / 5

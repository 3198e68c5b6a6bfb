"""The log's promises, each on a real PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import datetime

import asyncpg
import pytest

from inbox.events import Author, ItemAcknowledged, MessageReceived
from inbox.ids import BrandId, SubjectId, dedupe_key
from inbox.log.batcher import Batcher
from inbox.log.pulse import Pulse
from inbox.log.record import NewEvent
from inbox.log.seal import Keyring
from inbox.log.store import Log, PositionConflict
from tests.conftest import new_brand


def message(log: Log, brand: BrandId, n: int, at: datetime, *, author: str = "a1", text: str = "bonjour") -> NewEvent:
    item = log.keyring.ids.item(brand, "c", "t", author)  # type: ignore[arg-type]
    event = MessageReceived(
        item_id=item, channel_id="c", network="generic", kind="comment", external_id=f"m{n}", sent_at=at,
        received_at=at,
        thread_id="t", author=Author(id=author, name="Zoé Été"), text=text,
    )  # fmt: skip
    return NewEvent(event, str(item), dedupe_key("received", str(brand), "c", f"m{n}"), subject(log, brand, author))


def subject(log: Log, brand: BrandId, author: str) -> SubjectId:
    return log.keyring.ids.subject(brand, "generic", author)


async def test_positions_have_no_gaps_and_answers_keep_their_order(log: Log, brand: BrandId, noon: datetime) -> None:
    first = await log.append(brand, [message(log, brand, n, noon) for n in range(20)])
    second = await log.append(brand, [message(log, brand, 20, noon)])
    assert first == list(range(1, 21))
    assert second == [21]
    assert [r.position for r in await log.read(brand)] == list(range(1, 22))


@pytest.mark.parametrize("size", [1, 8, 9, 30])
async def test_what_is_appended_again_changes_nothing(log: Log, brand: BrandId, noon: datetime, size: int) -> None:
    batch = [message(log, brand, n, noon) for n in range(size)]
    await log.append(brand, batch)
    again = await log.append(brand, [*batch, batch[0], message(log, brand, 99, noon)])
    assert again == [None] * (size + 1) + [size + 1]
    assert await log.head(brand) == size + 1


async def test_five_simultaneous_twins_of_a_delivery_make_one_event(
    database: str, keyring: Keyring, brand: BrandId, noon: datetime
) -> None:
    pools = [await asyncpg.create_pool(database, min_size=1, max_size=1) for _ in range(5)]
    logs = [Log(pool, keyring, Pulse()) for pool in pools]
    answers = await asyncio.gather(*(log.append(brand, [message(log, brand, 1, noon)]) for log in logs))
    assert sorted(answers, key=str) == [[1], [None], [None], [None], [None]]
    for pool in pools:
        await pool.close()


async def test_a_follower_never_skips_a_position_though_writers_commit_late(
    log: Log, brand: BrandId, noon: datetime, pool: asyncpg.Pool
) -> None:
    """Eight writers that hold their transaction open after the append; a reader that tails meanwhile."""
    seen: list[int] = []
    done = asyncio.Event()

    async def write(writer: int) -> None:
        for n in range(10):
            async with pool.acquire() as connection, connection.transaction():
                await log.append(brand, [message(log, brand, writer * 100 + n, noon)], connection=connection)
                await connection.execute("SELECT pg_sleep($1)", (writer * 7 + n * 3) % 5 / 500)

    async def tail() -> None:
        while not done.is_set() or seen[-1:] != [80]:
            seen.extend(r.position for r in await log.read(brand, seen[-1] if seen else 0, 7))
            await asyncio.sleep(0)

    tailing = asyncio.create_task(tail())
    await asyncio.gather(*(write(writer) for writer in range(8)))
    done.set()
    await asyncio.wait_for(tailing, 20)
    assert seen == list(range(1, 81))


async def test_a_decision_made_on_an_old_position_is_refused(log: Log, brand: BrandId, noon: datetime) -> None:
    new = message(log, brand, 1, noon)
    await log.append(brand, [new])
    await log.append(brand, [message(log, brand, 2, noon)])
    claim = ItemAcknowledged(item_id=new.event.item_id, by=1, at=noon)  # type: ignore[attr-defined]
    with pytest.raises(PositionConflict):
        await log.append(brand, [NewEvent(claim, new.stream, dedupe_key("x"))], expect=(new.stream, 1))
    assert await log.append(brand, [NewEvent(claim, new.stream, dedupe_key("x"))], expect=(new.stream, 2)) == [3]


async def test_events_can_be_neither_changed_nor_removed(
    log: Log, brand: BrandId, noon: datetime, pool: asyncpg.Pool
) -> None:
    await log.append(brand, [message(log, brand, 1, noon)])
    for statement in ("UPDATE vigie.events SET type = 'X'", "DELETE FROM vigie.events", "TRUNCATE vigie.events"):
        with pytest.raises(asyncpg.PostgresError, match="immutable"):
            await pool.execute(statement)


async def test_names_and_words_are_sealed_on_disk_and_open_on_reading(
    log: Log, brand: BrandId, noon: datetime, pool: asyncpg.Pool
) -> None:
    await log.append(brand, [message(log, brand, 1, noon, text="ma batterie fume")])
    row = await pool.fetchrow("SELECT body, sealed FROM vigie.events")
    assert row is not None
    for hidden in (b"batterie", "Zoé".encode(), b'"a1"'):  # quoted: ids beside it may hold a1
        assert hidden not in row["body"]
        assert hidden not in row["sealed"]
    (recorded,) = await log.read(brand)
    assert isinstance(recorded.event, MessageReceived)
    assert recorded.event.text == "ma batterie fume"
    assert recorded.event.author is not None
    assert recorded.event.author.name == "Zoé Été"


async def test_a_forgotten_author_is_unreadable_while_times_stay_and_others_are_untouched(
    log: Log, brand: BrandId, noon: datetime, pool: asyncpg.Pool
) -> None:
    await log.append(brand, [message(log, brand, 1, noon), message(log, brand, 2, noon, author="a2")])
    async with pool.acquire() as connection, connection.transaction():
        await log.forget(connection, brand, subject(log, brand, "a1"))
    gone, kept = await log.read(brand)
    assert not gone.opened
    assert isinstance(gone.event, MessageReceived)
    assert isinstance(kept.event, MessageReceived)
    assert (gone.event.text, gone.event.author, gone.event.sent_at) == (None, None, noon)
    assert kept.event.text == "bonjour"


async def test_a_forgotten_author_who_writes_again_is_read_but_the_old_words_stay_closed(
    log: Log, brand: BrandId, noon: datetime, pool: asyncpg.Pool
) -> None:
    await log.append(brand, [message(log, brand, 1, noon)])
    async with pool.acquire() as connection, connection.transaction():
        await log.forget(connection, brand, subject(log, brand, "a1"))
    await log.append(brand, [message(log, brand, 2, noon, text="me revoilà")])
    old, new = await log.read(brand)
    assert [getattr(r.event, "text", "") for r in (old, new)] == [None, "me revoilà"]


async def test_two_processes_that_hear_a_new_author_at_once_agree_on_one_key(
    database: str, keyring: Keyring, brand: BrandId, noon: datetime
) -> None:
    pools = [await asyncpg.create_pool(database, min_size=1, max_size=1) for _ in range(4)]
    logs = [Log(pool, keyring, Pulse()) for pool in pools]
    await asyncio.gather(*(log.append(brand, [message(log, brand, n, noon)]) for n, log in enumerate(logs)))
    assert [r.opened for r in await logs[0].read(brand)] == [True] * 4
    for pool in pools:
        await pool.close()


async def test_the_same_external_id_in_two_brands_is_two_messages(
    log: Log, brand: BrandId, noon: datetime, pool: asyncpg.Pool
) -> None:
    other = await new_brand(pool, "Autre")
    assert await log.append(brand, [message(log, brand, 1, noon)]) == [1]
    assert await log.append(other, [message(log, other, 1, noon)]) == [1]


async def test_many_small_submissions_share_commits_and_each_gets_its_own_answer(
    batcher: Batcher, log: Log, brand: BrandId, noon: datetime
) -> None:
    answers = await asyncio.gather(*(batcher.submit(brand, [message(log, brand, n % 150, noon)]) for n in range(200)))
    positions = [p for answer in answers for p in answer if p is not None]
    assert sorted(positions) == list(range(1, 151))


async def test_a_bad_neighbour_in_a_batch_harms_nobody(
    batcher: Batcher, log: Log, brand: BrandId, noon: datetime
) -> None:
    good, bad = message(log, brand, 1, noon), message(log, brand, 2, noon)
    broken = NewEvent(bad.event, "s\x00", bad.dedupe, bad.subject)  # PostgreSQL refuses NUL in text
    results = await asyncio.gather(
        *(batcher.submit(brand, [event]) for event in (good, broken, message(log, brand, 3, noon))),
        return_exceptions=True,
    )
    assert [isinstance(result, Exception) for result in results] == [False, True, False]
    assert await log.head(brand) == 2

"""A backup holds one moment, says nothing without its keys, and a copy made from it sends nothing by itself."""

from __future__ import annotations

import uuid
import zipfile
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from inbox import events as ev
from inbox import stops
from inbox.errors import Refused
from inbox.log import eras, migrate, notary
from inbox.log.follow import Runner
from inbox.log.pulse import Pulse
from inbox.log.record import NewDelivery
from inbox.log.seal import Keyring
from inbox.log.store import Log
from inbox.people import sessions
from inbox.views import policies
from services import backup_tables
from services.backup import keys_beside, save
from services.backup import sql as restoring
from services.backup_restore import Restored, put_back
from services.workers.outbox import Outbox
from services.workers.outbox import sql as deliver_sql
from tests.conftest import new_brand
from tests.databases import Server
from tests.views.world import ME, World, tables

CANARIES = ("zygomycete", "quetzalcoatl", "Zoé Canari", "@canari")


@pytest.fixture
async def empty(postgres: Server, keyring: Keyring) -> AsyncIterator[tuple[str, Log]]:
    """Another instance, freshly migrated."""
    name, dsn = await postgres.fresh()
    async with asyncpg.create_pool(dsn, min_size=1, max_size=4) as pool:
        yield dsn, Log(pool, keyring, Pulse())
    await postgres.drop(name)


@pytest.fixture
async def told(world: World) -> World:
    """Words, a judgement, a correction, a reply under way, one decided and not in the outbox, a raw delivery, seals."""
    item = await world.says("zoe", "zygomycete", name="Zoé Canari", thread="quetzalcoatl")
    await world.says("ben", "bonjour")
    await world.happens(
        world.judgement(item, urgency=0.9, level=3, categories=("safety",)),
        ev.CategoriesCorrected(item_id=item, categories=("praise",), by=ME, at=world.minutes(1)),
        queued(world, item, 1), queued(world, item, 2),
        ev.ReplySending(item_id=item, reply_id=reply(2), attempt=1, at=world.minutes(3)),
    )  # fmt: skip
    async with world.pool.acquire() as connection, connection.transaction():
        await Outbox().handle(connection, world.brand, await world.log.read(world.brand))
    await world.pool.execute("UPDATE vigie.outbox SET state = 'sending' WHERE reply_id = $1", reply(2))
    head = await world.log.head(world.brand)
    await world.pool.execute("INSERT INTO vigie.checkpoints VALUES ($1, 'deliver', $2)", world.brand, head)
    await world.happens(queued(world, item, 3))
    delivery = NewDelivery(uuid.uuid4(), "c1", world.noon, b"raw zygomycete")
    await world.log.append(world.brand, [], deliveries=[delivery])
    await world.project()
    await notary.seal(world.log, world.brand)
    return world


def reply(number: int) -> uuid.UUID:
    return uuid.UUID(int=number)


def queued(world: World, item: uuid.UUID, number: int) -> ev.ReplyQueued:
    return ev.ReplyQueued(
        item_id=item,
        reply_id=reply(number),
        purpose="response",
        by=ME,
        at=world.minutes(2),
        text=f"zygomycete {number}",
    )


async def saved(world: World, database: str, folder: Path, name: str = "b.zip") -> Path:
    path = folder / name
    await save(database, world.log.keyring, path, keys_beside(path))
    return path


async def restored(empty: tuple[str, Log], file: Path, keys: Path | None, now: datetime) -> Restored:
    return await put_back(*empty, file, keys, now=now)


async def test_a_copy_holds_the_same_log_and_the_same_views(
    told: World, database: str, empty: tuple[str, Log], tmp_path: Path
) -> None:
    file, (_, copy) = await saved(told, database, tmp_path), empty
    original = await told.log.read(told.brand)
    done = await restored(empty, file, keys_beside(file), told.noon)
    assert (done.brands, done.faults) == ([told.brand], {})
    assert (await copy.read(told.brand))[: len(original)] == original
    assert all(r.opened for r in original)
    (raw,) = await copy.pool.fetch("SELECT day, delivery_id, body, headers FROM vigie.deliveries")
    assert await copy.open_delivery(told.brand, *raw.values()) == (b"raw zygomycete", None)

    there = World(copy, told.brand, told.noon)
    assert (await there.row(told.item("zoe", thread="quetzalcoatl"))).text == "zygomycete"
    await told.happens(*(r.event for r in (await copy.read(told.brand))[len(original) :]))
    told.projected = len(original)
    await told.project()
    ours, theirs = await tables(told.pool, told.brand), await tables(copy.pool, told.brand)
    assert {name for name in ours if ours[name] != theirs[name]} == set()


async def test_replies_under_way_are_uncertain_and_nothing_leaves_until_told(
    told: World, database: str, empty: tuple[str, Log], tmp_path: Path
) -> None:
    file, (_, copy) = await saved(told, database, tmp_path), empty
    done = await restored(empty, file, keys_beside(file), told.noon)
    said = [r.event for r in await copy.read(told.brand) if isinstance(r.event, ev.ReplyUncertain)]
    assert done.uncertain == 3
    assert {(event.reply_id, event.reason) for event in said} == {(reply(n), "restored") for n in (1, 2, 3)}
    assert await copy.pool.fetchval("SELECT count(*) FROM vigie.outbox WHERE state <> 'done'") == 0

    await Runner(copy, Outbox()).step(told.brand)  # what was not in the outbox yet
    later = told.noon + timedelta(days=1)
    assert await copy.pool.fetch(deliver_sql.due, later, 10) == []
    assert await stops.of_brand(copy, told.brand) == stops.Stop(told.noon, "restored")
    await stops.go(copy, told.brand, now=later)
    assert [row["reply_id"] for row in await copy.pool.fetch(deliver_sql.due, later, 10)] == [reply(3)]
    assert await stops.of_brand(copy, told.brand) is None


async def test_each_restore_begins_an_era_of_its_own_for_what_comes_after_the_backup(
    told: World, database: str, empty: tuple[str, Log], tmp_path: Path
) -> None:
    file, (dsn, copy) = await saved(told, database, tmp_path), empty
    head = await told.log.head(told.brand)
    await restored(empty, file, keys_beside(file), told.noon)
    first = await eras.of_brand(copy.pool, told.brand)
    assert [after for after, _ in first.began] == [head]
    assert (first.at(head), first.at(head + 1)) == (eras.FIRST, first.began[0][1])
    assert await copy.head(told.brand) > head  # what is uncertain is told under the new one
    twice, _ = tmp_path / "copy.zip", await World(copy, told.brand, told.noon).says("ada")
    await save(dsn, copy.keyring, twice, keys_beside(twice))
    await copy.pool.execute(restoring.drop_schema)
    await copy.pool.execute(restoring.drop_version)
    await migrate.migrate(dsn)
    await restored(empty, twice, keys_beside(twice), told.noon)
    second = await eras.of_brand(copy.pool, told.brand)
    assert (second.began[:1], len({name for _, name in second.began})) == (first.began, 2)


async def test_the_file_of_the_log_says_nothing_without_that_of_the_keys(
    told: World, database: str, empty: tuple[str, Log], tmp_path: Path
) -> None:
    file, (_, copy) = await saved(told, database, tmp_path), empty
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            assert not [c for c in CANARIES if c.encode() in content or c.encode().hex().encode() in content], name
    await restored(empty, file, None, told.noon)
    assert not any(r.opened for r in await copy.read(told.brand) if type(r.event).TYPE == "MessageReceived")
    assert (await policies.in_force(copy.pool, told.brand)) is not None


async def test_who_was_forgotten_since_stays_forgotten_under_later_keys(
    told: World, database: str, empty: tuple[str, Log], tmp_path: Path
) -> None:
    old = await saved(told, database, tmp_path)
    await told.forgets("zoe", told.item("zoe", thread="quetzalcoatl"))
    later = await saved(told, database, tmp_path, "later.zip")
    _, copy = empty
    await restored(empty, old, keys_beside(later), told.noon)
    heard = [r.event for r in await copy.read(told.brand) if isinstance(r.event, ev.MessageReceived)]
    assert [event.text for event in heard] == [None, "bonjour"]


async def test_an_instance_that_holds_anything_is_not_written_over(told: World, database: str, tmp_path: Path) -> None:
    file = await saved(told, database, tmp_path)
    before = await told.log.head(told.brand)
    with pytest.raises(Refused, match="into an empty one"):
        await put_back(database, told.log, file, keys_beside(file), now=told.noon)
    assert await told.log.head(told.brand) == before


@pytest.mark.parametrize("damage", ["a bit", "the end", "the wrong file"])
async def test_a_damaged_file_is_refused_before_anything_is_written(
    told: World, database: str, empty: tuple[str, Log], tmp_path: Path, damage: str
) -> None:
    file, (_, copy) = await saved(told, database, tmp_path), empty
    content = bytearray(file.read_bytes())
    if damage == "a bit":
        with zipfile.ZipFile(file) as archive:
            content[archive.getinfo("tables/events.copy").header_offset + 200] ^= 4
    wrong = keys_beside(file) if damage == "the wrong file" else file
    file.write_bytes(content[:-9] if damage == "the end" else content)
    with pytest.raises(Refused) as refused:
        await restored(empty, wrong, None, told.noon)
    assert refused.value.code == "backup_unreadable"
    assert await copy.pool.fetchval("SELECT count(*) FROM vigie.heads") == 0


async def test_another_master_key_is_refused(
    told: World, database: str, empty: tuple[str, Log], tmp_path: Path
) -> None:
    file, (dsn, copy) = await saved(told, database, tmp_path), empty
    stranger = Log(copy.pool, Keyring(b"another" * 8), Pulse())
    with pytest.raises(Refused, match="under another master key"):
        await put_back(dsn, stranger, file, keys_beside(file), now=told.noon)


async def test_what_was_changed_before_the_backup_shows_after_the_restore(
    told: World, database: str, empty: tuple[str, Log], intruder: asyncpg.Pool, tmp_path: Path
) -> None:
    await intruder.execute("UPDATE vigie.events SET body = body || ' ' WHERE position = 2")
    file = await saved(told, database, tmp_path)
    assert (await restored(empty, file, keys_beside(file), told.noon)).faults == {told.brand: 1}


async def test_a_backup_of_nothing_is_refused_and_leaves_no_file(empty: tuple[str, Log], tmp_path: Path) -> None:
    file = tmp_path / "b.zip"
    with pytest.raises(Refused, match="Is it the right one"):
        await save(empty[0], empty[1].keyring, file, keys_beside(file))
    assert not list(tmp_path.glob("*.zip"))


async def test_nobody_is_still_signed_in(told: World, database: str, empty: tuple[str, Log], tmp_path: Path) -> None:
    await sessions.open_for(told.pool, 1, user_agent="", now=told.noon)  # type: ignore[arg-type]
    file, (_, copy) = await saved(told, database, tmp_path), empty
    await restored(empty, file, keys_beside(file), told.noon)
    assert await copy.pool.fetchval("SELECT count(*) FROM vigie.sessions") == 0


async def test_every_table_is_known_to_the_backup(pool: asyncpg.Pool) -> None:
    """A new one: is it made again from the log (REMADE), does it open words (KEYS), or is it kept (LOG)? What is kept
    must hold nobody's words in the open."""
    there = {r[0] for r in await pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'vigie'")}
    known = backup_tables.KEYS | backup_tables.REMADE | backup_tables.LEFT_OUT | backup_tables.LOG
    assert there - known == set()


OLDEST = "0018"
"""The schema of the first version whose backups are to be restored."""


@pytest.fixture
async def older(postgres: Server, keyring: Keyring, noon: datetime) -> AsyncIterator[tuple[str, World]]:
    """An instance of an older version, as far as the database goes."""
    name, dsn = await postgres.fresh()
    async with asyncpg.create_pool(dsn, min_size=1, max_size=4) as pool:
        await pool.execute(restoring.drop_schema)
        await pool.execute(restoring.drop_version)
        await migrate.migrate(dsn, OLDEST)
        yield dsn, World(Log(pool, keyring, Pulse()), await new_brand(pool), noon)
    await postgres.drop(name)


async def test_a_backup_of_an_older_version_is_brought_forward(
    older: tuple[str, World], empty: tuple[str, Log], tmp_path: Path
) -> None:
    dsn, before = older
    await before.says("zoe", "zygomycete", name="Zoé Canari")
    await before.says("ben", "bonjour")
    await notary.seal(before.log, before.brand)
    path = await saved(before, dsn, tmp_path)
    done = await restored(empty, path, keys_beside(path), before.noon)
    assert not any(done.faults.values())
    copy = World(empty[1], before.brand, before.noon)
    assert await empty[1].pool.fetchval(restoring.migration) == migrate.newest() != OLDEST
    heard = [r.event for r in await copy.log.read(copy.brand)]
    assert [one.text for one in heard if isinstance(one, ev.MessageReceived)] == ["zygomycete", "bonjour"]
    assert await empty[1].pool.fetchval("SELECT count(*) FROM vigie.items WHERE brand_id = $1", copy.brand) == 2
    await copy.says("ada", "encore")  # and it goes on
    assert len(await copy.log.read(copy.brand)) == len(heard) + 1

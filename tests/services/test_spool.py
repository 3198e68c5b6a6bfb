"""The spool: acknowledged after its flush, sealed, bounded, in order, and never a start where it cannot keep that."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from inbox.ids import BrandId
from inbox.log.seal import Keyring
from services import doctor
from services.channels.contract import Inbound
from services.ingest.drain import Drain
from services.instance import keyring
from services.settings import Settings
from services.spool import Damaged, Spool, SpoolFull, SpoolUnfit

NOON = datetime(2026, 11, 24, 12, 0, 0, 123456, tzinfo=UTC)
ROOM = 2**20
CHANNEL, SECRET = "1-abcdefghijklmnop", "shh-its-secret"
REQUEST = Inbound({"content-type": ["text/plain"]}, b"Le frein a l\xc3\xa2ch\xc3\xa9")
Opened = Callable[..., Awaitable[Spool]]


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Opened]:
    made: list[Spool] = []

    async def one(most: int = ROOM, master: bytes = bytes(range(32))) -> Spool:
        made.append(await Spool.opened(tmp_path / "spool", Keyring(master), most))
        return made[-1]

    yield one
    for spool in made:
        await spool.close()


async def put(spool: Spool, number: int = 0, raw: bytes = REQUEST.raw) -> None:
    await spool.put(CHANNEL, SECRET, Inbound({**REQUEST.headers, "x-number": [str(number)]}, raw), NOON)


async def test_what_was_acknowledged_is_there_for_the_next_process_whole_and_in_order(opened: Opened) -> None:
    first = await opened()
    for number in range(20):
        await put(first, number)
    second = await opened()  # as after a kill: nobody closed the first
    found = await second.next(100)
    requests = [second.open(one) for one in found]
    assert [request.headers["x-number"] for _, request in requests] == [[str(n)] for n in range(20)]
    secret, request = requests[0]
    assert (secret, request.raw, found[0].received_at, found[0].channel_id) == (SECRET, REQUEST.raw, NOON, CHANNEL)


async def test_nobody_reads_it_without_the_master_key(opened: Opened, tmp_path: Path) -> None:
    spool = await opened()
    await put(spool)
    on_disk = b"".join(file.read_bytes() for file in (tmp_path / "spool").iterdir())
    assert b"frein" not in on_disk
    assert SECRET.encode() not in on_disk
    assert (tmp_path / "spool" / "spool.db").stat().st_mode & 0o077 == 0
    stranger = await opened(master=bytes(32))
    with pytest.raises(Damaged):
        stranger.open((await stranger.next(1))[0])


async def test_what_left_it_is_not_on_the_disk_any_more(opened: Opened, tmp_path: Path) -> None:
    spool = await opened()
    await put(spool)
    one = (await spool.next(1))[0]
    await spool.remove([one.number])
    on_disk = b"".join(file.read_bytes() for file in (tmp_path / "spool").iterdir())
    assert one.sealed not in on_disk
    assert one.wrapped not in on_disk


async def test_more_than_its_bound_is_refused_and_what_leaves_makes_room(opened: Opened, tmp_path: Path) -> None:
    spool = await opened()
    fits = ROOM // 100_000 - 1
    for number in range(fits):
        await put(spool, number, bytes(100_000))
    with pytest.raises(SpoolFull):
        await put(spool, raw=bytes(300_000))
    measured = await spool.measure()
    assert (measured.waiting, measured.bytes <= ROOM) == (fits, True)
    await spool.remove([one.number for one in await spool.next(fits)])
    await put(spool, raw=bytes(300_000))
    assert (tmp_path / "spool" / "spool.db").stat().st_size <= ROOM


async def test_a_spool_that_cannot_be_written_keeps_us_from_starting(tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("a file where the folder should be")
    with pytest.raises(SpoolUnfit, match="cannot be used"):
        await Spool.opened(tmp_path / "spool", Keyring(bytes(32)), ROOM)


async def test_a_damaged_file_is_not_thrown_away_and_keeps_us_from_starting(tmp_path: Path) -> None:
    (tmp_path / "spool.db").write_bytes(b"not a database" * 1000)
    with pytest.raises(SpoolUnfit, match="moved away by hand"):
        await Spool.opened(tmp_path, Keyring(bytes(32)), ROOM)
    assert (tmp_path / "spool.db").read_bytes().startswith(b"not a database")


async def test_what_nobody_can_read_is_set_aside_after_some_attempts_and_tried_again_on_demand(opened: Opened) -> None:
    spool = await opened()
    await put(spool, 1)
    await put(spool, 2)
    first, second = await spool.next(2)
    for _ in range(5):
        assert (await spool.next(1))[0].number == first.number
        await spool.tried(first.number, "it is damaged")
    assert [one.number for one in await spool.next(2)] == [second.number]
    assert ((await spool.measure()).waiting, (await spool.measure()).aside) == (1, 1)
    await spool.again()
    assert len(await spool.next(2)) == 2


async def test_one_process_of_a_host_empties_it_at_a_time(opened: Opened) -> None:
    first, second = await opened(), await opened()
    with first.draining() as mine, second.draining() as theirs:
        assert (mine, theirs) == (True, False)
    with second.draining() as theirs:
        assert theirs


async def test_each_commit_reaches_the_disk_before_it_is_acknowledged(opened: Opened) -> None:
    spool = await opened()
    asked = {name: spool._database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")}
    assert asked == {"journal_mode": "truncate", "synchronous": 2}  # 2: FULL
    with pytest.raises(sqlite3.OperationalError), spool._commit() as database:
        database.execute("INSERT INTO nowhere VALUES (1)")
    await put(spool)  # and a failure leaves no transaction open


async def test_the_doctor_says_what_waits_and_what_cannot_be_read(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    assert (await doctor._spool(settings)).verdict == "ok"
    spool = await Spool.opened(tmp_path / "spool", keyring(settings), ROOM)
    await put(spool)
    assert "1 deliveries wait" in (await doctor._spool(settings)).what
    await spool.tried((await spool.next(1))[0].number, "it is damaged", most=1)
    assert (await doctor._spool(settings)).verdict == "wrong"
    await spool.close()


async def test_what_waits_is_told_of_each_brand(opened: Opened) -> None:
    spool = await opened()
    for channel in ("1-abcdefghijklmnop", "1-qrstuvwxyzabcdef", "1-qrstuvwxyzabcdef", "2-abcdefghijklmnop", "nobodys"):
        await spool.put(channel, SECRET, REQUEST, NOON.replace(year=2025))
    (aside,) = [one.number for one in await spool.next(9) if one.channel_id.startswith("2-")]
    await spool.tried(aside, "its channel is gone", most=1)
    drain = Drain(spool, *[cast("Any", None)] * 4)
    drain.measured = await spool.measure()
    told = drain.told()
    assert (told.waiting, told.aside) == (4, 1)
    assert [told.of(BrandId(brand)).waiting for brand in (1, 2, 3)] == [3, 0, 0]
    assert told.of(BrandId(1)).oldest_s == told.oldest_s > 0

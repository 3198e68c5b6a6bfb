"""Whoever tampers with the log in the database is found, with the position; who is forgotten breaks nothing."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from inbox.errors import Refused
from inbox.ids import BrandId
from inbox.log import notary
from inbox.log.digests import Fault
from inbox.log.notary import Gap, seal, verify
from inbox.log.pulse import Pulse
from inbox.log.seal import Keyring
from inbox.log.store import Log
from services.verify import asked_for
from services.workers.notary import Notary
from tests.conftest import new_brand
from tests.views.world import World


async def told(world: World, count: int = 6) -> None:
    for n in range(count):
        await world.says(f"author{n}", f"mot {n}")
    await seal(world.log, world.brand)


async def faults(world: World) -> list[tuple[str, int]]:
    found = await verify(world.log, world.brand)
    return [(fault.what, fault.position) for fault in found.faults]


async def test_a_log_that_nobody_touched_is_whole(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notary, "STRETCH", 4)
    await told(world, 10)
    await world.says("late", "plus tard")
    finding = await verify(world.log, world.brand)
    assert (finding.faults, finding.sealed_upto, finding.head) == ([], 10, 11)
    assert await seal(world.log, world.brand) == 1
    assert (await verify(world.log, world.brand)).sealed_upto == 11


@pytest.mark.parametrize(
    "change",
    [
        "stream_id = 'elsewhere'", "type = 'ItemResolved'", "v = 2", "dedupe = gen_random_uuid()", "subject_id = NULL",
        "recorded_at = recorded_at + interval '1 microsecond'", "body = body || ' '", "sealed = NULL",
        "sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1)",
    ],
)  # fmt: skip
async def test_any_change_of_an_event_shows_with_its_position(
    world: World, intruder: asyncpg.Pool, change: str
) -> None:
    await told(world)
    await intruder.execute(f"UPDATE vigie.events SET {change} WHERE brand_id = $1 AND position = 4", world.brand)
    assert await faults(world) == [("changed", 4)]


async def test_an_event_that_was_taken_away_shows(world: World, intruder: asyncpg.Pool) -> None:
    await told(world)
    await intruder.execute("DELETE FROM vigie.events WHERE brand_id = $1 AND position = 3", world.brand)
    assert await faults(world) == [("missing", 3)]


async def test_events_that_changed_places_show(world: World, intruder: asyncpg.Pool) -> None:
    await told(world)
    for old, new in ((2, 100), (5, 2), (100, 5)):
        await intruder.execute(
            "UPDATE vigie.events SET position = $3 WHERE brand_id = $1 AND position = $2", world.brand, old, new
        )
    assert await faults(world) == [("moved", 2), ("moved", 5)]


async def test_an_end_that_was_cut_off_shows_and_so_does_one_cut_with_its_seals(
    world: World, intruder: asyncpg.Pool
) -> None:
    await told(world)
    witness = (await verify(world.log, world.brand)).witness
    await intruder.execute("DELETE FROM vigie.events WHERE brand_id = $1 AND position = 6", world.brand)
    await intruder.execute("UPDATE vigie.heads SET last_position = 5 WHERE brand_id = $1", world.brand)
    assert await faults(world) == [("missing", 6), ("cut", 6)]
    await intruder.execute("DELETE FROM vigie.seals WHERE brand_id = $1", world.brand)
    await seal(world.log, world.brand)
    assert await faults(world) == []
    assert (await verify(world.log, world.brand, witness)).faults == [Fault("cut", 6)]


async def test_a_history_written_anew_with_seals_that_fit_needs_the_master_key(
    world: World, intruder: asyncpg.Pool
) -> None:
    await told(world)
    await intruder.execute("UPDATE vigie.events SET body = body || ' ' WHERE brand_id = $1", world.brand)
    await intruder.execute("DELETE FROM vigie.seals WHERE brand_id = $1", world.brand)
    await seal(Log(intruder, Keyring(b"guessed" * 8), Pulse()), world.brand)
    assert await faults(world) == [("changed", n) for n in range(1, 7)]


async def test_a_seal_that_was_touched_or_is_gone_shows(
    world: World, intruder: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notary, "STRETCH", 2)
    await told(world)
    await intruder.execute("DELETE FROM vigie.seals WHERE brand_id = $1 AND since = 3", world.brand)
    assert ("unsealed", 3) in await faults(world)
    monkeypatch.undo()
    await intruder.execute("DELETE FROM vigie.seals WHERE brand_id = $1", world.brand)
    await seal(world.log, world.brand)
    await intruder.execute("UPDATE vigie.seals SET digest = sha256('x') WHERE brand_id = $1", world.brand)
    assert await faults(world) == [("seal", 1)]


async def test_a_forgotten_author_leaves_the_seals_whole(world: World) -> None:
    await told(world)
    await world.forgets("author2", world.item("author2"))
    assert await faults(world) == []
    await seal(world.log, world.brand)
    assert await faults(world) == []


async def test_a_missing_event_is_not_sealed_over_and_holds_up_no_other_brand(
    world: World, intruder: asyncpg.Pool
) -> None:
    other = World(world.log, await new_brand(intruder), world.noon)
    for _ in range(3):
        await world.says()
        await other.says()
    await intruder.execute("DELETE FROM vigie.events WHERE brand_id = $1 AND position = 2", world.brand)
    with pytest.raises(Gap, match="position 2"):
        await seal(world.log, world.brand)
    await Notary(world.log).round()
    assert (await verify(world.log, other.brand)).sealed_upto == 3
    assert await faults(world) == [("missing", 2)]


async def test_notaries_of_several_processes_make_one_chain(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notary, "STRETCH", 3)
    for n in range(12):
        await world.says(f"author{n}")
    await asyncio.gather(*(seal(world.log, world.brand, upto=upto) for upto in (5, 12, 8, 12)))
    finding = await verify(world.log, world.brand)
    assert (finding.faults, finding.sealed_upto) == ([], 12)


def test_a_brand_that_only_a_witness_knows_is_looked_for_and_of_none_nobody_is_told_that_it_is_whole() -> None:
    one, gone = BrandId(1), BrandId(2)
    known = {gone: notary.Witness(gone, 6, b"digest")}
    assert asked_for([one], known, None) == [one, gone]
    assert asked_for([one], known, 2) == [gone]
    for there, asked in (([one], 3), ([], None)):
        with pytest.raises(Refused):
            asked_for(there, {}, asked)


async def test_a_brand_that_was_removed_whole_shows_to_its_witness(world: World) -> None:
    gone = BrandId(7)
    assert (await verify(world.log, gone, notary.Witness(gone, 6, b"digest"))).faults == [Fault("cut", 6)]

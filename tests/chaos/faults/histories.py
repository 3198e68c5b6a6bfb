"""R11: thousands of random histories. The views that grew with the log, cut into any stretches, equal those that are
made from it anew, row by row, and each item equals the one that the plain rules fold from its events."""

from __future__ import annotations

import asyncio
import contextlib
import math
import random
import time
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import asyncpg

from inbox import events as ev
from inbox import item as rules
from inbox.events import Event
from inbox.ids import ItemId
from inbox.log.store import Log
from inbox.policy import Policy
from inbox.state import Item
from inbox.views.policies import Timeline
from inbox.views.rebuild import rebuild
from inbox.views.stored import dump
from services import database
from services.parts import parts
from services.settings import Settings
from tests.chaos.figures import Asked, Figures, Measured, Round
from tests.chaos.reckoning import line
from tests.chaos.size import Size
from tests.chaos.wild import Wild, shuffled
from tests.chaos.world import World
from tests.conftest import new_brand
from tests.core.histories import NIGHT, OFFICE
from tests.core.world import POLICY, START
from tests.product.many import MASTER
from tests.views import world as views

OF_A_BRAND = 50
STRETCHES = (1, 7, 60, 500)
TOLD_AT_ONCE = 100
NEW_POLICY, FORGOTTEN, COMPARED = 0.002, 0.001, 0.0005
"""How often, of all events, a policy changes, an author is forgotten, and all is compared on the way."""
ASKED = (
    Asked("histories", at_least=10_000),
    Asked("compared at prefixes", at_least=1, of="events", what="events after which all was compared"),
    Asked("rows other than rebuilt", at_most=0),
    Asked("items other than folded", at_most=0),
)


@dataclass
class Found:
    """`untrue`: rows that a rebuild makes otherwise; `unlike`: items that the rules fold otherwise."""

    histories: int = 0
    events: int = 0
    compared: int = 0
    untrue: int = 0
    unlike: int = 0


async def replayed(world: World, size: Size) -> Round:
    """`size.histories`, or as many as time allows; in a database where nothing else runs."""
    wild, chance = await asyncio.to_thread(Wild, world.seed), random.Random(world.seed)
    found, begun = Found(), time.monotonic()
    async with _log(world) as log:
        for number in size.turns(math.ceil(size.histories / OF_A_BRAND)):
            await _brand(log, wild, chance, found, min(OF_A_BRAND, size.histories - number * OF_A_BRAND))
    seconds = time.monotonic() - begun
    figures = Figures(ok=found.histories, unexpected=found.untrue + found.unlike)
    measured: Measured = {
        "histories": found.histories, "events": found.events, "compared at prefixes": found.compared,
        "rows other than rebuilt": found.untrue, "items other than folded": found.unlike, "seconds": round(seconds),
    }  # fmt: skip
    done = Round("R11", "random histories: grown, rebuilt, folded", figures, measured)
    print(line(done), flush=True)
    return done


@contextlib.asynccontextmanager
async def _log(world: World) -> AsyncIterator[Log]:
    name = f"histories_{uuid.uuid4().hex[:8]}"
    server = await asyncpg.connect(world.server.dsn)
    try:
        await server.execute(f"CREATE DATABASE {name}")
    finally:
        await server.close()
    dsn = world.server.dsn.replace("/vigie?", f"/{name}?")
    await database.prepare(dsn)
    settings = Settings(database_url=dsn, master_key=MASTER, data_dir=world.folder / "histories")
    async with parts(settings, dsn, "http://127.0.0.1") as own:
        yield own.log


async def _brand(log: Log, wild: Wild, chance: random.Random, found: Found, many: int) -> None:
    world = views.World(log, await new_brand(log.pool), START)
    histories = {uuid.UUID(int=chance.getrandbits(128)): list[Event]() for _ in range(many)}
    for item in histories:
        histories[item] = wild.history(ItemId(item))
    told: list[Event] = []
    for event in shuffled(histories, chance):
        told.append(event)
        if len(told) >= TOLD_AT_ONCE or chance.random() < 0.02:
            await _tell(world, told)
        await _meanwhile(world, told, list(histories), chance, found)
    await _tell(world, told)
    await _compare(world, found)
    found.histories += len(histories)
    found.events += sum(map(len, histories.values()))


async def _tell(world: views.World, told: list[Event]) -> None:
    """Each under the key of an author of its own item."""
    if told:
        await world.log.append(world.brand, [world.new(one, str(one.item_id)) for one in told])  # type: ignore[attr-defined]
        told.clear()


async def _meanwhile(
    world: views.World, told: list[Event], items: list[uuid.UUID], chance: random.Random, found: Found
) -> None:
    """What else may happen to a brand between two events."""
    what = chance.random()
    if what < NEW_POLICY:
        await _tell(world, told)
        await world.policy(chance.choice((POLICY, OFFICE, NIGHT, Policy())))
    elif what < NEW_POLICY + FORGOTTEN:
        await _tell(world, told)
        item = chance.choice(items)
        await world.forgets(str(item), ItemId(item))
    elif what < NEW_POLICY + FORGOTTEN + COMPARED:
        await _tell(world, told)
        await _compare(world, found)
    elif not told and chance.random() < 0.5:
        await world.project(batch=chance.choice(STRETCHES))
        await world.project_waves(leave=chance.choice((0, 3)))


async def _compare(world: views.World, found: Found) -> None:
    await world.project(batch=STRETCHES[-1])
    while world.joined < world.projected:
        await world.project_waves()
    found.compared += 1
    found.unlike += await _unlike(world)
    before = await views.tables(world.pool, world.brand)
    for table in views.VIEWS:
        await world.pool.execute(f"DELETE FROM vigie.{table} WHERE brand_id = $1", world.brand)
    await rebuild(world.log, world.brand)
    after = await views.tables(world.pool, world.brand)
    found.untrue += sum(_apart(before[table], after[table]) for table in views.VIEWS)


def _apart(rows: list[tuple[Any, ...]], others: list[tuple[Any, ...]]) -> int:
    """Both are in the order of their keys."""
    return sum(one != other for one, other in zip_longest(rows, others))


async def _unlike(world: views.World) -> int:
    """Items that stand in the view otherwise than the rules fold them, from the whole log."""
    recorded, after = [], 0
    while page := await world.log.read(world.brand, after):
        recorded += page
        after = page[-1].position
    policies, events = Timeline.of(recorded), defaultdict[uuid.UUID, list[tuple[int, Event, Policy]]](list)
    for one in recorded:
        of = [one.event.item_id] if isinstance(one.event, ev.ItemEvent) else _forgotten(one.event)
        for item in of if isinstance(one.event, ev.ItemEvent) else events.keys() & set(of):
            events[item].append((one.position, one.event, policies.at(one.position)))
    rows = await world.pool.fetch("SELECT item_id, state FROM vigie.items WHERE brand_id = $1", world.brand)
    return sum(1 for row in rows if dump(_folded(row["item_id"], events)) != row["state"])


def _folded(item: uuid.UUID, events: dict[uuid.UUID, list[tuple[int, Event, Policy]]]) -> Item:
    own = uuid.UUID(int=item.int)
    return rules.fold(ItemId(own), events[own])


def _forgotten(event: Event) -> tuple[uuid.UUID, ...]:
    return event.item_ids if isinstance(event, ev.AuthorForgotten) else ()

"""R13: clocks that jump, of a host and of the database, by hours, a day, seconds, either way; and hosts that are half a
second apart. Nothing is lost, nothing is out of order, no duration is below nothing, and each alarm is given once."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.postgres import Postgres
from tests.chaos.clocks import Skewed
from tests.chaos.figures import Asked, Measured, Round
from tests.chaos.reckoning import events_of, everything, reckon
from tests.chaos.size import Size
from tests.chaos.world import Host, World, hosts, standing
from tests.product.many import Tenant

JUMPS_S = (3600.0, -3600.0, 86_400.0, -86_400.0, -5.0, 0.5)
LEAST_S = 4.0
ALARMS = {"SlaWarned", "SlaBreached", "ClaimLapsed", "PromiseBroken"}
UNPROVEN = 401
"""What a delivery is answered whose signature bears a time that is far from ours."""
OFF_S = 30.0
"""A duration that is wrong by as much as a jump is, and not by what a busy machine adds."""
ASKED = (
    Asked("by at most s", at_least=86_400, what="largest jump s"),
    Asked("given twice", at_most=0, what="alarms given twice"),
    Asked("durations wrong by at most s, a host", at_most=0),
    Asked("durations wrong by at most s, the database", at_most=0),
)


async def clocks(world: World, size: Size) -> Round:
    """On a server of its own. One host has the true time, the other its own; each jump lasts a while, and is undone."""
    folder = world.folder / "jumps"
    folder.mkdir()
    there, here = Skewed(folder / "clock-of-the-database"), Skewed(folder / "clock-of-a-host")
    with there.governing():
        server = Postgres(folder / "database")
        dsn = await server.start()
    try:
        async with standing(folder, server, dsn, world.client, doors=1, seed=world.seed) as small:
            door, desk = await hosts(small.here, "ingest", "inbox workers", **here.environment)
            small.doors.append(door)
            return await _round(small, size, {"a host": here, "the database": there}, desk)
    finally:
        there.set(0.0)
        await server.stop()


async def _round(world: World, size: Size, clocks: dict[str, Skewed], desk: Host) -> Round:
    tenants, traffic = await world.tenants(2), world.traffic("jumps")
    shops = [await world.shop(tenant) for tenant in tenants]
    refused, wrong_by = dict[str, int](), dict[str, float]()
    async with traffic.flowing(tenants, size.rate, "r13", shops):
        await traffic.heard(time.monotonic())
        for whose, clock in clocks.items():
            refused[whose], wrong_by[whose] = traffic.refusals[UNPROVEN], 0.0
            for ahead_s in JUMPS_S:
                clock.set(ahead_s)
                await asyncio.sleep(max(LEAST_S, size.away_s / len(JUMPS_S) / len(clocks)))
                wrong_by[whose] = max(wrong_by[whose], await _answered(world, desk, tenants[0]))
                clock.set(0.0)
            refused[whose] = traffic.refusals[UNPROVEN] - refused[whose]
    given, negative = Counter[tuple[str, ...]](), 0
    for tenant in tenants:
        given += alarms(await events_of(world, tenant))
        negative += await _below_nothing(world, tenant)
    wrong = [
        *world.ended(),
        *([f"{negative} durations below nothing"] if negative else []),
        *(f"{' '.join(alarm)} was given {times} times" for alarm, times in given.items() if times > 1),
        *([f"a duration was wrong by {wrong_by['a host']:.0f} s"] if wrong_by["a host"] > OFF_S else []),
        *([f"{refused['a host']} deliveries were refused for a host's clock"] if refused["a host"] else []),
    ]
    measured: Measured = {
        "jumps": len(JUMPS_S) * len(clocks), "by at most s": max(JUMPS_S), "messages a second": size.rate,
        "alarms": len(given), "given twice": sum(times > 1 for times in given.values()),
        **{f"durations wrong by at most s, {whose}": round(off, 1) for whose, off in wrong_by.items()},
        **{f"refused, {whose}": count for whose, count in refused.items()},
    }  # fmt: skip
    title = "clocks that jump, of a host and of the database"
    return await reckon(world, traffic, tenants, "R13", title, measured, wrong)


def alarms(events: Sequence[Mapping[str, Any]]) -> Counter[tuple[str, ...]]:
    """Of which item, turn, clock, promise or claim each speaks. Who takes an item again that was nobody's any more
    makes a claim of its own, which may lapse of its own."""
    claims, given = Counter[str](), Counter[tuple[str, ...]]()
    for one in events:
        kind, item, data = one["type"], one.get("item_id") or "", one["data"]
        claims[item] += kind == "ItemAcknowledged"
        if kind in ALARMS:
            about = claims[item] if kind == "ClaimLapsed" else data.get("promise_until") or data.get("turn")
            given[kind, item, str(about), str(data.get("clock"))] += 1
    return given


async def _answered(world: World, desk: Host, tenant: Tenant) -> float:
    """Somebody acknowledges, at the host whose clock is another, what came last. How far the time that it took lies, as
    Vigie has it, from the time that it can have taken: what came before we looked, and was there when we began."""
    waiting = [one for one in await everything(world, tenant) if one["acknowledged_at"] is None]
    newest = max(waiting, key=lambda one: one["position"], default=None)
    if newest is None:
        return 0.0
    url = f"{desk.url}/api/v1/brands/{tenant.brand}/items/{newest['id']}"
    head = {"Authorization": f"Bearer {tenant.token}", "Idempotency-Key": uuid.uuid4().hex}
    body = {"expected_position": newest["position"]}
    async with world.client.post(f"{url}/acknowledge", headers=head, json=body) as response:
        if response.status != 200:
            return 0.0
    async with world.client.get(url, headers=head) as response:
        item = await response.json()
    took_s = (_at(item["acknowledged_at"]) - _at(item["received_at"])).total_seconds()
    return max(0.0, -took_s, took_s - OFF_S)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def _below_nothing(world: World, tenant: Tenant) -> int:
    count: int = await world.here.shared.pool.fetchval(
        "SELECT count(*) FROM vigie.turns WHERE brand_id = $1 AND (acknowledged_at < started_at"
        " OR responded_at < started_at OR response_due_at < started_at OR ack_due_at < started_at)", tenant.brand,
    )  # fmt: skip
    return count

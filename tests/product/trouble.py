"""Processes that are killed and stalled while messages come in and replies go out, and the reckoning at the end."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

import aiohttp

from inbox.ids import BrandId
from tests.product.load import Load, Network
from tests.product.many import Member, Site, Tenant

BRANDS = 8
STALL_S = 7.0
"""Longer than a seat lasts."""
ANSWERED_S = 2.0
"""What a process that lives was sending has its end by then."""


async def troubled(
    here: Site, network: Network, client: aiohttp.ClientSession, *, seconds: float, rate: float, seed: int
) -> None:
    tenants = await here.tenants(BRANDS, network.url)
    *doors, desk, first, second = await here.run("ingest", "ingest", "ingest", "inbox", "workers", "workers")
    load = Load(client, doors, desk)
    await taken_over(here, load, tenants)
    for tenant in tenants:  # then every process has loaded its model, and is at its full speed
        await until(lambda: _judged(here, tenant.brand))  # noqa: B023
    took: list[tuple[str, float]] = []
    ended = asyncio.Event()
    trouble = asyncio.create_task(_trouble(here, load, tenants, [first, second], doors, took, ended, seed))
    answering = asyncio.create_task(_answering(load, tenants, ended))
    async with asyncio.TaskGroup() as group:
        for tenant in tenants:
            group.create_task(load.steadily(tenant, rate, seconds))
    ended.set()
    await asyncio.gather(trouble, answering)
    for what, time_s in took:
        print(f"taken over {time_s:.1f} s after {what}")
    await complete(here, load, tenants)
    for tenant in tenants:
        await until(lambda: _judged(here, tenant.brand))  # noqa: B023
    await _replies_left_once(here, network, load, tenants)


async def _answering(load: Load, tenants: list[Tenant], ended: asyncio.Event) -> None:
    while not ended.is_set():
        for tenant in tenants:
            await load.answer(tenant, 2)
        await asyncio.sleep(0.5)


async def _trouble(
    here: Site, load: Load, tenants: list[Tenant], workers: list[Member], doors: list[Member],
    took: list[tuple[str, float]], ended: asyncio.Event, seed: int,
) -> None:  # fmt: skip
    """A worker killed, then one stalled, each until the other has taken over all its brands; a door as well."""
    chance = random.Random(seed)
    victim = chance.randrange(2)
    while True:
        victim = 1 - victim
        worker, door = workers[victim], chance.choice(doors)
        await worker.kill()
        await door.kill()
        took.append(("a kill", await taken_over(here, load, tenants)))
        await worker.start()
        await door.start()
        await worker.ready()
        await door.ready()
        stalled = workers[1 - victim]
        stalled.stall()
        began = asyncio.get_running_loop().time()
        took.append(("a stall", await taken_over(here, load, tenants)))
        await asyncio.sleep(max(0.0, began + STALL_S - asyncio.get_running_loop().time()))
        stalled.go_on()
        if ended.is_set():
            return


async def taken_over(here: Site, load: Load, tenants: list[Tenant]) -> float:
    """Seconds until what is said to each brand now has a row."""
    loop = asyncio.get_running_loop()
    began, mark = loop.time(), f"probe{loop.time():.3f}"

    async def one(tenant: Tenant) -> None:
        await load.say(tenant, f"{mark}-{tenant.brand}")
        await until(
            lambda: here.shared.pool.fetchval(
                "SELECT count(*) FROM vigie.messages WHERE brand_id = $1 AND external_id = $2",
                tenant.brand, f"m{mark}-{tenant.brand}",
            )
        )  # fmt: skip

    async with asyncio.TaskGroup() as group:
        for tenant in tenants:
            group.create_task(one(tenant))
    return loop.time() - began


async def until(asked: Callable[[], Awaitable[object]], within_s: float = 60.0) -> None:
    async with asyncio.timeout(within_s):
        while not await asked():
            await asyncio.sleep(0.05)


async def complete(here: Site, load: Load, tenants: list[Tenant]) -> None:
    """Every acknowledged message is once in the log, and once in the views."""
    pool = here.shared.pool
    for tenant in tenants:
        said = load.acknowledged[tenant.brand]
        log = [
            row["id"] for row in await pool.fetch(
                "SELECT convert_from(body, 'UTF8')::json ->> 'external_id' AS id FROM vigie.events"
                " WHERE brand_id = $1 AND type = 'MessageReceived'", tenant.brand,
            )
        ]  # fmt: skip
        assert sorted(log) == sorted(said)
        await until(lambda: _caught_up(here, tenant.brand))  # noqa: B023
        rows = await pool.fetch("SELECT external_id FROM vigie.messages WHERE brand_id = $1", tenant.brand)
        assert sorted(row["external_id"] for row in rows) == sorted(said)


async def _caught_up(here: Site, brand: BrandId) -> bool:
    return not await here.shared.pool.fetchval(
        "SELECT count(*) FROM vigie.heads h JOIN vigie.checkpoints c USING (brand_id)"
        " WHERE brand_id = $1 AND c.position < h.last_position", brand,
    )  # fmt: skip


async def _judged(here: Site, brand: BrandId) -> bool:
    return not await here.shared.pool.fetchval(
        "SELECT count(*) FROM vigie.items WHERE brand_id = $1 AND (NOT scored OR to_score)", brand
    )


async def _replies_left_once(here: Site, network: Network, load: Load, tenants: list[Tenant]) -> None:
    """Each that was ordered was called at most once; what nobody knows the end of is listed, everything else was sent.

    An attempt of a process that died is given up after 40 s: until then it is in doubt, and no less afterwards."""
    pool = here.shared.pool
    await until(lambda: none(here, "SELECT count(*) FROM vigie.outbox WHERE state = 'queued'"))
    await asyncio.sleep(ANSWERED_S)
    ends: dict[str, str] = {}
    for tenant in tenants:
        for row in await pool.fetch(
            "SELECT type, convert_from(body, 'UTF8')::json ->> 'reply_id' AS reply FROM vigie.events"
            " WHERE brand_id = $1 AND type = ANY ('{ReplyQueued,ReplySending,ReplySent,ReplyUncertain,ReplySettled}')"
            " ORDER BY position", tenant.brand,
        ):  # fmt: skip
            ends[row["reply"]] = row["type"]
    uncertain = [reply for reply, end in ends.items() if end in {"ReplySending", "ReplyUncertain"}]
    print(f"{len(ends)} replies, of which uncertain: {uncertain or 'none'}")
    assert len(ends) >= load.asked > 0
    assert all(calls == 1 for calls in network.calls.values())
    assert set(network.calls) <= set(ends)
    assert set(ends) - set(uncertain) <= set(network.calls)


async def none(here: Site, query: str) -> bool:
    return not await here.shared.pool.fetchval(query)

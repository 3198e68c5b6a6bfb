"""R21: connections that say nothing, headers that drip, bodies that drip: all cut, and the honest do not notice."""

from __future__ import annotations

import asyncio
import contextlib
import time

from tests.chaos.figures import Measured, Round
from tests.chaos.reckoning import reckon
from tests.chaos.size import Size
from tests.chaos.world import Host, World

CUT_WITHIN_S = 40.0
"""Fifteen seconds are asked for; the rest is what a loaded machine adds."""
EACH_S = 1.0
HEAD = "POST /hooks/{channel} HTTP/1.1\r\nHost: vigie\r\nContent-Length: 100000\r\n"


async def slow(world: World, size: Size) -> Round:
    tenants, traffic = await world.tenants(2), world.traffic("drips")
    each, door = size.connections, world.doors[0]
    head = HEAD.format(channel=tenants[0].channel_id)
    async with traffic.flowing(tenants, size.rate, "r21"):
        kinds = {"silent": ("", ""), "headers": (head, "x-a: b\r\n"), "body": (head + "\r\n", "{")}
        lasted = {
            kind: await asyncio.gather(*(_drip(door, first, drop) for _ in range(each)))
            for kind, (first, drop) in kinds.items()
        }
    measured: Measured = {
        f"{kind}, of {each} the last cut after s": round(max(all_), 1) for kind, all_ in lasted.items()
    }
    wrong = [f"{kind}: not cut" for kind, all_ in lasted.items() if max(all_) >= CUT_WITHIN_S]
    if traffic.refused:
        wrong.append(f"{traffic.refused} of the honest were refused")
    return await reckon(world, traffic, tenants, "R21", "silent and dripping connections", measured, wrong)


async def _drip(door: Host, first: str, drop: str) -> float:
    """How long the other side put up with it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    begun = time.monotonic()
    with contextlib.suppress(ConnectionError, TimeoutError):
        async with asyncio.timeout(CUT_WITHIN_S):
            writer.write(first.encode())
            reading = asyncio.create_task(reader.read())
            while not reading.done():
                writer.write(drop.encode())
                await writer.drain()
                await asyncio.wait([reading], timeout=EACH_S)
    writer.transport.abort()
    return time.monotonic() - begun

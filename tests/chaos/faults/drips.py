"""R21: connections that say nothing, headers that drip, bodies that drip: all cut, and the honest do not notice. A body
that is announced with a gigabyte is refused before it comes."""

from __future__ import annotations

import asyncio
import contextlib
import time

from tests.chaos.figures import Asked, Measured, Round
from tests.chaos.reckoning import reckon
from tests.chaos.size import Size
from tests.chaos.world import Host, World

CUT_WITHIN_S = 40.0
"""Fifteen seconds are asked for; the rest is what a loaded machine adds."""
EACH_S = 1.0
TOO_LARGE = 413
HEAD = "POST /hooks/{channel} HTTP/1.1\r\nHost: vigie\r\nContent-Length: {length}\r\n"
LENGTH, GIGABYTE = 100_000, 10**9
KINDS = ("silent", "headers", "body")
ASKED = (
    Asked("connections of each kind", at_least=1_000),
    *(Asked(f"{kind}: the last cut after s", at_most=15) for kind in KINDS),
    Asked("slowest answer s", at_most=1, what="p99 of the honest s (reached: the slowest of all)"),
    Asked("a gigabyte refused after s", at_most=1),
    Asked("memory grown by it MB", at_most=10),
)


async def slow(world: World, size: Size) -> Round:
    tenants, traffic = await world.tenants(2), world.traffic("drips")
    each, door = size.connections, world.doors[0]
    head = HEAD.format(channel=tenants[0].channel_id, length=LENGTH)
    async with traffic.flowing(tenants, size.rate, "r21"):
        said = (("", ""), (head, "x-a: b\r\n"), (head + "\r\n", "{"))
        lasted = {
            kind: await asyncio.gather(*(_drip(door, first, drop) for _ in range(each)))
            for kind, (first, drop) in zip(KINDS, said, strict=True)
        }
        before, begun = door.resident_mb(), time.monotonic()
        status = await _announced(door, HEAD.format(channel=tenants[0].channel_id, length=GIGABYTE) + "\r\n")
        refused_s = time.monotonic() - begun
    measured: Measured = {
        "connections of each kind": each,
        **{f"{kind}: the last cut after s": round(max(all_), 1) for kind, all_ in lasted.items()},
        "a gigabyte refused after s": round(refused_s, 2),
        "memory grown by it MB": round(door.resident_mb() - before, 1),
    }  # fmt: skip
    wrong = [
        *(f"{kind}: not cut" for kind, all_ in lasted.items() if max(all_) >= CUT_WITHIN_S),
        *([f"{traffic.refused} of the honest were refused"] if traffic.refused else []),
        *([f"a gigabyte was answered {status}"] if status != TOO_LARGE else []),
    ]
    return await reckon(world, traffic, tenants, "R21", "silent and dripping connections", measured, wrong)


async def _announced(door: Host, head: str) -> int:
    """The status that comes although no byte of the body did; 0 where none comes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    line = b""
    with contextlib.suppress(ConnectionError, TimeoutError):
        async with asyncio.timeout(CUT_WITHIN_S):
            writer.write(head.encode())
            line = await reader.readline()
    writer.transport.abort()
    return int(line.split(b" ")[1]) if line else 0


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

"""R22, and the end of R21: instances that are stopped in order, one at a time, behind the reverse proxy that ships; and
what is made to confuse such a pair: two lengths, a thousand headers, one of a megabyte."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from tests.chaos.figures import Asked, Measured, Round
from tests.chaos.proxies import PROXIES, trusting
from tests.chaos.reckoning import reckon
from tests.chaos.size import Size
from tests.chaos.traffic import Traffic
from tests.chaos.world import World, hosts
from tests.product.many import Tenant

STOPPED_S = 10.0
ASKED = (
    Asked("stops", at_least=200),
    Asked("failed requests", at_most=0),
    Asked("slowest stop s", at_most=STOPPED_S),
)
OPENS = "zygomycete"
"""What lets somebody in: a proxy's log of requests must not tell it."""
DOORS = (f"/approve/1/none/{OPENS}", f"/sign-in/{OPENS}", f"/wall/1/{OPENS}", f"/hooks/none?token={OPENS}")
ENDS = "0\r\n\r\n"
ASIDE = "POST /hooks/none HTTP/1.1\r\nHost: vigie.example\r\n"
SMUGGLED = "GET /metrics HTTP/1.1\r\nHost: vigie.example\r\n\r\n"
"""What the proxy lets nobody see. Sent openly, or understood as a request of its own, it is refused there."""
TRICKS = {
    "two lengths": ASIDE + "Content-Length: 60\r\nTransfer-Encoding: chunked\r\n\r\n" + ENDS + SMUGGLED,
    "two Content-Lengths": ASIDE + f"Content-Length: 0\r\nContent-Length: {len(SMUGGLED)}\r\n\r\n" + SMUGGLED,
    "a length in disguise": ASIDE + "Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n\r\n" + ENDS + SMUGGLED,
    "a thousand headers": ASIDE + "".join(f"X-{n}: {'y' * 40}\r\n" for n in range(1000)) + "\r\n",
    "a header of a megabyte": ASIDE + f"X-Long: {'y' * 2**20}\r\n\r\n",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Front:
    url: str


async def behind_the_proxy(world: World, size: Size) -> Round:
    tenants = await world.tenants(2)
    own = await hosts(world.here, "ingest inbox", "ingest inbox")
    stops = list[float]()
    async with PROXIES[size.proxy](world.folder / size.proxy, [one.port for one in own]) as port, _calling() as client:
        front = Front(f"https://127.0.0.1:{port}")
        traffic = world.traffic("stops", doors=[front], client=client)
        people = _People(client, front, tenants[0])
        async with traffic.flowing(tenants, size.rate, "r22"), people.reading():
            for number in size.turns():
                await traffic.heard(time.monotonic())
                begun = time.monotonic()
                code = await own[number % 2].stop()
                stops.append(time.monotonic() - begun)
                assert code == 0, code
                await traffic.heard(time.monotonic())
                await own[number % 2].again()
        tricked = {name: await _trick(port, text) for name, text in TRICKS.items()}
        for path in DOORS:
            async with client.get(front.url + path) as answer:
                await answer.read()
    told = "\n".join(one.log_path.read_text() for one in own)
    for one in own:
        await one.stop()
    failed = _failed(traffic) + people.failed
    measured: Measured = {
        "proxy": size.proxy, "stops": len(stops), "messages a second": size.rate, "pages": people.asked,
        "failed requests": failed,
        "refusals": " ".join(f"{status}: {count}" for status, count in traffic.refusals.items()) or "none",
        "slowest stop s": round(max(stops), 1), **{name: " ".join(map(str, found)) for name, found in tricked.items()},
    }  # fmt: skip
    wrong = [
        *([f"{failed} requests failed"] if failed else []),
        *([f"a stop took {max(stops):.1f} s"] if max(stops) > STOPPED_S else []),
        *(["the proxy's log tells what lets somebody in"] if _logged(world.folder / size.proxy) else []),
        *(["a request was smuggled past the proxy"] if " /metrics " in told else []),
        *(f"{name}: answered {found}" for name, found in tricked.items() if not _is_refusal(found)),
    ]
    title = "stopped in order behind the reverse proxy that ships"
    return await reckon(world, traffic, tenants, "R22", title, measured, wrong)


def _logged(folder: Path) -> bool:
    return any(OPENS in one.read_text(errors="replace") for one in folder.glob("*.log"))


def _failed(traffic: Traffic) -> int:
    return traffic.refused + traffic.dropped


def _is_refusal(found: list[int]) -> bool:
    """Or a connection that was hung up on. What was hidden in a request is answered no better than by itself."""
    return all(status == 501 or 400 <= status < 500 for status in found)


@contextlib.asynccontextmanager
async def _calling() -> AsyncIterator[aiohttp.ClientSession]:
    connector = aiohttp.TCPConnector(limit=0, ssl=trusting())
    async with aiohttp.ClientSession(connector=connector) as client:
        yield client


class _People:
    def __init__(self, client: aiohttp.ClientSession, front: Front, tenant: Tenant) -> None:
        self._client, self._tenant = client, tenant
        self._url = f"{front.url}/api/v1/brands/{tenant.brand}/items"
        self.asked, self.failed = 0, 0

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        hushed = asyncio.Event()
        task = asyncio.create_task(self._read(hushed))
        try:
            yield
        finally:
            hushed.set()
            await task

    async def _read(self, hushed: asyncio.Event) -> None:
        headers = {"Authorization": f"Bearer {self._tenant.token}"}
        while not hushed.is_set():
            self.asked += 1
            try:
                async with self._client.get(self._url, headers=headers) as response:
                    self.failed += response.status != 200
                    await response.read()
            except aiohttp.ClientError:
                self.failed += 1
            await asyncio.sleep(0.1)


async def _trick(port: int, text: str) -> list[int]:
    """The statuses of all answers to what was sent on one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting())
    heard = b""
    with contextlib.suppress(ConnectionError, ssl.SSLError, TimeoutError):
        writer.write(text.encode())
        async with asyncio.timeout(10.0):
            await writer.drain()
            while more := await reader.read(65536):
                heard += more
    writer.transport.abort()
    return [int(part.split(b" ")[1]) for part in heard.split(b"\r\n") if part.startswith(b"HTTP/1.1 ")]

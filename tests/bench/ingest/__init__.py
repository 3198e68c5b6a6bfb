"""From the POST of a webhook to the answer that says it is on disk.

`vigie run ingest` takes signed messages of 1.5 kB at a generic channel: verified, read, the raw delivery and the event
sealed and durably stored, answered 202. The limit beside it is a bare aiohttp handler that only checks the same
signature and keeps nothing. One process each, on one machine with the database and the sender, which is the same for
all. Every message is new and so is its author, every answer is looked at, and what was answered is counted in the log
afterwards. django-helpdesk opens a ticket of as many bytes, on two workers of four threads.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict
from pathlib import Path

from inbox.ids import BrandId
from tests.bench.ingest import world
from tests.bench.ingest.desk import HelpDesk
from tests.bench.ingest.messages import Hook
from tests.bench.ingest.servers import Server
from tests.bench.measure import Bench, Contender, Figure, Sample, figure, interleaved, ratio, tabled
from tests.bench.peers.helpdesk import helpdesk
from tests.bench.peers.place import Missing

SHAPES = ((1, 64, 0.5), (16, 256, 0.6))
"""Brands, connections, and what is asked."""
CPU = (
    "A request costs the process four to five times the bare handler's CPU, and nothing stands out. Driven without"
    " sockets, in units of that handler: HTTP 1, the door and the proof 0.9, splitting and reading 0.8, the event, its"
    " keys and the answer 1.4, encoding, sealing and appending about 2.5. Next would be compiling the inner path."
)
WHY = {"ingest_vs_bare_1": CPU, "ingest_vs_bare_16": CPU}
"""What the profile says of a figure that was missed, by its name."""
DESK_CONNECTIONS = 16
"""Twice as many as the peer has threads: each finds its next request waiting."""


async def run(bench: Bench) -> list[Figure]:
    figures: list[Figure] = []
    for brands, connections, least in SHAPES:
        figures += await _against_bare(bench, brands, connections, least)
    try:
        figures.append(await _against_helpdesk(bench))
    except Missing as missing:
        bench.rows["Tickets a second"] = [{"": "django-helpdesk", "what": f"not measured: {missing}"}]
    return figures


async def _against_bare(bench: Bench, brands: int, connections: int, least: float) -> list[Figure]:
    known = await world.hooks(bench.dsn, brands)
    hooks = [hook for _, hook in known]
    product = ours(bench, hooks, connections)
    async with serving(product, limit(bench, hooks, connections)) as contenders:
        samples = await _measured(bench, contenders)
    await _check(bench.dsn, [brand for brand, _ in known], product.answered)
    words = f"{brands} brand{'s' * (brands > 1)}, {connections} connections"
    bench.rows[f"Requests a second, {words}"] = tabled(samples, "requests/s")
    taken, bare = samples["vigie"], samples["bare"]
    shares = [b.extra["cpu_s"] / t.extra["cpu_s"] for t, b in zip(taken, bare, strict=True) if t.extra["cpu_s"]]
    name = f"ingest_vs_bare_{brands}"
    return [
        ratio(name, taken, bare, least=least, why=WHY.get(name, "")),
        *([figure(f"ingest_cpu_vs_bare_{brands}", shares, "ratio")] if shares else []),
    ]


async def _against_helpdesk(bench: Bench) -> Figure:
    (_, hook), *_ = await world.hooks(bench.dsn, 1)
    async with helpdesk(await bench.database("helpdesk")) as desk, serving(ours(bench, [hook], 64)) as (product,):
        samples = await _measured(bench, [product, HelpDesk(desk, DESK_CONNECTIONS)])
    bench.rows["Tickets a second"] = tabled(samples, "requests/s")
    return ratio("ingest_vs_helpdesk", samples["vigie"], samples["django-helpdesk"], least=20)


async def _measured(bench: Bench, contenders: Sequence[Contender]) -> dict[str, list[Sample]]:
    await interleaved(contenders, 1, 0.5)  # the first requests find caches and connections cold
    return await interleaved(contenders, bench.rounds, bench.seconds)


async def _check(dsn: str, brands: list[BrandId], answered: int) -> None:
    stored = await world.stored(dsn, brands)
    if stored != answered:
        raise RuntimeError(f"{answered} messages were answered, {stored} are in the log")


def ours(bench: Bench, hooks: Sequence[Hook], connections: int) -> Server:
    folder = Path(bench.folder)
    return Server(
        "vigie", ("-m", "services.cli", "run", "ingest", "--port", "{port}"), hooks, connections, folder,
        {"DATABASE_URL": bench.dsn, "VIGIE_MASTER_KEY": world.MASTER_KEY, "VIGIE_DATA_DIR": str(folder / "data")},
    )  # fmt: skip


def limit(bench: Bench, hooks: Sequence[Hook], connections: int) -> Server:
    told = json.dumps([asdict(hook) for hook in hooks])
    return Server("bare", ("-m", "tests.bench.ingest.bare", "{port}", told), hooks, connections, Path(bench.folder))


@contextlib.asynccontextmanager
async def serving(*servers: Server) -> AsyncIterator[Sequence[Server]]:
    async with contextlib.AsyncExitStack() as stack:
        for server in servers:
            await server.open()
            stack.push_async_callback(server.close)
        yield servers

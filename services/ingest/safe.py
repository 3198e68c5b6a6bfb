"""What a process that takes deliveries has beside its hooks: a spool, and who empties it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from services.ingest.aside import Aside
from services.ingest.drain import Drain
from services.ingest.routes import Ingest
from services.lifetime import Worker, background
from services.parts import Parts
from services.spool import Spool

FOLDER = "spool"


@contextlib.asynccontextmanager
async def safe(shared: Parts, ingest: Ingest) -> AsyncIterator[None]:
    """While the block runs. Raises `SpoolUnfit`: better no start than a false 2xx."""
    outage, workers = shared.outage, dict[str, Worker]()
    async with _spool(shared) as spool:
        if spool is not None:
            aside = Aside(spool, shared.log, shared.clock)
            drain = Drain(spool, shared.channels, ingest.taker, outage, aside)
            workers["drain"], ingest.spooled = drain.run, drain.told
        ingest.keep_by(outage, spool)
        async with background(workers):
            yield


@contextlib.asynccontextmanager
async def _spool(shared: Parts) -> AsyncIterator[Spool | None]:
    settings = shared.settings
    if not settings.spool_mb:
        yield None
        return
    spool = await Spool.opened(settings.data_dir / FOLDER, shared.log.keyring, settings.spool_mb * 2**20)
    try:
        await spool.again()  # perhaps this time with the right key
        yield spool
    finally:
        await spool.close()

"""Our log as it is run: `Batcher.submit` by many producers at once, or `Log.append` of whole batches on one connection.

Sealing is included: every message holds personal words, most of them of authors whose key exists already.
"""

from __future__ import annotations

from inbox.ids import BrandId
from inbox.log.batcher import Batcher
from inbox.log.pulse import Pulse
from inbox.log.seal import Keyring
from inbox.log.store import Log
from services import database
from tests.bench.append.payload import Messages
from tests.bench.measure import Sample, closed_loop
from tests.conftest import MASTER, new_brand


class Ours:
    """A brand of its own in the given (migrated) database. `connections`: what the pool holds at most."""

    def __init__(self, name: str, dsn: str, *, connections: int = 4) -> None:
        self.name = name
        self._dsn = dsn
        self._connections = connections

    async def open(self) -> None:
        self._pool = await database.connect(self._dsn, most=self._connections)
        self.brand: BrandId = await new_brand(self._pool, self.name)
        keyring = Keyring(MASTER)
        self.log = Log(self._pool, keyring, Pulse())
        self.messages = Messages(keyring, self.brand)
        await self.log.append(self.brand, self.messages.firsts())

    async def grow(self, events: int, batch: int = 1_000) -> None:
        """The brand has a past."""
        for _ in range(events // batch):
            await self.log.append(self.brand, [self.messages.next() for _ in range(batch)])

    async def close(self) -> None:
        await self._pool.close()


class Producers(Ours):
    """`producers` hand in one event each, and the next as soon as the commit that holds it is on disk."""

    def __init__(self, name: str, dsn: str, producers: int) -> None:
        super().__init__(name, dsn)
        self._producers = producers

    async def open(self) -> None:
        await super().open()
        self._batcher = Batcher(self.log)

    async def round(self, seconds: float) -> Sample:
        self.messages.stock(seconds)
        return await closed_loop(self._producers, seconds, self._one)

    async def _one(self, _: int) -> int:
        await self._batcher.submit(self.brand, [self.messages.next()])
        return 1

    async def close(self) -> None:
        await self._batcher.close()
        await super().close()


class Batches(Ours):
    """One caller appends `size` events at a time, each in a commit of their own."""

    def __init__(self, name: str, dsn: str, size: int) -> None:
        super().__init__(name, dsn, connections=2)
        self._size = size

    async def round(self, seconds: float) -> Sample:
        self.messages.stock(seconds)
        return await closed_loop(1, seconds, self._batch)

    async def _batch(self, _: int) -> int:
        await self.log.append(self.brand, [self.messages.next() for _ in range(self._size)])
        return self._size

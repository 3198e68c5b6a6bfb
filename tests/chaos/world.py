"""The site that is broken on purpose: a PostgreSQL of the product's own settings, doors, a desk, workers, senders."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from services.postgres import Postgres
from services.postgres_host import PostgresFailed
from tests.chaos.ledger import Ledger
from tests.chaos.traffic import REPOSITORY, Door, Shop, Traffic
from tests.product.instance import REPOSITORY as TREE
from tests.product.many import Member, Site, Tenant, on

DOORS = 2
AGAIN_S = 0.5
QUIET_S = 600.0
"""How long all may take to be still again, on a machine that has other things to do."""


class Host(Member):
    """A process of one or several roles, with whatever children it has: what is done to it is done to its group."""

    ready_within_s = QUIET_S

    async def start(self) -> None:
        with self.log_path.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "services.cli", "run", *self.role.split(), "--port", str(self.port),
                cwd=TREE, env=self.environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    async def kill(self) -> None:
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        await self.process.wait()

    async def again(self) -> float:
        """Started anew; the seconds until it is ready."""
        begun = time.monotonic()
        await self.start()
        await self.ready()
        return time.monotonic() - begun

    def resident_mb(self) -> float:
        """Of the process itself, as Linux counts; 0 where there is no /proc."""
        assert self.process is not None
        with contextlib.suppress(OSError):
            pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
            return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
        return 0.0

    def on_a_processor(self) -> tuple[float, float]:
        """Seconds that its first thread, which serves, was on one, and that it waited for one although it had something
        to do, as Linux counts; 0 where there is no /proc."""
        assert self.process is not None
        with contextlib.suppress(OSError):
            ran, waited, _ = Path(f"/proc/{self.process.pid}/schedstat").read_text().split()
            return int(ran) / 1e9, int(waited) / 1e9
        return 0.0, 0.0


@dataclass
class World:
    """`doors` take deliveries, `desk` serves people and follows the log. `seed`: of all that is left to chance."""

    folder: Path
    server: Postgres
    here: Site
    client: aiohttp.ClientSession
    doors: list[Host]
    desk: Host
    seed: int = 1
    _ledgers: list[Ledger] = field(default_factory=list)

    def traffic(
        self, name: str, *, copies: int = 1, doors: Sequence[Door] = (), client: aiohttp.ClientSession | None = None
    ) -> Traffic:
        """`doors`: those of a round of its own, else the world's; `client`: who calls there."""
        ledger = Ledger(self.folder / f"ledger-{name}-{len(self._ledgers)}.jsonl")
        self._ledgers.append(ledger)
        return Traffic(client or self.client, ledger, doors or self.doors, copies)

    async def tenants(self, count: int = 4) -> list[Tenant]:
        """Of a round of their own: what a round finds is its own doing."""
        return await self.here.tenants(count, "http://127.0.0.1:9/replies")

    async def shop(self, tenant: Tenant) -> Shop:
        """A channel of a network that does not send again, of the same brand."""
        secret = os.urandom(16).hex()
        channel = await self.here.shared.channels.add(
            tenant.brand, network="github", name="Dépôt", account_id=REPOSITORY, secrets={"secret": secret}, by=None
        )
        return Shop(tenant.brand, channel.channel_id, secret)

    @property
    def spool(self) -> Path:
        """That of all doors: they share a host."""
        return self.folder / "data" / "spool" / "spool.db"

    def ended(self) -> list[str]:
        """Processes that ended though nobody told them to, in words."""
        hosts = [*self.doors, self.desk]
        return [f"a process ended by itself: {one.role}" for one in hosts if one.process and one.process.returncode]

    def kill_database(self) -> None:
        os.kill(self.database_pid(), signal.SIGKILL)

    def database_pid(self) -> int:
        home = self.folder / "database" / "postgres" / "data" / "postmaster.pid"
        return int(home.read_text().splitlines()[0])

    async def database_again(self) -> None:
        """After a kill, once the system is rid of it: a slow one still has its orphans, and is tried again, as the
        product does."""
        await self.server.crashed()
        while True:
            try:
                return await self.server.restart()
            except PostgresFailed:
                await asyncio.sleep(AGAIN_S)

    def close(self) -> None:
        for ledger in self._ledgers:
            ledger.close()


@contextlib.asynccontextmanager
async def world(folder: Path, *, doors: int = DOORS, seed: int = 1) -> AsyncIterator[World]:
    """All of it, started; whatever still runs at the end is killed."""
    server = Postgres(folder / "database")
    dsn = await server.start()
    try:
        async with (
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as client,
            standing(folder, server, dsn, client, doors=doors, seed=seed) as found,
        ):
            yield found
    finally:
        await server.stop()


@contextlib.asynccontextmanager
async def standing(
    folder: Path, server: Postgres, dsn: str, client: aiohttp.ClientSession, *, doors: int, seed: int
) -> AsyncIterator[World]:
    """The processes, on a server that is there already."""
    async with on(dsn, folder) as here:
        made = await hosts(here, *["ingest"] * doors, "inbox workers")
        found = World(folder, server, here, client, made[:-1], made[-1], seed)
        try:
            yield found
        finally:
            found.close()


async def hosts(here: Site, *roles: str, **more: str) -> list[Host]:
    """Processes of this site, ready. `more`: of their environment."""
    new = [Host(role, here.folder, here.environment | more) for role in roles]
    here.members += new
    for host in new:
        await host.start()
    for host in new:
        await host.ready()
    return new


async def until(asked: Callable[[], Awaitable[object]], within_s: float = QUIET_S) -> float:
    """Seconds until `asked` was true."""
    begun = time.monotonic()
    async with asyncio.timeout(within_s):
        while not await asked():
            await asyncio.sleep(0.05)
    return time.monotonic() - begun

"""Vigie as it runs on several hosts: single roles as processes of their own, on one PostgreSQL that outlives them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import aiohttp

from inbox.ids import BrandId
from inbox.people import brands, members, tokens
from services.demo import new_secrets
from services.parts import Parts, parts
from services.postgres import Postgres
from services.settings import Settings
from tests.product.instance import READY_WITHIN_S, REPOSITORY, free_port

MASTER = b64encode(bytes(range(32))).decode()


@dataclass
class Member:
    """One process of one role. Its port stays the same over restarts."""

    role: str
    folder: Path
    environment: dict[str, str]
    port: int = field(default_factory=free_port)
    process: asyncio.subprocess.Process | None = None
    ready_within_s: ClassVar[float] = READY_WITHIN_S

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log_path(self) -> Path:
        return self.folder / f"{self.role}-{self.port}.log"

    async def start(self) -> None:
        with self.log_path.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "services.cli", "run", self.role, "--port", str(self.port),
                cwd=REPOSITORY, env=self.environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    async def ready(self) -> None:
        assert self.process is not None
        async with asyncio.timeout(self.ready_within_s), aiohttp.ClientSession() as client:
            while True:
                if self.process.returncode is not None:
                    raise RuntimeError(self.log_path.read_text()[-3000:])
                with contextlib.suppress(aiohttp.ClientError):
                    async with client.get(f"{self.url}/readyz") as response:
                        if response.status == 200:
                            return
                await asyncio.sleep(0.05)

    async def stop(self) -> int:
        """In order; the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), 40)

    async def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        await self.process.wait()

    def stall(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)


@dataclass(frozen=True)
class Tenant:
    """A brand with a channel to send to, and a token to act with."""

    brand: BrandId
    channel_id: str
    secret: str
    token: str


@dataclass
class Site:
    """`shared`: our own way to the database, for making brands and for looking."""

    shared: Parts
    folder: Path
    environment: dict[str, str]
    members: list[Member] = field(default_factory=list)

    async def run(self, *roles: str) -> list[Member]:
        new = [Member(role, self.folder, self.environment) for role in roles]
        self.members += new
        for member in new:
            await member.start()
        for member in new:
            await member.ready()
        return new

    async def tenants(self, count: int, reply_url: str) -> list[Tenant]:
        log, now = self.shared.log, self.shared.clock.now()
        async with log.pool.acquire() as connection:
            org = await brands.create_organisation(connection, "Agence", now=now)
        return [await self._tenant(org, n, reply_url) for n in range(count)]

    async def _tenant(self, org: int, n: int, reply_url: str) -> Tenant:
        log, now = self.shared.log, self.shared.clock.now()
        brand = await brands.create(log, org, f"Marque {n}", now=now)
        owner = await members.add(
            log, brand, email=f"owner{org}-{n}@vigie.invalid", name="Inès Carpentier", role="owner", by=None, now=now
        )  # fmt: skip
        channel = await self.shared.channels.add(
            brand, network="generic", name="Site", secrets=new_secrets("generic"), settings={"reply_url": reply_url},
            by=None,
        )  # fmt: skip
        _, token = await tokens.create(log, brand, name="test", rights=("read", "personal", "act"), by=owner, now=now)
        return Tenant(brand, channel.channel_id, channel.secrets["secret"], token)


@contextlib.asynccontextmanager
async def site(folder: Path) -> AsyncIterator[Site]:
    """With an empty database; whatever still runs at the end is killed."""
    server = Postgres(folder / "database")
    dsn = await server.start()
    try:
        async with on(dsn, folder) as found:
            yield found
    finally:
        await server.stop()


@contextlib.asynccontextmanager
async def on(dsn: str, folder: Path) -> AsyncIterator[Site]:
    """On a server that is there already."""
    from services import database

    await database.prepare(dsn)
    given = {"DATABASE_URL": dsn, "VIGIE_MASTER_KEY": MASTER, "VIGIE_OUTBOUND_ALLOW": "127.0.0.1"}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("VIGIE_", "DATABASE_"))}
    settings = Settings(database_url=dsn, master_key=MASTER, data_dir=folder / "data")
    async with parts(settings, dsn, "http://127.0.0.1") as shared:
        found = Site(shared, folder, inherited | given | {"VIGIE_DATA_DIR": str(folder / "data")})
        try:
            yield found
        finally:
            await _end(found.members)


async def _end(members: Sequence[Member]) -> None:
    for member in members:
        if member.process is not None and member.process.returncode is None:
            await member.kill()

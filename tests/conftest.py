"""The test world: one real PostgreSQL for the whole run, a fresh migrated database a test, an owner's brand."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from inbox.clock import SystemClock
from inbox.ids import BrandId
from inbox.log import migrate
from inbox.log.batcher import Batcher
from inbox.log.pulse import Pulse
from inbox.log.seal import Keyring
from inbox.log.store import Log
from inbox.people import numbers
from services.postgres import Postgres
from tests.citus.cluster import Cluster

MASTER = bytes(range(32))
TEMPLATE = "vigie_template"
HASTY = {"fsync": "off", "full_page_writes": "off"}
"""A fresh database a test, dropped after it, costs flushes of the disk that prove nothing. What must survive a crash is
tested on servers with the product's own settings: tests/services, tests/chaos and tests/product."""


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL with a migrated template; `fresh` clones it in some 50 ms."""

    dsn: str

    def of(self, name: str) -> str:
        return (
            self.dsn.replace("/vigie?", f"/{name}?")
            if "/vigie?" in self.dsn
            else self.dsn.rsplit("/", 1)[0] + f"/{name}"
        )

    async def fresh(self) -> tuple[str, str]:
        name = f"t_{uuid.uuid4().hex}"
        connection = await asyncpg.connect(self.of("postgres"))
        try:
            await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}"')
        finally:
            await connection.close()
        return name, self.of(name)

    async def drop(self, name: str) -> None:
        connection = await asyncpg.connect(self.of("postgres"))
        try:
            await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        finally:
            await connection.close()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server | Cluster]:
    """One server for all tests: `DATABASE_URL`'s, else an embedded one; or a cluster, by `make test-citus`."""
    loop = asyncio.new_event_loop()
    if cluster := Cluster.asked_for(tmp_path_factory):
        loop.run_until_complete(cluster.start())
        yield cluster
        loop.run_until_complete(cluster.stop())
        loop.close()
        return
    given = os.environ.get("DATABASE_URL")
    embedded = None if given else Postgres(tmp_path_factory.mktemp("pg"), options=HASTY)
    server = Server(given or loop.run_until_complete(_start(embedded)))
    loop.run_until_complete(_template(server))
    yield server
    if embedded is not None:
        loop.run_until_complete(embedded.stop())
    loop.close()


async def _start(embedded: Postgres | None) -> str:
    assert embedded is not None
    return await embedded.start()


async def _template(server: Server) -> None:
    connection = await asyncpg.connect(server.of("postgres"))
    try:
        await connection.execute(f'DROP DATABASE IF EXISTS "{TEMPLATE}" WITH (FORCE)')
        await connection.execute(f'CREATE DATABASE "{TEMPLATE}"')
    finally:
        await connection.close()
    await migrate.migrate(server.of(TEMPLATE))


@pytest.fixture
async def database(postgres: Server | Cluster) -> AsyncIterator[str]:
    """The DSN of a fresh, migrated database of one's own."""
    name, dsn = await postgres.fresh()
    yield dsn
    await postgres.drop(name)


@pytest.fixture
def keyring() -> Keyring:
    return Keyring(MASTER)


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    pool = await asyncpg.create_pool(database, min_size=1, max_size=10)
    yield pool
    await pool.close()


@pytest.fixture
async def log(pool: asyncpg.Pool, keyring: Keyring) -> Log:
    return Log(pool, keyring, Pulse())


@pytest.fixture
async def batcher(log: Log) -> AsyncIterator[Batcher]:
    batcher = Batcher(log)
    yield batcher
    await batcher.close()


async def new_brand(pool: asyncpg.Pool, name: str = "Brizéo") -> BrandId:
    """A brand with its log, in an organisation of its own; for tests that need no people."""
    now = SystemClock().now()
    org, brand = numbers.drawn(), BrandId(numbers.drawn())
    await pool.execute("INSERT INTO vigie.organisations (org_id, name, created_at) VALUES ($1, $2, $3)", org, name, now)
    await pool.execute(
        "INSERT INTO vigie.brands (brand_id, org_id, name, created_at) VALUES ($1, $2, $3, $4)", brand, org, name, now
    )
    await pool.execute("INSERT INTO vigie.heads (brand_id) VALUES ($1)", brand)
    return brand


@pytest.fixture
async def brand(pool: asyncpg.Pool) -> BrandId:
    return await new_brand(pool)


@pytest.fixture
def noon() -> datetime:
    """A Tuesday, 11:00 UTC."""
    return datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def shared_dir() -> Path | None:
    """The folder of third-party samples, where a developer has it; tests that need it skip without."""
    folder = Path(os.environ.get("VIGIE_SHARED_DIR", Path(__file__).parents[2] / "shared"))
    return folder if folder.is_dir() else None

"""The test world: one real PostgreSQL for the whole run, a database as migrated for each test, an owner's brand."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from hypothesis import HealthCheck, settings

from inbox.clock import SystemClock
from inbox.ids import BrandId
from inbox.log.batcher import Batcher
from inbox.log.pulse import Pulse
from inbox.log.seal import Keyring
from inbox.log.store import Log
from inbox.people import numbers
from services.postgres import Postgres
from tests.citus.cluster import Cluster
from tests.databases import HASTY, Server

# A build tries the same examples each time: it says what a change broke, and not whom luck met. New ones are drawn by
# `make test ARGS="tests/core tests/views --hypothesis-profile thorough"`; what they find becomes a test of its own.
settings.register_profile(
    "build", max_examples=60, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("thorough", settings.get_profile("build"), max_examples=2000, derandomize=False)
settings.load_profile("build")

MASTER = bytes(range(32))
SLOWEST = (
    "tests/product/", "tests/chaos/", "tests/browser/test_accessible", "tests/browser/test_scripts",
    "tests/classifier/test_figures", "tests/privacy/test_forgotten_everywhere", "tests/workers/test_hostile",
)  # fmt: skip
"""What takes ten seconds a test and more, most of them spent on waiting for processes."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slowest are begun first, whatever the order of the others: else one worker is still at them when the others
    have nothing left to do."""
    items.sort(key=lambda item: not item.nodeid.startswith(SLOWEST))


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
    loop.run_until_complete(server.start())
    yield server
    if embedded is not None:
        loop.run_until_complete(embedded.stop())
    loop.close()


async def _start(embedded: Postgres | None) -> str:
    assert embedded is not None
    return await embedded.start()


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

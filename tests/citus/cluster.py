"""A coordinator and two workers, each a PostgreSQL of its own, on any installation that has the extension citus.

Their servers meet on 127.0.0.1. Every database that the tests ask for is a copy of one that was migrated and
distributed once: made on all three servers under one name, as Citus wants it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from inbox.log import migrate
from services.postgres import Postgres

BINARIES = "VIGIE_TEST_CITUS"
TEMPLATE = "vigie_template"
DISTRIBUTE = Path(__file__).parents[2] / "deploy" / "citus" / "distribute.sql"
SHARDS = 4
COORDINATOR = "coordinator"
OPTIONS = {
    "shared_preload_libraries": "citus",
    "listen_addresses": "127.0.0.1",
    "wal_level": "logical",  # a shard moves by logical replication
    "max_connections": "200",
    "max_prepared_transactions": "200",
    "max_replication_slots": "20",
    "max_wal_senders": "20",
    "citus.node_conninfo": "sslmode=prefer",
    "citus.enable_unsafe_triggers": "on",  # those that keep events immutable: see deploy/citus/README.md
    "citus.show_shards_for_app_name_prefixes": "*",  # else a look at a type searches all shards, for seconds
    "citus.shard_count": str(SHARDS),
    "citus.enable_create_database_propagation": "off",
    "citus.recover_2pc_interval": "-1",
    "citus.defer_shard_delete_interval": "1s",
}
HASTY = {"fsync": "off", "full_page_writes": "off"}
"""Of the workers: nothing here survives a crash or has to. The coordinator keeps the product's own settings, which the
product checks when it starts."""
TRUST = "local all all trust\nhost all all 127.0.0.1/32 trust\nhost replication all 127.0.0.1/32 trust\n"


class Node(Postgres):
    """One server, reached by TCP as the others reach it."""

    def __init__(self, folder: Path, binaries: Path, port: int, hba: Path) -> None:
        hasty = {} if folder.name == COORDINATOR else HASTY
        options = {**OPTIONS, **hasty, **plugins(binaries), "port": str(port), "hba_file": str(hba)}
        super().__init__(folder, binaries=binaries, name=TEMPLATE, options=options)
        self.port = port

    @property
    def dsn(self) -> str:
        return self.of(self._name)

    def of(self, database: str) -> str:
        return f"postgresql://vigie@127.0.0.1:{self.port}/{database}"

    def _admin_dsn(self) -> str:
        return self.of("postgres")


def plugins(binaries: Path) -> dict[str, str]:
    """Newer servers want to be told which libraries may read the WAL: Citus does, when it splits a shard."""
    asked = [str(binaries / "postgres"), "--describe-config"]
    known = subprocess.run(
        asked, capture_output=True, text=True, check=True, user="nobody" if os.geteuid() == 0 else None
    )
    name = "output_plugin_libraries"
    return {name: "pgoutput, citus"} if f"{name}\t" in known.stdout else {}


class Cluster:
    """`start` gives the coordinator's DSN. `fresh` and `drop` are the test world's `Server`'s."""

    def __init__(self, folder: Path, binaries: Path) -> None:
        hba = folder / "hba.conf"
        hba.write_text(TRUST)
        folder.chmod(0o755)
        self.nodes = [Node(folder / name, binaries, free_port(), hba) for name in (COORDINATOR, "one", "two")]

    @classmethod
    def asked_for(cls, folders: pytest.TempPathFactory) -> Cluster | None:
        """Where `make test-citus` runs: any folder of tests then has its databases on a cluster."""
        binaries = os.environ.get(BINARIES)
        return cls(folders.mktemp("citus"), Path(binaries)) if binaries else None

    @property
    def coordinator(self) -> Node:
        return self.nodes[0]

    async def start(self) -> str:
        await asyncio.gather(*(node.start() for node in self.nodes))
        await self._template()
        return self.coordinator.dsn

    async def stop(self) -> None:
        await asyncio.gather(*(node.stop() for node in self.nodes))

    async def _template(self) -> None:
        for node in self.nodes:
            await run(node.of(TEMPLATE), "CREATE EXTENSION citus")
        dsn = self.coordinator.of(TEMPLATE)
        await run(dsn, "SELECT citus_set_coordinator_host('127.0.0.1', $1)", self.coordinator.port)
        for worker in self.nodes[1:]:
            await run(dsn, "SELECT citus_add_node('127.0.0.1', $1)", worker.port)
        await migrate.migrate(dsn)
        await run(dsn, DISTRIBUTE.read_text(encoding="utf-8"))

    async def everywhere(self, statement: str) -> None:
        for node in self.nodes:
            await run(node.of("postgres"), statement)

    async def fresh(self) -> tuple[str, str]:
        name = f"t_{uuid.uuid4().hex}"
        await asyncio.gather(*(self._copy(node, name) for node in self.nodes))
        return name, self.coordinator.of(name)

    async def _copy(self, node: Node, name: str) -> None:
        """Citus keeps a process in each database that it knows; a copy is made between two of its lives."""
        async with asyncio.timeout(60), connected(node.of("postgres")) as connection:
            while True:
                await connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", TEMPLATE
                )
                with contextlib.suppress(asyncpg.ObjectInUseError):
                    await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}" STRATEGY file_copy')
                    return

    async def drop(self, name: str) -> None:
        await self.everywhere(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextlib.asynccontextmanager
async def connected(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


async def run(dsn: str, statement: str, *given: object) -> None:
    async with connected(dsn) as connection:
        await connection.execute(statement, *given)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

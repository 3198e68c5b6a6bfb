"""The workers of one process, by its roles: kept running, and asked whether they move. It knows no HTTP server."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import asyncpg

from inbox.errors import Unavailable
from inbox.log import migrate
from inbox.log.follow import Runner
from services import database, master
from services.lifetime import Worker, background
from services.parts import Parts

READY_TIMEOUT_S = 3.0
STUCK_S = 15.0
"""A follower that has not looked at the log for this long is stuck: the process says so on /readyz."""


class Working:
    """`runners`: of the followers, while `running`."""

    def __init__(self, shared: Parts, roles: frozenset[str]) -> None:
        self._shared = shared
        self._roles = roles
        self.runners: list[Runner] = []

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with background(self._workers()):
            yield

    def _workers(self) -> dict[str, Worker]:
        workers: dict[str, Worker] = {"pulse": self._shared.log.pulse.run, "outage": self._shared.outage.run}
        workers["master"] = master.looking_after(self._shared.settings, self._shared.log.keyring)
        if self._roles & {"ingest", "workers"}:  # both note what channels do
            workers["health"] = self._shared.channels.keep_health
        if "workers" in self._roles:
            from services.workers import roster  # whoever only serves needs none of it

            team = roster.team(self._shared)
            self.runners[:] = team.runners
            workers |= team.workers
        return workers

    async def ready(self) -> None:
        """Database reachable and migrated, followers moving; else `Unavailable`, saying which is not."""
        try:
            async with asyncio.timeout(READY_TIMEOUT_S):
                revision = await self._shared.pool.fetchval("SELECT version_num FROM public.migrations")
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise Unavailable(f"the database does not answer: {type(error).__name__}") from error
        if migrate.is_behind(revision):
            raise Unavailable(f"the database is at migration {revision}, this version wants {migrate.newest()}")
        database.is_ahead(revision)
        now = asyncio.get_running_loop().time()
        for runner in self.runners:
            if runner.last_look is None or now - runner.last_look > STUCK_S:
                raise Unavailable(f"the follower {runner.name} does not move")

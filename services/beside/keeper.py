"""Keeps the workers' process: starts it, starts it again when it dies, asks it how it goes, stops it in order.

It is started while the database still starts, so that it has read its modules by the time it is given something to work
with. What it is given goes over the wire (`services.beside.wire`), nothing of it over a command line or a file.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import sys
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import Any

from prometheus_client import Metric

from inbox.errors import Unavailable
from services.beside import child
from services.beside.wire import Wire

logger = logging.getLogger(__name__)

ANSWER_TIMEOUT_S = 4.0
"""More than the child may take to find out that the database does not answer."""
STOP_TIMEOUT_S = 20.0
AGAIN_S = 0.5
MOST_AGAIN_S = 30.0
"""Doubled after each death from the one to the other; at the start again once it has lived for as long as the other."""


@dataclass(slots=True)
class _Life:
    """One process, from its start to its death. `asked`: questions that it has not answered, by their number."""

    process: asyncio.subprocess.Process
    wire: Wire
    asked: dict[int, asyncio.Future[Any]] = field(default_factory=dict)

    async def listen(self) -> None:
        """Until the wire ends."""
        with contextlib.suppress(EOFError):
            while True:
                number, answer = await self.wire.get()
                if (waiting := self.asked.pop(number, None)) is not None and not waiting.done():
                    waiting.set_result(answer)

    def forsake(self) -> None:
        """No answer will come."""
        for waiting in self.asked.values():
            if not waiting.done():
                waiting.set_exception(EOFError())


class Keeper:
    """`kept` makes one. The child does nothing before it is given something to work with. `module`: what it runs."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._given: asyncio.Future[child.Given] = asyncio.get_running_loop().create_future()
        self._life: _Life | None = None
        self._number = 0
        self._task = asyncio.create_task(self._keep(), name="keep-workers")

    @contextlib.asynccontextmanager
    async def working(self, given: child.Given) -> AsyncIterator[None]:
        """With this it works while the block runs, whoever comes after it if it dies too; then it is gone."""
        self._given.set_result(given)
        try:
            yield
        finally:
            await self.stop()

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def ready(self) -> None:
        """Raises `Unavailable` where it does not run, does not answer, or says why it is not."""
        try:
            why = await self._asked("ready")
        except (OSError, EOFError) as error:
            raise Unavailable("the workers' process does not answer") from error
        if why is not None:
            raise Unavailable(str(why))

    async def counted(self) -> Iterable[Metric]:
        try:
            families: list[Metric] = await self._asked("metrics")
        except (OSError, EOFError):
            return ()
        return families

    async def _asked(self, what: child.What) -> Any:
        life = self._life
        if life is None:
            raise EOFError
        self._number += 1
        number, answer = self._number, asyncio.get_running_loop().create_future()
        life.asked[number] = answer
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                await life.wire.put((number, what))
                return await answer
        finally:
            life.asked.pop(number, None)

    async def _keep(self) -> None:
        """Until cancelled; then the child is stopped, in order if it can."""
        again_s = AGAIN_S
        while True:
            began = asyncio.get_running_loop().time()
            try:
                code: int | str = await self._lived()
            except OSError as error:  # no memory, no process to be had
                code = str(error)
            if asyncio.get_running_loop().time() - began >= MOST_AGAIN_S:
                again_s = AGAIN_S
            logger.error("the workers' process ended with code %s; starting it again in %.1f s", code, again_s)
            await asyncio.sleep(again_s)
            again_s = min(2 * again_s, MOST_AGAIN_S)

    async def _lived(self) -> int:
        life = await _born(self._module)
        listening = asyncio.create_task(life.listen(), name="workers-listen")
        working = asyncio.create_task(self._set_to_work(life), name="workers-give")
        try:
            return await life.process.wait()
        finally:
            self._life = None
            working.cancel()
            life.wire.close()  # its word that it is over
            await _ended(life.process)
            await asyncio.gather(listening, working, return_exceptions=True)
            life.forsake()

    async def _set_to_work(self, life: _Life) -> None:
        """The first that it is told; questions come after."""
        given = await asyncio.shield(self._given)
        with contextlib.suppress(OSError):
            await life.wire.put(given)
            self._life = life


async def _born(module: str) -> _Life:
    ours, theirs = socket.socketpair()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with theirs:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, str(theirs.fileno()), pass_fds=[theirs.fileno()], env=environment
        )
    return _Life(process, await Wire.over(ours))


async def _ended(process: asyncio.subprocess.Process) -> None:
    try:
        async with asyncio.timeout(STOP_TIMEOUT_S):
            await process.wait()
    except TimeoutError:
        logger.warning("the workers' process does not stop; it is killed")
        process.kill()
        await process.wait()


@contextlib.asynccontextmanager
async def kept(module: str = child.__name__) -> AsyncIterator[Keeper]:
    """A keeper; its child is gone when the block is left."""
    keeper = Keeper(module)
    try:
        yield keeper
    finally:
        await keeper.stop()

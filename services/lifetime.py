"""Long-running parts of a process: started together, watched, and stopped in the reverse order."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable

Worker = Callable[[], Awaitable[None]]

logger = logging.getLogger(__name__)
STOP_TIMEOUT_S = 10.0
RESTART_S = 1.0
MODEL_THREADS = ("classifier-", "weighing")
COLLECT_EVERY = 20_000
"""New objects, more than were freed, after which the collector looks at the young ones."""


def settle() -> None:
    """What was loaded at start stays for good: the collector of cycles need not walk through it again and again, which
    cost a quarter of an ingest's time and stopped all its requests together. Cycles made later are still collected."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_EVERY, 20, 10)


async def kept_alive(name: str, run: Worker) -> None:
    """Runs a worker for ever: one that falls over is logged and started again, so that no single fault stops a role."""
    while True:
        try:
            await run()
        except Exception:  # a worker's edge: the process outlives any of them
            logger.exception("%s fell over; starting it again", name)
        await asyncio.sleep(RESTART_S)


@contextlib.asynccontextmanager
async def background(workers: dict[str, Worker]) -> AsyncIterator[None]:
    """Workers run while the block does; leaving it cancels them and waits until they have let go."""
    tasks = [asyncio.create_task(kept_alive(name, run), name=name) for name, run in workers.items()]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=STOP_TIMEOUT_S)
            for task in late:
                logger.error("%s does not stop", task.get_name())


def until_told(*signals: signal.Signals) -> asyncio.Event:
    """Set by SIGINT (Ctrl-C) or SIGTERM, or by those given. A second one ends the process the hard way."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()

    def tell(number: int) -> None:
        if told.is_set():
            raise SystemExit(128 + number)
        told.set()

    for number in signals or (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, tell, number)
    return told


def left(code: int) -> int:
    """The code to leave with; leaves at once where a model's thread still lives. All that has to be closed is closed by
    now; a model that is being loaded would be torn down by the interpreter's end, and abort the process instead of
    ending it."""
    if any(thread.daemon and thread.name.startswith(MODEL_THREADS) for thread in threading.enumerate()):
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code

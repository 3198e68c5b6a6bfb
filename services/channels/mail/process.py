"""Reading mails in processes that can be killed: a mail made to take minutes takes seconds, and nobody waits longer.

A thread cannot be stopped, and the parser holds the interpreter's lock while it works. So a few processes of `child`
are kept, started when the first mail comes, and replaced when they were killed. To be called from a thread, never on
the event loop.
"""

from __future__ import annotations

import atexit
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from services.channels.mail import letter, parsing
from services.channels.mail.child import LENGTH, READY
from services.channels.mail.letter import Letter

SECONDS = 30.0
"""By the clock, for one mail on a busy machine."""
CPU_S = 5.0
"""Of the processor, for one mail."""
START_S = 120.0
AT_ONCE = 2
ATTEMPTS = 2
"""A process may also end for reasons that have nothing to do with the mail."""
WAIT_S = 60.0
MAILS_MOST = 1_000
"""One process reads so many and is replaced: memory that a parser keeps goes with it."""

logger = logging.getLogger(__name__)
_ROOT = Path(__file__).parents[3]


class Unread(Exception):
    """Not even who wrote could be read, or nobody had time. The message says why, and holds no content."""


class _Child:
    def __init__(self, cpu_s: float) -> None:
        inherited = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
        self._process = subprocess.Popen(  # noqa: S603 — our own module, and a number
            [sys.executable, "-m", "services.channels.mail.child", str(cpu_s)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=_ROOT,
            env={**inherited, "PYTHONPATH": str(_ROOT)},
        )  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to, self._from = self._process.stdin, self._process.stdout
        self.read = 0

    def begin(self) -> None:
        """Returns when it can read: starting takes longer than reading. Raises `OSError`."""
        with self._watched(START_S):
            if self._from.read(LENGTH) != READY:
                raise BrokenPipeError

    def ask(self, raw: bytes, seconds: float) -> bytes:
        """Raises `OSError` when the process was ended before it had answered: `TimeoutError` where the mail's hunger
        for the processor was why."""
        with self._watched(seconds):
            self._to.write(len(raw).to_bytes(LENGTH) + raw)
            self._to.flush()
            size = self._from.read(LENGTH)
            answer = self._from.read(int.from_bytes(size))
        if len(size) < LENGTH or len(answer) < int.from_bytes(size):
            raise TimeoutError if self._process.wait() == -signal.SIGPROF else BrokenPipeError
        self.read += 1
        return answer

    @contextmanager
    def _watched(self, seconds: float) -> Iterator[None]:
        """Who takes longer is ended: then reading from it ends as well."""
        watch = threading.Timer(seconds, self._process.kill)
        watch.daemon = True
        watch.start()
        try:
            yield
        finally:
            watch.cancel()

    def end(self) -> None:
        self._process.kill()
        for pipe in (self._to, self._from):
            with suppress(OSError):
                pipe.close()
        self._process.wait()


class Readers:
    """`seconds`, `cpu_s`: how long one mail may take. Any number of threads may ask."""

    def __init__(self, seconds: float = SECONDS, at_once: int = AT_ONCE, cpu_s: float = CPU_S) -> None:
        self._seconds = seconds
        self._cpu_s = cpu_s
        self._free: queue.LifoQueue[_Child | None] = queue.LifoQueue()
        for _ in range(at_once):
            self._free.put(None)
        self._children: set[_Child] = set()
        atexit.register(self.close)

    def read(self, raw: bytes) -> Letter:
        """A mail that takes too much is read as far as its headers. Raises `Unread`."""
        for _ in range(ATTEMPTS):
            try:
                return letter.unpacked(self._asked(raw[: parsing.RAW_MOST + 1]))
            except OSError as error:
                logger.warning("a mail of %s bytes was not read in time: %s", len(raw), type(error).__name__)
                if isinstance(error, TimeoutError):
                    break
        return _by_its_headers(raw)

    def _asked(self, raw: bytes) -> bytes:
        """Raises `OSError` where there is no answer."""
        try:
            child = self._free.get(timeout=WAIT_S)
        except queue.Empty as error:
            raise Unread("nobody had time to read it") from error
        answer = b""
        try:
            if child is None:
                child = _Child(self._cpu_s)
                self._children.add(child)
                child.begin()
            answer = child.ask(raw, self._seconds)
        finally:
            self._free.put(self._kept(child, ended=not answer))
        if not answer:
            raise BrokenPipeError
        return answer

    def _kept(self, child: _Child | None, *, ended: bool) -> _Child | None:
        """Whom the next mail is given to; None for a process that is yet to be started."""
        if child is not None and (ended or child.read >= MAILS_MOST):
            self._end(child)
            return None
        return child

    def _end(self, child: _Child) -> None:
        self._children.discard(child)
        child.end()

    def close(self) -> None:
        """Ends the processes: at the end of this one."""
        for child in tuple(self._children):
            self._end(child)


def _by_its_headers(raw: bytes) -> Letter:
    """Here, for headers alone are quick to read; who wrote, and about what, is worth knowing."""
    try:
        return parsing.headers_only(raw)
    except (RecursionError, *parsing.MISREAD) as error:
        raise Unread("the mail cannot be read") from error


READERS = Readers()

"""A model that reads in a process of its own, so that what it costs is not taken from those who serve people.

In a thread of ours a model fights the event loop for Python's lock, which costs every request some milliseconds in a
storm, and it cannot be put behind the others: the full model's process runs at a low priority, so that it reads as
fast as the machine is idle, and gives way where it is not.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from classifier.judgement import Judgement
from services.workers import reading

BEHIND = 10
"""The full model's niceness: about a tenth of a core where others want them all, all of one where nobody does."""
Child = subprocess.Popen[bytes]
HANGS_S = 60.0
"""A process that has not answered by then is killed; the next call starts another."""
LOADS_S = 300.0
"""The same while it loads its model, which behind others takes minutes: another would have to begin anew."""


class Apart:
    """A `Model` for one thread at a time. Raises what the model raised, as `Failed`; made anew when it has died."""

    def __init__(self, which: str, directory: Path | None = None, *, threads: int = 1, nice: int = 0) -> None:
        """Waits for the model to be loaded. Raises `Failed` where it cannot be."""
        self._command = [sys.executable, "-m", reading.__name__, which, str(directory or ""), str(threads), str(nice)]
        self._child = self._started()

    @property
    def pid(self) -> int:
        return self._child.pid

    def judge(self, texts: Sequence[str]) -> list[Judgement]:
        if self._child.poll() is not None:
            self._child = self._started()
        child = self._child
        assert child.stdin is not None
        try:
            reading.put(child.stdin, list(texts))
        except BrokenPipeError as error:
            _end(child)
            raise Failed("Died", "the model's process has ended") from error
        judged: list[Judgement] = _answer(child, HANGS_S)
        return judged

    def _started(self) -> Child:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        child = subprocess.Popen(  # noqa: S603 — ourselves, with words of our own
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )
        weakref.finalize(self, _end, child)
        _answer(child, LOADS_S)
        return child


class Failed(Exception):
    """What went wrong in the model's process: the name of the exception, and its words."""


def first() -> Apart:
    """The quick model: a first look is what people wait for."""
    return Apart("first")


def full(directory: Path | None, threads: int) -> Apart:
    return Apart("full", directory, threads=threads, nice=BEHIND)


def _answer(child: Child, within_s: float) -> Any:
    assert child.stdout is not None
    ready, _, _ = select.select([child.stdout], [], [], within_s)
    if not ready:
        _end(child)
        raise Failed("Hangs", "the model's process does not answer")
    try:
        found = reading.get(child.stdout)
    except EOFError as error:
        _end(child)  # its pipe is gone before it is: what is asked next must not be given to the dying
        raise Failed("Died", "the model's process has ended") from error
    if isinstance(found, tuple):
        raise Failed(*found)
    return found


def _end(child: Child) -> None:
    child.kill()
    child.wait()

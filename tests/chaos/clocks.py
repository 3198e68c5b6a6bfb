"""A clock that tells what it is told to, for processes that are started under it (libfaketime)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from tests.chaos.figures import CannotRun

LIBRARIES = ("/usr/lib/*/faketime/libfaketimeMT.so.1", "/usr/local/lib/faketime/libfaketimeMT.so.1")


class Skewed:
    """`environment`: of a process that is to go by it. Only the time of day: what is measured in seconds goes on."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.set(0.0)
        self.environment = {
            "LD_PRELOAD": _library(), "FAKETIME_TIMESTAMP_FILE": str(file), "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }  # fmt: skip

    def set(self, ahead_s: float) -> None:
        """Seen within a second."""
        self._file.write_text(f"{ahead_s:+f}\n")

    @contextlib.contextmanager
    def governing(self) -> Iterator[None]:
        """What is started within is started under it."""
        before = {name: os.environ.get(name) for name in self.environment}
        os.environ.update(self.environment)
        try:
            yield
        finally:
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})


def _library() -> str:
    for pattern in LIBRARIES:
        for found in sorted(Path("/").glob(pattern.removeprefix("/"))):
            return str(found)
    raise CannotRun("there is no libfaketime here")

"""A reader that dies of some words, at once and without an answer, as one that the kernel kills. In place of
`services.workers.reading`, whose main loop it runs; its directory is the file that counts how often it died."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from classifier.judgement import Judgement
from services.workers import apart, reading
from tests.fakes.model import FakeModel

DEADLY = "poison"


class Dying:
    def __init__(self, deaths: Path) -> None:
        self._deaths = deaths

    def judge(self, texts: Sequence[str]) -> list[Judgement]:
        if any(DEADLY in text for text in texts):
            with self._deaths.open("ab") as file:
                file.write(b".")
            os.kill(os.getpid(), signal.SIGKILL)
        return FakeModel().judge(texts)


class DyingApart(apart.Apart):
    """It in a process of its own. `deaths`: one byte each."""

    def __init__(self, deaths: Path) -> None:
        super().__init__("full", deaths)

    def _started(self) -> apart.Child:
        self._command[2] = __name__
        return super()._started()


def _loaded(which: str, directory: Path | None, threads: int) -> reading.Model:
    assert directory is not None
    return Dying(directory)


if __name__ == "__main__":
    reading._loaded = _loaded
    reading.main(*sys.argv[1:])

"""One model in a process of its own: `apart` starts it, hands it texts by a pipe and gets judgements back.

Frames both ways are a length of four bytes and a pickle; the pipe is between a process and its own child, nobody else
writes to it. The first frame says that the model is there, or why not. It ends when the pipe does, so that a parent
that was killed leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import struct
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Protocol

from classifier.judgement import Judgement

LENGTH = struct.Struct("<I")


class Model(Protocol):
    def judge(self, texts: Sequence[str]) -> list[Judgement]: ...


def put(pipe: IO[bytes], what: object) -> None:
    send(pipe, pickle.dumps(what, protocol=pickle.HIGHEST_PROTOCOL))


def send(pipe: IO[bytes], frame: bytes) -> None:
    pipe.write(LENGTH.pack(len(frame)) + frame)
    pipe.flush()


def get(pipe: IO[bytes]) -> object:
    """Raises EOFError at the end of the pipe."""
    size = pipe.read(LENGTH.size)
    if len(size) < LENGTH.size:
        raise EOFError
    (length,) = LENGTH.unpack(size)
    frame = pipe.read(length)
    if len(frame) < length:  # whoever wrote it died of it
        raise EOFError
    return pickle.loads(frame)  # noqa: S301 — from our own child, or parent


def main(which: str, directory: str, threads: str, nice: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group: our parent says when it is over
    given, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not fall among the frames
    try:
        model = _loaded(which, Path(directory) if directory else None, int(threads))
    except Exception as error:  # noqa: BLE001 — the process's edge: the asker is told
        put(answers, error_of(error))
        return
    os.nice(int(nice))
    with contextlib.suppress(EOFError, BrokenPipeError):  # our parent is gone
        put(answers, None)
        while True:
            send(answers, _judged(model, get(given)))


def _judged(model: Model, texts: object) -> bytes:
    try:
        assert isinstance(texts, list)
        return pickle.dumps(model.judge(texts), protocol=pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # noqa: BLE001 — the process's edge: whatever a model raises is its answer
        return pickle.dumps(error_of(error))


def error_of(error: Exception) -> tuple[str, str]:
    """Its kind and its words: an exception of a foreign model may be nothing that our parent could read."""
    return type(error).__name__, str(error)


def _loaded(which: str, directory: Path | None, threads: int) -> Model:
    from services import models

    return models.first() if which == "first" else models.load(directory, threads=threads)


if __name__ == "__main__":
    main(*sys.argv[1:])

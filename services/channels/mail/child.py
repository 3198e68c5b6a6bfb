"""The process that reads mails, `python -m services.channels.mail.child`: it knows nothing, and may be killed.

On its input: 4 bytes of length and the raw mail; on its output: 4 bytes of length and the `Letter` as JSON, of length 0
where it could not be read. Before the first it says `READY`. It ends when its input does, or when one mail has taken
its argument, seconds of the processor: then the system ends it, whatever it is at.
"""

from __future__ import annotations

import contextlib
import signal
import sys
from typing import BinaryIO

from services.channels.mail import letter, parsing

LENGTH = 4
READY = b"\0\0\0\1"
MEMORY_MOST = 2**30


def serve(source: BinaryIO, sink: BinaryIO, cpu_s: float) -> None:
    while len(size := source.read(LENGTH)) == LENGTH:
        raw = source.read(int.from_bytes(size))
        _allow(cpu_s)
        answer = _answer(raw)
        _allow(0.0)
        sink.write(len(answer).to_bytes(LENGTH) + answer)
        sink.flush()


def _allow(seconds: float) -> None:
    """Of the processor, not of the clock: on a busy machine an honest mail must not run out of time. 0: no limit."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _answer(raw: bytes) -> bytes:
    try:
        return letter.packed(parsing.parse(raw))
    except Exception:  # noqa: BLE001 — the edge of this process: whoever asked says what becomes of it
        return b""


def _limit() -> None:
    """Where the system knows limits, this process gets some: a mail cannot take the machine's memory."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MOST, MEMORY_MOST))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _limit()
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()
    serve(sys.stdin.buffer, sys.stdout.buffer, float(sys.argv[1]))

"""A process beside us that works on nothing: it repeats what it was given, and what it is asked."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys

from services.beside.wire import Wire


async def main(end: int) -> None:
    wire = await Wire.over(socket.socket(fileno=end))
    with contextlib.suppress(EOFError):
        given = await wire.get()
        while True:
            number, what = await wire.get()
            await wire.put((number, f"{given} {what} {os.getpid()}"))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))

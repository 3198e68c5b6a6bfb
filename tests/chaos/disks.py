"""A small disk of memory that can be filled to its last byte, and emptied again. Linux, as root."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.figures import CannotRun

CHUNK_BYTES = 65_536
MIB = 2**20


@dataclass(frozen=True, slots=True)
class Disk:
    folder: Path

    @property
    def _filler(self) -> Path:
        return self.folder / "somebody-elses-file"

    def fill(self) -> int:
        """Until not a byte is left; how many went in."""
        with self._filler.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(CHUNK_BYTES))
        with self._filler.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(512))
        return self._filler.stat().st_size

    def free(self) -> None:
        self._filler.unlink(missing_ok=True)


@contextlib.asynccontextmanager
async def disk(folder: Path, mib: int) -> AsyncIterator[Disk]:
    """Mounted while the block runs. `CannotRun` where nobody may mount."""
    folder.mkdir(parents=True)
    done = await asyncio.to_thread(run, "mount", "-t", "tmpfs", "-o", f"size={mib}m,mode=0755", "tmpfs", str(folder))
    if done is not None:
        raise CannotRun(f"a disk cannot be mounted here: {done}")
    try:
        yield Disk(folder)
    finally:
        await asyncio.to_thread(run, "umount", "-l", str(folder))


def run(*words: str) -> str | None:
    """None: done. Else why not."""
    if sys.platform != "linux":
        return "this is not Linux"
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    except OSError as error:
        return str(error)
    return None if done.returncode == 0 else done.stderr.strip()

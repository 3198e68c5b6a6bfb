"""Disks that forget, on a cut of the power, what was never flushed to them. Linux, as root.

LazyFS (https://github.com/dsrhaslab/lazyfs, MIT) is a file system of FUSE that keeps what is written to it to itself
until somebody flushes, and throws it away when it is told to; names (new files, renames) it passes on at once. The
other is ext4 in a file, which the kernel shuts down as it is, its journal unwritten: what it had not brought to its
disk by itself is gone, names as well.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import select
import shutil
import struct
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from tests.chaos.disks import run
from tests.chaos.figures import CannotRun
from tests.chaos.world import until

LAZYFS = "LAZYFS"
CACHE_MB = 512
"""What it can hold back; beyond that it would pass on what nobody flushed."""
CONFIGURATION = """
[faults]
fifo_path = "{folder}/told"
fifo_path_completed = "{folder}/done"
[cache]
apply_eviction = false
[cache.simple]
custom_size = "{mb}mb"
blocks_per_page = 1
[filesystem]
log_all_operations = false
logfile = ""
"""
LOST_WITHIN_S = 60.0
CANARY = "never-flushed"
GIB = 2**30
SHUT_DOWN = 2 << 30 | 4 << 16 | ord("X") << 8 | 125
"""FS_IOC_SHUTDOWN, an ioctl that ext4 and others know."""
WITHOUT_ITS_JOURNAL = struct.pack("I", 2)


class Volatile:
    """`folder`: where it is. `cut`: the power is gone and back; nobody may have a file of it open."""

    def __init__(self, folder: Path, lose: Callable[[], None]) -> None:
        self.folder, self._lose = folder, lose

    async def cut(self) -> None:
        """A disk that keeps what was never flushed would show nothing: it is looked at each time."""
        canary = self.folder / CANARY
        canary.write_text("not flushed")
        await asyncio.to_thread(self._lose)
        if canary.exists() and canary.read_text():
            raise CannotRun(f"{self.folder} keeps what was never flushed")
        canary.unlink(missing_ok=True)


@contextlib.asynccontextmanager
async def lazyfs(folder: Path, filled: Path) -> AsyncIterator[Volatile]:
    """`filled`: with what it begins. Raises `CannotRun` where there is no LazyFS."""
    program = os.environ.get(LAZYFS) or shutil.which("lazyfs")
    if program is None or not os.access(program, os.X_OK):
        raise CannotRun(
            f"there is no lazyfs on the PATH, nor does the variable {LAZYFS} name one that can be run; build it from"
            " https://github.com/dsrhaslab/lazyfs, or use --disk ext4"
        )
    own = folder.with_name(f"{folder.name}-lazyfs")
    beneath = own / "beneath"
    for new in (folder, beneath):
        new.mkdir(parents=True)
    await asyncio.to_thread(_copied, filled, beneath)
    configuration = own / "lazyfs.toml"
    configuration.write_text(CONFIGURATION.format(folder=own, mb=CACHE_MB))
    with (own / "said.log").open("wb") as said:
        process = await asyncio.create_subprocess_exec(
            program, str(folder), "--config-path", str(configuration), "-o", "allow_other", "-o", "modules=subdir",
            "-o", f"subdir={beneath}", "-f", stdout=said, stderr=said,
        )  # fmt: skip

    def lose() -> None:
        done = os.open(own / "done", os.O_RDWR)  # so that neither side waits for the other to open it
        try:
            (own / "told").write_text("lazyfs::clear-cache\n")
            if not select.select([done], [], [], LOST_WITHIN_S)[0]:
                raise CannotRun(f"lazyfs did not clear its cache within {LOST_WITHIN_S:.0f} s")
            os.read(done, 1000)
        finally:
            os.close(done)

    async def mounted() -> bool:
        if process.returncode is not None:
            raise CannotRun(f"lazyfs ends at once: {(own / 'said.log').read_text(errors='replace')[-500:]}")
        return os.path.ismount(folder)

    try:
        await until(mounted)
        yield Volatile(folder, lose)
    finally:
        await asyncio.to_thread(run, "umount", "-l", str(folder))
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@contextlib.asynccontextmanager
async def ext4(folder: Path, filled: Path) -> AsyncIterator[Volatile]:
    """The same. Raises `CannotRun` where nobody may mount."""
    image = folder.with_name(f"{folder.name}.img")
    folder.mkdir(parents=True)
    with image.open("wb") as file:
        file.truncate(GIB)

    def mount() -> None:
        if reason := run("mount", "-o", "loop", str(image), str(folder)):
            raise CannotRun(f"a disk cannot be mounted here: {reason}")

    def lose() -> None:
        there = os.open(folder, os.O_RDONLY)
        try:
            fcntl.ioctl(there, SHUT_DOWN, WITHOUT_ITS_JOURNAL)
        finally:
            os.close(there)
        ends = time.monotonic() + LOST_WITHIN_S
        while reason := run("umount", str(folder)):  # somebody is not gone yet, and can write nothing any more
            if time.monotonic() > ends:
                raise CannotRun(f"the disk cannot be taken away: {reason}")
            time.sleep(0.1)
        mount()

    if reason := await asyncio.to_thread(run, "mkfs.ext4", "-q", "-F", str(image)):
        raise CannotRun(f"no ext4 can be made here: {reason}")
    await asyncio.to_thread(mount)
    try:
        await asyncio.to_thread(_copied, filled, folder)
        yield Volatile(folder, lose)
    finally:
        await asyncio.to_thread(run, "umount", "-l", str(folder))


def _copied(filled: Path, to: Path) -> None:
    """With its owners; and all of it is on the disk."""
    assert (reason := run("cp", "-a", f"{filled}/.", str(to))) is None, reason
    os.sync()


DISKS: Mapping[str, Callable[[Path, Path], AbstractAsyncContextManager[Volatile]]] = {"lazyfs": lazyfs, "ext4": ext4}

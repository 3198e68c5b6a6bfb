"""The workers of `vigie up` in a process beside it: replaced when they die, gone when it does, no secret in sight."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import aiohttp
import pytest

from tests.product import hooks
from tests.product.instance import Instance

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked for in /proc")

WITHIN_S = 60.0


def told(pid: int, what: str) -> str:
    """A file of a process's own; empty where it has ended."""
    try:
        return Path(f"/proc/{pid}/{what}").read_text(errors="replace").replace("\0", " ")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def children(pid: int) -> list[int]:
    """Of any of its threads: the kernel lists a child under the one that started it."""
    threads = Path(f"/proc/{pid}/task")
    try:
        return [
            int(child) for thread in threads.iterdir() for child in told(pid, f"task/{thread.name}/children").split()
        ]
    except FileNotFoundError:
        return []


def workers(instance: Instance) -> list[int]:
    assert instance.process is not None
    return [child for child in children(instance.process.pid) if "services.beside" in told(child, "cmdline")]


def lives(pid: int) -> bool:
    """Not a zombie that nobody has waited for."""
    stat = told(pid, "stat")
    return bool(stat) and stat.rpartition(")")[2].split()[0] != "Z"


async def until_gone(pids: list[int]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while any(map(lives, pids)):
            await asyncio.sleep(0.02)


async def ready(instance: Instance) -> int:
    async with aiohttp.ClientSession() as client, client.get(f"{instance.base_url}/readyz") as response:
        return response.status


async def until_ready(instance: Instance) -> None:
    async with asyncio.timeout(WITHIN_S):
        while await ready(instance) != 200:
            await asyncio.sleep(0.05)


async def until_shown(instance: Instance) -> None:
    """Whoever follows the log has made a row of the first message."""
    async with asyncio.timeout(WITHIN_S):
        while not (await hooks.api(instance, "items"))["items"]:
            await asyncio.sleep(0.05)


async def models(pid: int) -> list[int]:
    """They read in processes of their own, which take a moment to be there."""
    async with asyncio.timeout(WITHIN_S):
        while not (found := children(pid)):
            await asyncio.sleep(0.05)
    return found


async def test_the_workers_are_replaced_when_they_die_and_go_when_their_parent_does(tmp_path: Path) -> None:
    instance = Instance(tmp_path / "data")
    try:
        await instance.start()
        (first,) = workers(instance)
        key = (instance.data_dir / "master.key").read_text().strip()
        seen = told(first, "cmdline") + told(first, "environ")
        assert "services.beside" in seen
        assert key not in seen
        assert "postgresql://" not in seen

        os.kill(first, signal.SIGKILL)
        await until_gone([first])
        assert await ready(instance) == 503
        assert await hooks.post(instance, [hooks.message("meanwhile")]) == 202
        await until_ready(instance)
        (second,) = workers(instance)
        await until_shown(instance)
        assert "the workers' process ended with code -9" in instance.log_path.read_text()

        family = [second, *await models(second)]
        await instance.kill()
        await until_gone(family)

        await instance.start()
        family = workers(instance)
        assert await instance.stop() == 0
        assert not any(map(lives, family))
    finally:
        if instance.process is not None and instance.process.returncode is None:
            await instance.kill()


async def test_a_small_machine_keeps_all_in_one_process(tmp_path: Path) -> None:
    instance = Instance(tmp_path / "data", settings={"VIGIE_WORKERS_BESIDE": "no"})
    try:
        await instance.start()
        assert workers(instance) == []
        assert await hooks.post(instance, [hooks.message("alone")]) == 202
        await until_shown(instance)
        assert await instance.stop() == 0
    finally:
        if instance.process is not None and instance.process.returncode is None:
            await instance.kill()

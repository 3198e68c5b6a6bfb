"""Kill -9 in the middle of a bad buzz, of the process and of its database: what was answered 2xx is there, once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from rich.console import Console

from services.drill import run
from services.drill.ledger import Ledger, compare
from tests.product.instance import Instance

MESSAGES, SPEED = 120, 12.0


@pytest.fixture
async def instance(tmp_path: Path) -> AsyncIterator[Instance]:
    instance = Instance(tmp_path / "data")
    await instance.start()
    yield instance
    if instance.process is not None and instance.process.returncode is None:
        await instance.stop()


async def drilled(instance: Instance, ledger: Path, disturb: asyncio.Task[None]) -> None:
    """A drill while `disturb` breaks things; its own verdict is not asked, since it reads while things are broken."""
    await run.run(
        instance.data_dir / "demo.json", speed=SPEED, messages=MESSAGES, ledger_path=ledger,
        console=Console(quiet=True), catch_up_s=5,
    )  # fmt: skip
    await disturb


async def answered(ledger: Path, at_least: int) -> None:
    """Returns once so many records stand in the ledger: the middle of the drill, whatever the machine's speed."""
    async with asyncio.timeout(60):
        while not ledger.exists() or len(ledger.read_bytes().splitlines()) < at_least:
            await asyncio.sleep(0.02)


async def check(instance: Instance, ledger: Path) -> None:
    sent = Ledger.load(ledger)
    try:
        found = compare(sent, await instance.events())
        assert (found.lost, found.duplicated, found.unexpected) == ((), (), ())
        assert sum(map(sent.accepted, sent.statuses)) >= MESSAGES
    finally:
        sent.close()


async def test_a_killed_process_loses_and_doubles_nothing(instance: Instance, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"

    async def disturb() -> None:
        for count in (60, 120, 180):
            await answered(ledger, count)
            await instance.kill()
            await instance.start()

    await drilled(instance, ledger, asyncio.create_task(disturb()))
    await check(instance, ledger)


async def test_a_killed_database_loses_and_doubles_nothing_and_comes_back_by_itself(
    instance: Instance, tmp_path: Path
) -> None:
    ledger = tmp_path / "ledger.jsonl"

    async def disturb() -> None:
        for count in (60, 120, 180):
            await answered(ledger, count)
            instance.kill_database()

    await drilled(instance, ledger, asyncio.create_task(disturb()))
    await check(instance, ledger)
    assert instance.process is not None
    assert instance.process.returncode is None

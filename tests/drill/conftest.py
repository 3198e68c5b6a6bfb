"""A running fake instance, a console that remembers, and a drill that takes no time."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from services.drill.run import run
from tests.drill.fake_instance import FakeInstance
from tests.drill.pace import JumpingPace


@dataclass
class Outcome:
    code: int
    printed: str
    ledger: Path


Drill = Callable[..., Awaitable[Outcome]]


@pytest.fixture
async def instance() -> AsyncIterator[FakeInstance]:
    fake = FakeInstance()
    await fake.start()
    yield fake
    await fake.stop()


@pytest.fixture
def drill(instance: FakeInstance, tmp_path: Path) -> Drill:
    async def play(demo: Path | None = None, **options: Any) -> Outcome:
        out, ledger = io.StringIO(), tmp_path / "ledger.jsonl"
        code = await run(
            demo or instance.demo(tmp_path),
            console=Console(file=out, width=160),
            ledger_path=ledger,
            pace=JumpingPace(datetime.now(UTC)),
            **options,
        )
        return Outcome(code, out.getvalue(), ledger)

    return play

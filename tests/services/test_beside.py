"""The process beside us: told first what to work with, asked only then, replaced when it dies, gone when we leave."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import cast

import pytest

from inbox.errors import Unavailable
from services.beside import keeper
from services.beside.child import Given
from tests.fakes import worker

WITHIN_S = 120.0
GIVEN = cast("Given", "work")  # the wire takes anything


async def said(beside: keeper.Keeper, not_by: str = "") -> str:
    """What the child says of its readiness, once it answers."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            with pytest.raises(Unavailable) as refused:
                await beside.ready()
            if refused.value.message.startswith("work ready") and not_by not in refused.value.message.split():
                return refused.value.message
            await asyncio.sleep(0.01)


async def test_it_is_asked_when_it_was_told_and_replaced_when_it_dies_and_gone_when_we_leave(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keeper, "AGAIN_S", 0.01)
    async with keeper.kept(worker.__name__) as beside:
        with pytest.raises(Unavailable, match="does not answer"):
            await beside.ready()
        assert list(await beside.counted()) == []
        async with beside.working(GIVEN):
            first = (await said(beside)).split()[-1]
            os.kill(int(first), signal.SIGKILL)
            second = (await said(beside, not_by=first)).split()[-1]
            assert second != first
        with pytest.raises(ProcessLookupError):
            os.kill(int(second), 0)
        with pytest.raises(Unavailable, match="does not answer"):
            await beside.ready()


async def test_each_question_gets_its_own_answer() -> None:
    async with keeper.kept(worker.__name__) as beside, beside.working(GIVEN):
        await said(beside)
        answers = await asyncio.gather(*(beside._asked(what) for what in ("ready", "metrics") * 10))
        assert [answer.split()[1] for answer in answers] == ["ready", "metrics"] * 10

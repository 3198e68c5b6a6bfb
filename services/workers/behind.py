"""One thing under way behind the next: what a model said goes to disk while it reads on.

Never more than one, so that nothing overtakes and nothing piles up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Self


class OneBehind:
    """What was begun in the block is over when it is left, however it is left; what went wrong with it is raised by the
    next `go`, or at the end."""

    def __init__(self) -> None:
        self._under_way: asyncio.Task[Any] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def go(self, work: Coroutine[Any, Any, Any]) -> None:
        """Begins once what was begun before is over."""
        try:
            await self._over()
        except BaseException:
            work.close()
            raise
        self._under_way = asyncio.create_task(work)

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            await self._over()
        elif self._under_way is not None:
            self._under_way.cancel()
            await asyncio.gather(self._under_way, return_exceptions=True)

    async def _over(self) -> None:
        if self._under_way is not None:
            await self._under_way
            self._under_way = None

"""Tokens that live an hour: asked for once, kept in this process until shortly before they end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable

MARGIN_S = 60.0
MOST = 10_000


class Shelf:
    """Keyed by what a token was asked for with, so that new credentials never meet an old token."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[float, str]] = {}

    async def get(self, key: Hashable, ask: Callable[[], Awaitable[tuple[str, float]]]) -> str:
        """`ask` gives a token and how many seconds it lives; what it raises is the caller's."""
        now = asyncio.get_running_loop().time()
        until, token = self._kept.get(key, (0.0, ""))
        if now < until:
            return token
        token, lives_s = await ask()
        if len(self._kept) >= MOST:
            self._kept.clear()
        self._kept[key] = (now + lives_s - MARGIN_S, token)
        return token

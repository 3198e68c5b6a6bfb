"""Statements as if whoever wrote them had forgotten the brand: the first wall, taken away where the database is
asked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg
import pytest

_ONE = re.compile(r"\b(?:\w+\.)?brand_id = (\$\d+)(?!\d)(?:::bigint)?")
_SOME = re.compile(r"\b(?:\w+\.)?brand_id = ANY ?\((\$\d+)(?:::bigint\[\])?\)")
_IN_FUNCTION = re.compile(r"\b(?:\w+\.)?brand_id = b\b")
FUNCTIONS = """SELECT pg_get_functiondef(p.oid) FROM pg_proc p
WHERE p.pronamespace = 'vigie'::regnamespace AND p.prokind = 'f'"""


def unnamed(text: str) -> str:
    """True of every brand; the parameter stays, so that numbers and types hold."""
    text = _ONE.sub(r"(\1::bigint IS NOT NULL)", text)
    return _SOME.sub(r"(\1::bigint[] IS NOT NULL)", text)


class Forgetful:
    """While `on`, no statement of this process names its brand. `rewritten`: how often each of them was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._on = False
        self.rewritten = Counter[str]()
        prepared = asyncpg.Connection._get_statement  # type: ignore[attr-defined]

        async def _get_statement(connection: asyncpg.Connection, query: str, *args: Any, **more: Any) -> Any:
            asked = unnamed(query) if self._on else query
            if asked != query:
                self.rewritten[query] += 1
            return await prepared(connection, asked, *args, **more)

        monkeypatch.setattr(asyncpg.Connection, "_get_statement", _get_statement)

    @contextmanager
    def on(self) -> Iterator[None]:
        self._on = True
        try:
            yield
        finally:
            self._on = False


async def forget_in_functions(pool: asyncpg.Pool) -> int:
    """What is stored in the database forgets it, too, for good: how many functions."""
    changed = 0
    for (text,) in await pool.fetch(FUNCTIONS):
        asked = _IN_FUNCTION.sub("(b IS NOT NULL)", text)
        if asked != text:
            await pool.execute(asked)
            changed += 1
    return changed

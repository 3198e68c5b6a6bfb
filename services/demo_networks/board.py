"""What stands on one network of the demo: what people said there and what was answered, in its order.

A line of JSON a post, in a file of the data folder: what was handed in is there after a crash, as a network's would be.
The time of a post is that of the network, and no two have the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import orjson
from pydantic import TypeAdapter

KEPT = 2000
"""Of the newest posts; older ones go when the demo starts."""
STEP = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    name: str
    handle: str
    followers: int | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """`number`: counts the posts of its board from 1. `by` is None for what we answered, to `parent`."""

    id: str
    kind: str
    text: str
    at: datetime
    by: Person | None = None
    parent: str | None = None
    number: int = 0


_POST = TypeAdapter(Post)


class Board:
    """Not for two processes at once: the one that serves the demo has it."""

    def __init__(self, file: Path) -> None:
        whole = file.read_bytes() if file.exists() else b""
        lines = whole[: whole.rfind(b"\n") + 1].splitlines()[-KEPT:]  # a crash may have cut the last one short
        self.posts = [_POST.validate_json(line) for line in lines]
        if whole:
            file.write_bytes(b"".join(line + b"\n" for line in lines))
        self._file = file
        self._ears: set[asyncio.Queue[Post]] = set()

    def add(self, post: Post) -> Post:
        """The post as it stands: one that is handed in again is there already."""
        known = self.find(post.id)
        if known is not None:
            return known
        last = self.posts[-1] if self.posts else None
        at, number = (max(post.at, last.at + STEP), last.number + 1) if last else (post.at, 1)
        there = replace(post, at=at, number=number)
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._file.open("ab") as file:
            file.write(orjson.dumps(asdict(there)) + b"\n")
        self.posts.append(there)
        for ear in self._ears:
            ear.put_nowait(there)
        return there

    def find(self, ident: str) -> Post | None:
        return next((post for post in reversed(self.posts) if post.id == ident), None)

    def said(self) -> list[Post]:
        """What people said, the newest first."""
        return [post for post in reversed(self.posts) if post.by is not None]

    @contextmanager
    def heard(self) -> Iterator[asyncio.Queue[Post]]:
        """What is posted from now on."""
        ear: asyncio.Queue[Post] = asyncio.Queue()
        self._ears.add(ear)
        try:
            yield ear
        finally:
            self._ears.discard(ear)

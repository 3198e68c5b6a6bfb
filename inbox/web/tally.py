"""The figures beside the links of a page: how many items each view holds, and what waits for each person who looks on.

Counted once a brand for all who watch it, and framed once for all of whom the same is true.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from inbox.ids import BrandId
from inbox.sql import beside
from inbox.views import notices, promises, queue
from inbox.web import frames
from inbox.web.context import Deps
from inbox.web.watchers import Watcher

sql = beside(__file__, "live.sql")


@dataclass(frozen=True, slots=True)
class Own:
    """Of one member: notices not read, proposals they may decide on, promises that are theirs to keep."""

    unread: int
    to_approve: int
    promised: int


class Tally:
    def __init__(self, deps: Deps, brand: BrandId) -> None:
        self._deps = deps
        self._brand = brand
        self._views: dict[str, int] | None = None
        self._mine: dict[int, int] = {}
        self._own: dict[int, Own] = {}
        self._framed: dict[tuple[int, Own | None], frames.Batch] = {}

    async def count_items(self) -> bool:
        """Whether that says something new."""
        now, before = self._deps.clock.now(), (self._views, self._mine)
        async with self._deps.pool.acquire() as connection:
            views = await queue.counts(connection, self._brand, 0, now)
            by_priority = await queue.counts_by_priority(connection, self._brand, now)
            mine = {row["assignee"]: row["items"] for row in await connection.fetch(sql.mine, self._brand)}
        self._views = views | {f"p{priority}": items for priority, items in by_priority.items()}
        self._mine = mine
        self._framed.clear()
        return (self._views, self._mine) != before

    async def count_own(self, watchers: Iterable[Watcher]) -> set[int]:
        """The members for whom that says something new."""
        leads = {one.member: "manage" in one.rights for one in watchers if one.variant.kind == "page"}
        if not leads:
            return set()
        async with self._deps.pool.acquire() as connection:
            told = await notices.counts(connection, self._brand, leads)
            promised = await promises.count(connection, self._brand, list(leads), self._deps.clock.now())
        before = self._own
        self._own = {
            member: Own(told[member].unread, told[member].to_approve, promised.get(member, 0)) for member in leads
        }
        return {member for member, own in self._own.items() if before.get(member) != own}

    def of(self, watcher: Watcher) -> frames.Batch | None:
        """None before anything was counted."""
        if self._views is None:
            return None
        mine = self._mine.get(watcher.member, 0)
        own = self._own.get(watcher.member) if watcher.variant.kind == "page" else None
        said = {**self._views, "mine": mine} | (asdict(own) if own else {})
        return self._framed.setdefault((mine, own), frames.Batch([frames.counts(said)]))

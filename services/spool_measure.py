"""How much waits in a spool, and for how long: for metrics, readiness and the screens."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from inbox.sql import beside

sql = beside(__file__, "spool.sql")

PAGE_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Measure:
    """`oldest_s`: how long the oldest waits. `aside`: what nobody could read, and somebody must look at. `channels`: of
    each how many wait, and for how long the oldest of them."""

    waiting: int = 0
    oldest_s: float = 0.0
    aside: int = 0
    bytes: int = 0
    channels: Mapping[str, tuple[int, float]] = field(default_factory=dict)


def measured(database: sqlite3.Connection) -> Measure:
    waiting, oldest, aside = database.execute(sql.measure).fetchone()
    pages, free = (database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count"))
    now, rows = time.time(), database.execute(sql.waiting).fetchall() if waiting else ()
    channels = {channel_id: (count, max(0.0, now - since)) for channel_id, count, since in rows}
    oldest_s = max(0.0, now - oldest) if waiting else 0.0
    return Measure(waiting, oldest_s, aside, (pages - free) * PAGE_BYTES, channels)

"""What a job is to be about, beyond what somebody names by hand: all that fit a filter, all who wait in a wave."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from inbox.bulk.jobs import MOST, Choice, sql
from inbox.ids import BrandId
from inbox.log.store import Connection
from inbox.views import folding, queue
from inbox.views.filters import Filter
from inbox.views.marks import Mark

PAGE = 500


async def that_fit(connection: Connection, brand: BrandId, wanted: Filter, now: datetime) -> list[Choice]:
    """Each at its position. One page more than a job may hold is enough to refuse it."""
    found: list[tuple[uuid.UUID, int]] = []
    after = queue.NOBODY
    while len(found) <= MOST:
        some = await queue.names(connection, brand, wanted, now, after=after, limit=PAGE)
        found += some
        if len(some) < PAGE:
            break
        after = some[-1][0]
    return [(item_id, position, None) for item_id, position in found]


async def with_waves(
    connection: Connection, brand: BrandId, wanted: Filter, seen: Sequence[Choice], now: datetime
) -> list[Choice]:
    """Those that somebody chose, at the positions they saw, and all on the list that are folded with them."""
    folds = folding.of_list(await folding.of_brand(connection, brand), wanted)
    found = {item_id: (item_id, position, turn) for item_id, position, turn in seen}
    for row in await connection.fetch(folding.sql.waves_of, brand, [item_id for item_id, _, _ in seen], list(folds)):
        marks = (*wanted.marks, frozenset({Mark("wave", row["wave"].hex)}))
        for choice in await that_fit(connection, brand, replace(wanted, marks=marks), now):
            found.setdefault(choice[0], choice)
    return list(found.values())


async def of_wave(connection: Connection, brand: BrandId, wave_id: uuid.UUID) -> list[Choice]:
    rows = await connection.fetch(sql.of_wave, brand, wave_id, MOST + 1)
    return [(row["item_id"], row["position"], None) for row in rows]

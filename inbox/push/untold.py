"""Of which items a member was told, and which are news to them. Ids and priorities only: no word of anybody is kept.

An item is news while nobody took charge of it: once, and again when it has risen, or when it came back after somebody
had. Telling is written down before it is done, so that a message leaves at most once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from inbox.ids import BrandId, MemberId
from inbox.log.store import Connection
from inbox.people.sessions import Executor
from inbox.push import bundling
from inbox.push.bundling import Untold
from inbox.sql import beside
from inbox.views.stored import load_row

sql = beside(__file__, "untold.sql")

LATE = timedelta(minutes=10)
"""After so long somebody should know of what is urgent: gathering and the longest pause are over."""


async def tell_all(executor: Executor, brand: BrandId, member: MemberId, now: datetime) -> None:
    await executor.execute(sql.tell_all, brand, member, now)


async def urgent(connection: Connection, brand: BrandId, now: datetime) -> int:
    """How many urgent items have waited for `LATE` without anybody who acts knowing of it: nobody was here, and no
    device took a message, for want of one, in a quiet hour, or because none could be reached."""
    return int(await connection.fetchval(sql.urgent, brand, bundling.URGENT, now - LATE))


async def take(
    connection: Connection, brand: BrandId, member: MemberId, priorities: frozenset[int], now: datetime
) -> list[Untold] | datetime:
    """In a transaction of the caller's: what to say, or until when the member rests. Empty: nothing, and no rest."""
    if not await connection.fetchval(sql.claim, brand, member, now, now + bundling.PAUSE):
        return await connection.fetchval(sql.rests_until, brand, member) or now + bundling.URGENT_PAUSE
    await connection.execute(sql.over, brand, member)
    taken = [row["item_id"] for row in await connection.fetch(sql.take, brand, member, sorted(priorities), now)]
    items = await _items(connection, brand, taken)
    await connection.execute(sql.rest, brand, member, bundling.rests_until(items, now) if items else now)
    return items


async def _items(connection: Connection, brand: BrandId, taken: Sequence[object]) -> list[Untold]:
    if not taken:
        return []
    names = {row["channel_id"]: row["name"] for row in await connection.fetch(sql.channels, brand)}
    found = []
    for row in await connection.fetch(sql.items, brand, taken, len(taken) == 1):
        card = load_row(row["card"]) if row["card"] is not None else None
        author = card.author if card is not None and not card.forgotten else None
        found.append(
            Untold(
                str(row["item_id"]), row["priority"], names.get(row["channel_id"], row["channel_id"]), row["position"],
                who=(author.name or author.handle or "") if author else "",
                text=(card.text or "") if card is not None and not card.forgotten else "",
                fold=card.fold if card is not None else (),
            )
        )  # fmt: skip
    return found

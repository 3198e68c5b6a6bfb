"""Which words of a search are asked of the index, and which are looked for in the items that it names.

The index of words answers for a beginning by collecting every item that holds any such word, before it looks at the
word beside it. Where that one is rare, a common beginning made a search cost what the whole past holds of it.
"""

from __future__ import annotations

from inbox.log.store import Connection
from inbox.sql import beside
from inbox.views.words import Asked, together

sql = beside(__file__, "rarity.sql")

RARER = 10
"""To fetch an item and look at its words costs as much as to collect some ten from the index."""


async def in_two_steps(connection: Connection, asked: Asked) -> tuple[str | None, str | None]:
    """A `tsquery` for the index of words, and one for the items that it names: of the whole words and of the others
    where the whole words are rarer by far, else of all and None."""
    whole, loose = together(asked.whole), together(asked.loose)
    if whole is None or loose is None:
        return asked.query, None
    holders = await connection.fetchrow(sql.holders, whole, loose)
    assert holders is not None
    if None in holders or holders["whole"] * RARER > holders["loose"]:
        return asked.query, None
    return whole, loose

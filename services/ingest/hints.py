"""Hints that a delivery left: kept on disk before it is answered, fetched by `services.workers.fetch`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from inbox.channels import ChannelRecord
from inbox.sql import beside
from services.channels.contract import Hint

sql = beside(__file__, "hints.sql")


async def keep(pool: asyncpg.Pool, channel: ChannelRecord, hints: Sequence[Hint], at: datetime) -> None:
    """The same hint again is one hint, and is due anew."""
    columns = zip(
        *{(hint.what, hint.ref): (hint.what, hint.ref, hint.thread_id) for hint in hints}.values(), strict=True
    )
    await pool.execute(sql.keep, channel.brand, channel.channel_id, *(list(column) for column in columns), at)

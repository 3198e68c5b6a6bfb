"""What a hand-shake settles by the way: until when a subscription lasts. `services.workers.tend` renews it."""

from __future__ import annotations

from datetime import datetime, timedelta

import asyncpg

from inbox.channels import ChannelRecord
from inbox.sql import beside
from services.channels.contract import Granted

sql = beside(__file__, "terms.sql")


async def keep(pool: asyncpg.Pool, channel: ChannelRecord, granted: Granted, now: datetime) -> None:
    ends_at = now + timedelta(seconds=granted.lasts_s)
    await pool.execute(sql.keep, channel.brand, channel.channel_id, granted.what, granted.ref, ends_at)

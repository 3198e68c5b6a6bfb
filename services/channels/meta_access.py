"""Until when a token of Meta's holds, and a new one in its place where Meta gives one.

A page's token made from a long-lived one has no end; those of people last sixty days, and are exchanged for fresh ones
with the app's secret. The app says what it is when it is asked about the token. `debug_token` takes the token in the
address, and knows no other way. https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from inbox.channels import ChannelRecord
from services.channels import asking, parts, reading, renewing
from services.channels.contract import SweepFailed, Tended, Way

LASTS = timedelta(days=60)
TELLS_NOTHING = frozenset({"gone", "rejected"})


async def tend(way: Way, channel: ChannelRecord, now: datetime) -> Tended:
    """Raises as `get`."""
    token = channel.secrets.get("access_token")
    if not token:
        return Tended()
    graph = way.meta_graph_url.rstrip("/")
    try:
        asked = await asking.get(way, asking.address(f"{graph}/debug_token", input_token=token), asking.bearer(token))
    except SweepFailed as error:
        if error.reason in TELLS_NOTHING:  # a token that may not ask about itself may be good for all else
            return Tended()
        raise
    said = parts.table(asked, "data")
    ends_at = now if said.get("is_valid") is False else _ends(said)
    if ends_at is not None and renewing.is_due(ends_at, LASTS, now):
        with contextlib.suppress(SweepFailed, *reading.MISREAD):
            return await _exchanged(way, channel, token, str(said.get("app_id") or ""), now)
    return Tended((renewing.access(ends_at, renews=False),))


def _ends(said: Mapping[str, Any]) -> datetime | None:
    """The access to data ends by itself as well, ninety days after the person last agreed."""
    ends = [renewing.moment(said.get(name)) for name in ("expires_at", "data_access_expires_at")]
    return min((one for one in ends if one is not None), default=None)


async def _exchanged(way: Way, channel: ChannelRecord, token: str, app: str, now: datetime) -> Tended:
    fields = {
        "grant_type": "fb_exchange_token", "client_id": app, "client_secret": channel.secrets.get("secret", ""),
        "fb_exchange_token": token,
    }  # fmt: skip
    return renewing.renewed(await asking.form(way, f"{way.meta_graph_url.rstrip('/')}/oauth/access_token", fields), now)

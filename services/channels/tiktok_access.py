"""TikTok's tokens: a day of access, and a refresh token of a year, which each renewal may replace.

https://business-api.tiktok.com/portal/docs (tt_user/oauth2/refresh_token)
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from inbox.channel_state import Term
from inbox.channels import ChannelRecord
from services.channels import asking, parts, posting, renewing
from services.channels.contract import SweepFailed, Tended, Way

LASTS = timedelta(days=1)
PATH = "/open_api/v1.3/tt_user/oauth2/refresh_token/"


async def tend(way: Way, channel: ChannelRecord, api: str, terms: Sequence[Term], now: datetime) -> Tended:
    """Raises as `get`."""
    names = (("client_id", "client_key"), ("client_secret", "secret"), ("refresh_token", "refresh_token"))
    given = {name: channel.secrets.get(secret, "") for name, secret in names}
    if not all(given.values()):
        return Tended()
    if channel.secrets.get("access_token") and terms and not renewing.is_due(terms[0].ends_at, LASTS, now):
        return Tended(tuple(terms))
    call = posting.Call(posting.api_url(channel, api) + PATH, {**given, "grant_type": "refresh_token"}, {})
    said = asking.content(await posting.request(way, call))
    if parts.dig(said, "code") != 0:  # answered 200 as well
        raise SweepFailed("not_authorised")
    with asking.understood():
        return renewing.renewed(said["data"], now)

"""LinkedIn's tokens: sixty days of access, and a refresh token of a year for apps that are approved for one.

Without a refresh token we ask until when the access holds, and say so in time.
https://learn.microsoft.com/linkedin/shared/authentication/programmatic-refresh-tokens
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from inbox.channel_state import Term
from inbox.channels import ChannelRecord
from services.channels import asking, posting, renewing
from services.channels.contract import Tended, Way

OAUTH = "https://www.linkedin.com"
LASTS = timedelta(days=60)


async def tend(way: Way, channel: ChannelRecord, terms: Sequence[Term], now: datetime) -> Tended:
    """Raises as `get`."""
    given = {"client_id": channel.secrets.get("client_id", ""), "client_secret": channel.secrets.get("secret", "")}
    token, refresh = channel.secrets.get("access_token"), channel.secrets.get("refresh_token")
    if not all(given.values()) or not (token or refresh):
        return Tended()
    oauth = posting.api_url(channel, OAUTH) + "/oauth/v2"
    if refresh is None:
        said = await asking.form(way, f"{oauth}/introspectToken", {**given, "token": token or ""})
        with asking.understood():
            ends_at = renewing.moment(said.get("expires_at")) if said["active"] else now
            return Tended((renewing.access(ends_at, renews=False),))
    if token and terms and not renewing.is_due(terms[0].ends_at, LASTS, now):
        return Tended(tuple(terms))
    fields = {**given, "grant_type": "refresh_token", "refresh_token": refresh}
    said = await asking.form(way, f"{oauth}/accessToken", fields)
    with asking.understood():
        return renewing.renewed(said, now)

"""Access that ends after a while: asking until when it holds, and getting new tokens where the network gives them.

A token that can be renewed is renewed when less than a third of its time is left, so that a network that is down for a
day or two costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from inbox.channel_state import Term
from services.channels import reading
from services.channels.contract import Tended

EVERY_S = 3600.0
SHARE = 3


def access(ends_at: datetime | None, *, renews: bool) -> Term:
    return Term("access", "", ends_at, None, renews)


def until(seconds: Any, now: datetime) -> datetime | None:
    """The moment so many seconds from now; None for what is no number. Nobody grants more than ten years."""
    given = int(seconds) if isinstance(seconds, int | float | str) and str(seconds).isdigit() else None
    return None if given is None else now + timedelta(seconds=min(given, 315_360_000))


def moment(seconds: Any) -> datetime | None:
    """Of seconds since 1970; 0 is how networks say never."""
    given = int(seconds) if str(seconds).isdigit() else 0
    return datetime.fromtimestamp(min(given, 4_102_444_800), UTC) if given else None


def is_due(ends_at: datetime | None, lasts: timedelta, now: datetime) -> bool:
    return ends_at is None or ends_at - now < lasts / SHARE


def renewed(content: Mapping[str, Any], now: datetime) -> Tended:
    """What an OAuth token endpoint answers (RFC 6749, 5.1). Some give a new refresh token each time: the old one is
    worth nothing then. Raises `reading.MISREAD`."""
    given = {"access_token": reading.need(content.get("access_token"), "the token")}
    if refresh := content.get("refresh_token"):
        given["refresh_token"] = reading.need(refresh, "the refresh token")
    term = access(until(content.get("expires_in"), now), renews=True)
    return Tended((term,), secrets=given, again_s=EVERY_S)

"""What networks say of their limits, read from the headers of any answer: until when an account must wait.

Each has its own way: seconds (Retry-After, Reddit, Zendesk), the Unix time (X, GitHub, Bluesky, Front, Intercom), a
date (Mastodon), a share of what may be used (Meta). `until` knows them all, so that no network's file has to: a limit
is one of the account's, and the account waits as a whole, whichever reply met it. An answer may say that nothing is
left before anything was refused: then nothing is tried that would be.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from services.channels import reading
from services.channels.contract import CannotRead
from services.outbound import Outbound, Response

MOST_S = 86_400.0
"""No word of a network holds an account for longer than a day: then it is asked again."""
UNSAID_S = 60.0
"""Where a network says "too many" and not for how long."""
EPOCH_S = 1_000_000_000.0
"""A reset above it is a time, one below it is a number of seconds."""
USED_UP = 100
"""Per cent, as Meta counts."""
FULL_S = 300.0
"""Meta's hour slides: where it does not say when access comes back, a part of what was used has fallen out by then."""
Headers = Mapping[str, str]
PAIRS = (
    ("x-rate-limit-remaining", "x-rate-limit-reset"),
    ("x-rate-limit-remaining", "ratelimit-reset"),
    ("x-user-limit-24hour-remaining", "x-user-limit-24hour-reset"),
    ("x-app-limit-24hour-remaining", "x-app-limit-24hour-reset"),
    ("x-ratelimit-remaining", "x-ratelimit-reset-after"),
    ("x-ratelimit-remaining", "x-ratelimit-reset"),
    ("ratelimit-remaining", "ratelimit-reset"),
)
"""How much is left, and when there is more: X; Zendesk; X's days; Discord; Mastodon, GitHub, Reddit, Front and
Intercom; Bluesky and whoever follows the IETF's draft. Of a network that sends both, the first pair counts."""
USAGES = ("x-app-usage", "x-page-usage", "x-ad-account-usage")


class Overheard(Outbound):
    """The one way out, noting what the network says of its limits in passing. It lives for one call and is not
    closed."""

    def __init__(self, way: Outbound) -> None:
        self._way = way
        self.heard: list[Response] = []

    async def request(self, method: str, url: str, **more: Any) -> Response:
        response = await self._way.request(method, url, **more)
        self.heard.append(response)
        return response

    async def connect(self, host: str, port: int) -> Any:
        return await self._way.connect(host, port)


def until(response: Response, now: datetime) -> datetime | None:
    """From when on the account may ask again; None where nothing keeps it."""
    headers = response.headers
    left_s = [*_used_up(headers, now), *_usage(headers), *_business_usage(headers)]
    if response.status == 429:
        asked_s = _retry_after_s(headers, now)
        left_s = [asked_s] if asked_s is not None else left_s or [*_resets(headers, now), UNSAID_S][:1]
    waits_s = [second for second in left_s if second > 0]
    return now + timedelta(seconds=min(max(waits_s), MOST_S)) if waits_s else None


def _used_up(headers: Headers, now: datetime) -> Iterator[float]:
    seen: set[str] = set()
    for remaining, reset in PAIRS:
        left, wait_s = _number(headers.get(remaining)), _reset_s(headers.get(reset), now)
        if left is not None and wait_s is not None and remaining not in seen:
            seen.add(remaining)
            if left < 1:
                yield wait_s


def _resets(headers: Headers, now: datetime) -> Iterator[float]:
    """Where a network refuses and does not say what is left, but when there is more."""
    for _, reset in PAIRS:
        if (wait_s := _reset_s(headers.get(reset), now)) is not None:
            yield wait_s


def _retry_after_s(headers: Headers, now: datetime) -> float | None:
    """Seconds, with or without a fraction, or a date of HTTP's (RFC 9110)."""
    said = headers.get("retry-after", "").strip()
    if (seconds := _number(said)) is not None:
        return seconds
    try:
        at = parsedate_to_datetime(said)
    except ValueError:
        return None
    return (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds()


def _reset_s(said: str | None, now: datetime) -> float | None:
    """Seconds from now, whichever way it is said."""
    number = _number(said)
    if number is not None:
        return number - now.timestamp() if number > EPOCH_S else number
    try:
        at = datetime.fromisoformat(said or "")
    except ValueError:
        return None
    return (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds()


def _usage(headers: Headers) -> Iterator[float]:
    """Meta: the share used up of an app's or a page's sliding hour."""
    for name in USAGES:
        if _is_full(_json(headers.get(name))):
            yield FULL_S


def _business_usage(headers: Headers) -> Iterator[float]:
    """Meta, by business: lists of use cases, each with the minutes until access comes back."""
    found = _json(headers.get("x-business-use-case-usage"))
    for listed in found.values() if isinstance(found, dict) else ():
        for usage in reading.tables(listed):
            minutes = usage.get("estimated_time_to_regain_access")
            if isinstance(minutes, int) and minutes > 0:
                yield minutes * 60.0
            elif _is_full(usage):
                yield FULL_S


def _is_full(usage: Any) -> bool:
    shares = [usage.get(name) for name in ("call_count", "total_time", "total_cputime")] if usage else []
    return any(isinstance(share, int | float) and share >= USED_UP for share in shares)


def _json(said: str | None) -> Any:
    try:
        return reading.table(reading.loads((said or "{}").encode("utf-8", "replace")))
    except (CannotRead, *reading.MISREAD):
        return {}


def _number(said: str | None) -> float | None:
    try:
        found = float(said or "")
    except ValueError:
        return None
    return found if math.isfinite(found) else None

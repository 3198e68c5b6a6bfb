"""A period cut into hours or days of the brand's zone, empty ones too, as PostgreSQL's `date_trunc` cuts it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Bucket = Literal["hour", "day"]
HOURLY_UP_TO = timedelta(days=3)
MOST = 5_000


def size(start: datetime, end: datetime) -> Bucket:
    return "hour" if end - start <= HOURLY_UP_TO else "day"


def starts(start: datetime, end: datetime, bucket: Bucket, zone: ZoneInfo) -> list[datetime]:
    """When each bucket of [start, end) begins, UTC; the first may begin before `start`. At most the `MOST` latest."""
    found = _hours(start, end, zone) if bucket == "hour" else _days(start, end, zone)
    return found[-MOST:]


def _hours(start: datetime, end: datetime, zone: ZoneInfo) -> list[datetime]:
    """Hours of the wall clock: a zone may lie half an hour off."""
    local = start.astimezone(zone)
    past_the_hour = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    first = start.astimezone(UTC) - past_the_hour
    count = -((first - end) // timedelta(hours=1))
    return [first + n * timedelta(hours=1) for n in range(count)]


def _days(start: datetime, end: datetime, zone: ZoneInfo) -> list[datetime]:
    first = start.astimezone(zone).date()
    days = (end.astimezone(zone).date() - first).days + 1
    midnights = (datetime.combine(first + timedelta(days=n), time(0), zone).astimezone(UTC) for n in range(days))
    return [at for at in midnights if at < end]

"""Places in Jetstream, from which to hear on: by time in its first form, by number in its second."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

POSTS = "app.bsky.feed.post"
BACK_US = 30_000_000
"""The servers' clocks differ a little, and another may answer this time; and channels that share a connection note
where they are a few seconds apart."""


@dataclass(frozen=True, slots=True)
class Place:
    """`at`: microseconds in the first form, a number of an event in the second. One is never taken for the other."""

    form: int
    at: int

    @classmethod
    def of(cls, cursor: str | None, form: int) -> Place | None:
        named, _, at = (cursor or "").partition(":")
        return cls(form, int(at)) if named == str(form) and at.isdigit() else None

    @property
    def heard_from(self) -> int:
        """Where to begin, so that nothing after this place is left out."""
        return self.at - BACK_US if self.form == 1 else self.at

    def text(self) -> str:
        return f"{self.form}:{self.at}"


def form_of(url: str) -> int:
    return 2 if "subscribeEvents" in url else 1


def asked(url: str, place: Place | None) -> str:
    query: dict[str, str | int] = {"wantedCollections": POSTS}
    if form_of(url) == 2:
        query = {"collections": POSTS, "kinds": "commit"}
    return f"{url}?{urlencode({**query, 'cursor': place.heard_from} if place else query)}"


def place_of(event: dict[str, Any], form: int) -> Place | None:
    inner = event.get("payload")
    at = inner.get("seq") if form == 2 and isinstance(inner, dict) else event.get("time_us")
    return Place(form, at) if isinstance(at, int) and at > 0 else None

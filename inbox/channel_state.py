"""What is to be worried about in a channel, and how much: a pure rule over what is known of it.

Amber: somebody should look today. Red: messages or replies are being lost, or will be. Each concern has a code; the
screen says in words what it is and what to do about it (`inbox.web.words`). A new channel that nobody has spoken on is
no concern.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from inbox.silence import Silence

Level = Literal["amber", "red"]
Code = Literal[
    "no_access", "access_ended", "access_ends", "subscription_lapsed", "subscription_ends", "renewal_fails", "silent",
    "quiet", "signatures", "asking_fails", "stream_broken", "gap", "quarantined",
]  # fmt: skip
CODES: tuple[Code, ...] = Code.__args__  # type: ignore[attr-defined]

FAILING = 3
"""Failures in a row before anybody is told: networks hiccup."""
RECENT = timedelta(hours=1)
A_DAY = timedelta(days=1)
REFUSED = {"not_authorised", "token_expired"}
"""Failures that no patience mends."""
SOON = timedelta(days=7)
OVERDUE = timedelta(hours=1)
"""A renewal that we asked for and that nobody confirmed meanwhile."""
NEVER_QUIET = 14
"""Of so many usual messages none at all is no chance any more."""


class Term(NamedTuple):
    """What runs out. `renews`: by ourselves; `asked_at`: we did, and wait for the network's word."""

    what: str
    ref: str
    ends_at: datetime | None
    asked_at: datetime | None
    renews: bool


class Known(NamedTuple):
    """What is known of a channel, as far as a worry may come of it."""

    last_delivery_at: datetime | None = None
    last_failure_at: datetime | None = None
    last_failure: str | None = None
    quarantined: int = 0
    sweep_failures: int = 0
    sweep_failure: str | None = None
    stream_failures: int = 0
    stream_failure: str | None = None
    last_gap_at: datetime | None = None
    tending_failures: int = 0
    terms: Sequence[Term] = ()
    silence: Silence | None = None


@dataclass(frozen=True, slots=True)
class Concern:
    """`at`: when it ends or happened; `reason`: a code of failures; `silence`: of what is silent."""

    level: Level
    code: Code
    at: datetime | None = None
    reason: str | None = None
    silence: Silence | None = None


def concerns(known: Known, now: datetime) -> tuple[Concern, ...]:
    """The worst first."""
    found = [*_access(known, now), *_terms(known, now), *_heard(known, now), *_kept(known, now)]
    return tuple(sorted(found, key=lambda one: one.level != "red"))


def _access(known: Known, now: datetime) -> Iterator[Concern]:
    refused = bool(REFUSED & {known.sweep_failure, known.stream_failure})
    kind, _, reason = (known.last_failure or "").partition(": ")
    reply_refused = kind == "reply" and reason in REFUSED and _within(known.last_failure_at, RECENT, now)
    if refused or reply_refused:
        yield Concern("red", "no_access", reason="not_authorised")
        return
    if known.sweep_failures >= FAILING:
        yield Concern("red", "asking_fails", reason=known.sweep_failure)
    if known.stream_failures >= FAILING:
        yield Concern("amber", "stream_broken", reason=known.stream_failure)


def _terms(known: Known, now: datetime) -> Iterator[Concern]:
    for term in known.terms:
        is_access = term.what == "access"
        if term.ends_at is not None and term.ends_at <= now:
            yield Concern("red", "access_ended" if is_access else "subscription_lapsed", term.ends_at)
        elif term.asked_at is not None and now - term.asked_at > OVERDUE:
            yield Concern("amber", "renewal_fails", term.ends_at)
        elif term.ends_at is not None and not term.renews and term.ends_at - now <= SOON:
            yield Concern("amber", "access_ends" if is_access else "subscription_ends", term.ends_at)
    if known.tending_failures >= FAILING:
        yield Concern("amber", "renewal_fails")


def _heard(known: Known, now: datetime) -> Iterator[Concern]:
    silence = known.silence
    if silence is not None:
        is_mute = silence.came == 0 and silence.usual >= NEVER_QUIET
        yield Concern("red" if is_mute else "amber", "silent" if silence.came == 0 else "quiet", silence=silence)
    if known.last_failure == "bad_signature" and _within(known.last_failure_at, RECENT, now):
        yield Concern("amber" if _within(known.last_delivery_at, A_DAY, now) else "red", "signatures")


def _kept(known: Known, now: datetime) -> Iterator[Concern]:
    if _within(known.last_gap_at, A_DAY, now):
        yield Concern("amber", "gap", known.last_gap_at)
    if known.quarantined:
        yield Concern("amber", "quarantined")


def _within(at: datetime | None, lately: timedelta, now: datetime) -> bool:
    return at is not None and now - at <= lately

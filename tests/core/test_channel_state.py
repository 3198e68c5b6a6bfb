"""What is to be worried about in a channel, and how much."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from inbox.channel_state import Known, Term, concerns
from inbox.silence import Silence

NOW = datetime(2026, 11, 24, 11, 20, tzinfo=UTC)


def ago(**more: float) -> datetime:
    return NOW - timedelta(**more)


def term(what: str = "access", *, ends_in_days: float | None = None, renews: bool = False, **more: Any) -> Term:
    ends_at = None if ends_in_days is None else NOW + timedelta(days=ends_in_days)
    return Term(what, "", ends_at, more.get("asked_at"), renews)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (Known(), []),
        (Known(sweep_failures=2, sweep_failure="busy"), []),
        (Known(sweep_failures=3, sweep_failure="busy"), [("red", "asking_fails")]),
        (Known(sweep_failures=1, sweep_failure="not_authorised", stream_failures=9), [("red", "no_access")]),
        (Known(last_failure="reply: not_authorised", last_failure_at=ago(minutes=9)), [("red", "no_access")]),
        (Known(last_failure="reply: not_authorised", last_failure_at=ago(hours=2)), []),
        (Known(stream_failures=3, stream_failure="connection_lost"), [("amber", "stream_broken")]),
        (Known(terms=[term(ends_in_days=6)]), [("amber", "access_ends")]),
        (Known(terms=[term(ends_in_days=8)]), []),
        (Known(terms=[term(ends_in_days=6, renews=True)]), []),
        (Known(terms=[term(ends_in_days=0, renews=True)]), [("red", "access_ended")]),
        (Known(terms=[term("subscription", ends_in_days=-1)]), [("red", "subscription_lapsed")]),
        (Known(terms=[term("subscription", asked_at=ago(hours=2), renews=True)]), [("amber", "renewal_fails")]),
        (Known(terms=[term("subscription", asked_at=ago(minutes=2), renews=True)]), []),
        (Known(silence=Silence(1, 0, 8)), [("amber", "silent")]),
        (Known(silence=Silence(1, 0, 14)), [("red", "silent")]),
        (Known(silence=Silence(1, 2, 40)), [("amber", "quiet")]),
        (Known(last_failure="bad_signature", last_failure_at=ago(minutes=5)), [("red", "signatures")]),
        (
            Known(last_failure="bad_signature", last_failure_at=ago(minutes=5), last_delivery_at=ago(hours=3)),
            [("amber", "signatures")],
        ),
        (Known(last_failure="bad_signature", last_failure_at=ago(hours=2)), []),
        (Known(last_gap_at=ago(hours=23)), [("amber", "gap")]),
        (Known(last_gap_at=ago(hours=25)), []),
        (
            Known(quarantined=1, sweep_failures=3, sweep_failure="busy"),
            [("red", "asking_fails"), ("amber", "quarantined")],
        ),
    ],
)
def test_each_thing_known_is_the_worry_that_it_is(known: Known, expected: list[tuple[str, str]]) -> None:
    assert [(one.level, one.code) for one in concerns(known, NOW)] == expected

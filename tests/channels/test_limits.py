"""What networks say of their limits, each in its own way: until when nothing is tried."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from services.channels import limits
from services.outbound import Response

NOW = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
UNIX = int(NOW.timestamp())
BUSINESS = "x-business-use-case-usage"


def waits_s(status: int, **headers: str) -> float | None:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    until = limits.until(Response(status, named, b""), NOW)
    return None if until is None else (until - NOW).total_seconds()


def used(**usage: int) -> str:
    return json.dumps({"178": [{"type": "pages", "call_count": 12, **usage}]})


SAID = {
    "seconds": (429, {"retry_after": "30"}, 30),
    "seconds, with a fraction": (429, {"retry_after": "0.65"}, 0.65),
    "a date": (429, {"retry_after": format_datetime(NOW + timedelta(minutes=5), usegmt=True)}, 300),
    "only that it is too much": (429, {}, limits.UNSAID_S),
    "nothing one could read": (429, {"retry_after": "soon", "x_rate_limit_reset": "NaN"}, limits.UNSAID_S),
    "x": (429, {"x_rate_limit_remaining": "0", "x_rate_limit_reset": str(UNIX + 600)}, 600),
    "x, the last one": (201, {"x_rate_limit_remaining": "0", "x_rate_limit_reset": str(UNIX + 600)}, 600),
    "x, some left": (201, {"x_rate_limit_remaining": "3", "x_rate_limit_reset": str(UNIX + 600)}, None),
    "x, the day's": (
        201, {"x_rate_limit_remaining": "90", "x_rate_limit_reset": str(UNIX + 600),
              "x_user_limit_24hour_remaining": "0", "x_user_limit_24hour_reset": str(UNIX + 7200)}, 7200),
    "x, without a count": (429, {"x_rate_limit_reset": str(UNIX + 600)}, 600),
    "mastodon": (200, {"x_ratelimit_remaining": "0", "x_ratelimit_reset": "2026-11-24T14:05:00.000000Z"}, 300),
    "discord": (
        200, {"x_ratelimit_remaining": "0", "x_ratelimit_reset": f"{UNIX + 9}.5", "x_ratelimit_reset_after": "1.25"},
        1.25),
    "reddit": (200, {"x_ratelimit_remaining": "0.0", "x_ratelimit_reset": "240"}, 240),
    "github": (403, {"x_ratelimit_remaining": "0", "x_ratelimit_reset": str(UNIX + 60)}, 60),
    "bluesky": (200, {"ratelimit_remaining": "0", "ratelimit_reset": str(UNIX + 60)}, 60),
    "zendesk": (200, {"x_rate_limit_remaining": "0", "ratelimit_reset": "41"}, 41),
    "meta, by app": (200, {"x_app_usage": '{"call_count":100,"total_time":25,"total_cputime":3}'}, limits.FULL_S),
    "meta, with room": (200, {"x_app_usage": '{"call_count":99,"total_time":25}'}, None),
    "meta, by business": (400, {BUSINESS: used(estimated_time_to_regain_access=19)}, 19 * 60),
    "meta, full": (200, {BUSINESS: used(total_cputime=100, estimated_time_to_regain_access=0)}, limits.FULL_S),
    "meta, another shape": (200, {"x_app_usage": "[]", BUSINESS: '{"178": {"call_count": "x"}}'}, None),
    "a time that has passed": (200, {"x_ratelimit_remaining": "0", "x_ratelimit_reset": str(UNIX - 5)}, None),
    "a year": (429, {"retry_after": "31536000"}, limits.MOST_S),
    "nothing": (200, {}, None),
    "a fault": (500, {}, None),
}  # fmt: skip


@pytest.mark.parametrize("said", SAID)
def test_a_limit_is_read_as_its_network_says_it(said: str) -> None:
    status, headers, expected_s = SAID[said]
    assert waits_s(status, **headers) == expected_s

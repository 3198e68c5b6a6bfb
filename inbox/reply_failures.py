"""Why a reply or a gesture was refused: the closed vocabulary that people see, over the reasons that networks' files
give (`services.channels.contract`). Every reason belongs to one word, and each word has a remedy on the screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

Failure = Literal[
    "window_closed", "author_blocked_us", "token_expired", "rate_limited", "deleted_meanwhile", "too_long", "unknown"
]
FAILURES: tuple[Failure, ...] = get_args(Failure)

OF_REASON: Mapping[str, Failure] = {
    "window_closed": "window_closed",
    "author_blocked_us": "author_blocked_us",
    "token_expired": "token_expired", "not_authorised": "token_expired", "not_configured": "token_expired",
    "too_many": "rate_limited", "busy": "rate_limited",
    "gone": "deleted_meanwhile", "message_gone": "deleted_meanwhile", "author_forgotten": "deleted_meanwhile",
    "too_long": "too_long",
}  # fmt: skip
"""What is not named here is `unknown`: the network's own rules, its faults, and what is wrong with our settings."""


def of(reason: str) -> Failure:
    return OF_REASON.get(reason, "unknown")

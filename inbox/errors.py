"""The three kinds of failure: the caller's (`Refused`), ours and passing (`Unavailable`), and bugs (anything else)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Refused(Exception):
    """The caller asked for what cannot be done. `code` is stable and translated on screens; `message` is English.

    `status` is the HTTP status where it reaches HTTP; `details` become members of the problem document.
    """

    def __init__(self, code: str, message: str, *, status: int = 400, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.details = dict(details or {})


class NotFound(Refused):
    """Missing, or not yours: the two must look the same."""

    def __init__(self, message: str = "There is nothing here, or you may not see it.") -> None:
        super().__init__("not_found", message, status=404)


class Unavailable(Exception):
    """We cannot serve now; the caller should come back after `retry_after_s` seconds."""

    def __init__(self, message: str, *, retry_after_s: int = 5) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after_s = retry_after_s

"""A clock for proofs that name their time: signatures of years ago are as fresh as they were then."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from inbox.clock import SimulatedClock
from services.channels import proof


def set_to(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    monkeypatch.setattr(proof, "CLOCK", SimulatedClock(datetime.fromtimestamp(seconds, UTC)))

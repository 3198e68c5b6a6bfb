"""A model in a process of its own reads as the one in ours does, and its end is not ours."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

import classifier
from services.workers import apart

TEXTS = ["Is it normal that the battery smokes? :)", "Merci, super vélo !", "\ud800 \x00"]


@pytest.fixture(scope="module")
def first() -> apart.Apart:
    return apart.first()


def test_it_says_what_the_same_model_says_here(first: apart.Apart) -> None:
    assert first.judge(TEXTS) == classifier.first().judge(TEXTS)


def test_one_that_was_killed_is_started_again(first: apart.Apart) -> None:
    before = first.pid
    os.kill(before, signal.SIGKILL)
    os.waitid(os.P_PID, before, os.WEXITED | os.WNOWAIT)
    assert first.judge(TEXTS[:1])[0].level == 3
    assert first.pid != before


def test_what_cannot_be_loaded_says_why(tmp_path: Path) -> None:
    with pytest.raises(apart.Failed, match="is no directory"):
        apart.full(tmp_path / "nowhere", threads=1)

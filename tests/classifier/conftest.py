"""One loaded classifier and one first look for all tests of this room: read-only, and loading takes a second."""

from __future__ import annotations

import pytest

from classifier import Classifier, FirstLook, Judgement, first, load


@pytest.fixture(scope="session")
def classifier() -> Classifier:
    return load()


@pytest.fixture(scope="session")
def look() -> FirstLook:
    return first()


class Reader:
    """Reads one message, as a test would say it."""

    def __init__(self, judge: Classifier | FirstLook) -> None:
        self._judge = judge

    def __call__(self, text: str) -> Judgement:
        return self._judge.judge([text])[0]


@pytest.fixture(scope="session")
def read(classifier: Classifier) -> Reader:
    """By the encoder that ships."""
    return Reader(classifier)


@pytest.fixture(scope="session")
def glance(look: FirstLook) -> Reader:
    """By the first look: the lexicons and the linear tone alone."""
    return Reader(look)

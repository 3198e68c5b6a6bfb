"""One loaded classifier for all tests of this room: it is read-only, and loading it takes a second."""

from __future__ import annotations

import pytest

from classifier import Classifier, Judgement, load


@pytest.fixture(scope="session")
def classifier() -> Classifier:
    return load()


class Reader:
    """Reads one message, as a test would say it."""

    def __init__(self, classifier: Classifier) -> None:
        self._classifier = classifier

    def __call__(self, text: str) -> Judgement:
        return self._classifier.judge([text])[0]


@pytest.fixture(scope="session")
def read(classifier: Classifier) -> Reader:
    return Reader(classifier)

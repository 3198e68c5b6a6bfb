"""Fixtures of the services: models that stand in a folder, and are fakes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import classifier
from tests.fakes.model import FakeModel

MARK = "fake"


@pytest.fixture
def make_model(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Path]:
    """Makes a folder that loads as a `FakeModel`; whatever else is loaded goes the real way."""
    real: Any = classifier.load

    def load(directory: Path | None = None, **given: Any) -> Any:
        fake = directory is not None and (directory / MARK).is_file()
        return FakeModel(name="mine@1") if fake else real(directory, **given)

    def make(folder: Path) -> Path:
        folder.mkdir(parents=True)
        (folder / MARK).write_bytes(b"x" * 2_000)
        return folder

    monkeypatch.setattr(classifier, "load", load)
    return make

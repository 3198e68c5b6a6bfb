"""The models of this installation: which there are by the settings, what is wrong with one, and how it is loaded.

The default model is `VIGIE_CLASSIFIER`, else the one that ships. `VIGIE_CLASSIFIERS_DIR` may hold further ones, each in
a folder of its own, named by it; brands try them on their history and put them in force. A model that cannot be used is
refused in words when somebody chose it in the settings, and passed over with a note when it was only on offer.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import classifier
from classifier.judgement import Judgement
from inbox.catalogue import DEFAULT
from services.settings import Settings, SettingsError


class Model(Protocol):
    """Texts in, judgements out; every judgement names the model and the checksum of its weights."""

    def judge(self, texts: Sequence[str]) -> list[Judgement]: ...


class WrongModel(Exception):
    """The directory holds no model that can be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where models lie. `default`: None for the one that ships."""

    default: Path | None = None
    folder: Path | None = None
    threads: int = 1

    @classmethod
    def of(cls, settings: Settings) -> Sources:
        return cls(settings.classifier, settings.classifiers_dir, settings.classifier_threads)

    def names(self) -> list[str]:
        """The default one first, then the folders of `VIGIE_CLASSIFIERS_DIR`."""
        if self.folder is None or not self.folder.is_dir():
            return [DEFAULT]
        found = sorted(path.name for path in self.folder.iterdir() if path.is_dir() and not path.name.startswith("."))
        return [DEFAULT, *found]

    def directory(self, name: str) -> Path | None:
        """None: the one that ships. A name with a separator is a path that an operator gave on the command line."""
        if name == DEFAULT:
            return self.default
        if os.sep in name:
            return Path(name)
        if name not in self.names():
            raise WrongModel(f"there is no model {name} in {self.folder or 'VIGIE_CLASSIFIERS_DIR, which is not set'}")
        assert self.folder is not None
        return self.folder / name

    def load(self, name: str = DEFAULT) -> Model:
        """Raises `WrongModel`. It reads the whole model: never on the event loop."""
        return load(self.directory(name), threads=self.threads)


class Once:
    """A model that is loaded with its first use and shared by every thread of the process from then on: it is
    read-only, and a second copy would cost some two hundred megabytes."""

    def __init__(self, load: Callable[[], Model]) -> None:
        self._load = load
        self._model: Model | None = None
        self._lock = threading.Lock()

    def __call__(self) -> Model:
        """Raises what loading raises; it is tried again then with the next call."""
        with self._lock:
            if self._model is None:
                self._model = self._load()
            return self._model


def load(directory: Path | None, *, threads: int = 1) -> Model:
    """The model of a directory (None: the one that ships), ready to judge. Raises `WrongModel`."""
    if directory is not None and not directory.is_dir():
        raise WrongModel(f"{directory} is no directory")
    # The tokenizer's own pool would take the cores that serve people; it reads this when it is first used.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        return classifier.load(directory, threads=threads)
    except classifier.WrongWeights as error:
        raise WrongModel(str(error)) from error
    except OSError as error:
        raise WrongModel(f"{error.filename or directory} cannot be read: {error.strerror or error}") from error
    except Exception as error:  # whatever a foreign model's reader makes of foreign files
        raise WrongModel(f"{directory} holds no model that can be read: {type(error).__name__}: {error}") from error


def first() -> Model:
    """The quick linear model, for a first look in a storm."""
    return classifier.first()


def check(settings: Settings) -> None:
    """Loads the model that the settings name, if they do. Raises `SettingsError` saying what is wrong with it."""
    if settings.classifiers_dir is not None and not settings.classifiers_dir.is_dir():
        raise SettingsError(f"VIGIE_CLASSIFIERS_DIR: {settings.classifiers_dir} is no directory")
    if settings.classifier is None:
        return
    try:
        load(settings.classifier, threads=settings.classifier_threads).judge(["Bonjour"])
    except WrongModel as error:
        raise SettingsError(f"VIGIE_CLASSIFIER: {error}") from error
    except Exception as error:  # it loads and cannot judge: a shape or an operator that its reader did not check
        raise SettingsError(f"VIGIE_CLASSIFIER: the model cannot judge: {type(error).__name__}: {error}") from error

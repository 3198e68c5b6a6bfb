"""One instance a data folder: a lock held for the life of the process, and the master key that lies beside it. That it
is the right one is `services.master`'s to know."""

from __future__ import annotations

import base64
import binascii
import fcntl
import os
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO

from inbox.log.seal import KEY_BYTES, Keyring, MasterAway
from services.settings import Settings, SettingsError


class AlreadyRunning(Exception):
    """Another instance holds the data folder; the message says which process, and what to do."""


class MasterKeyGone(SettingsError):
    """There is no file of a master key."""


class InstanceLock:
    """Held until `release`, or until the process ends however it ends: a killed instance leaves no stale lock."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "vigie.lock"
        self._file: IO[str] | None = None

    def acquire(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._path.open("a+", encoding="ascii")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            file.close()
            raise AlreadyRunning(
                f"Vigie already runs on {self._path.parent} (process {holder}). Stop that one first, or give this one a"
                " folder and a port of its own: VIGIE_DATA_DIR=… VIGIE_PORT=…"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def write_private(path: Path, content: str) -> None:
    """A file only we may read, replaced in one step: a reader sees the old or the new, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def keyring(settings: Settings) -> Keyring:
    """The keys derived from VIGIE_MASTER_KEY, else from the data folder's master.key, made on first use."""
    if settings.master_key is not None:
        return read_keyring(settings.master_key.get_secret_value(), "VIGIE_MASTER_KEY")
    path = master_key_path(settings)
    if not path.exists():
        write_private(path, base64.b64encode(os.urandom(KEY_BYTES)).decode() + "\n")
    return stored_keyring(settings)


def stored_keyring(settings: Settings) -> Keyring:
    """Of the data folder, as it lies there; none is made. Raises `MasterKeyGone`, and `SettingsError` where it cannot
    be used."""
    path = master_key_path(settings)
    try:
        text = path.read_text(encoding="ascii")
    except FileNotFoundError as error:
        raise MasterKeyGone(f"{path} is gone") from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {getattr(error, 'strerror', None) or 'it is no text'}") from error
    return replace(read_keyring(text, str(path)), reread=partial(_reread, settings))


def _reread(settings: Settings) -> Keyring:
    """Never makes a new one: with another key beside the data they could not be told from damaged ones."""
    try:
        return stored_keyring(settings)
    except SettingsError as error:
        raise MasterAway(str(error)) from error


def master_key_path(settings: Settings) -> Path:
    return settings.data_dir / "master.key"


def read_keyring(text: str, where: str) -> Keyring:
    """The master key, then (after a rotation) `old=…` for each that still opens, and `lasting=…`; base64, separated by
    commas or white space. `where`: for the message of `SettingsError`."""
    master, old, lasting = b"", list[bytes](), b""
    for entry in text.replace(",", " ").split():
        if entry.startswith("old="):
            old.append(_decoded(entry.removeprefix("old="), where))
        elif entry.startswith("lasting="):
            lasting = _decoded(entry.removeprefix("lasting="), where)
        elif master:
            raise SettingsError(f"{where}: two master keys; say old=… of the one before")
        else:
            master = _decoded(entry, where)
    if not master:
        raise SettingsError(f"{where}: holds no key")
    return Keyring(master, tuple(old), lasting)


def written_keyring(ring: Keyring) -> str:
    """What `read_keyring` reads, a line an entry."""
    entries = [("", ring.master), *(("old=", old) for old in ring.old)]
    if ring.lasting:
        entries.append(("lasting=", ring.lasting))
    return "".join(f"{name}{base64.b64encode(value).decode()}\n" for name, value in entries)


def _decoded(text: str, where: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error as error:
        raise SettingsError(f"{where}: not base64") from error
    if len(key) < KEY_BYTES:
        raise SettingsError(f"{where}: needs at least {KEY_BYTES} bytes, has {len(key)}")
    return key

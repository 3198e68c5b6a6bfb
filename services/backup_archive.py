"""A backup's files: one ZIP with the log and what stands beside it, one with the keys that open it.

Each holds `manifest.json` and, a table, `tables/NAME.copy`: the rows as PostgreSQL's COPY writes them in its text
format, which every version reads. The manifest says how many rows and which SHA-256 each has, so a file that was
damaged or cut short is refused before anything is written. The two files of one backup carry the same number.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import zipfile
import zlib
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from pathlib import Path
from typing import IO, Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from inbox.errors import Refused

FORMAT = 1
MANIFEST = "manifest.json"
CHUNK = 1 << 20
Kind = Literal["log", "keys"]
Write = Callable[[bytes], Coroutine[Any, Any, None]]


class Table(BaseModel):
    """In the order in which they can be put back."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    columns: tuple[str, ...]
    rows: int
    sha256: str


class Seal(BaseModel):
    """How far a brand's log was sealed (`inbox.log.notary.Witness`); `digest` in hexadecimal."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    brand: int
    position: int
    digest: str


class Manifest(BaseModel):
    """`migration`: of the schema that the rows fit. `master`: tells master keys apart without telling the key."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    format: int = FORMAT
    kind: Kind
    backup: str
    made_at: str
    migration: str
    master: str
    tables: tuple[Table, ...] = ()
    seals: tuple[Seal, ...] = ()


class Writer:
    """Of one file. `table` takes rows as they come; the manifest is written when the block of `writing` ends."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self.tables: list[Table] = []

    @contextlib.asynccontextmanager
    async def table(self, name: str, columns: tuple[str, ...]) -> AsyncIterator[tuple[Write, Callable[[int], None]]]:
        """Gives what takes the bytes, and what is told how many rows they were."""
        digest, rows = hashlib.sha256(), [0]
        with self._file.open(_member(name), "w", force_zip64=True) as member:

            async def write(data: bytes) -> None:
                digest.update(data)
                member.write(data)

            yield write, lambda count: rows.__setitem__(0, count)
        self.tables.append(Table(name=name, columns=columns, rows=rows[0], sha256=digest.hexdigest()))


@contextlib.contextmanager
def writing(path: Path, manifest: Callable[[tuple[Table, ...]], Manifest]) -> Iterator[Writer]:
    """A file that only we may read; it has its name once it is whole and on disk."""
    fresh = path.with_name(path.name + ".part")
    try:
        descriptor = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w+b") as raw:
            with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
                writer = Writer(file)
                yield writer
                file.writestr(MANIFEST, manifest(tuple(writer.tables)).model_dump_json(indent=1))
            raw.flush()
            os.fsync(raw.fileno())
        fresh.replace(path)
    except OSError as error:
        raise Refused("file_unwritable", f"{path} cannot be written: {error.strerror}.") from error
    finally:
        fresh.unlink(missing_ok=True)


class Archive:
    """A file that was found whole."""

    def __init__(self, path: Path, file: zipfile.ZipFile, manifest: Manifest) -> None:
        self.path, self.manifest, self._file = path, manifest, file

    def opened(self, table: Table) -> IO[bytes]:
        return self._file.open(_member(table.name))

    async def chunks(self, table: Table) -> AsyncIterator[bytes]:
        with self.opened(table) as member:
            while data := member.read(CHUNK):
                yield data


@contextlib.contextmanager
def reading(path: Path, kind: Kind) -> Iterator[Archive]:
    """Refused: `backup_unreadable`, for a file that is missing, no backup, of the other kind, or damaged."""
    try:
        with zipfile.ZipFile(path) as file:
            manifest = Manifest.model_validate_json(file.read(MANIFEST))
            archive = Archive(path, file, manifest)
            if manifest.kind != kind or manifest.format != FORMAT:
                raise Refused("backup_unreadable", f"{path} holds {manifest.kind}, format {manifest.format}.")
            _check(archive)
            yield archive
    except (OSError, zipfile.BadZipFile, zlib.error, KeyError, ValidationError, EOFError) as error:
        raise Refused("backup_unreadable", f"{path} is no backup that can be read: {type(error).__name__}.") from error


def _check(archive: Archive) -> None:
    for table in archive.manifest.tables:
        with archive.opened(table) as member:
            digest = hashlib.file_digest(member, "sha256").hexdigest()  # type: ignore[arg-type]
        if digest != table.sha256:
            raise Refused("backup_unreadable", f"{archive.path}: the rows of {table.name} are damaged.")


def _member(table: str) -> str:
    return f"tables/{table}.copy"

"""Turns as a Parquet file: one row a turn, typed, times in UTC to the microsecond, compressed. The columns are those of
the CSV; text is text here, and no spreadsheet runs it."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

from arro3.core import Array, DataType, Table
from arro3.io import write_parquet

from inbox.views.export import TurnRow

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
COMPRESSION = "zstd(3)"


def parquet(rows: Sequence[TurnRow]) -> bytes:
    """CPU work: for a thread where the rows are many."""
    names = [field.name for field in fields(TurnRow)]
    columns = [_column(str(field.type), [getattr(row, field.name) for row in rows]) for field in fields(TurnRow)]
    made = io.BytesIO()
    write_parquet(Table.from_arrays(columns, names=names), made, compression=COMPRESSION)
    return made.getvalue()


def _column(kind: str, values: list[Any]) -> Array:
    """By the type that the row declares, so that a file without a single value has the same columns."""
    plain = kind.removesuffix(" | None")
    if plain == "datetime":
        return Array([_micros(value) for value in values], type=DataType.int64()).cast(
            DataType.timestamp("us", tz="UTC")
        )
    if plain in NUMBERS:
        return Array(values, type=NUMBERS[plain]())
    return Array([None if value is None else str(value) for value in values], type=DataType.utf8())


def _micros(at: datetime | None) -> int | None:
    return None if at is None else (at - EPOCH) // timedelta(microseconds=1)


NUMBERS: Mapping[str, Callable[[], DataType]] = {"int": DataType.int64, "bool": DataType.bool}

"""What JSON parsers accept and PostgreSQL does not is mended or refused before anybody else sees it."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest

from services.channels import reading
from services.channels.contract import CannotRead


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        (rb'"a\u0000b"', "a�b"),
        (rb'"\ud83d cut in half"', "� cut in half"),
        (rb'{"k\ud800": 1}', {"k�": 1}),
        (rb'"\ud83d\ude22"', "😢"),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b'{"a": 1, "a": 2}', {"a": 2}),
    ],
)
def test_what_can_be_mended_is_mended(raw: bytes, read: object) -> None:
    assert reading.loads(raw) == read


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{", b"nul", b"\xff\xfe", b"NaN", b'{"a": NaN}', b'{"a": Infinity}', b"[" * 100_000,
        b"[" * 3000 + b"]" * 3000,
        b'{"a":' * 3000 + b"1" + b"}" * 3000, b"[" * 250 + b"]" * 250, '"é"'.encode("latin-1"), '"é"'.encode("utf-16"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_and_never_crashes(raw: bytes) -> None:
    with pytest.raises(CannotRead):
        reading.loads(raw)


@pytest.mark.parametrize("raw", [b"1" * 5000, b"-" + b"9" * 5000, b"1e400", b"-1e200000", b"[1e400, 1]"])
def test_huge_numbers_become_merely_large(raw: bytes) -> None:
    read = reading.loads(raw)
    number = read[0] if isinstance(read, list) else read
    assert math.isfinite(number)


@pytest.mark.parametrize(
    "value",
    [1519399307, 1519399307000, "1519399307", "1519399307000", 1519399307.0, "2018-02-23T15:21:47Z",
     "2018-02-23T15:21:47+0000", "2018-02-23T17:21:47+02:00"],
)  # fmt: skip
def test_times_are_instants_however_they_are_written(value: object) -> None:
    assert reading.instant(value) == datetime(2018, 2, 23, 15, 21, 47, tzinfo=UTC)


@pytest.mark.parametrize("value", [None, True, [], {}, "", "soon", "2018-02-23T15:21:47", 1e300, -1e300, "9" * 400,
                                   "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])  # fmt: skip
def test_what_is_no_time_is_refused(value: object) -> None:
    with pytest.raises(ValueError):
        reading.instant(value)


def test_ids_are_text_whether_they_came_as_number_or_text() -> None:
    assert reading.ident(904801129604590) == reading.ident("904801129604590") == "904801129604590"
    assert reading.ident(None) is reading.ident("") is None
    wrongs: tuple[object, ...] = (True, 1.5, [], {}, "x" * 513)
    for wrong in wrongs:
        with pytest.raises(ValueError):
            reading.ident(wrong)


@pytest.mark.parametrize(
    "value", ["javascript:alert(1)", "//x", "data:text/html,x", "http://a b", 'https://a"onload=', 5]
)
def test_what_is_no_web_address_is_no_link(value: object) -> None:
    assert reading.link(value) is None


def test_web_addresses_are_links() -> None:
    assert reading.link("HTTPS://example.org/a?b=c&d='e'#f") == "HTTPS://example.org/a?b=c&d='e'#f"

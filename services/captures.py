"""What people keep of deliveries in files: packed, or many in one file, as a list or one a line.

A hook takes none of these forms, for no network sends them: `vigie channel parse` alone does, for whoever debugs.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

import orjson

from inbox.errors import Refused
from services.channels import reading
from services.channels.contract import CannotRead, Channel, Envelope, Inbound

PACKED = b"\x1f\x8b"
SIZE_MOST = 64 * 1024 * 1024
MANY_MOST = 10_000


def unpacked(raw: bytes) -> bytes:
    """`raw`, of gzip what is in it. Raises `Refused`."""
    if not raw.startswith(PACKED):
        return raw
    try:
        with gzip.open(io.BytesIO(raw)) as packed:
            found = packed.read(SIZE_MOST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise Refused("file_unreadable", "The file is packed (gzip), and broken.") from error
    if len(found) > SIZE_MOST:
        raise Refused("file_too_large", f"The file holds more than {SIZE_MOST // 1024 // 1024} MB when unpacked.")
    return found


def envelopes(network: Channel, request: Inbound) -> Iterator[Envelope]:
    """Those of the delivery; where it is none, those of each that the file holds. Raises `CannotRead`."""
    try:
        found: Sequence[Envelope] = network.split_request(request)
    except CannotRead:
        several = _several(request.raw)
        if not several:
            raise
        for one in several:
            yield from network.split_request(replace(request, raw=one))
        return
    yield from found


def _several(raw: bytes) -> list[bytes]:
    """Each object of a list, or of lines of JSON; nothing where the body is neither."""
    try:
        return _each(reading.loads(raw))
    except CannotRead:
        lines = [line for line in raw.lstrip(b"\xef\xbb\xbf").splitlines() if line.strip()]
    if not 1 < len(lines) <= MANY_MOST or not all(line.lstrip().startswith(b"{") for line in lines):
        return []
    return lines


def _each(content: object) -> list[bytes]:
    listed = content if isinstance(content, list) else []
    is_whole = 0 < len(listed) <= MANY_MOST and all(isinstance(one, dict) for one in listed)
    return [orjson.dumps(one) for one in listed] if is_whole else []

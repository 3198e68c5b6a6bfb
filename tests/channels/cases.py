"""What tests of networks share: reading fixtures, comparing what was read, spoiling them, and proving requests."""

from __future__ import annotations

import dataclasses
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from services.channels import reading
from services.channels.contract import CannotRead, Inbound, Parsed
from services.channels.registry import networks
from tests.channels.senders import NOON, channel, inbound

FIXTURES = Path(__file__).with_name("fixtures")
JUNK: Sequence[Any] = (
    None,
    True,
    -1,
    2**70,
    1e308,
    "",
    "\x00",
    "x" * 600,
    [],
    {},
    [[]],
    {"id": {}},
    "2026-13-45T99:00Z",
)


def fixture(network: str, name: str) -> bytes:
    return (FIXTURES / network / f"{name}.json").read_bytes()


def read(network: str, raw: bytes, headers: Mapping[str, str] | None = None, **record: Any) -> list[Parsed]:
    module, known = networks()[network], channel(network, **record)
    envelopes = module.split_request(inbound(raw, headers or {}))
    return [parsed for envelope in envelopes for parsed in module.read(envelope, known, NOON)]


def told(parsed: Parsed) -> str:
    return type(parsed).__name__


def agrees(found: Any, expected: Any) -> bool:
    """Whether what was read has all that is expected ("is": its type); times are compared as instants."""
    if isinstance(found, datetime):
        return isinstance(expected, str) and found == reading.instant(expected)
    if isinstance(found, BaseModel) or dataclasses.is_dataclass(found):
        return isinstance(expected, Mapping) and all(
            type(found).__name__ == v if k == "is" else agrees(getattr(found, k), v) for k, v in expected.items()
        )
    if isinstance(found, tuple):
        return isinstance(expected, Sequence) and len(found) == len(expected) and all(map(agrees, found, expected))
    return bool(found == expected)


def check(found: Sequence[Parsed], expected: Sequence[Mapping[str, Any]]) -> None:
    assert [told(one) for one in found] == [one["is"] for one in expected], found
    for one, wanted in zip(found, expected, strict=True):
        assert agrees(one, wanted), (one, wanted)


# --- spoiling -------------------------------------------------------------------------------------------------------


def spoiled(network: str, count: int = 100) -> Iterator[bytes]:
    """Fixtures with a value replaced or taken away, and with bytes changed or cut off: the same ones in each run."""
    chance = random.Random(network)
    raws = [path.read_bytes() for path in sorted((FIXTURES / network).glob("*.json"))]
    for number in range(count):
        raw = chance.choice(raws)
        yield _with_wrong_value(raw, chance) if number % 3 else _with_wrong_bytes(raw, chance)


def _with_wrong_value(raw: bytes, chance: random.Random) -> bytes:
    content = json.loads(raw)
    holders = list(_holders(content))
    for _ in range(chance.randint(1, 3)):
        holder, key = chance.choice(holders)
        if chance.random() < 0.2 and isinstance(holder, dict):
            holder.pop(key, None)
        elif isinstance(holder, dict) or key < len(holder):
            holder[key] = chance.choice(JUNK)
    return json.dumps(content).encode()


def _holders(node: Any) -> Iterator[tuple[Any, Any]]:
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in list(pairs):
        yield node, key
        yield from _holders(value)


def _with_wrong_bytes(raw: bytes, chance: random.Random) -> bytes:
    changed = bytearray(raw)
    for _ in range(chance.randint(1, 5)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed[: chance.randrange(len(changed))] if chance.random() < 0.3 else changed)


def survives(network: str, headers: Mapping[str, str] | None = None) -> None:
    """Nothing that a sender can say raises, but for "nothing of it can be read"."""
    for raw in spoiled(network):
        try:
            read(network, raw, headers)
        except CannotRead:
            continue


# --- proving --------------------------------------------------------------------------------------------------------


def proves(
    network: str, raw: bytes, headers: Mapping[str, str], secrets: Mapping[str, str], url: str = "https://v.example/h"
) -> str | None:
    """The secret that proves the request."""
    request = Inbound({name.lower(): [value] for name, value in headers.items()}, raw, url)
    return networks()[network].verify(request, channel(network, secrets=secrets))


def holds_only_as_signed(network: str, raw: bytes, headers: Mapping[str, str], secret: str, signature: str) -> None:
    """The proof holds, also by the secret before a rotation; not for another body, digest or secret, nor without."""
    assert proves(network, raw, headers, {"secret": secret}) == secret
    assert proves(network, raw, headers, {"secret": "new", "secret_previous": secret}) == secret
    assert proves(network, _flipped(raw), headers, {"secret": secret}) is None
    for wrong in _wrong(headers[signature]):
        assert proves(network, raw, {**headers, signature: wrong}, {"secret": secret}) is None, wrong
    assert proves(network, raw, headers, {"secret": secret + "x"}) is None
    assert proves(network, raw, headers, {"secret": ""}) is None
    assert proves(network, raw, {k: v for k, v in headers.items() if k != signature}, {"secret": secret}) is None


def _flipped(raw: bytes) -> bytes:
    return bytes([raw[0] ^ 1]) + raw[1:]


def _wrong(signature: str) -> Iterator[str]:
    """In place of the last character that counts (base64 ends in padding, hexadecimal does not) another one."""
    at = len(signature.rstrip("=")) - 2
    yield signature[:at] + ("0" if signature[at] != "0" else "1") + signature[at + 1 :]
    yield signature[:-4]
    yield ""
    yield "é"

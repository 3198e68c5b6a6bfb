"""Fixtures of the networks (`fixtures/NETWORK/`: one request's body a file, invented), as a channel reads them; and
what may become of such a body on its way."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from services.channels.contract import CannotRead, Parsed
from services.channels.registry import networks
from tests.channels.senders import NOON, channel

FIXTURES = Path(__file__).with_name("fixtures")
ODD: tuple[Any, ...] = (None, True, -1, 5, 1e300, "", "x" * 600, "\ud800", "٣", "-" * 20, [], {}, [[]], {"id": []})


def body(network: str, name: str) -> bytes:
    return (FIXTURES / network / name).read_bytes()


def names(network: str) -> list[str]:
    return sorted(path.name for path in (FIXTURES / network).iterdir())


def read(network: str, raw: bytes, **record: Any) -> list[Parsed]:
    module, known = networks()[network], channel(network, **record)
    return [parsed for envelope in module.split(raw) for parsed in module.read(envelope, known, NOON)]


def survives(network: str, raw: bytes) -> None:
    """Whatever comes, it is read, or refused as a whole; nothing is raised that nobody expects."""
    module, known = networks()[network], channel(network)
    try:
        envelopes = module.split(raw)
    except CannotRead:
        return
    for envelope in envelopes:
        module.read(envelope, known, NOON)
    module.join(envelopes)


def mutants(network: str, count: int = 100) -> Iterator[bytes]:
    """Bodies of the network with a value replaced, or their bytes broken; the same ones each time."""
    chance = random.Random(network)
    bodies = [body(network, name) for name in names(network)]
    for _ in range(count):
        raw = chance.choice(bodies)
        yield _replaced(raw, chance) if raw[:1] == b"{" and chance.random() < 0.7 else _broken(raw, chance)


def _replaced(raw: bytes, chance: random.Random) -> bytes:
    content = json.loads(raw)
    places = list(_places(content))
    for _ in range(chance.choice((1, 1, 2))):
        holder, key = chance.choice(places)
        holder[key] = chance.choice(ODD)
    return json.dumps(content).encode()


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in keys:
        yield node, key
        yield from _places(node[key])


def _broken(raw: bytes, chance: random.Random) -> bytes:
    at, length = chance.randrange(len(raw)), chance.randrange(1, 20)
    inserted = bytes(chance.randrange(256) for _ in range(chance.choice((0, 1, length))))
    return raw[:at] + inserted + raw[at + chance.choice((0, 1, length)) :]

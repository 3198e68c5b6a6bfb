"""The other event stores, each in the forms that were fastest for it: a writer a thread or connection, and in batches.

Each has a database of its own on the same server. One that cannot be installed is left out, and why is told.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.bench import peers
from tests.bench.append.payload import peer_json
from tests.bench.measure import Bench, Contender
from tests.bench.peers.child import Child
from tests.bench.peers.messagedb import MessageDb
from tests.bench.peers.place import Missing, Place

HERE = Path(peers.__file__).parent
WRITERS = 64
BATCH = 100


@dataclass(frozen=True, slots=True)
class Peer:
    """`family` is the store; `batch` whether it writes many events a commit."""

    family: str
    batch: bool
    contender: Contender


async def of(bench: Bench) -> tuple[list[Peer], dict[str, str]]:
    """The peers that can be measured here, and the names of the others with what they lack."""
    found, missing = list[Peer](), dict[str, str]()
    place = Place()
    try:
        await asyncio.to_thread(place.with_python)
        found += await _eventsourcing(bench, place)
    except Missing as error:
        missing["eventsourcing"] = str(error)
    try:
        await asyncio.to_thread(place.with_node)
        found += await _message_db(bench, place)
        found += await _emmett(bench, place)
    except Missing as error:
        missing |= {"message-db": str(error), "Emmett": str(error)}
    for name, why in missing.items():
        print(f"{name} is not measured: {why}", flush=True)
    return found, missing


async def _eventsourcing(bench: Bench, place: Place) -> list[Peer]:
    shapes = (
        ("eventsourcing, 64 threads", WRITERS, 1, False),
        ("eventsourcing, 64 threads, its functions", WRITERS, 1, True),
        ("eventsourcing, 100 a save", 1, BATCH, False),
        ("eventsourcing, 100 a save, its functions", 1, BATCH, True),
    )
    peers = []
    for n, (name, threads, size, functions) in enumerate(shapes):
        parts = urlsplit(await bench.database(f"eventsourcing_{n}"))
        given: dict[str, Any] = {
            "database": parts.path.lstrip("/"), "host": parse_qs(parts.query)["host"][0], "threads": threads,
            "size": size, "functions": functions, "state": peer_json(),
        }  # fmt: skip
        child = Child(name, (place.python, HERE / "eventsourcing_child.py"), given)
        peers.append(Peer("eventsourcing", size > 1, child))
    return peers


async def _message_db(bench: Bench, place: Place) -> list[Peer]:
    dsns = [await bench.database(f"message_db_{n}") for n in range(2)]
    data, modules = peer_json(), place.modules
    return [
        Peer("messagedb", False, MessageDb("message-db, 64 connections", dsns[0], modules, data, writers=WRITERS)),
        Peer(
            "messagedb", True, MessageDb("message-db, 100 a transaction", dsns[1], modules, data, writers=1, size=BATCH)
        ),
    ]


async def _emmett(bench: Bench, place: Place) -> list[Peer]:
    shapes = (("Emmett, 64 workers", WRITERS, 1), ("Emmett, 100 an append", 1, BATCH), ("Emmett, 16 × 100", 16, BATCH))
    peers = []
    for n, (name, workers, size) in enumerate(shapes):
        given = {
            "dsn": await bench.database(f"emmett_{n}"), "modules": str(place.modules), "workers": workers, "size": size,
            "data": peer_json(),
        }  # fmt: skip
        peers.append(Peer("emmett", size > 1, Child(name, (place.node, HERE / "emmett.mjs"), given)))
    return peers

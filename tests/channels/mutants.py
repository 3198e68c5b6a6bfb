"""Bodies of every network, spoilt: values replaced or taken away, bytes changed or cut off. `make mutants` runs many.

    make mutants                                    10,000 of each network
    make mutants ARGS="--count 500 --network x --seed 7"

Each is read as the network's hook reads it, with and without the headers that say how. Nothing but `CannotRead` may
leave a parser, and what it reads must fit the log. Prints a line a network; ends with 1 where anything failed, with
the seed and number that make it again. The tests run a hundred of each (`test_conformance.py`).
"""

from __future__ import annotations

import argparse
import copy
import dataclasses
import json
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from services import channel_tools
from services.channels.contract import ID_MOST, CannotRead, Echoed, Envelope, Inbound, Parsed
from services.channels.registry import networks
from tests.channels.senders import NOON, channel

HERE = Path(__file__).parent
PARSED = Parsed.__args__
TYPES = {
    ".json": "application/json", ".form": "application/x-www-form-urlencoded", ".xml": "application/xml",
    ".atom": "application/atom+xml", ".rss": "application/rss+xml", ".eml": "message/rfc822",
    ".multipart": "multipart/form-data; boundary=xYzZY",
}  # fmt: skip
SAYING = {
    "x-github-event": ("issues", "issue_comment", "ping"), "x-discourse-event": ("post_created", "post_edited"),
    "x-discourse-instance": ("https://forum.example", "\x00"), "ce-specversion": ("1.0", "9"),
    "ce-type": ("message.received", "%zz"), "ce-id": ("1", ""), "ce-source": ("/x", "%E2%82"), "ce-time": ("now",),
    "x-hook-uuid": ("1",), "x-goog-channel-id": ("1",),
}  # fmt: skip
JUNK: tuple[Any, ...] = (
    None, True, -1, 2**70, 1e300, "", "\x00", "x" * 600, "\ud800", "٣", [], {}, [[]], {"id": {}}, "2026-13-45T99:00Z",
)  # fmt: skip

Body = tuple[str, bytes]
"""Content type and bytes."""


# --- bodies -------------------------------------------------------------------------------------------------------


def fixtures(name: str) -> list[Body]:
    """The network's own, one body a file, or (Meta's) the cases of one file; and its variants."""
    folder, cases = HERE / "fixtures" / name, HERE / "fixtures" / f"{name}.json"
    if cases.is_file():
        bodies = [{"object": case["object"], "entry": [case["entry"]]} for case in json.loads(cases.read_bytes())]
        return [(TYPES[".json"], json.dumps(body).encode()) for body in bodies] + variants(name)
    own = [(TYPES.get(path.suffix, ""), path.read_bytes()) for path in sorted(folder.glob("*")) if path.is_file()]
    return own + variants(name)


def variants(name: str) -> list[Body]:
    rows = json.loads((HERE / "variants.json").read_bytes())
    return [(TYPES[".json"], json.dumps(row["body"]).encode()) for row in rows if row["network"] == name]


def spoilt(name: str, count: int, seed: str) -> Iterator[Inbound]:
    """The same ones for the same seed."""
    given, chance = fixtures(name), random.Random(seed)
    for number in range(count if given else 0):
        kind, raw = given[number % len(given)]
        changed = wrong_value(raw, chance) if number % 2 and raw[:1] in b"{[" else wrong_bytes(raw, chance)
        named = {key: chance.choice(values) for key, values in SAYING.items() if chance.random() < 0.3}
        yield request_of(chance.choice((kind, kind, "")), changed, **named)


def request_of(kind: str, raw: bytes, **headers: str) -> Inbound:
    named = {key.replace("_", "-"): [value] for key, value in headers.items()}
    return Inbound({"content-type": [kind], **named} if kind else named, raw)


def wrong_value(raw: bytes, chance: random.Random) -> bytes:
    content = json.loads(raw)
    for _ in range(chance.randint(1, 3)):
        places = list(holders(content))
        holder, key = chance.choice(places) if places else ({}, 0)
        if isinstance(holder, dict) and chance.random() < 0.2:
            holder.pop(key, None)
        else:
            holder[key] = copy.deepcopy(chance.choice(JUNK))
    return json.dumps(content).encode()


def holders(node: Any) -> Iterator[tuple[Any, Any]]:
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in list(pairs):
        yield node, key
        yield from holders(value)


def wrong_bytes(raw: bytes, chance: random.Random) -> bytes:
    changed = bytearray(raw or b"x")
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(changed))
        changed[at : at + chance.choice((0, 1, 1, 9))] = bytes(
            chance.randrange(256) for _ in range(chance.choice((0, 1, 1, 5)))
        )
        changed = changed or bytearray(b"x")
    return bytes(changed[: chance.randrange(len(changed))] if chance.random() < 0.2 else changed)


# --- what must hold -----------------------------------------------------------------------------------------------


def parts(name: str, request: Inbound, **record: Any) -> list[tuple[Envelope, Parsed]]:
    network, known = networks()[name], channel(name, **record)
    return [
        (envelope, one) for envelope in network.split_request(request) for one in network.read(envelope, known, NOON)
    ]


def readable(name: str, request: Inbound) -> list[tuple[Envelope, Parsed]]:
    try:
        return parts(name, request)
    except CannotRead:
        return []


def storable(one: Parsed) -> None:
    """Ids within bounds, times with a zone, no text that PostgreSQL refuses; an echo names what it answers."""
    assert isinstance(one, PARSED)
    for field in dataclasses.fields(one):
        value = getattr(one, field.name)
        if field.name in ("external_id", "thread_id", "parent_id", "in_reply_to", "version") and value is not None:
            assert isinstance(value, str)
            assert 0 < len(value) <= ID_MOST
        if isinstance(value, str):
            assert "\x00" not in value
            value.encode()
        if field.name in ("sent_at", "written_at") and value is not None:
            assert value.tzinfo is not None
    author = getattr(one, "author", None)
    assert author is None or (author.id and len(author.id) <= ID_MOST)
    if isinstance(one, Echoed):
        assert one.in_reply_to or (one.thread_id and one.author)
    channel_tools.told(one)


# --- many of them -------------------------------------------------------------------------------------------------


def run(name: str, count: int, seed: str) -> tuple[Counter[str], list[str]]:
    """What the bodies were read as, and what left the parser that must not."""
    outcomes: Counter[str] = Counter()
    faults: list[str] = []
    for number, request in enumerate(spoilt(name, count, seed)):
        try:
            found = [one for _, one in readable(name, request)]
            for one in found:
                storable(one)
            outcomes.update({type(one).__name__ for one in found} or {"refused whole"})
        except Exception:  # noqa: BLE001 (whatever leaves a parser is what we look for)
            faults.append(f"{name} {seed} #{number}: {request.raw[:200]!r}\n{traceback.format_exc(limit=-3)}")
    return outcomes, faults


def main() -> int:
    options = argparse.ArgumentParser(prog="mutants")
    options.add_argument("--count", type=int, default=10_000)
    options.add_argument("--network", action="append")
    options.add_argument("--seed", default="")
    args = options.parse_args()
    failed = 0
    for name in args.network or networks():
        began = time.perf_counter()
        outcomes, faults = run(name, args.count, args.seed or name)
        told = ", ".join(f"{kind} {many}" for kind, many in sorted(outcomes.items()))
        print(f"{name}: {args.count} in {time.perf_counter() - began:.1f} s, {len(faults)} faults. {told}", flush=True)
        print("".join(faults[:3]), end="")
        failed += len(faults)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

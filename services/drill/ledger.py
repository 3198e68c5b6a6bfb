"""The ledger: what was sent and what was answered, on disk before the drill goes on; and its comparison with the log.

An id is written once without an answer (`None`, about to be sent) and once for each answer. What got a 2xx must be in
the log exactly once, whatever was killed in between; what got none may or may not be there. Edits, deletions and echoes
are named after their message (`…#edited1`, `…#deleted`, `…#echoed`).
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

Events = Iterable[Mapping[str, Any]]
MARKS = {
    "MessageReceived": "", "MessageEdited": "#edited", "MessageWithdrawn": "#deleted", "ReplyEchoed": "#echoed",
}  # fmt: skip
HELD_MARKS = {"edited": "#edited", "withdrawn": "#deleted", "echoed": "#echoed"}


class Ledger:
    """A JSON-lines file. `run` names the ids that belong to it (all of them when empty)."""

    def __init__(self, path: Path, *, run: str = "") -> None:
        self.path = path
        self.run = run
        self.statuses: dict[str, list[int | None]] = {}
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab")
        if path.stat().st_size == 0:
            self._write([{"run": run}])

    @classmethod
    def load(cls, path: Path) -> Ledger:
        """A ledger as it stands on disk, open to go on. A last line cut short by a crash is cut off."""
        whole = path.read_bytes()
        rows = [orjson.loads(line) for line in whole[: whole.rfind(b"\n") + 1].splitlines()]
        with path.open("r+b") as file:
            file.truncate(whole.rfind(b"\n") + 1)
        ledger = cls(path, run=rows[0]["run"] if rows else "")
        for row in rows[1:]:
            ledger.statuses.setdefault(row["id"], []).append(row["status"])
        return ledger

    def record(self, id_: str, status: int | None) -> None:
        """On disk when it returns. `None`: about to be sent, or sent and never answered."""
        self.record_all([id_], status)

    def record_all(self, ids: Iterable[str], status: int | None) -> None:
        """The same for the ids of one request, with one fsync."""
        with self._lock:
            ids = list(ids)
            for id_ in ids:
                self.statuses.setdefault(id_, []).append(status)
            self._write([{"id": id_, "status": status} for id_ in ids])

    def accepted(self, id_: str) -> bool:
        return any(status is not None and 200 <= status < 300 for status in self.statuses.get(id_, ()))

    def close(self) -> None:
        self._file.close()

    def _write(self, rows: list[dict[str, Any]]) -> None:
        self._file.write(b"".join(orjson.dumps(row) + b"\n" for row in rows))
        self._file.flush()
        os.fsync(self._file.fileno())


@dataclass(frozen=True, slots=True)
class Comparison:
    """`lost`: answered 2xx, not in the log. `duplicated`: more often in the log than said. `unexpected`: of this run,
    in the log, never sent. `recovered`: in the log although no 2xx ever came back, which is no fault."""

    ok: bool
    lost: tuple[str, ...]
    duplicated: tuple[str, ...]
    unexpected: tuple[str, ...]
    recovered: tuple[str, ...]


def base_of(id_: str) -> str:
    """Without the number of an edition: a log tells edits of one message apart by their time, not by a number."""
    stem, mark, _ = id_.partition("#edited")
    return stem + mark


def found_in(events: Events) -> Counter[str]:
    """How often each message, edit, deletion and echo is in the log. A reference that was held until its message was
    known, and then took effect, is one thing."""
    done: Counter[str] = Counter()
    held: Counter[str] = Counter()
    for event in events:
        data = event["data"]
        if event["type"] in MARKS:
            done[data["external_id"] + MARKS[event["type"]]] += 1
        elif event["type"] == "ReferenceHeld":
            about = data["external_id"] if data["verb"] == "echoed" else data["refers_to"]
            held[about + HELD_MARKS[data["verb"]]] += 1
    return done | held


def compare(ledger: Ledger, events: Events) -> Comparison:
    """The ledger against the events of `GET …/events` (of which those of other origin are passed over)."""
    found = found_in(events)
    sent: dict[str, list[str]] = {}
    for id_ in ledger.statuses:
        sent.setdefault(base_of(id_), []).append(id_)
    lost: list[str] = []
    recovered: list[str] = []
    duplicated: list[str] = []
    for base, ids in sent.items():
        accepted = [id_ for id_ in ids if ledger.accepted(id_)]
        unanswered = [id_ for id_ in ids if not ledger.accepted(id_)]
        lost += accepted[found[base] :]
        recovered += unanswered[: max(0, found[base] - len(accepted))]
        if found[base] > len(ids):
            duplicated.append(base)
    unexpected = [id_ for id_ in found if id_ not in sent and ledger.run in id_]
    ok = not (lost or duplicated or unexpected)
    return Comparison(ok, tuple(lost), tuple(duplicated), tuple(unexpected), tuple(recovered))

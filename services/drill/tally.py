"""What was sent, and what became of it, as figures: pure, and what `report` prints."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.drill.plan import Delivery, Move
from services.drill.scenario import IN_MINUTES, IN_THE_HOUR, Topic

Row = Mapping[str, Any]


@dataclass(slots=True)
class Sent:
    """Counts of the script as it went out. `by` maps a heading to the counts of messages under it."""

    messages: int = 0
    edits: int = 0
    deletions: int = 0
    echoes: int = 0
    requests: int = 0
    redeliveries: int = 0
    batches: int = 0
    authors: set[str] = field(default_factory=set)
    by: dict[str, Counter[str]] = field(default_factory=dict)


def sent(deliveries: Iterable[Delivery]) -> Sent:
    result = Sent(by={heading: Counter() for heading in ("act", "channel", "language", "kind", "topic")})
    for delivery in deliveries:
        result.requests += 1
        result.redeliveries += delivery.copy_of is not None
        if delivery.copy_of is None:
            result.batches += len(delivery.moves) > 1
            for move in delivery.moves:
                _count(result, move)
    return result


def _count(result: Sent, move: Move) -> None:
    result.edits += move.verb == "edit"
    result.deletions += move.verb == "delete"
    result.echoes += move.verb == "echo"
    if move.verb != "message":
        return
    result.messages += 1
    if not move.line.anonymous:
        result.authors.add(move.author.id)
    line = move.line
    keys = {"act": move.act, "channel": line.network, "language": line.lang, "kind": line.kind, "topic": line.topic}
    for heading, key in keys.items():
        result.by[heading][key] += 1


@dataclass(frozen=True, slots=True)
class Danger:
    """A scripted danger and the row it ended in. `priority` is None where the inbox has no row of it."""

    topic: Topic
    lang: str
    text: str
    priority: int | None
    urgency: float | None
    met: bool


@dataclass(slots=True)
class Made:
    """What the inbox made of the run: items by priority, status, sentiment, language; how many have no judgement."""

    items: int = 0
    unscored: int = 0
    by: dict[str, Counter[str]] = field(default_factory=dict)
    dangers: list[Danger] = field(default_factory=list)
    lag_p50_s: float | None = None
    lag_p95_s: float | None = None


def made(moves: list[Move], events: list[dict[str, Any]], items: Mapping[str, Row]) -> Made:
    """`moves`: those of the run; `events`: the log since its start; `items`: all rows by id."""
    item_of = {e["data"]["external_id"]: e["item_id"] for e in events if e["type"] == "MessageReceived"}
    said = [move for move in moves if move.verb == "message"]
    ids = {item_of[move.message_id] for move in said if move.message_id in item_of}
    rows = [items[id_] for id_ in sorted(ids) if id_ in items]
    result = Made(items=len(rows), unscored=sum(not _scored(row) for row in rows))
    result.by = {
        "priority": Counter(f"P{_number(row.get('priority'))}" for row in rows),
        "status": Counter(str(row.get("status") or "unknown") for row in rows),
        "sentiment": Counter(str(row.get("sentiment") or "not assessed") for row in rows),
        "language": Counter(str(row.get("lang") or "unknown") for row in rows),
    }
    withdrawn = {move.message_id for move in moves if move.verb == "delete"}
    result.dangers = [
        _danger(move, items.get(str(item_of.get(move.message_id))))
        for move in said
        if move.line.topic in IN_MINUTES | IN_THE_HOUR and move.message_id not in withdrawn
    ]
    result.lag_p50_s, result.lag_p95_s = _lags(events, {move.message_id for move in said})
    return result


def _scored(row: Row) -> bool:
    return row.get("urgency") is not None and row.get("scored") is not False


def _number(priority: object) -> int | None:
    """1 to 4, whether the API writes it `1` or `"P1"`."""
    digits = str(priority).removeprefix("P")
    return int(digits) if digits.isdigit() else None


def _danger(move: Move, row: Row | None) -> Danger:
    priority = _number(row.get("priority")) if row else None
    least = 1 if move.line.topic in IN_MINUTES else 2
    met = priority is not None and priority <= least
    return Danger(move.line.topic, move.line.lang, move.text, priority, row.get("urgency") if row else None, met)


def _lags(events: list[dict[str, Any]], ids: set[str]) -> tuple[float | None, float | None]:
    """Seconds from receipt to judgement, by the instance's own clock: median and 95th percentile (nearest rank)."""
    received = {e["data"]["external_id"]: e["data"]["received_at"] for e in events if e["type"] == "MessageReceived"}
    first: dict[str, float] = {}
    for event in events:
        id_ = event["data"].get("external_id")
        if event["type"] == "MessageClassified" and id_ in ids and id_ in received and id_ not in first:
            first[id_] = (_time(event["data"]["at"]) - _time(received[id_])).total_seconds()
    lags = sorted(first.values())
    return (_percentile(lags, 0.5), _percentile(lags, 0.95)) if lags else (None, None)


def _percentile(ordered: list[float], share: float) -> float:
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)

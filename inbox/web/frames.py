"""What goes over a live stream: server-sent events, framed once and shared by all who get the same rendering."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from inbox import meters
from inbox.log.eras import FIRST
from inbox.views import folding
from inbox.views.row import FOREVER, Row, tier, timestamp
from inbox.web.crowd import Person

HEARTBEAT = b"event: beat\ndata: {}\n\n"
"""An event and not a comment, which EventSource keeps to itself: a page must notice when nothing comes any more."""
NOBODY_MS = 253402300799000
"""9999-12-31: after everything, where nobody waits."""
RETRY = b"retry: 2000\n\n"


@dataclass(frozen=True, slots=True)
class Variant:
    """A rendering: the API's JSON with or without personal content, or the page's row in one language."""

    kind: str
    lang: str = ""
    personal: bool = False


Render = Callable[[Row, Variant], dict[str, Any]]


@dataclass(slots=True)
class Entry:
    """One change, or a remark to all (`row` None). `last`: the last change of its position, which alone carries the
    id. `era`: of that position."""

    position: int | None
    row: Row | None = None
    last: bool = True
    event: str = "item"
    data: bytes = b""
    era: str = FIRST
    framed: dict[Variant, bytes] = field(default_factory=dict)

    def frame(self, variant: Variant, render: Render) -> bytes:
        """The bytes for this rendering, made when first asked for."""
        if self.row is None:
            return _framed(self.event, self.data, self.position, self.era)
        if variant not in self.framed:
            with meters.LIVE_RENDER_SECONDS.labels(variant.kind).time():
                data = orjson.dumps(render(self.row, variant))
            self.framed[variant] = _framed(self.event, data, self.position if self.last else None, self.era)
        return self.framed[variant]


@dataclass(slots=True)
class Batch:
    """Entries that are handed on together: one bytes object a rendering serves all who get it."""

    entries: Sequence[Entry]
    joined: dict[tuple[Variant, bool], bytes | None] = field(default_factory=dict)

    def bytes(self, variant: Variant, render: Render, *, chunked: bool) -> bytes | None:
        """As they go over the wire; None where an entry cannot be rendered. `chunked`: as one chunk of HTTP/1.1."""
        key = variant, chunked
        if key not in self.joined:
            try:
                data = b"".join(entry.frame(variant, render) for entry in self.entries)
                self.joined[key] = b"%x\r\n%b\r\n" % (len(data), data) if chunked else data
            except Exception:  # noqa: BLE001 — each stream that wants it says so by itself, and breaks off
                self.joined[key] = None
        return self.joined[key]


def _framed(event: str, data: bytes, position: int | None, era: str) -> bytes:
    """The id is the position, and past a restore its era, too: whoever comes back says both."""
    named = "" if era == FIRST else f"-{era}"
    head = b"" if position is None else f"id: {position}{named}\n".encode()
    return head + b"event: " + event.encode() + b"\ndata: " + data + b"\n\n"


def ready(position: int, era: str, *, reset: bool) -> Entry:
    """What was missed has been sent: from here on come new changes. `reset`: the caller knows a position we do not:
    reload."""
    data = orjson.dumps({"position": position, "era": era})
    return Entry(position, event="reset" if reset else "ready", data=data, era=era)


def counts(of_views: Mapping[str, int]) -> Entry:
    return Entry(None, event="counts", data=orjson.dumps(dict(of_views)))


def people(items: Mapping[UUID, Sequence[Person]], *, every: bool) -> Entry:
    """Who looks at these items: member, name, whether they write. `every`: nobody looks at any other one."""
    shown = {str(item): [[one.member, one.name, one.writing] for one in there] for item, there in items.items()}
    return Entry(None, event="people", data=orjson.dumps({"items": shown, "every": every}))


def waves(cells: folding.Cells, *, every: bool) -> Entry:
    """Who waits in these waves; each page sums up what is on its list. `every`: there are no others."""
    return Entry(None, event="waves", data=orjson.dumps(waved(cells, every=every)))


def waved(cells: folding.Cells, *, every: bool) -> dict[str, Any]:
    return {"waves": {str(wave): list(map(_cell, alike)) for wave, alike in cells.items()}, "every": every}


def _cell(cell: folding.Cell) -> dict[str, Any]:
    """As `facets` of a row, so that the browser asks the same of both."""
    priority, suspected, due_at, item = cell.first
    return {
        "status": cell.status, "priority": cell.priority, "channel": cell.channel, "network": cell.network,
        "lang": cell.lang, "items": cell.items, "rank": [tier(priority, suspected), millis(due_at), str(item)],
    }  # fmt: skip


def millis(due_at: datetime | None) -> int:
    """What is due first, as rows are put in order by it: nobody who waits comes last."""
    return NOBODY_MS if due_at is None or due_at >= FOREVER else int(due_at.timestamp() * 1000)


def facets(row: Row) -> dict[str, Any]:
    """What the browser needs to know whether, and where, a row belongs in the queue it shows."""
    due_at = timestamp(row.rank_due_at)
    return {
        "status": row.status,
        "priority": row.priority,
        "assignee": row.assignee,
        "channel": row.channel_id,
        "network": row.network,
        "lang": row.lang,
        "wave": None if row.wave is None else str(row.wave),
        "breached": row.ack_breached or row.response_breached,
        "due_at": due_at,
        "rank": [row.tier, millis(row.rank_due_at), str(row.id)],
    }

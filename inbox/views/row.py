"""A row of the queue: what is shown of an item before it is opened, worked out once, when its events are folded.

`row_of` is a pure function of the item and the policy in force. Times are aware UTC. What depends on the moment of
looking (a countdown, "overdue since") is worked out by who shows it, from the due times.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from inbox import corrections, harsh, priority, sla
from inbox.events import Author, ClockName, ReasonGiven
from inbox.ids import ItemId
from inbox.policy import Policy
from inbox.replacing import make, replace
from inbox.state import Item, Message, Turn

FOREVER = datetime.max.replace(tzinfo=UTC)
"""PostgreSQL's `infinity`: the rank of what nobody waits for."""


@dataclass(frozen=True)
class Row:
    """An item as the queue shows it. Clocks (`turn`, `ack_*`, `response_*`, `acknowledged_*`, `responded_*`) are those
    of the latest turn. `warn_*`: when a clock that still runs turns amber, None once it stopped or was missed.
    `rank_due_at`: what is due first, None when nothing is. `corrected`: what people corrected of the classifier's
    reading ("categories", "urgency", "language"). `provisional`: read at first sight only. `muted`: nobody is to be
    alarmed by its author. `suspected`: in P1, and below what is sure there. `fold`: why `text` stays folded until it is
    asked for; nothing where it does not. `promise_until`: of a promise that runs, or
    was broken to somebody who still waits. `wave`: that its words belong to; `wave_size`: its messages, filled in when
    the row is read."""

    id: ItemId
    position: int
    status: str
    priority: int
    base_priority: int
    override: int | None
    promoted: int
    scored: bool
    urgency: float | None
    level: int | None
    sentiment: str | None
    lang: str | None
    reasons: tuple[ReasonGiven, ...]
    channel_id: str
    network: str
    kind: str
    author: Author | None
    text: str | None
    permalink: str | None
    forgotten: bool
    withdrawn: bool
    message_count: int
    assignee: int | None
    received_at: datetime
    sent_at: datetime
    turn: int
    ack_started: datetime
    ack_due_at: datetime
    response_due_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: int | None
    responded_at: datetime | None
    responded_by: int | None
    ack_breached: bool
    response_breached: bool
    warn_ack_at: datetime | None
    warn_response_at: datetime | None
    promise_until: datetime | None
    reply_possible_until: datetime | None
    rank_due_at: datetime | None
    uncertain: bool
    corrected: tuple[str, ...] = ()
    provisional: bool = False
    wave: uuid.UUID | None = None
    wave_size: int = 0
    muted: bool = False
    suspected: bool = False
    fold: tuple[str, ...] = ()

    @property
    def tier(self) -> int:
        """What comes first of all: the priority, and in P1 the sure ones; then what is due first."""
        return tier(self.priority, self.suspected)

    @property
    def waiting(self) -> bool:
        return self.status in {"open", "acknowledged"}

    @property
    def quotable(self) -> bool:
        """Whether what gave its reasons away may be shown beside them."""
        return not self.fold and harsh.quotable(self.reasons)

    def as_of(self, now: datetime) -> Row:
        """With the breaches that time alone has made, should the clock worker not have said them yet."""
        if not self.waiting:
            return self
        return replace(
            self,
            ack_breached=self.ack_breached or (self.acknowledged_at is None and self.ack_due_at < now),
            response_breached=self.response_breached or (self.responded_at is None and self.response_due_at < now),
        )

    def to_json(self, personal: bool) -> dict[str, Any]:
        """The API's item. Without `personal` nothing that names or quotes the author is in it."""
        return {
            **{name: getattr(self, name) for name in OPEN_FIELDS},
            **{name: timestamp(getattr(self, name)) for name in TIMES},
            "id": str(self.id),
            "reasons": [reason_json(reason, personal) for reason in self.reasons],
            "corrected": list(self.corrected),
            "wave": None if self.wave is None else str(self.wave),
            "author": author_json(self.author) if personal else None,
            "text": self.text if personal else None,
            "permalink": self.permalink if personal else None,
        }


OPEN_FIELDS = (
    "status", "priority", "base_priority", "urgency", "level", "provisional", "sentiment", "lang", "scored",
    "channel_id", "network", "kind", "assignee", "ack_breached", "response_breached", "position", "turn", "muted",
    "suspected",
)  # fmt: skip
TIMES = (
    "received_at", "sent_at", "ack_due_at", "response_due_at", "acknowledged_at", "responded_at",
    "reply_possible_until",
)  # fmt: skip


def tier(priority: int, suspected: bool) -> int:
    return priority * 10 + suspected


def timestamp(at: datetime | None) -> str | None:
    """RFC 3339 in UTC, ending in Z."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def reason_json(reason: ReasonGiven, personal: bool) -> dict[str, Any]:
    evidence = list(reason.evidence) if personal else []
    return {"category": reason.category, "score": reason.score, "evidence": evidence}


def author_json(author: Author | None) -> dict[str, Any] | None:
    return None if author is None else author.model_dump(include={"id", "handle", "name", "followers"})


def row_of(item: Item, policy: Policy, alarms: Sequence[sla.Alarm] | None = None) -> Row | None:
    """None while no message of the item is known. `alarms`: of its last turn, where the caller has them already."""
    if not item.messages:
        return None
    shown, turn, counted = _shown(item), item.turns[-1], priority.counted(item)
    warnings = _warnings(policy, turn, sla.alarms(policy, turn) if alarms is None else alarms)
    return make(
        Row, id=item.item_id, position=item.position, status=item.status, priority=item.priority,
        base_priority=item.base_priority, override=item.override, promoted=item.promoted, scored=item.scored,
        urgency=item.urgency, level=item.level, sentiment=item.sentiment, lang=item.lang, reasons=item.reasons,
        channel_id=item.channel_id, network=item.network, kind=item.kind, author=item.author, text=shown.text,
        permalink=shown.permalink, forgotten=item.forgotten, withdrawn=item.status == "withdrawn",
        message_count=len(item.messages), assignee=item.assignee, received_at=shown.received_at, sent_at=shown.sent_at,
        turn=turn.no, ack_started=turn.started_at, ack_due_at=turn.ack_due_at, response_due_at=turn.response_due_at,
        acknowledged_at=turn.acknowledged_at, acknowledged_by=turn.acknowledged_by, responded_at=turn.responded_at,
        responded_by=turn.responded_by, ack_breached=_missed(turn, "ack"), response_breached=_missed(turn, "response"),
        warn_ack_at=warnings.get("ack"), warn_response_at=warnings.get("response"),
        promise_until=_promised(turn), reply_possible_until=item.reply_until, rank_due_at=sla.rank_due(item),
        uncertain=any(reply.state == "uncertain" for reply in item.replies), corrected=_corrected(counted),
        provisional=any(map(is_first_look, counted)), wave=_wave(item, counted), muted=item.muted,
        suspected=priority.is_suspected(item), fold=harsh.named(shown) if shown.text else (),
    )  # fmt: skip


def _shown(item: Item) -> Message:
    """The author's latest words that they have not taken back; their latest where they took back all."""
    standing = [message for message in item.messages if message.withdrawn_at is None] or item.messages
    if len(standing) == 1:
        return standing[0]
    return max(standing, key=lambda message: (message.sent_at, message.received_at))


def _promised(turn: Turn) -> datetime | None:
    broken = turn.promise_broken and turn.ended_at is None
    return turn.promise_until if broken else sla.running_promise(turn)


def _corrected(counted: Sequence[Message]) -> tuple[str, ...]:
    return tuple(sorted({name for message in counted for name in corrections.corrected(message)}))


def _wave(item: Item, counted: Sequence[Message]) -> uuid.UUID | None:
    """Of the latest words that count, else of any."""
    waves = [message.wave for message in (*item.messages, *counted) if message.wave is not None]
    return waves[-1] if waves else None


def is_first_look(message: Message) -> bool:
    """Judged at first sight only, and neither in full nor by a person."""
    said = message.judgement
    return said is not None and said.provisional and not corrections.speaks_of_urgency(message.correction)


def _missed(turn: Turn, clock: ClockName) -> bool:
    """Known to be missed from the log alone: stopped or closed late, or said so by the clock worker."""
    # Asked at the turn's start, a clock that runs is in time whatever the hour: only what has happened counts.
    said = sla.outcome(turn, clock, turn.started_at)
    return said == "missed" or (said == "running" and clock in turn.breached)


def _warnings(policy: Policy, turn: Turn, alarms: Sequence[sla.Alarm]) -> dict[ClockName, datetime]:
    """When each clock that runs and was not missed turns amber, or turned. Business time is dear: an alarm knows it."""
    known = {alarm.clock: alarm.at for alarm in alarms if alarm.what == "warn"}
    running = [clock for clock in sla.running_clocks(turn) if clock not in turn.breached]
    return {clock: known.get(clock) or sla.warn_at(policy, turn, clock) for clock in running}

"""How urgent an item is, as P1 (critical) to P4 (low), and why it stands where it stands.

Urgency (what the classifier read) and impact (how far the author reaches, how many speak in the thread) meet in the
policy's matrix. What is unscored, or could not be assessed, ranks no lower than P2: silence of the machine is no
reason to wait. A danger to a person (level 3) is P1 whatever the reach. A person may override. Waiting promotes one
level a breach, yet never into P1, so that no flood of old trifles buries a fresh danger.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from inbox import sla
from inbox.policy import BANDS, Band, Policy
from inbox.state import Item, Judgement, Message, Turn

UNSCORED = 2
DANGER_LEVEL = 3
URGENCY_EDGES = (0.25, 0.5, 0.75)

WHY_CODES = (
    "danger", "risk", "unscored", "not_assessed", "reach", "spread", "override", "promoted", "waiting",
    "due", "promise", "window_closing", "window_closed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Why:
    """One reason for an item's place, for the screen to put into words. `code` is one of `WHY_CODES`."""

    code: str
    params: dict[str, str | int | float] = field(default_factory=dict)


def urgency_band(urgency: float) -> Band:
    """Below a quarter low, below a half mid, below three quarters high, else critical."""
    return BANDS[bisect_right(URGENCY_EDGES, urgency)]


def reach_band(policy: Policy, followers: int | None) -> Band:
    """Low where the network does not say."""
    return BANDS[bisect_right(policy.impact_edges, followers or 0)]


def spread_band(policy: Policy, spread: int) -> Band:
    return BANDS[bisect_right(policy.spread_edges, spread)]


def impact_band(policy: Policy, followers: int | None, spread: int) -> Band:
    """The higher of the author's reach and the thread's spread (authors heard in it in the hour before)."""
    return max(reach_band(policy, followers), spread_band(policy, spread), key=BANDS.index)


def base_priority(policy: Policy, judgement: Judgement | None, followers: int | None, spread: int) -> int:
    """The matrix's word on one message. Unscored: 2. Not assessed: what the matrix says, but no lower than 2."""
    if judgement is None:
        return UNSCORED
    if judgement.level >= DANGER_LEVEL:
        return 1
    said = policy.matrix[urgency_band(judgement.urgency)][impact_band(policy, followers, spread)]
    return said if judgement.assessed else min(said, UNSCORED)


def effective(base: int, override: int | None, promoted: int) -> int:
    """Where it ranks: a person's word stands; else one level up a breach, never into P1 by waiting alone."""
    return override if override is not None else min(base, max(2, base - promoted))


def counted(item: Item) -> tuple[Message, ...]:
    """The messages that give an item its priority: those of the latest turn that stand, or all of it if none stands."""
    if not item.turns:
        return ()
    latest = tuple(message for message in item.messages if message.turn == item.turns[-1].no)
    return tuple(message for message in latest if message.withdrawn_at is None) or latest


def heard_spread(messages: tuple[Message, ...]) -> int:
    """The widest spread reported with any of these messages, at least 1."""
    return max((said.spread for said in map(known, messages) if said is not None), default=1)


def known(message: Message) -> Judgement | None:
    """What is known of a message: its judgement, or of edited words not judged yet, that of the words before."""
    return message.judgement or message.former


def by_rules(item: Item, policy: Policy) -> int:
    """The item's priority if no person had overridden it: the most urgent of its messages, unscored ones counting 2."""
    messages = counted(item)
    spread = heard_spread(messages)
    said = (known(message) for message in messages)
    given = [base_priority(policy, judgement, item.reach, spread) for judgement in said]
    unscored = any(message.judgement is None for message in messages) or not messages
    return min([*given, UNSCORED] if unscored else given)


def explain(item: Item, policy: Policy, now: datetime) -> list[Why]:
    """Why the item stands where it stands, the weightiest reason first.

    Times are ISO 8601 strings; `seconds` count wall time, negative for what has passed.
    """
    return [
        *_of_words(item),
        *_of_impact(item, policy),
        *_of_people(item, policy),
        *(_of_waiting(item, item.turn, now) if item.turn else ()),
        *_of_promise(item, now),
        *(_of_window(item.reply_until, now) if item.turn and item.reply_until else ()),
    ]


def _of_words(item: Item) -> Iterator[Why]:
    if (item.level or 0) >= DANGER_LEVEL:
        yield Why("danger")
    for reason in item.reasons:
        yield Why("risk", {"category": reason.category, "score": reason.score, "evidence": " … ".join(reason.evidence)})
    messages = counted(item)
    if unscored := sum(message.judgement is None for message in messages):
        yield Why("unscored", {"messages": unscored})
    if any(message.judgement is not None and not message.judgement.assessed for message in messages):
        yield Why("not_assessed")


def _of_impact(item: Item, policy: Policy) -> Iterator[Why]:
    reach = reach_band(policy, item.reach)
    if item.reach is not None and reach != "low":
        yield Why("reach", {"followers": item.reach, "band": reach})
    authors = heard_spread(counted(item))
    spread = spread_band(policy, authors)
    if spread != "low":
        yield Why("spread", {"authors": authors, "band": spread})


def _of_people(item: Item, policy: Policy) -> Iterator[Why]:
    if item.override is not None:
        yield Why("override", {"priority": item.override, "rules": by_rules(item, policy)})
    elif item.priority < item.base_priority:
        yield Why("promoted", {"from": item.base_priority, "to": item.priority, "breaches": item.promoted})


def _of_waiting(item: Item, turn: Turn, now: datetime) -> Iterator[Why]:
    yield Why("waiting", {"since": turn.started_at.isoformat(), "seconds": _seconds(turn.started_at, now)})
    dues = [(sla.due_at(turn, clock), clock) for clock in sla.running_clocks(turn)]
    if dues:
        at, clock = min(dues)
        yield Why("due", {"clock": clock, "at": at.isoformat(), "seconds": _seconds(now, at)})


def _of_promise(item: Item, now: datetime) -> Iterator[Why]:
    until = sla.running_promise(item.turns[-1]) if item.turns else None
    if until is not None:
        yield Why("promise", {"at": until.isoformat(), "seconds": _seconds(now, until)})


def _of_window(until: datetime, now: datetime) -> Iterator[Why]:
    code = "window_closed" if until < now else "window_closing"
    yield Why(code, {"at": until.isoformat(), "seconds": _seconds(now, until)})


def _seconds(start: datetime, end: datetime) -> int:
    return round((end - start).total_seconds())

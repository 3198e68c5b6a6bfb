"""How urgent an item is, as P1 (critical) to P4 (low), and why it stands where it stands.

Urgency (what the classifier read) and impact (how far the author reaches, how many speak in the thread) meet in the
policy's matrix. What is unscored, or could not be assessed, ranks no lower than P2: silence of the machine is no
reason to wait. A danger to a person (level 3) is P1 whatever the reach. A person may override. Waiting promotes one
level a breach, yet never into P1, so that no flood of old trifles buries a fresh danger. Within P1 what its own words
bear out stands above what is suspected (`is_suspected`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from inbox import categories, corrections, sla, suspicion
from inbox.policy import BANDS, Band, Policy
from inbox.replacing import replace
from inbox.state import Correction, Item, Judgement, Message, Raised, Turn

UNSCORED = 2
MUTED = 4
DANGER_LEVEL = 3
URGENCY_EDGES = (0.25, 0.5, 0.75)

WHY_CODES = (
    "danger", "wave", "suspected", "corrected", "not_urgent", "language", "risk", "unscored", "not_assessed", "reach",
    "spread", "override", "muted", "promoted", "waiting", "due", "promise", "window_closing", "window_closed",
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
    place = bisect_right(policy.impact_edges, followers or 0), bisect_right(policy.spread_edges, spread)
    return BANDS[max(place)]


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
    if override is not None:
        return override
    return min(base, max(2, base - promoted)) if promoted else base


def base(item: Item, rules: int) -> int:
    """What the due times follow: a person's word on the item, else that its author is muted, else the rules."""
    return item.override if item.override is not None else MUTED if item.muted else rules


def counted(item: Item) -> tuple[Message, ...]:
    """The messages that give an item its priority: those of the latest turn that stand, or all of it if none stands."""
    if not item.turns:
        return ()
    no = item.turns[-1].no
    latest = [message for message in item.messages if message.turn == no]
    return tuple([message for message in latest if message.withdrawn_at is None] or latest)


def heard_spread(messages: tuple[Message, ...]) -> int:
    """The widest spread reported with any of these messages, at least 1."""
    return max((said.spread for said in map(known, messages) if said is not None), default=1)


def known(message: Message) -> Judgement | None:
    """What is known of a message: people's word on it, else its judgement, or of edited words not judged yet, that of
    the words before."""
    return corrections.reading(message)


def weightiest(item: Item) -> Message | None:
    """The message that gives the item its place; None while none of those that count was read."""
    messages = counted(item)
    said = list(map(known, messages))
    worst = _worst(said)
    return next((one for one, read in zip(messages, said, strict=True) if worst is not None and read is worst), None)


def _worst(said: Sequence[Judgement | None]) -> Judgement | None:
    if len(said) == 1:
        return said[0]
    return max((one for one in said if one is not None), key=_weight, default=None)


def _weight(said: Judgement) -> tuple[bool, float, int]:
    return said.level >= DANGER_LEVEL, said.urgency, said.level


class Place(NamedTuple):
    """What the words that count come to. `worst`: what is known of the weightiest of them; `lang`: of these, though a
    person may know it before the classifier has read them; `rules`: as `by_rules`."""

    scored: bool
    worst: Judgement | None
    lang: str | None
    rules: int


def place(item: Item, policy: Policy) -> Place:
    """All of it at once: each message that counts is looked at once."""
    messages = counted(item)
    said = list(map(known, messages))
    worst = _worst(said)
    lang = worst.lang if worst else _lang_said(messages)
    scored = bool(messages) and all(map(corrections.is_read, messages))
    return Place(scored, worst, lang, _by_rules(item, policy, messages, said))


def _lang_said(messages: Sequence[Message]) -> str | None:
    return next((one.correction.lang for one in messages if one.correction.lang), None)


def by_rules(item: Item, policy: Policy) -> int:
    """The item's priority if no person had overridden it: the most urgent of its messages, unread ones counting 2, or
    of the waves that these belong to."""
    messages = counted(item)
    return _by_rules(item, policy, messages, list(map(known, messages)))


def _by_rules(item: Item, policy: Policy, messages: Sequence[Message], said: Sequence[Judgement | None]) -> int:
    alone = _by_itself(item, policy, messages, said)
    return min([alone, *(_of_level(item, policy, raised) for raised in lifting(item))]) if item.raised else alone


def lifting(item: Item) -> tuple[Raised, ...]:
    """What the waves say that its counting words belong to; nothing where a person said how urgent these are."""
    counting = {message.wave for message in counted(item) if not corrections.speaks_of_urgency(message.correction)}
    return tuple(raised for raised in item.raised if raised.wave_id in counting)


def _of_level(item: Item, policy: Policy, raised: Raised) -> int:
    """The matrix's word, had the item's own words been so urgent."""
    said = Judgement("", True, "negative", raised.urgency, raised.level)
    return base_priority(policy, said, item.reach, heard_spread(counted(item)))


def by_itself(item: Item, policy: Policy) -> int:
    """As `by_rules`, waves left aside."""
    messages = counted(item)
    return _by_itself(item, policy, messages, list(map(known, messages)))


def _by_itself(item: Item, policy: Policy, messages: Sequence[Message], said: Sequence[Judgement | None]) -> int:
    spread = max([one.spread for one in said if one is not None], default=1)
    given = [base_priority(policy, judgement, item.reach, spread) for judgement in said]
    unread = not all(map(corrections.is_read, messages)) or not messages
    return min([*given, UNSCORED] if unread else given)


def is_suspected(item: Item) -> bool:
    """Whether the item is in P1 without words of its own that bear out why: nobody set it by hand, and what it ranks by
    is doubtful, or was read in others of its wave only. Such an item stands below the sure ones of P1."""
    if item.priority > 1 or item.override is not None:
        return False
    said = [one for one in map(known, counted(item)) if one is not None]
    level = max([*(one.level for one in said), *(raised.level for raised in lifting(item))], default=0)
    return level >= categories.ALARMING and not any(one.level == level and suspicion.is_borne_out(one) for one in said)


def by_classifier(item: Item, policy: Policy) -> int | None:
    """The item's priority if no person had said a word about it; None while the classifier has read none of it."""
    if all(message.judgement is None for message in counted(item)):
        return None
    return by_rules(replace(item, messages=tuple(map(corrections.uncorrected, item.messages))), policy)


def explain(item: Item, policy: Policy, now: datetime) -> list[Why]:
    """Why the item stands where it stands, the weightiest reason first.

    Times are ISO 8601 strings; `seconds` count wall time, negative for what has passed.
    """
    return [
        *_of_wave(item, policy),
        *_of_words(item),
        *_of_impact(item, policy),
        *_of_people(item, policy),
        *(_of_waiting(item, item.turn, now) if item.turn else ()),
        *_of_promise(item, now),
        *(_of_window(item.reply_until, now) if item.turn and item.reply_until else ()),
    ]


def _of_wave(item: Item, policy: Policy) -> Iterator[Why]:
    """The wave that raises it most, where it stands higher for it."""
    raised = max(lifting(item), key=lambda wave: (wave.level, wave.urgency), default=None)
    if raised is not None and by_rules(item, policy) < by_itself(item, policy):
        yield Why("wave", {"wave": str(raised.wave_id), "level": raised.level})


def _of_words(item: Item) -> Iterator[Why]:
    if (item.level or 0) >= DANGER_LEVEL:
        yield Why("danger")
    if is_suspected(item):
        yield Why("suspected")
    yield from _of_corrections(item)
    for reason in item.reasons:
        yield Why("risk", {"category": reason.category, "score": reason.score, "evidence": " … ".join(reason.evidence)})
    messages = counted(item)
    if unscored := sum(not corrections.is_read(message) for message in messages):
        yield Why("unscored", {"messages": unscored})
    read = map(known, filter(corrections.is_read, messages))
    if any(said is not None and not said.assessed for said in read):
        yield Why("not_assessed")


def _of_corrections(item: Item) -> Iterator[Why]:
    """Who corrected what in the words that count; told once where it was said of several messages."""
    told: list[Why] = []
    for message in counted(item):
        told += (why for why in _of_correction(message.correction) if why not in told)
    yield from told


def _of_correction(word: Correction) -> Iterator[Why]:
    if word.categories is not None:
        yield Why("corrected", {"by": word.categories_by or 0, "categories": ",".join(word.categories)})
    if word.not_urgent:
        yield Why("not_urgent", {"by": word.not_urgent_by or 0})
    if word.lang is not None:
        yield Why("language", {"by": word.lang_by or 0, "lang": word.lang})


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
    elif item.muted:
        yield Why("muted", {"rules": by_rules(item, policy)})
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

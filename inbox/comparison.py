"""What would change if another model judged the same messages: figures, and the messages that show it best.

Pure. A message goes up when its priority becomes more urgent, or its level higher. What had not been judged before is
counted apart: there is nothing to compare it with. No words are kept: examples name the message, and who may read it
looks it up.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from inbox import priority
from inbox.policy import Policy
from inbox.state import Item, Judgement, Message

EXAMPLES_A_SIDE = 12


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a message stands by one judgement: level 0..3 (None: not judged) and priority 1..4."""

    level: int | None
    priority: int


@dataclass(frozen=True, slots=True)
class Example:
    item_id: uuid.UUID
    external_id: str
    before: Standing
    after: Standing

    @property
    def weight(self) -> tuple[int, int]:
        """How much it moves: dangers gained or lost first."""
        levels = abs((self.after.level or 0) - (self.before.level or 0))
        danger = priority.DANGER_LEVEL in {self.before.level, self.after.level} and levels > 0
        return int(danger), levels + abs(self.after.priority - self.before.priority)

    @property
    def rises(self) -> bool:
        return _direction(self.before, self.after) > 0


@dataclass(frozen=True, slots=True)
class Moves:
    """How many messages go up, go down and stay."""

    up: int
    down: int
    same: int


@dataclass(frozen=True, slots=True)
class Report:
    """`levels` and `priorities`: how many messages go from which to which, as `0>2`; `unread`: those that the model
    could not judge; `fresh`: those that nobody had judged before; `appended`: judgements written by now."""

    judged: int = 0
    unread: int = 0
    fresh: int = 0
    appended: int = 0
    levels: Mapping[str, int] = field(default_factory=dict)
    priorities: Mapping[str, int] = field(default_factory=dict)
    examples: tuple[Example, ...] = ()

    @property
    def by_level(self) -> Moves:
        return _moves(self.levels, 1)

    @property
    def by_priority(self) -> Moves:
        return _moves(self.priorities, -1)

    def with_message(self, item_id: uuid.UUID, external_id: str, before: Standing, after: Standing) -> Report:
        if before.level is None:
            return replace(self, judged=self.judged + 1, fresh=self.fresh + 1)
        return replace(
            self,
            judged=self.judged + 1,
            levels=_counted(self.levels, f"{before.level}>{after.level}"),
            priorities=_counted(self.priorities, f"{before.priority}>{after.priority}"),
            examples=_best(self.examples, Example(item_id, external_id, before, after)),
        )


def standing(item: Item, message: Message, judgement: Judgement | None, policy: Policy) -> Standing:
    """Of this message alone, at the item's reach and the spread that was measured for it."""
    known = priority.known(message)
    spread = known.spread if known else 1
    level = None if judgement is None else judgement.level
    return Standing(level, priority.base_priority(policy, judgement, item.reach, spread))


def _direction(before: Standing, after: Standing) -> int:
    """1 up, -1 down, 0 stays; where priority and level disagree the priority decides."""
    moved = before.priority - after.priority or (after.level or 0) - (before.level or 0)
    return (moved > 0) - (moved < 0)


def _counted(counts: Mapping[str, int], move: str) -> dict[str, int]:
    return {**counts, move: counts.get(move, 0) + 1}


def _moves(counts: Mapping[str, int], sign: int) -> Moves:
    up = down = same = 0
    for move, count in counts.items():
        before, _, after = move.partition(">")
        step = (int(after) - int(before)) * sign
        up, down, same = up + count * (step > 0), down + count * (step < 0), same + count * (step == 0)
    return Moves(up, down, same)


def _best(known: tuple[Example, ...], new: Example) -> tuple[Example, ...]:
    """The examples that move most, a dozen up and a dozen down; of equals the earlier ones stay."""
    if _direction(new.before, new.after) == 0:
        return known
    beside = [example for example in known if example.rises == new.rises]
    others = [example for example in known if example.rises != new.rises]
    kept = sorted([*beside, new], key=lambda example: example.weight, reverse=True)[:EXAMPLES_A_SIDE]
    return (*kept, *others) if new.rises else (*others, *kept)

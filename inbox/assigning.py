"""Who gets an item by the brand's rules: the first that fits it, and of those whom it names, whose turn it is. Pure.

A rule gives only what waits, is nobody's and is not muted, and only to members who are here and, where it says so,
speak the author's language. Where nobody is left the item stays in the queue, for whoever comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from inbox.errors import Refused
from inbox.events import Event
from inbox.state import Item
from inbox.team_events import AssignmentRule, AssignmentRulesChanged

STREAM = "assignment"
MOST_RULES = 20
MOST_NAME = 100


@dataclass(frozen=True, slots=True)
class Colleague:
    """`langs`: they speak; `load`: items that wait for them; `last`: where in the log a rule gave them one last, 0 for
    never."""

    member: int
    langs: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    load: int = 0
    last: int = 0


@dataclass
class Roster:
    """Those who are here, and how what is given changes whose turn it is."""

    here: dict[int, Colleague] = field(default_factory=dict)

    def give(self, member: int, position: int) -> None:
        one = self.here[member]
        self.here[member] = Colleague(member, one.langs, one.teams, one.load + 1, position)


def in_force(happened: Iterable[Event]) -> tuple[AssignmentRule, ...]:
    said = [event.rules for event in happened if isinstance(event, AssignmentRulesChanged)]
    return said[-1] if said else ()


def is_free(item: Item) -> bool:
    return item.turn is not None and item.assignee is None and not item.muted and item.status == "open"


def rule_for(rules: Sequence[AssignmentRule], item: Item) -> AssignmentRule | None:
    """The first that fits: each condition that a rule has must hold."""
    return next((rule for rule in rules if _fits(rule, item)), None)


def _fits(rule: AssignmentRule, item: Item) -> bool:
    named = {reason.category for reason in item.reasons}
    return (
        (not rule.channels or item.channel_id in rule.channels)
        and (not rule.langs or item.lang in rule.langs)
        and (not rule.categories or bool(named & set(rule.categories)))
    )


def choose(rule: AssignmentRule, item: Item, here: Iterable[Colleague]) -> int | None:
    """Whose turn it is: by turns, who got one longest ago; by load, who has least waiting."""
    able = [one for one in here if _is_named(rule, one) and _understands(rule, item, one)]
    if not able:
        return None
    order = (lambda one: (one.load, one.last, one.member)) if rule.way == "load" else None
    return min(able, key=order or (lambda one: (one.last, one.load, one.member))).member


def _is_named(rule: AssignmentRule, one: Colleague) -> bool:
    anybody = not rule.members and not rule.team
    return anybody or one.member in rule.members or (bool(rule.team) and rule.team in one.teams)


def _understands(rule: AssignmentRule, item: Item, one: Colleague) -> bool:
    return not rule.speaks or item.lang is None or item.lang in one.langs


def checked(rules: Sequence[AssignmentRule]) -> tuple[AssignmentRule, ...]:
    """Refused: `rules_bad`."""
    names = [rule.name.strip() for rule in rules]
    if len(rules) > MOST_RULES or not all(0 < len(name) <= MOST_NAME for name in names):
        raise Refused("rules_bad", f"At most {MOST_RULES} rules, each with a name of 1 to {MOST_NAME} characters.")
    return tuple(rules)

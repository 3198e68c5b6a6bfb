"""Who changed which setting of the brand, when, from what to what: read from the log, where every change is an event.

An event that carries the whole new state (a policy, a retention, a model) is compared with the one before it; the lines
of `SettingChanged` name what they changed themselves. Nothing here is personal, and no secret is ever shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from inbox.events import (
    CorrectionsExported,
    Event,
    ModelSwitched,
    PersonExported,
    PolicyChanged,
    RetentionChanged,
    SettingChanged,
    WordingRemoved,
    WordingSaved,
)
from inbox.ids import BrandId
from inbox.log.record import Recorded
from inbox.log.store import Log
from inbox.policy import Policy
from inbox.sql import beside
from inbox.team_events import AssignmentRule, AssignmentRulesChanged

sql = beside(__file__, "settings_history.sql")

Path = tuple[str, ...]
States = PolicyChanged | RetentionChanged | ModelSwitched | AssignmentRulesChanged | WordingSaved
"""Events that carry a whole new state."""
THE_END = 2**63 - 1
"""Behind every position there is."""
MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Difference:
    """`path` names the setting ("targets", "2", "ack_s"). None: it was not there before, or is not there any more."""

    path: Path
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Change:
    """`what` and `action` as the event says them; `subject`: the id of the channel, member, token… it is about."""

    position: int
    at: datetime
    by: int | None
    what: str
    action: str
    subject: str
    differences: tuple[Difference, ...]


async def page(log: Log, brand: BrandId, before: int, most: int) -> list[Change]:
    """At most `most` changes below the position `before`, newest first."""
    found = log.opened(brand, await log.pool.fetch(sql.before, brand, before, most))
    streams = {one.stream for one in found if isinstance(one.event, States)}
    states = [state for stream in streams for state in await log.read_stream(brand, stream)]
    return [_change(one, _predecessor(one, states)) for one in found]


def _predecessor(one: Recorded, states: Sequence[Recorded]) -> Event | None:
    """The state that this event replaced: the one of its own kind right before it. `states`: in order, by stream."""
    if not isinstance(one.event, States):
        return None
    earlier = [other.event for other in states if other.stream == one.stream and other.position < one.position]
    same = [event for event in earlier if type(event) is type(one.event) and _about(event) == _about(one.event)]
    return same[-1] if same else None


def _about(event: Event) -> object:
    """What tells states of one stream apart."""
    return event.wording_id if isinstance(event, WordingSaved) else None


def _change(one: Recorded, before: Event | None) -> Change:
    event: Any = one.event
    what, action, subject = _named(event)
    return Change(one.position, event.at, event.by, what, action, subject, tuple(_differences(event, before)))


def _named(event: Event) -> tuple[str, str, str]:
    match event:
        case SettingChanged():
            return event.what, event.action, event.subject
        case PolicyChanged():
            return "policy", "changed", ""
        case ModelSwitched():
            return "classifier", "switched", ""
        case RetentionChanged():
            return "retention", "changed", ""
        case AssignmentRulesChanged():
            return "assignment", "changed", ""
        case WordingSaved():
            return "wording", "saved", str(event.wording["title"])
        case WordingRemoved():
            return "wording", "removed", ""
        case CorrectionsExported():
            return "corrections", "exported", str(event.lines)
        case PersonExported():
            return "person", "exported", str(event.subject_id)
    raise AssertionError(f"{event.TYPE} is no change of a setting")


def _differences(event: Event, before: Event | None) -> Iterator[Difference]:
    match event:
        case SettingChanged():
            for name in sorted({*event.before, *event.after}):
                yield Difference((name,), event.before.get(name), event.after.get(name))
        case PolicyChanged():
            old = before.policy if isinstance(before, PolicyChanged) else Policy().model_dump(mode="json")
            yield from compared(old, event.policy)
        case ModelSwitched():
            old_model = before.model if isinstance(before, ModelSwitched) else ""
            yield from compared({"model": old_model}, {"model": event.model})
        case AssignmentRulesChanged():
            old_rules = before.rules if isinstance(before, AssignmentRulesChanged) else ()
            yield from compared({"rules": _names(old_rules)}, {"rules": _names(event.rules)})
        case WordingSaved():
            old_words = _worded(before.wording) if isinstance(before, WordingSaved) else {}
            yield from compared(old_words, _worded(event.wording))
        case RetentionChanged():
            fields = ("words_days", "raw_days", "hold", "reason")
            if isinstance(before, RetentionChanged):
                yield from compared({f: getattr(before, f) for f in fields}, {f: getattr(event, f) for f in fields})
            else:
                yield from (Difference((f,), None, getattr(event, f)) for f in fields)


def _worded(wording: Mapping[str, Any]) -> dict[str, Any]:
    """A wording by what a lead calls its parts; long ones by their beginning."""
    texts = [str(one["text"])[:MOST_SHOWN] for one in wording["variants"]]
    return {"title": wording["title"], "texts": texts, "approved": wording["approved"], "last": wording["expires_on"]}


def _names(rules: Sequence[AssignmentRule]) -> list[str]:
    """In their order, which matters."""
    return [rule.name for rule in rules]


def compared(old: Any, new: Any, path: Path = ()) -> Iterator[Difference]:
    """Down to the values that differ; lists are compared as a whole."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in [*old, *(key for key in new if key not in old)]:
            yield from compared(old.get(key), new.get(key), (*path, str(key)))
    elif _plain(old) != _plain(new):
        yield Difference(path, old, new)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value

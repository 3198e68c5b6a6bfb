"""What a search means to a brand: channels, members and times behind the words, as a `Filter`.

`Places` is what the words are looked up in. A word that means nothing here is refused by name, with those that do:
nobody should read an empty list for an empty queue because of a slip of the pen. Pure.
"""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

from inbox.categories import LEVEL_OF
from inbox.state import Status
from inbox.views import grammar
from inbox.views.filters import SOON, WAITING, Assignee, Filter
from inbox.views.grammar import Asked, BadFilter, Term
from inbox.views.marks import HAS, Mark

STATUSES: tuple[Status, ...] = get_args(Status)
STATES: Mapping[str, frozenset[Status]] = {
    "unacknowledged": frozenset({"open"}), "waiting": WAITING, **{name: frozenset({name}) for name in STATUSES},
}  # fmt: skip
FLAGS = ("urgent", "overdue", "due", "unread", "uncertain", "promised", "unassigned", "mine")
"""What else `is:` asks. States are alternatives, these all hold, each being a question of its own. `unread`: by the
classifier."""
MOST_DAYS = 3650
NO_PRIORITY = frozenset({0})

_SPAN = re.compile(r"([0-9]{1,4})(min|m|h|d|j|w)", re.ASCII)
_SECONDS = {"m": 60, "min": 60, "h": 3600, "d": 86_400, "j": 86_400, "w": 604_800}
_LANG = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.ASCII)


@dataclass(frozen=True)
class Places:
    """`channels`: id → (name, network). `members`: id → name. `me`: who asks. `zone`: of the brand."""

    me: int
    now: datetime
    zone: str
    channels: Mapping[str, tuple[str, str]]
    members: Mapping[int, str]


def read(text: str, places: Places) -> Filter:
    """Raises BadFilter."""
    return of(grammar.read(text), places)


def of(asked: Asked, places: Places) -> Filter:
    """Raises BadFilter."""
    found = Filter(q=" ".join(asked.words) or None)
    marks = [frozenset({Mark("word", phrase)}) for phrase in asked.phrases]
    without = replace(found.without, marks=frozenset(Mark("word", word) for word in asked.without))
    found = replace(found, marks=tuple(marks), without=without)
    for term in asked.terms:
        found = MEANINGS[term.key](found, term, places)
    return found


def within(view: Filter, asked: Filter) -> Filter:
    """A search within a view: what it says of status and assignee takes the place of the view's, all else narrows."""
    both = asked.priorities & view.priorities if asked.priorities and view.priorities else None
    return replace(
        asked,
        statuses=asked.statuses or view.statuses,
        priorities=asked.priorities or view.priorities if both is None else both or NO_PRIORITY,
        channels=asked.channels or view.channels,
        networks=asked.networks or view.networks,
        langs=asked.langs or view.langs,
        assignees=asked.assignees or view.assignees,
        uncertain=view.uncertain if asked.uncertain is None else asked.uncertain,
        due_before=min(filter(None, (asked.due_before, view.due_before)), default=None),
    )


# --- each key ------------------------------------------------------------------------------------------------------


def _priority(found: Filter, term: Term, places: Places) -> Filter:
    named = {value.upper().removeprefix("P") for value in term.values}
    if odd := sorted(named - {"1", "2", "3", "4"}):
        raise BadFilter("unknown_value", f"p:{odd[0].lower()}", ("1", "2", "3", "4"))
    numbers = frozenset(map(int, named))
    wanted = frozenset({1, 2, 3, 4}) - numbers if term.negated else numbers
    return _priorities(found, wanted)


def _priorities(found: Filter, wanted: frozenset[int]) -> Filter:
    both = found.priorities & wanted if found.priorities else wanted
    return replace(found, priorities=both or NO_PRIORITY)


def _is(found: Filter, term: Term, places: Places) -> Filter:
    states = [value.lower() for value in term.values if value.lower() in STATES]
    for value in (value.lower() for value in term.values):
        if value not in STATES:
            found = _flag(found, value, not term.negated, places)
    if not states:
        return found
    named = frozenset[Status]().union(*(STATES[state] for state in states))
    wanted = frozenset(STATUSES) - named if term.negated else named
    return replace(found, statuses=found.statuses & wanted if found.statuses else wanted)


def _flag(found: Filter, name: str, yes: bool, places: Places) -> Filter:
    if name == "urgent":
        return _priorities(found, frozenset({1, 2} if yes else {3, 4}))
    if name in {"mine", "unassigned"}:
        return _given(found, places.me if name == "mine" else "none", yes)
    if name == "promised":
        return _marked(found, frozenset({Mark("has", "promise")}), not yes)
    fields = {"overdue": "breached", "unread": "unscored", "uncertain": "uncertain"}
    if name in fields:
        return replace(found, **{fields[name]: yes})  # type: ignore[arg-type]
    if name == "due" and yes:
        return replace(found, due_before=places.now + SOON)
    if name == "due":
        raise BadFilter("no_opposite", "-is:due")
    raise BadFilter("unknown_value", f"is:{name}", (*STATES, *FLAGS))


def _given(found: Filter, to: Assignee, yes: bool) -> Filter:
    if yes:
        return replace(found, assignees=found.assignees | {to})
    return replace(found, without=replace(found.without, assignees=found.without.assignees | {to}))


def _channel(found: Filter, term: Term, places: Places) -> Filter:
    ids = frozenset[str]().union(*(_channels(value, places) for value in term.values))
    if term.negated:
        return replace(found, without=replace(found.without, channels=found.without.channels | ids))
    return replace(found, channels=found.channels & ids or frozenset({""}) if found.channels else ids)


def _channels(value: str, places: Places) -> frozenset[str]:
    """By id, by network, or by name, whole or its beginning."""
    if value in places.channels:
        return frozenset({value})
    typed = folded(value)
    of_network = {key for key, (_, network) in places.channels.items() if folded(network) == typed}
    named = {key for key, (name, _) in places.channels.items() if typed and folded(name).startswith(typed)}
    if not of_network | named:
        known = sorted({network for _, network in places.channels.values()})
        raise BadFilter("unknown_channel", value, tuple(known))
    return frozenset(of_network or named)


def _lang(found: Filter, term: Term, places: Places) -> Filter:
    langs = frozenset(value.lower() for value in term.values)
    if odd := sorted(lang for lang in langs if not _LANG.fullmatch(lang)):
        raise BadFilter("unknown_value", f"lang:{odd[0]}", ("fr", "en", "es", "de", "it", "pt", "ar", "hi"))
    if term.negated:
        return replace(found, without=replace(found.without, langs=langs))
    return replace(found, langs=langs)


def _assignee(found: Filter, term: Term, places: Places) -> Filter:
    for value in term.values:
        for one in _assignees(value, places):
            found = _given(found, one, not term.negated)
    return found


def _assignees(value: str, places: Places) -> Iterable[Assignee]:
    typed = folded(value.removeprefix("@"))
    if typed in {"me", "moi"}:
        return [places.me]
    if typed in {"none", "nobody", "personne"}:
        return ["none"]
    if typed.isascii() and typed.isdigit() and int(typed[:18]) in places.members:
        return [int(typed)]
    named = [key for key, name in places.members.items() if folded(name) == typed]
    named = named or [key for key, name in places.members.items() if typed and folded(name).startswith(typed)]
    if not named:
        raise BadFilter("unknown_member", value, ("me", "none", *sorted(places.members.values())[:8]))
    return named


def _category(found: Filter, term: Term, places: Places) -> Filter:
    named = [value.lower().replace("-", "_") for value in term.values]
    if odd := [value for value in named if value not in LEVEL_OF]:
        raise BadFilter("unknown_value", f"category:{odd[0]}", tuple(LEVEL_OF))
    return _marked(found, frozenset(Mark("category", value) for value in named), term.negated)


def _wave(found: Filter, term: Term, places: Places) -> Filter:
    try:
        named = [uuid.UUID(value).hex for value in term.values]
    except ValueError as error:
        raise BadFilter("unknown_wave", term.values[0]) from error
    return _marked(found, frozenset(Mark("wave", value) for value in named), term.negated)


def _author(found: Filter, term: Term, places: Places) -> Filter:
    return _marked(found, frozenset(Mark("author", value) for value in term.values), term.negated)


def _has(found: Filter, term: Term, places: Places) -> Filter:
    named = [value.lower() for value in term.values]
    if odd := [value for value in named if value not in HAS]:
        raise BadFilter("unknown_value", f"has:{odd[0]}", HAS)
    return _marked(found, frozenset(Mark("has", value) for value in named), term.negated)


def _marked(found: Filter, marks: frozenset[Mark], negated: bool) -> Filter:
    if negated:
        return replace(found, without=replace(found.without, marks=found.without.marks | marks))
    return replace(found, marks=(*found.marks, marks))


def _since(found: Filter, term: Term, places: Places) -> Filter:
    at = moment(_only(term), places)
    return replace(found, heard_after=max(at, found.heard_after) if found.heard_after else at)


def _before(found: Filter, term: Term, places: Places) -> Filter:
    return replace(found, heard_before=moment(_only(term), places))


def _only(term: Term) -> str:
    if term.negated:
        raise BadFilter("no_opposite", f"-{term.key}:{term.values[0]}")
    if len(term.values) > 1:
        raise BadFilter("one_value", f"{term.key}:{','.join(term.values)}")
    return term.values[0]


def moment(value: str, places: Places) -> datetime:
    """`30m`, `2h`, `3d` (`3j`), `1w` before now; `today`, `yesterday`; a day or a minute in the brand's zone."""
    typed = folded(value)
    if span := _SPAN.fullmatch(typed):
        ago = min(int(span[1]) * _SECONDS[span[2]], MOST_DAYS * 86_400)
        return places.now - timedelta(seconds=ago)
    days = {"today": 0, "aujourd'hui": 0, "aujourd’hui": 0, "yesterday": 1, "hier": 1}
    zone = ZoneInfo(places.zone)
    if typed in days:
        day = places.now.astimezone(zone).date() - timedelta(days=days[typed])
        return datetime.combine(day, time(), zone).astimezone(UTC)
    try:
        return _written(value, zone)
    except (ValueError, OverflowError) as error:
        raise BadFilter("no_time", value) from error


def _written(value: str, zone: ZoneInfo) -> datetime:
    at = datetime.combine(date.fromisoformat(value), time()) if len(value) == 10 else datetime.fromisoformat(value)
    if not 2000 <= at.year < 2200:
        raise ValueError
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def folded(text: str) -> str:
    """For names: no case, no accents, blanks and underscores as hyphens."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[\s_]+", "-", "".join(c for c in apart if not unicodedata.combining(c)).strip())


MEANINGS: Mapping[str, Callable[[Filter, Term, Places], Filter]] = {
    "p": _priority, "is": _is, "channel": _channel, "network": _channel, "lang": _lang, "assignee": _assignee,
    "category": _category, "wave": _wave, "author": _author, "has": _has, "since": _since, "before": _before,
}  # fmt: skip
assert set(MEANINGS) == set(grammar.KEYS)

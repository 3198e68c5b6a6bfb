"""Items folded from their whole streams: what a rebuild writes of them.

Pure. An item's rows are a function of its own events, of the policies in force at each, and of the newest policy; so
items can be folded one by one, in any order and in any number of processes, and give what the projector gives step by
step. Two things come from elsewhere: policies, and that an author asked to be forgotten.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from inbox import item as core
from inbox.events import AuthorForgotten, ItemEvent, MessageEdited, MessageReceived
from inbox.ids import BrandId, IdMaker
from inbox.log.record import Recorded
from inbox.views import columns, wave_members
from inbox.views.folded import Folded
from inbox.views.policies import Timeline

Forgettings = Mapping[uuid.UUID, Sequence[tuple[int, AuthorForgotten]]]
"""By item: where its author asked to be forgotten."""
Rows = list[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Context:
    """What folding needs beside the items' own events. `upto`: the position that the rows are to be true at; `joined`:
    that of the waves' rows."""

    brand: BrandId
    upto: int
    joined: int
    policies: Timeline
    forgettings: Forgettings


@dataclass(slots=True)
class Built:
    """The rows of some items, without their brand, in the order of the tables' columns. `events`: folded into them."""

    events: int = 0
    items: Rows = field(default_factory=list)
    turns: Rows = field(default_factory=list)
    messages: Rows = field(default_factory=list)
    corrections: Rows = field(default_factory=list)
    wave_members: Rows = field(default_factory=list)


def build(context: Context, recorded: Iterable[Recorded], ids: IdMaker) -> Built:
    """`recorded`: whole streams up to `context.upto`, one after the other, each in order."""
    built = Built()
    for _, stream in groupby(recorded, key=lambda one: one.stream):
        own = [one for one in stream if isinstance(one.event, ItemEvent)]
        if own:
            _add(built, context, own, ids)
    return built


def _add(built: Built, context: Context, own: Sequence[Recorded], ids: IdMaker) -> None:
    folded = fold(context, own)
    built.events += len(own)
    built.items.append(columns.item(context.brand, folded, context.policies.now))
    built.turns += columns.turns(folded)
    built.messages += columns.messages(context.brand, folded, ids)
    built.corrections += columns.corrections(own)
    built.wave_members += map(wave_members.row, wave_members.of_stream(own, context.joined))


def fold(context: Context, own: Sequence[Recorded]) -> Folded:
    """The item that these events of its own make, with what concerns it in between."""
    folded, at = Folded(None), context.policies.at
    for position, event, subject in _with_forgettings(context, own):
        folded.item = core.evolve(folded.item, event, position, at(position))
        if subject is not None and isinstance(event, MessageReceived | MessageEdited):
            folded.subject = subject
    return folded


Step = tuple[int, ItemEvent | AuthorForgotten, uuid.UUID | None]


def _with_forgettings(context: Context, own: Sequence[Recorded]) -> Iterable[Step]:
    first = own[0]
    assert isinstance(first.event, ItemEvent)
    steps = list(_steps(own))
    # What nobody had heard of could not be forgotten.
    others = [one for one in context.forgettings.get(first.event.item_id, ()) if one[0] > first.position]
    return sorted([*steps, *((at, event, None) for at, event in others)], key=lambda one: one[0]) if others else steps


def _steps(own: Sequence[Recorded]) -> Iterator[Step]:
    for one in own:
        assert isinstance(one.event, ItemEvent)
        yield one.position, one.event, one.subject

"""What takes a command back leaves the item as it stood before; what cannot be taken back has nothing that would."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from inbox import commands, contrary, events, priority
from inbox.errors import Refused
from inbox.events import Event
from inbox.state import Item
from tests.core.histories import Life, lives
from tests.core.world import (
    ANA,
    BEN,
    CHLOE,
    about,
    given,
    judged,
    minute,
    not_urgent,
    queued,
    said,
    sending,
    sent,
    then,
    when,
)

HEARD: list[Event] = [said(), judged(0.6)]
TAKEN = [events.ItemAcknowledged(item_id=said().item_id, by=BEN, at=said().received_at)]
ASKED: list[commands.Command] = [
    commands.Acknowledge(ANA), commands.Assign(ANA, BEN), commands.Assign(ANA, None), commands.Resolve(ANA, "spam"),
    commands.Reopen(ANA), commands.OverridePriority(ANA, 1), commands.OverridePriority(ANA, None),
    commands.CorrectCategories(ANA, ("safety",)), commands.CorrectCategories(ANA, ()),
    commands.CorrectCategories(ANA, None), commands.CorrectLanguage(ANA, "it"), commands.CorrectLanguage(ANA, None),
    commands.MarkNotUrgent(ANA), commands.MarkNotUrgent(ANA, undone=True), commands.Mute(ANA), commands.Unmute(ANA),
]  # fmt: skip


def stands(item: Item) -> dict[str, Any]:
    """What people see of it and work by; who said it last is not part of that."""
    turn = item.turn
    words = [(m.correction.categories, m.correction.lang, m.correction.not_urgent) for m in priority.counted(item)]
    return {
        "status": item.status, "assignee": item.assignee, "muted": item.muted, "override": item.override,
        "reason": item.resolved_reason if item.status == "resolved" else None, "priority": item.priority,
        "level": item.level, "words": words, "claimed": turn.claimed_at if turn else None,
        "acknowledged": turn.acknowledged_at if turn else None, "promise": turn.promise_until if turn else None,
    }  # fmt: skip


def and_back(before: Item, command: commands.Command) -> tuple[commands.Command | None, Item]:
    done = when(before, command)
    after = then(before, *done)  # type: ignore[arg-type]
    back = contrary.of(before, command, done)
    return back, then(after, *when(after, back, command_id="c2")) if back else after  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "command", "back"),
    [
        (given(*HEARD), commands.Acknowledge(ANA), commands.Assign(ANA, None)),
        (given(*HEARD), commands.Assign(ANA, BEN), commands.Assign(ANA, None)),
        (given(*HEARD, *TAKEN), commands.Assign(ANA, CHLOE), commands.Assign(ANA, BEN)),
        (given(*HEARD), commands.Resolve(ANA), commands.Reopen(ANA)),
        (given(*HEARD), commands.OverridePriority(ANA, 1), commands.OverridePriority(ANA, None)),
        (given(*HEARD), commands.Mute(ANA), commands.Unmute(ANA)),
        (given(*HEARD, about("safety")), commands.CorrectCategories(ANA, ("spam",)),
         commands.CorrectCategories(ANA, ("safety",))),
        (given(*HEARD, not_urgent()), commands.MarkNotUrgent(ANA, undone=True), commands.MarkNotUrgent(ANA)),
    ],
)  # fmt: skip
def test_it_stands_again_as_it_stood(before: Item, command: commands.Command, back: commands.Command) -> None:
    found, after = and_back(before, command)
    assert found == back
    assert stands(after) == stands(before)


@pytest.mark.parametrize(
    "command",
    [
        commands.Acknowledge(ANA, "We are looking into it"), commands.Reply(ANA, "It leaves today"),
        commands.AnswerByHand(ANA, "I rang"), commands.AddNote(ANA, "Called."),
    ],
)  # fmt: skip
def test_what_was_said_stays_said(command: commands.Command) -> None:
    before = given(*HEARD)
    done = when(before, command)
    assert done
    assert contrary.of(before, command, done) is None


def test_what_would_come_back_otherwise_is_not_offered() -> None:
    claimed = given(*HEARD, *TAKEN)
    assert and_back(claimed, commands.Assign(ANA, None))[0] is None, "the claim of another"
    told = [*HEARD, queued(2, purpose="holding", promise_until=400), sending(2.5), sent(3)]
    promised = given(*told)
    assert promised.turn is not None
    assert promised.turn.promise_until is not None
    assert and_back(promised, commands.Resolve(ANA))[0] is None, "a promise, which closing drops"
    mixed = then(given(*HEARD, about("safety")), said("more", 5, id="m2"))
    assert and_back(mixed, commands.CorrectCategories(ANA, ("spam",)))[0] is None, "new words that nobody corrected"


def test_what_changed_nothing_needs_no_way_back() -> None:
    before = given(*HEARD)
    assert contrary.of(before, commands.Assign(ANA, None), when(before, commands.Assign(ANA, None))) is None


def test_a_proposal_is_taken_back_by_its_id() -> None:
    before = given(*HEARD)
    made = events.ReplyProposed(
        item_id=before.item_id,
        proposal_id=uuid.UUID(int=5),
        purpose="response",
        escalate_s=60,
        expires_at=minute(60),
        by=ANA,
        at=minute(1),
        variants=("It leaves today",),
    )
    back = contrary.of(before, commands.ProposeReply(ANA, ("It leaves today",)), [made])
    assert back == commands.RejectReply(ANA, uuid.UUID(int=5))


@for_all(lives(), st.sampled_from(ASKED))
def test_in_any_life_what_is_offered_brings_back_what_was(life: Life, command: commands.Command) -> None:
    before = life.item
    try:
        back, after = and_back(before, command)
    except Refused:
        return
    if back is not None:
        assert stands(after) == stands(before)

"""A small world for tests of the pure rules: one brand, one item, and short words for what can happen to it.

Times are minutes after `START`, a Monday, 10:00 in Paris. `POLICY` runs round the clock, so that they add up in the
head: P1 15 and 40 minutes, P2 30 and 120, P3 120 and 480, P4 240 and 1440.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from inbox import events, item
from inbox.events import Author, Event, ReasonGiven
from inbox.ids import ItemId
from inbox.policy import Calendar, Policy
from inbox.state import Item, Turn

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ITEM = ItemId(uuid.UUID(int=0xA1))
OTHER_ITEM = ItemId(uuid.UUID(int=0xB2))
SUBJECT = uuid.UUID(int=0xC3)
ANA, BEN, CHLOE = 1, 2, 3
TICK = timedelta(microseconds=1)

POLICY = Policy(calendar=Calendar())
SILENT_CLAIMS = POLICY.model_copy(update={"claim_counts": False})


def minute(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def given(*happened: Event, policy: Policy = POLICY) -> Item:
    return item.fold(ITEM, [(position, event, policy) for position, event in enumerate(happened, 1)])


def then(state: Item, *happened: events.ItemEvent | events.AuthorForgotten, policy: Policy = POLICY) -> Item:
    for event in happened:
        state = item.evolve(state, event, state.position + 1, policy)
    return state


def when(
    state: Item, command: item.Command, at: float = 60, *, policy: Policy = POLICY, command_id: str = "c1"
) -> list[Event]:
    return item.decide(state, command, minute(at), policy, command_id=command_id)


def open_turn(state: Item) -> Turn:
    assert state.turn is not None
    return state.turn


def texts(state: Item) -> list[str | None]:
    return [message.text for message in state.messages]


def named(happened: Sequence[Event]) -> list[str]:
    return [event.TYPE for event in happened]


def reply_id(name: str) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_OID, name)


# --- the author ---------------------------------------------------------------------------------------------------


def said(
    text: str | None = "My order never came",
    at: float = 0,
    *,
    id: str = "m1",
    received: float | None = None,
    followers: int | None = None,
    reply_until: float | None = None,
) -> events.MessageReceived:
    return events.MessageReceived(
        item_id=ITEM,
        channel_id="page",
        network="facebook",
        kind="comment",
        external_id=id,
        sent_at=minute(at),
        received_at=minute(at if received is None else received),
        reply_until=None if reply_until is None else minute(reply_until),
        thread_id="thread",
        author=Author(id="u1", name="Léa", followers=followers),
        text=text,
        permalink="https://example.org/1",
    )


def edited(text: str | None, at: float = 1, *, id: str = "m1") -> events.MessageEdited:
    return events.MessageEdited(
        item_id=ITEM, channel_id="page", external_id=id, sent_at=minute(at), received_at=minute(at), text=text
    )


def withdrawn(at: float = 2, *, id: str = "m1") -> events.MessageWithdrawn:
    return events.MessageWithdrawn(
        item_id=ITEM, channel_id="page", external_id=id, sent_at=minute(at), received_at=minute(at)
    )


def echoed(
    text: str | None = "We are on it", at: float = 10, *, id: str = "e1", received: float | None = None
) -> events.ReplyEchoed:
    return events.ReplyEchoed(
        item_id=ITEM,
        channel_id="page",
        external_id=id,
        sent_at=minute(at),
        received_at=minute(at if received is None else received),
        text=text,
    )


def judged(
    urgency: float = 0.6,
    at: float = 0,
    *,
    id: str = "m1",
    level: int = 1,
    assessed: bool = True,
    spread: int = 1,
    evidence: tuple[str, ...] = ("never came",),
    category: str = "delivery",
    score: float = 0.9,
    sentiment: events.Sentiment = "negative",
    lang: str | None = "en",
    provisional: bool = False,
) -> events.MessageClassified:
    return events.MessageClassified(
        item_id=ITEM,
        external_id=id,
        model="m",
        assessed=assessed,
        sentiment=sentiment,
        urgency=urgency,
        level=level,
        lang=lang,
        categories=(category,),
        reasons=(ReasonGiven(category=category, score=score, evidence=evidence),),
        spread=spread,
        at=minute(at),
        provisional=provisional,
    )


# --- the team -----------------------------------------------------------------------------------------------------


def claimed(at: float = 5, *, by: int = ANA) -> events.ItemAcknowledged:
    return events.ItemAcknowledged(item_id=ITEM, by=by, at=minute(at))


def assigned(assignee: int | None, at: float = 5, *, by: int = ANA) -> events.ItemAssigned:
    return events.ItemAssigned(item_id=ITEM, assignee=assignee, by=by, at=minute(at))


def resolved(at: float = 50, *, by: int = ANA) -> events.ItemResolved:
    return events.ItemResolved(item_id=ITEM, by=by, at=minute(at))


def reopened(at: float = 55, *, by: int = ANA) -> events.ItemReopened:
    return events.ItemReopened(item_id=ITEM, by=by, at=minute(at))


def overridden(
    priority: int | None, at: float = 5, *, by: int = ANA, rules: int | None = None
) -> events.PriorityOverridden:
    return events.PriorityOverridden(item_id=ITEM, priority=priority, by=by, at=minute(at), rules=rules)


def about(
    *categories: str, at: float = 5, by: int = ANA, rules: int = 2, had: tuple[str, ...] = ()
) -> events.CategoriesCorrected:
    return events.CategoriesCorrected(
        item_id=ITEM, categories=categories, by=by, at=minute(at), rules=rules, had=had
    )  # fmt: skip


def about_given_back(at: float = 6, *, by: int = ANA) -> events.CategoriesCorrected:
    return events.CategoriesCorrected(item_id=ITEM, categories=None, by=by, at=minute(at), rules=2)


def spoken_in(lang: str | None, at: float = 5, *, by: int = ANA, had: str | None = None) -> events.LanguageCorrected:
    return events.LanguageCorrected(item_id=ITEM, lang=lang, by=by, at=minute(at), had=had)


def not_urgent(at: float = 5, *, by: int = ANA, undone: bool = False, rules: int = 2) -> events.MarkedNotUrgent:
    return events.MarkedNotUrgent(item_id=ITEM, undone=undone, by=by, at=minute(at), rules=rules)


def noted(at: float = 5, *, name: str = "n1") -> events.NoteAdded:
    return events.NoteAdded(item_id=ITEM, note_id=reply_id(name), by=ANA, at=minute(at), text="Look at the parcel")


def queued(
    at: float = 10,
    *,
    name: str = "r1",
    purpose: events.ReplyPurpose = "response",
    text: str = "It leaves today",
    by: int = ANA,
    promise_until: float | None = None,
) -> events.ReplyQueued:
    return events.ReplyQueued(
        item_id=ITEM,
        reply_id=reply_id(name),
        purpose=purpose,
        promise_until=None if promise_until is None else minute(promise_until),
        by=by,
        at=minute(at),
        text=text,
    )


def sending(at: float = 11, *, name: str = "r1", attempt: int = 1) -> events.ReplySending:
    return events.ReplySending(item_id=ITEM, reply_id=reply_id(name), attempt=attempt, at=minute(at))


def sent(at: float = 12, *, name: str = "r1", id: str | None = "x1") -> events.ReplySent:
    return events.ReplySent(item_id=ITEM, reply_id=reply_id(name), external_id=id, at=minute(at))


def failed(at: float = 12, *, name: str = "r1", retry: float | None = None) -> events.ReplyFailed:
    retry_at = None if retry is None else minute(retry)
    return events.ReplyFailed(item_id=ITEM, reply_id=reply_id(name), reason="refused", retry_at=retry_at, at=minute(at))


def doubted(at: float = 12, *, name: str = "r1") -> events.ReplyUncertain:
    return events.ReplyUncertain(item_id=ITEM, reply_id=reply_id(name), reason="timeout", at=minute(at))


def settled(was_sent: bool, at: float = 90, *, name: str = "r1") -> events.ReplySettled:
    return events.ReplySettled(item_id=ITEM, reply_id=reply_id(name), was_sent=was_sent, by=ANA, at=minute(at))


def by_hand(at: float = 10, *, purpose: events.ReplyPurpose = "response", by: int = ANA) -> events.AnsweredByHand:
    return events.AnsweredByHand(item_id=ITEM, purpose=purpose, by=by, at=minute(at), text="I rang them")


# --- the clock, and oblivion --------------------------------------------------------------------------------------


def warned(clock: events.ClockName, at: float = 25, *, turn: int = 1) -> events.SlaWarned:
    return events.SlaWarned(item_id=ITEM, turn=turn, clock=clock, due_at=minute(at), at=minute(at))


def breached(clock: events.ClockName, at: float = 30, *, turn: int = 1) -> events.SlaBreached:
    return events.SlaBreached(item_id=ITEM, turn=turn, clock=clock, due_at=minute(at), at=minute(at))


def lapsed(assignee: int = ANA, at: float = 66) -> events.ClaimLapsed:
    return events.ClaimLapsed(item_id=ITEM, assignee=assignee, at=minute(at))


def promise_broken(until: float, at: float) -> events.PromiseBroken:
    return events.PromiseBroken(item_id=ITEM, promise_until=minute(until), at=minute(at))


def forgotten(at: float = 100, *, items: tuple[uuid.UUID, ...] = (ITEM,)) -> events.AuthorForgotten:
    return events.AuthorForgotten(subject_id=SUBJECT, item_ids=items, by=ANA, at=minute(at))

"""Whole histories of an item for property tests.

`wild` histories are any valid events in any order, from small pools of ids so that they meet: what no process would
ever write, yet must fold. `lived` histories are what people, networks, deliverer and clock do: every event of the
team and the clock comes out of `decide`, each under the policy of its time.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

from hypothesis import strategies as st

from inbox import events, item
from inbox.events import Author, Event, ItemEvent, ReasonGiven
from inbox.policy import Calendar, Policy, Span
from inbox.state import Item
from tests.core.world import (
    ANA,
    BEN,
    ITEM,
    POLICY,
    doubted,
    echoed,
    edited,
    failed,
    judged,
    minute,
    reply_id,
    said,
    sending,
    withdrawn,
)

Step = tuple[int, Event, Policy]

OFFICE = Policy(
    calendar=Calendar(
        spans=tuple(Span(weekday=day, start=time(9), end=time(18)) for day in range(5)),
        holidays_of="FR",
        closed=(date(2026, 3, 3),),
    ),
    claim_counts=False,
    claim_limit_s=1800,
)
NIGHT = Policy(calendar=Calendar(zone="America/New_York", spans=(Span(weekday=0, start=time(22), end=time(6)),)))
POLICIES = st.sampled_from([POLICY, POLICY, OFFICE, NIGHT])

MEMBERS = st.integers(1, 3)
TEXTS = st.sampled_from(["It leaves today", "It  leaves\ntoday", "We are looking into it", "sorry"])
MINUTES = st.integers(0, 3000)
MAD_TIMES = st.one_of(MINUTES.map(minute), st.sampled_from([minute(-(10**8)), minute(10**8)]))
URGENCIES = st.sampled_from([0.0, 0.1, 0.3, 0.6, 0.74, 0.8, 1.0])
MESSAGE_IDS = st.sampled_from(["m1", "m2", "m3"])
NETWORK_IDS = st.sampled_from(["x1", "x2", "e1"])
REPLY_IDS = st.sampled_from(["r1", "r2", "r3"]).map(reply_id)

PLAN = events.ReplyFile(file_id=uuid.UUID(int=0xF1), name="plan.png", content_type="image/png", bytes=9)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "item_id": st.just(ITEM),
    "channel_id": st.just("page"),
    "network": st.just("facebook"),
    "external_id": MESSAGE_IDS,
    "in_reply_to": st.none(),
    "parent_id": st.none(),
    "delivery_id": st.none(),
    "permalink": st.none(),
    "attachments": st.just(()),
    "sent_at": MAD_TIMES,
    "received_at": MINUTES.map(minute),
    "reply_until": st.one_of(st.none(), MAD_TIMES),
    "promise_until": MINUTES.map(minute),
    "retry_at": st.one_of(st.none(), MINUTES.map(minute)),
    "due_at": MINUTES.map(minute),
    "at": MINUTES.map(minute),
    "author": st.builds(Author, id=st.just("u1"), followers=st.sampled_from([None, 5, 12_345, 10**6])),
    "reach": st.none(),
    "mark": st.none(),
    "text": TEXTS,
    "title": TEXTS,
    "urgency": URGENCIES,
    "spread": st.sampled_from([1, 20, 300]),
    "lang": st.just("fr"),
    "model": st.just("m"),
    "model_sha256": st.just(""),
    "probabilities": st.just({}),
    "temperature": st.none(),
    "provisional": st.booleans(),
    "words_at": st.one_of(st.none(), MINUTES.map(minute)),
    "categories": st.just(("delivery",)),
    "reasons": st.just((ReasonGiven(category="delivery", score=0.5, evidence=("never came",)),)),
    "by": MEMBERS,
    "assignee": st.one_of(st.none(), MEMBERS),
    "rule": st.none(),
    "note_id": REPLY_IDS,
    "reply_id": REPLY_IDS,
    "private": st.booleans(),
    "wording": st.none(),
    "of": st.none(),
    "files": st.sampled_from([(), (PLAN,)]),
    "gesture_id": REPLY_IDS,
    "gesture": st.sampled_from(["hide", "unhide", "like", "unlike"]),
    "end": st.sampled_from(["done", "failed", "uncertain"]),
    "reason": st.just("refused"),
    "attempt": st.integers(1, 3),
    "turn": st.integers(0, 4),
    "priority": st.sampled_from([None, 1, 2, 3, 4]),
    "level": st.integers(0, 3),
    "wave_id": st.sampled_from([uuid.UUID(int=0xD1), uuid.UUID(int=0xD2)]),
    "alike": st.sampled_from(["words", "meaning"]),
    "similarity": st.just(0.9),
    "assessed": st.booleans(),
    "was_sent": st.booleans(),
    "sender_proven": st.sampled_from([None, True, False]),
    "undone": st.booleans(),
    "rules": st.just(2),
    "had": st.just(()),
    "kind": st.sampled_from(["comment", "dm"]),
    "clock": st.sampled_from(["ack", "response"]),
    "purpose": st.sampled_from(["holding", "response"]),
    "sentiment": st.sampled_from(["negative", "neutral"]),
    "thread_id": st.sampled_from(["thread", None]),
    "proposal_id": st.sampled_from(["p1", "p2"]).map(reply_id),
    "variants": st.sampled_from([("It leaves today",), ("sorry", "We are looking into it")]),
    "asked": st.sampled_from([(), (2,), (2, 3)]),
    "escalate_s": st.just(600),
    "expires_at": MINUTES.map(minute),
    "variant": st.integers(0, 1),
    "edited": st.booleans(),
    "original": st.sampled_from([None, "On regarde"]),
    "guest": st.one_of(st.none(), st.just(reply_id("l1"))),
    "step": st.integers(0, 3),
    "to": st.one_of(st.none(), MEMBERS),
    "link_id": st.sampled_from(["l1", "l2"]).map(reply_id),
    "name": st.just("Mme Roy"),
    "digest": st.just("ab" * 32),
}
SPECIAL: dict[tuple[type[Event], str], st.SearchStrategy[Any]] = {
    (events.CategoriesCorrected, "categories"): st.sampled_from([None, (), ("safety",), ("question", "praise")]),
    (events.LanguageCorrected, "lang"): st.sampled_from([None, "it"]),
    (events.LanguageCorrected, "had"): st.none(),
    (events.ItemResolved, "reason"): st.sampled_from(["answered", "spam"]),
    (events.ClaimLapsed, "assignee"): MEMBERS,
    (events.ReplyEchoed, "external_id"): NETWORK_IDS,
    (events.ReplySent, "external_id"): st.one_of(st.none(), NETWORK_IDS),
    (events.ReplyQueued, "promise_until"): st.one_of(st.none(), MINUTES.map(minute)),
}


def _strategy(kind: type[Event]) -> st.SearchStrategy[Event]:
    return st.builds(kind, **{name: SPECIAL.get((kind, name), FIELDS[name]) for name in kind.model_fields})


ITEM_EVENTS = tuple(kind for kind in events.EVENT_TYPES.values() if issubclass(kind, ItemEvent))
FORGOTTEN = st.builds(
    events.AuthorForgotten,
    subject_id=st.just(uuid.UUID(int=9)),
    item_ids=st.sampled_from([(ITEM,), ()]),
    by=MEMBERS,
    at=MINUTES.map(minute),
)
WILD_EVENTS = st.one_of(*map(_strategy, ITEM_EVENTS))


def _numbered(drawn: list[tuple[Event, Policy]]) -> list[Step]:
    """Positions, and for edits a network time of their own: of two edits at one instant the words decide which is
    new."""
    steps: list[Step] = []
    for position, (event, policy) in enumerate(drawn, 1):
        if isinstance(event, events.MessageEdited):
            tick = timedelta(microseconds=position)
            at = min(event.sent_at, event.received_at) + tick
            steps.append((position, event.model_copy(update={"sent_at": at, "received_at": at}), policy))
        else:
            steps.append((position, event, policy))
    return steps


@st.composite
def wild(draw: st.DrawFn) -> list[Step]:
    return _numbered(draw(st.lists(st.tuples(WILD_EVENTS, POLICIES), max_size=30)))


@st.composite
def wild_with_oblivion(draw: st.DrawFn) -> list[Step]:
    return _numbered(draw(st.lists(st.tuples(st.one_of(WILD_EVENTS, FORGOTTEN), POLICIES), max_size=30)))


# --- lived --------------------------------------------------------------------------------------------------------


class Life:
    """One item as it is lived: time goes on, the world acts, the team decides."""

    def __init__(self, policy: Policy) -> None:
        self.now = 0.0
        self.policy = policy
        self.steps: list[Step] = []
        self.item = Item(ITEM)
        self.refusals = 0

    def happens(self, *happened: Event) -> None:
        for event in happened:
            assert isinstance(event, ItemEvent)
            self.steps.append((len(self.steps) + 1, event, self.policy))
            self.item = item.evolve(self.item, event, len(self.steps), self.policy)

    def commands(self, command: item.Command) -> None:
        """What `decide` gives, happens; a refusal is part of life."""
        key = f"c{len(self.steps)}"
        try:
            self.happens(*item.decide(self.item, command, minute(self.now), self.policy, command_id=key))
        except item.Refused:
            self.refusals += 1

    def checks(self) -> None:
        """The clock worker at this moment, until it has nothing left to say."""
        for _ in range(6):
            before = len(self.steps)
            self.commands(item.CheckClocks())
            if len(self.steps) == before:
                return
        raise AssertionError("the clock never falls silent")


Act = Callable[[Life], None]


def _world(make: Callable[[float], Event]) -> Act:
    return lambda life: life.happens(make(life.now))


def _deliver(outcome: str) -> Act:
    def act(life: Life) -> None:
        for reply in life.item.replies:
            if reply.state == "queued" and reply.reply_id is not None:
                moves = {"reply_id": reply.reply_id}
                life.happens(sending(life.now).model_copy(update=moves))
                life.happens(*(event.model_copy(update=moves) for event in _delivered(outcome, life)))

    return act


def _delivered(outcome: str, life: Life) -> list[Event]:
    at, id = life.now + 0.1, f"x{len(life.steps)}"
    took = events.ReplySent(item_id=ITEM, reply_id=uuid.UUID(int=0), external_id=id, at=minute(at))
    moves: dict[str, list[Event]] = {
        "sent": [took],
        "nameless": [took.model_copy(update={"external_id": None})],
        "refused": [failed(at)],
        "retried": [failed(at, retry=at + 1)],
        "doubted": [doubted(at)],
        "echo_first": [echoed("shortened by the network", at, id=id), took],
        "crashed": [],
    }
    return moves[outcome]


def _settle(was_sent: bool) -> Act:
    def act(life: Life) -> None:
        for reply in life.item.replies:
            if reply.state == "sending" and reply.reply_id is not None:
                life.happens(doubted(life.now).model_copy(update={"reply_id": reply.reply_id}))
            if reply.reply_id is not None:
                life.commands(item.SettleReply(ANA, reply.reply_id, was_sent))

    return act


def _says(id: str) -> Act:
    return _world(lambda now: said("words", now, id=id, followers=2000))


def _judges(id: str) -> Act:
    return _world(lambda now: judged(0.1, now, id=id))


def _takes_back(id: str) -> Act:
    return _world(lambda now: withdrawn(now, id=id))


def _answers(command: item.Command, outcome: str, *, was_sent: bool | None = None) -> Act:
    """A member writes, the deliverer takes it from there, and somebody settles what stayed in doubt."""

    def act(life: Life) -> None:
        life.commands(command)
        _deliver(outcome)(life)
        if was_sent is not None:
            _settle(was_sent)(life)

    return act


def _decided(command: item.Command) -> Act:
    return lambda life: life.commands(command)


def _promising(life: Life) -> None:
    life.commands(item.Acknowledge(ANA, "We are looking into it", minute(life.now + 45)))


ACTS: list[Act] = [
    *map(_says, ("m1", "m2", "m3", "m4", "m5")),
    *map(_judges, ("m0", "m1", "m2")),
    _world(lambda now: judged(0.9, now, id="m2", level=3)),
    _world(lambda now: edited(f"edit at {now}", now)),
    *map(_takes_back, ("m0", "m1")),
    _world(lambda now: echoed("It leaves today", now, id=f"e{now}")),
    *map(_deliver, ("sent", "sent", "nameless", "refused", "retried", "doubted", "echo_first", "crashed")),
    _settle(True),
    _settle(False),
    _answers(item.Acknowledge(BEN, "We are looking into it"), "sent"),
    _answers(item.Reply(ANA, "We are looking into it", "holding"), "echo_first"),
    _answers(item.Reply(ANA, "It leaves today"), "nameless"),
    _answers(item.Reply(ANA, "It leaves today"), "doubted"),
    _answers(item.Reply(ANA, "It leaves today"), "doubted", was_sent=True),
    _answers(item.Reply(ANA, "It leaves today"), "crashed", was_sent=False),
    _promising,
    *(
        _decided(command)
        for command in (
            item.Acknowledge(ANA), item.Acknowledge(BEN, "We are looking into it"), item.Reply(ANA, "It leaves today"),
            item.Reply(BEN, "It leaves today", "holding"), item.AnswerByHand(ANA, "I rang"), item.AddNote(ANA, "note"),
            item.Assign(ANA, BEN), item.Assign(ANA, None), item.Resolve(ANA), item.Reopen(BEN), item.Reopen(BEN),
            item.OverridePriority(ANA, 3), item.OverridePriority(ANA, None), item.CorrectCategories(ANA, ("safety",)),
            item.CorrectCategories(BEN, None), item.CorrectLanguage(ANA, "tr"), item.MarkNotUrgent(ANA),
            item.MarkNotUrgent(BEN, undone=True),
        )
    ),
]  # fmt: skip


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """The author speaks; then five to forty acts, some minutes apart. The clock looks in after each wait."""
    life = Life(draw(POLICIES))
    _says("m0")(life)
    for wait, act in draw(
        st.lists(st.tuples(st.sampled_from([0, 1, 10, 40, 130, 700]), st.sampled_from(ACTS)), min_size=5, max_size=40)
    ):
        if wait:
            life.now += wait
            life.checks()
        act(life)
    return life

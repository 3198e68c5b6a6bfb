"""Hiding and liking: given what happened to a message, when somebody asks for a gesture, then this."""

from __future__ import annotations

import uuid
from typing import get_args

import pytest

from inbox import commands, events, gestures, replies, reply_failures
from inbox.conflicts import conflicts
from inbox.errors import Refused
from inbox.events import Gesture, GestureEnd
from inbox.web import words
from inbox.web.i18n import Speech
from services.channels.contract import DoubtReason, RefusalReason
from tests.core.world import ANA, BEN, ITEM, edited, given, minute, named, noted, queued, said, sent, when, withdrawn


def asked(gesture: Gesture, name: str = "g1", by: int = ANA) -> events.GestureQueued:
    ident = uuid.uuid5(uuid.NAMESPACE_OID, name)
    return events.GestureQueued(
        item_id=ITEM, gesture_id=ident, gesture=gesture, external_id="m1", by=by, at=minute(10)
    )  # fmt: skip


def ended(end: GestureEnd, name: str = "g1", retry: float | None = None) -> events.GestureEnded:
    return events.GestureEnded(
        item_id=ITEM, gesture_id=uuid.uuid5(uuid.NAMESPACE_OID, name), end=end, at=minute(12),
        reason=None if end == "done" else "rejected", retry_at=None if retry is None else minute(retry),
    )  # fmt: skip


def test_a_message_stands_as_the_last_gesture_that_was_made_left_it() -> None:
    item = given(said(), asked("hide"), ended("done"))
    assert gestures.stands(item, "m1", "hide")
    assert not gestures.stands(item, "m1", "like")
    item = given(said(), asked("hide"), ended("done"), asked("unhide", "g2"), ended("failed", "g2"))
    assert gestures.stands(item, "m1", "hide")
    item = given(said(), asked("hide"), ended("done"), asked("unhide", "g2"), ended("done", "g2"))
    assert not gestures.stands(item, "m1", "hide")


def test_a_gesture_stops_no_clock_and_answers_nobody() -> None:
    item = given(said(), asked("like"), ended("done"))
    assert item.status == "open"
    assert item.replies == ()


def test_what_stands_so_already_is_not_asked_again() -> None:
    assert named(when(given(said()), commands.Gesture(ANA, "hide", "m1"))) == ["GestureQueued"]
    hidden = given(said(), asked("hide"), ended("done"))
    assert when(hidden, commands.Gesture(ANA, "hide", "m1")) == []
    assert named(when(hidden, commands.Gesture(ANA, "unhide", "m1"))) == ["GestureQueued"]
    assert when(given(said()), commands.Gesture(ANA, "unlike", "m1")) == []


@pytest.mark.parametrize("end", ["failed", "uncertain"])
def test_what_was_not_made_or_may_not_have_been_can_be_asked_for_again(end: GestureEnd) -> None:
    item = given(said(), asked("hide"), ended(end))
    assert named(when(item, commands.Gesture(ANA, "hide", "m1"))) == ["GestureQueued"]


@pytest.mark.parametrize(
    ("happened", "message", "code"),
    [
        ((said(), asked("hide")), "m1", "gesture_in_flight"),
        ((said(), asked("hide"), ended("failed", retry=20)), "m1", "gesture_in_flight"),
        ((said(), withdrawn()), "m1", "withdrawn"),
        ((said(),), "m2", "no_such_message"),
    ],
)
def test_what_is_in_the_way_of_a_gesture(happened: tuple[events.ItemEvent, ...], message: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        when(given(*happened), commands.Gesture(ANA, "unhide", message))
    assert refused.value.code == code


def test_new_words_of_the_message_and_a_colleagues_gesture_must_be_seen_first() -> None:
    command = commands.Gesture(ANA, "hide", "m1")
    between = [asked("hide", by=BEN), asked("like", by=ANA), edited("Other words"), noted(), edited("x", id="m2")]
    assert conflicts(command, between) == [between[0], between[2]]


def test_one_private_answer_is_all_that_a_comment_gets() -> None:
    command = commands.Reply(ANA, "In private", private=True)
    first = queued().model_copy(update={"private": True, "in_reply_to": "m1"})
    with pytest.raises(Refused) as refused:
        when(given(said(), first, sent()), command)
    assert refused.value.code == "private_once"
    assert replies.private_of(given(said(), first, sent()), "m1") is not None
    (again,) = when(given(said()), command)
    assert isinstance(again, events.ReplyQueued)
    assert again.private


def test_every_reason_of_a_refusal_belongs_to_one_of_seven_words() -> None:
    assert set(reply_failures.OF_REASON) <= set(get_args(RefusalReason))
    assert {reply_failures.of(reason) for reason in get_args(RefusalReason)} == set(reply_failures.FAILURES)


def test_every_reason_and_every_doubt_is_told_in_both_languages_with_what_to_do() -> None:
    reasons = {*get_args(RefusalReason), *get_args(DoubtReason)}
    assert reasons <= set(words.REPLY_FAILURES)
    assert set(words.REMEDIES) == set(reply_failures.FAILURES)
    for text in {words.REPLY_FAILURES[reason] for reason in reasons} | set(words.REMEDIES.values()):
        assert Speech("fr")(text) != text

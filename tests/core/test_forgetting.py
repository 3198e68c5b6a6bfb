"""A person is forgotten: no word of theirs or about them stays, and no figure moves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inbox import events, item
from inbox.events import AuthorForgotten, Event, MessageReceived, codec, mark_of, two_digits
from inbox.ids import BrandId, ChannelId, DedupeKey, IdMaker, ItemId, dedupe_key, reply_id
from inbox.state import Item
from tests.core.world import (
    ITEM,
    OTHER_ITEM,
    POLICY,
    by_hand,
    claimed,
    doubted,
    echoed,
    edited,
    forgotten,
    given,
    judged,
    noted,
    queued,
    said,
    sending,
    then,
    withdrawn,
)

SECRETS = (
    "parcel",
    "order",
    "Léa",
    "leaves",
    "rang",
    "looking",
    "never came",
    "'thread'",
    "example.org",
    "early words",
)


def sealed_away(event: Event) -> Event:
    """The event as it reads once the key of its author is destroyed."""
    body, _ = events.encode(event)
    return events.decode(event.TYPE, event.V, body, None)


def full_history() -> list[Event]:
    return [
        said("My order never came", followers=20_345), judged(0.6, spread=60), noted(), claimed(5),
        edited("early words", id="m9"), edited("My order, still", 6),
        queued(10, text="We are looking into it", purpose="holding"), sending(11), doubted(12),
        echoed("We are looking into it", 11.5, id="x1"), by_hand(20), said("parcel", 30, id="m2", followers=20_345),
        judged(0.9, id="m2"), withdrawn(31, id="m3"),
    ]  # fmt: skip


def test_no_word_stays() -> None:
    before = given(*full_history())
    assert any(secret in repr(before) for secret in SECRETS)
    after = then(before, forgotten())
    assert [secret for secret in SECRETS if secret in repr(after)] == []
    assert after.forgotten


def test_times_and_figures_stay() -> None:
    before = given(*full_history())
    after = then(before, forgotten())
    assert (after.turns, after.priority, after.urgency, after.status, after.reach) == (
        before.turns, before.priority, before.urgency, before.status, 20_000,
    )  # fmt: skip


def test_an_item_rebuilt_after_the_key_is_gone_is_the_same_item() -> None:
    history = full_history()
    assert given(*map(sealed_away, history), forgotten()) == given(*history, forgotten())


def test_the_reply_recognised_by_its_words_is_recognised_without_them() -> None:
    rebuilt = given(*map(sealed_away, full_history()), forgotten())
    assert (rebuilt.replies[0].external_id, rebuilt.replies[0].state) == ("x1", "sent")


def test_a_person_of_another_item_is_not_this_one() -> None:
    before = given(said())
    assert then(before, forgotten(items=(OTHER_ITEM,))) == replace(before, position=2)


def test_an_item_may_begin_with_being_forgotten() -> None:
    assert _first(forgotten()).item_id == ITEM
    assert _first(forgotten()).forgotten
    assert _first(forgotten(items=())).forgotten is False


def _first(event: AuthorForgotten) -> Item:
    return item.evolve(None, event, 1, POLICY)


# --- what stays outside the seal ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "rounded"), [(-5, 0), (0, 0), (7, 7), (99, 99), (100, 100), (1999, 1900), (12_345, 12_000)]
)
def test_reach_keeps_two_digits(number: int, rounded: int) -> None:
    assert two_digits(number) == rounded


def test_the_reach_outlives_the_author() -> None:
    message = said(followers=12_345)
    gone = sealed_away(message)
    assert isinstance(gone, MessageReceived)
    assert (gone.author, gone.reach, message.reach) == (None, 12_000, 12_000)
    assert said().reach is None
    assert MessageReceived.model_validate(message) is message


def test_white_space_does_not_change_the_mark_and_words_do() -> None:
    assert mark_of("a  b\n") == mark_of("a b") != mark_of("a c")
    assert mark_of(None) is None
    assert mark_of(" ") is None
    assert mark_of("\ud800") is not None


def test_the_mark_outlives_the_words() -> None:
    gone = sealed_away(queued(text="It leaves today"))
    assert isinstance(gone, events.ReplyQueued)
    assert (gone.text, gone.mark) == (None, mark_of("It leaves today"))
    assert events.ReplyQueued.model_validate(gone) is gone


@pytest.mark.parametrize("event", full_history())
def test_every_event_reads_back_as_it_was_written(event: Event) -> None:
    body, sealed = events.encode(event)
    assert events.decode(event.TYPE, event.V, body, sealed) == event


def test_an_event_of_a_newer_process_is_named() -> None:
    with pytest.raises(events.UnknownEventType):
        events.decode("NotYet", 1, b"{}", None)


def test_an_old_event_is_brought_forward(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events.ItemResolved, "V", 2)
    monkeypatch.setattr(codec, "UPCASTERS", {("ItemResolved", 1): lambda fields: {**fields, "reason": "spam"}})
    body, _ = events.encode(events.ItemResolved(item_id=ITEM, by=1, at=said().received_at))
    event = events.decode("ItemResolved", 1, body, None)
    assert isinstance(event, events.ItemResolved)
    assert event.reason == "spam"


def test_an_event_knows_when_it_happened_by_our_clock() -> None:
    assert events.occurred_at(said(at=-3, received=0)) == said().received_at
    assert events.occurred_at(claimed(5)) == claimed(5).at


# --- ids ----------------------------------------------------------------------------------------------------------


def test_ids_depend_on_each_part_and_on_the_key() -> None:
    maker, stranger = IdMaker(b"k" * 16), IdMaker(b"s" * 16)
    parts = (BrandId(1), ChannelId("page"), "thread", "author")
    assert maker.item(*parts) == maker.item(*parts) != stranger.item(*parts)
    assert len({maker.item(*parts), maker.item(BrandId(2), *parts[1:]), maker.item(*parts[:3], "other")}) == 3
    assert maker.subject(BrandId(1), "facebook", "author") != maker.subject(BrandId(1), "instagram", "author")


def test_what_the_views_keep_of_threads_and_words_is_keyed_too() -> None:
    maker, stranger = IdMaker(b"k" * 16), IdMaker(b"s" * 16)
    assert maker.thread(BrandId(1), "page", "t") != stranger.thread(BrandId(1), "page", "t")
    assert maker.words(BrandId(1), "hello") != maker.words(BrandId(2), "hello")
    assert maker.words(BrandId(1), "hello") == maker.words(BrandId(1), "hello")


def test_parts_cannot_be_shifted_into_each_other() -> None:
    keys: set[DedupeKey] = {dedupe_key("a\x1fb"), dedupe_key("a", "b"), dedupe_key("a\\", "b"), dedupe_key("a\\s", "b")}
    assert len(keys) == 4
    assert reply_id(ITEM, "c") != reply_id(ItemId(OTHER_ITEM), "c")


# --- the log knows more than items --------------------------------------------------------------------------------


def test_what_does_not_concern_an_item_is_passed_over() -> None:
    policy_changed = events.PolicyChanged(policy={}, at=said().received_at)
    assert given(said(), policy_changed, said()) == replace(given(said()), position=3)


def test_an_event_type_without_a_rule_moves_the_position_only() -> None:
    class ItemPraised(events.ItemEvent):
        pass

    assert then(given(said()), ItemPraised(item_id=ITEM)) == replace(given(said()), position=2)


def test_every_event_of_an_item_has_a_rule() -> None:
    concerning = {kind for kind in events.EVENT_TYPES.values() if issubclass(kind, events.ItemEvent)}
    assert concerning | {AuthorForgotten} == set(item.CHANGES)


def test_an_item_begins_with_its_first_event() -> None:
    assert item.evolve(None, said(), 1, POLICY) == given(said())

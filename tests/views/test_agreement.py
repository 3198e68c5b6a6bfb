"""Agreement between people and the classifier: counted from the log, each share beside what it is of."""

from __future__ import annotations

import csv as rfc4180
import io
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from inbox import events as ev
from inbox.ids import ItemId
from inbox.views import agreement, drift
from inbox.views.agreement import Agreement
from inbox.views.drift import Drift
from tests.conftest import new_brand
from tests.views.world import ME, World


async def found(world: World, *, days: int = 7, now: datetime | None = None) -> Agreement:
    midnight = datetime(2026, 11, 24, tzinfo=ZoneInfo("Europe/Paris")).astimezone(UTC)
    start, end = midnight - timedelta(days=days - 1), midnight + timedelta(days=1)
    await world.project()
    async with world.pool.acquire() as connection:
        return await agreement.agreement(connection, world.brand, start, end, now=now or end)


async def read(world: World, author: str, *, at: datetime | None = None, **given: Any) -> ItemId:
    """A message of somebody, and what the classifier read in it."""
    item = await world.says(author, thread=author, at=at or world.noon)
    await world.happens(world.judgement(item, f"m{world.spoken}", **given), author=author)
    return item


def about(item: ItemId, *said: str, had: tuple[str, ...] = (), rules: int | None = 4, **given: Any) -> ev.Event:
    fields = {"categories": said, "by": ME, "at": datetime(2026, 11, 24, 12, tzinfo=UTC), "rules": rules, "had": had}
    return ev.CategoriesCorrected(item_id=item, **{**fields, **given})


def put_at(item: ItemId, priority: int | None, rules: int | None, at: datetime) -> ev.Event:
    return ev.PriorityOverridden(item_id=item, priority=priority, by=ME, at=at, rules=rules)


def calm(item: ItemId, rules: int | None, at: datetime, *, undone: bool = False) -> ev.Event:
    return ev.MarkedNotUrgent(item_id=item, undone=undone, by=ME, at=at, rules=rules)


def spoken_in(item: ItemId, lang: str | None, had: str | None, at: datetime) -> ev.Event:
    return ev.LanguageCorrected(item_id=item, lang=lang, had=had, by=ME, at=at)


async def test_without_anything_there_is_nothing_to_share(world: World) -> None:
    empty = await found(world)
    assert (empty.total.recall, empty.category_agreement, empty.total.unassessed_share) == (None, None, None)
    assert (empty.false_alarms_a_day, len(empty.pieces), empty.languages.index) == (0, 7, None)
    assert empty.levels.verdict == "few"


async def test_recall_is_of_what_people_called_urgent_by_priority_or_category(world: World) -> None:
    items = [await read(world, f"a{n}") for n in range(6)]
    await world.happens(
        put_at(items[0], 1, 4, world.noon), put_at(items[1], 2, 1, world.noon), about(items[2], "safety", rules=3),
        about(items[3], "complaint", rules=3), put_at(items[4], 3, 4, world.noon),
        put_at(items[5], 1, None, world.noon),
    )  # fmt: skip
    total = (await found(world)).total
    assert (total.called_urgent, total.found) == (3, 1)
    assert total.recall == pytest.approx(1 / 3)
    assert total.false_alarms == 0


async def test_a_false_alarm_is_an_alarm_that_people_lowered_or_marked_once_an_item(world: World) -> None:
    items = [await read(world, f"a{n}", level=2, urgency=0.6) for n in range(7)]
    await world.happens(
        calm(items[0], 1, world.noon), put_at(items[0], 4, 1, world.noon), put_at(items[1], 3, 2, world.noon),
        about(items[2], "praise", had=("legal",), rules=2), calm(items[3], 3, world.noon),
        put_at(items[4], 2, 1, world.noon), calm(items[5], None, world.noon), calm(items[6], 1, world.noon),
        about(items[6], "safety", rules=1),
    )  # fmt: skip
    seven_days = await found(world)
    assert (seven_days.total.false_alarms, seven_days.total.alarms) == (3, 7)
    assert seven_days.false_alarms_a_day == pytest.approx(3 / 7)


async def test_a_word_that_was_taken_back_counts_nowhere_and_of_two_the_last_does(world: World) -> None:
    one, two = await read(world, "a"), await read(world, "b")
    await world.happens(
        put_at(one, 1, 4, world.noon), put_at(one, None, 4, world.noon), calm(one, 1, world.noon),
        calm(one, 1, world.noon, undone=True), about(one, "safety"), about(one, "x", categories=None),
        spoken_in(one, "it", "fr", world.noon), spoken_in(one, None, "fr", world.noon),
        put_at(two, 4, 2, world.noon), put_at(two, 1, 2, world.noon),
    )  # fmt: skip
    total = (await found(world)).total
    assert (total.called_urgent, total.found, total.false_alarms, total.categories, total.languages) == (1, 1, 0, 0, 0)


async def test_categories_are_compared_one_by_one(world: World) -> None:
    items = [await read(world, f"a{n}") for n in range(3)]
    await world.happens(
        about(items[0], "legal", "press", had=("legal",)), about(items[1], had=("legal", "spam")),
        about(items[2], "praise", had=("praise",)),
    )  # fmt: skip
    all_of_it = await found(world)
    assert {one.category: (one.both, one.only_people, one.only_classifier) for one in all_of_it.by_category} == {
        "legal": (1, 0, 1), "press": (0, 1, 0), "spam": (0, 0, 1), "praise": (1, 0, 0),
    }  # fmt: skip
    assert all_of_it.category_agreement == pytest.approx(2 / 5)
    assert (all_of_it.total.categories, all_of_it.total.same) == (3, 1)


async def test_languages_that_were_taken_for_others(world: World) -> None:
    items = [await read(world, f"a{n}") for n in range(4)]
    await world.happens(
        spoken_in(items[0], "ca", "es", world.noon), spoken_in(items[1], "ca", "es", world.noon),
        spoken_in(items[2], "tr", None, world.noon), spoken_in(items[3], "fr", "fr", world.noon),
    )  # fmt: skip
    whole = await found(world)
    assert [(one.had, one.said, one.items) for one in whole.mistaken] == [("es", "ca", 2), ("", "tr", 1)]
    assert whole.total.languages == 3


async def test_what_could_not_be_assessed_is_of_what_was_read_and_a_mean_is_over_messages(world: World) -> None:
    await read(world, "a", urgency=0.1)
    await read(world, "b", urgency=0.9, assessed=False, at=world.noon - timedelta(days=1))
    await read(world, "c", urgency=0.8, at=world.noon - timedelta(days=1))
    await world.says("d", thread="d")
    total = (await found(world)).total
    assert (total.messages, total.judged, total.not_assessed) == (4, 3, 1)
    assert total.unassessed_share == pytest.approx(1 / 3)
    assert total.urgency == pytest.approx(0.6)


async def test_the_figures_are_of_the_classifiers_reading_whatever_people_said_of_it(world: World) -> None:
    item = await read(world, "a", level=3, urgency=0.9, lang="fr")
    await world.happens(calm(item, 1, world.noon), spoken_in(item, "it", "fr", world.noon))
    whole = await found(world)
    assert (whole.total.alarms, whole.total.urgency, dict(whole.languages.now)) == (1, 0.9, {"fr": 1})


async def test_drift_compares_with_the_period_before_as_far_as_this_one_has_gone(world: World) -> None:
    for n in range(4):
        await read(world, f"old{n}", at=world.noon - timedelta(days=9), urgency=0.2)
    await read(world, "ancient", at=world.noon - timedelta(days=20))
    for n in range(3):
        await read(world, f"new{n}", lang=("it", "fr", None)[n], level=n, urgency=0.5)
    whole = await found(world)
    assert (whole.languages.now, whole.languages.before) == ({"it": 1, "fr": 1, "?": 1}, {"fr": 4})
    assert (whole.levels.now, whole.levels.before) == ({"0": 1, "1": 1, "2": 1}, {"0": 4})
    assert whole.urgency_before == pytest.approx(0.2)
    assert whole.total.urgency == pytest.approx(0.5)
    begun = await found(world, days=2, now=world.noon)
    assert begun.languages.before == {}


def test_the_stability_index_is_that_of_the_books() -> None:
    now, before = {"a": 5999.5, "b": 3999.5}, {"a": 4999.5, "b": 4999.5}  # half of one is added to each
    by_hand = (0.6 - 0.5) * 0.1823215567939546 + (0.4 - 0.5) * -0.2231435513142097
    assert drift.stability(now, before) == pytest.approx(by_hand)  # type: ignore[arg-type]
    assert drift.stability({"a": 7, "b": 3}, {"a": 7, "b": 3}) == 0
    assert drift.stability({}, {"a": 1}) is None
    assert (drift.stability({"new": 500}, {"old": 500}) or 0) > 5


@pytest.mark.parametrize(
    ("now", "verdict"), [(500, "steady"), (680, "moved"), (850, "shifted")],
)  # fmt: skip
def test_a_shift_is_named_when_there_is_enough_to_tell(now: int, verdict: str) -> None:
    assert Drift({"a": now, "b": 1000 - now}, {"a": 500, "b": 500}).verdict == verdict
    assert Drift({"a": now // 20, "b": (1000 - now) // 20}, {"a": 500, "b": 500}).verdict == "few"


async def test_weeks_begin_on_monday_in_the_brands_zone_and_add_up(world: World) -> None:
    item = await read(world, "a", at=world.noon - timedelta(days=30))
    await world.happens(put_at(item, 1, 1, world.noon - timedelta(days=30)))
    whole = await found(world, days=90)
    zone = ZoneInfo("Europe/Paris")
    assert whole.bucket == "week"
    assert {piece.starts_at.astimezone(zone).strftime("%a %H") for piece in whole.pieces} == {"Mon 00"}
    assert (whole.total.called_urgent, whole.total.judged) == (1, 1)
    assert sum(piece.counts.found for piece in whole.pieces) == 1
    assert len(whole.pieces) == 14


async def test_the_export_has_a_row_a_day_and_no_share_without_its_base(world: World) -> None:
    await read(world, "a")
    text = agreement.csv(await found(world))
    lines = list(rfc4180.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert lines[0][:4] == ["starts_at", "messages", "judged", "not_assessed"]
    assert (len(lines), lines[-1][0], lines[-1][1]) == (8, "2026-11-23T23:00:00Z", "1")
    assert "recall" not in lines[0]


async def test_another_brands_words_are_not_ours(world: World) -> None:
    other = World(world.log, await new_brand(world.pool, "Autre"), world.noon)
    item = await read(other, "a", level=3)
    await other.happens(put_at(item, 1, 1, world.noon), about(item, "safety"))
    await other.project()
    whole = await found(world)
    assert (whole.total.called_urgent, whole.total.messages, whole.by_category) == (0, 0, ())

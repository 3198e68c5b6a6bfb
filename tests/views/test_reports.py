"""A report counts as the page of figures does, and stays what it was whatever happens later."""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import orjson
import pytest

from inbox import events as ev
from inbox.errors import Unavailable
from inbox.reports import facts, gather, making
from inbox.reports.facts import Facts, Figures, Names, Wanted
from inbox.reports.tally import percentile
from inbox.views import sla, spread
from inbox.views.figures import Back
from inbox.web.i18n import Speech
from inbox.web.report import document, html, pdf
from tests.views.test_sla import BEN, five
from tests.views.world import ME, World

DAY = date(2026, 11, 24)


async def figures(world: World, *, minutes: float = 200, position: int | None = None) -> Figures:
    position = await world.log.head(world.brand) if position is None else position
    wanted = Wanted(int(world.brand), "Europe/Paris", DAY, DAY)
    return await making.figures_of(world.log, world.brand, wanted, position, world.minutes(minutes))


async def a_day(world: World) -> list[uuid.UUID]:
    items = await five(world)
    promise = ev.ReplyQueued(
        item_id=items[2], reply_id=uuid.UUID(int=1), purpose="holding", by=BEN, at=world.minutes(20), text="à 13 h",
        promise_until=world.minutes(60),
    )  # fmt: skip
    await world.happens(promise, ev.ReplySent(item_id=items[2], reply_id=uuid.UUID(int=1), at=world.minutes(20)))
    await world.says("a0", thread="t0", channel="c1", at=world.minutes(90), received_at=world.minutes(90))
    await world.project()
    return items


async def test_a_report_of_the_log_counts_as_the_page_counts_the_views(world: World) -> None:
    await a_day(world)
    made = (await figures(world)).now
    start, end = facts.midnight(DAY, "Europe/Paris"), facts.midnight(DAY + timedelta(days=1), "Europe/Paris")
    async with world.pool.acquire() as connection:
        page = await sla.figures(connection, world.brand, start, end, now=world.minutes(200))
        times = await spread.spread(connection, world.brand, start, end, now=world.minutes(200))
    assert made.total == page.total
    assert (made.by_channel, made.by_priority) == (page.by_channel, page.by_priority)
    assert (made.by_hour, made.by_language, made.by_member) == (page.by_hour, page.by_language, page.by_member)
    assert made.promises == page.promises
    assert (made.ended, made.came_back) == (times.back.ended, times.back.came_back) == (3, 1)
    assert made.ack.steps == times.ack.steps
    assert made.ack.percentiles == pytest.approx(times.ack.percentiles)
    assert made.ages == times.ages
    assert made.messages == sum(piece.messages for piece in page.slices) == 6
    assert [day.waiting for day in made.days] == [sum(times.ages)]


async def test_what_happens_later_changes_nothing_in_it(world: World) -> None:
    items = await a_day(world)
    position = await world.log.head(world.brand)
    before = await figures(world, position=position)
    await world.happens(
        ev.AnsweredByHand(item_id=items[2], purpose="response", by=ME, at=world.minutes(190)),
        ev.PriorityOverridden(item_id=items[1], priority=1, by=ME, at=world.minutes(191)),
        ev.ItemReopened(item_id=items[4], by=ME, at=world.minutes(192)),
    )
    await world.says("new", thread="new", at=world.minutes(195), received_at=world.minutes(195))
    await world.forgets("a0", items[0])  # type: ignore[arg-type]
    await world.project()
    assert facts.digest(await figures(world, position=position)) == facts.digest(before)
    assert facts.digest(await figures(world)) != facts.digest(before)


async def test_a_report_tells_reopening_from_writing_again_as_the_page_does(world: World) -> None:
    items = await a_day(world)
    await world.happens(ev.ItemReopened(item_id=items[4], by=BEN, at=world.minutes(30)))
    await world.project()
    made = (await figures(world)).now
    start, end = facts.midnight(DAY, "Europe/Paris"), facts.midnight(DAY + timedelta(days=1), "Europe/Paris")
    async with world.pool.acquire() as connection:
        times = await spread.spread(connection, world.brand, start, end, now=world.minutes(200))
    assert (made.ended, made.came_back, made.once_ended, made.reopened) == (2, 1, 3, 1)
    assert Back(made.ended, made.came_back, made.once_ended or 0, made.reopened or 0) == times.back
    names = Names("Brizéo", "Mensuel", {}, {})
    say = Speech("en", "Europe/Paris")
    told = document.of(Facts(await figures(world), names), say)
    table = next(one for one in told.tables if one.title == "Came back within a week")
    assert [row[:2] for row in table.rows] == [("the person wrote again", "1"), ("reopened by a colleague", "1")]


async def test_a_report_from_before_reopenings_were_counted_keeps_its_digest_and_says_nothing_of_them(
    world: World,
) -> None:
    items = await a_day(world)
    await world.happens(ev.ItemReopened(item_id=items[4], by=BEN, at=world.minutes(30)))
    await world.project()
    made = await figures(world)
    plain = orjson.loads(facts.dump(Facts(made, Names("Brizéo", "Mensuel", {}, {}))))
    for tally in (plain["figures"]["now"], plain["figures"]["before"]):
        del tally["once_ended"], tally["reopened"]
    then = hashlib.sha256(orjson.dumps(plain["figures"], option=orjson.OPT_SORT_KEYS)).hexdigest()
    old = facts.load(orjson.dumps(plain))
    assert old.digest == then != facts.digest(made)
    assert facts.digest(facts.as_counted(made, old.figures)) == then
    assert facts.digest(facts.as_counted(made, made)) == facts.digest(made)
    told = document.of(old, Speech("en", "Europe/Paris"))
    assert not [one for one in told.tables if one.title == "Came back within a week"]
    assert "Reopened" not in "".join(row[0] for row in told.tables[0].rows)


async def test_a_report_waits_for_the_views(world: World) -> None:
    await world.says()
    with pytest.raises(Unavailable):
        await figures(world)


async def test_the_log_says_how_far_it_had_come_at_a_moment(world: World) -> None:
    await world.says("a", thread="a")
    await world.says("b", thread="b")
    times = [r.recorded_at for r in await world.log.read(world.brand)]
    places = [
        await gather.position_at(world.log, world.brand, at)
        for at in (times[0], times[-1], datetime.max.replace(tzinfo=UTC))
    ]
    assert places == [0, len(times) - 1, len(times)]


async def test_its_documents_are_the_same_bytes_each_time(world: World) -> None:
    await a_day(world)
    names = Names("Brizéo", "Mensuel", {"c1": "Page", "c2": "محل"}, {ME: "Łukasz", BEN: "Bén"})
    made = facts.load(facts.dump(Facts(await figures(world), names)))
    say = Speech("fr", "Europe/Paris")
    told = document.of(made, say)
    paper = pdf.made(told, say, None, made.figures.at)
    again = facts.load(facts.dump(made))
    assert pdf.made(document.of(again, say), say, None, again.figures.at) == paper
    assert paper.startswith(b"%PDF-")
    page = html.standalone(told, say, None).decode()
    assert html.standalone(document.of(again, say), say, None).decode() == page
    assert made.digest in page
    assert "Rapport, 24 novembre 2026" in page
    assert "محل" in page
    assert pdf.shown("Łukasz €\u202f! 🚲") == "Łukasz €\u202f! □"


@pytest.mark.parametrize(
    ("name", "set_as"),
    [
        ("باريس", "\ufeb2\ufef3\ufead\ufe8e\ufe91"),
        ("مُحَمَّد", "\ufeaa\ufee4\ufea4\ufee3"), ("سلام", "\ufee1\ufefc\ufeb3"),
        ("Brizéo – گل (پ)", "Brizéo – (\ufb56) \ufede\ufb94"), ("Le \u202eשָׁלוֹם", "Le םולש"), ("پ 12", "12 \ufb56"),
    ],
    ids=["joined", "unpointed", "lam and alef", "Persian, in brackets", "Hebrew", "digits"],
)  # fmt: skip
def test_right_to_left_names_are_set_on_paper_as_they_are_seen(name: str, set_as: str) -> None:
    assert pdf.shown(name) == set_as


def test_the_first_of_a_month_is_an_ordinal_in_french() -> None:
    first, last = date(2026, 11, 1), date(2026, 11, 22)
    assert document.period(first, last, Speech("fr")) == "du 1er novembre au 22 novembre 2026"
    assert document.period(first, last, Speech("en")) == "from 1 November to 22 November 2026"
    assert Speech("fr").day(date(2026, 11, 11)) == "11 nov."
    assert Speech("de").day(first) == "1. Nov."


def test_other_scripts_are_told_by_their_name() -> None:
    assert pdf.shown("प्रियंका शर्मा, 李明 ﬁn") == "[Devanagari], [CJK] fin"


def test_a_whole_month_is_called_by_its_name_and_compared_with_the_one_before() -> None:
    wanted = Wanted(1, "Europe/Paris", date(2026, 3, 1), date(2026, 3, 31))
    assert wanted.before == (date(2026, 2, 1), date(2026, 2, 28))
    assert facts.month_before(date(2026, 1, 1)) == (date(2025, 12, 1), date(2025, 12, 31))
    assert document.period(wanted.first, wanted.last, Speech("fr")) == "mars 2026"
    week = Wanted(1, "Europe/Paris", date(2026, 3, 9), date(2026, 3, 15))
    assert week.before == (date(2026, 3, 2), date(2026, 3, 8))
    assert facts.midnight(date(2026, 3, 30), "Europe/Paris").astimezone(ZoneInfo("Europe/Paris")).hour == 0


def test_percentiles_lie_between_the_two_nearest() -> None:
    assert [percentile([10, 20, 40], share) for share in (0, 0.25, 0.5, 0.75, 1)] == [10, 15, 20, 30, 40]
    assert percentile([], 0.5) is None

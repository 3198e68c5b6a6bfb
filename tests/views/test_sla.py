"""The figures: nobody drops out by not being answered, and nobody is blamed for what was withdrawn."""

from __future__ import annotations

import csv as rfc4180
import io
import uuid
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from arro3.io import read_parquet

from inbox import events as ev
from inbox import sla as rules
from inbox.state import Turn
from inbox.views import buckets, sla, spread
from inbox.views.export import cell
from inbox.views.parquet import parquet
from inbox.views.rebuild import rebuild
from tests.conftest import new_brand
from tests.views.world import ME, World

BEN = 8


async def figures(world: World, minutes: float, **given: Any) -> sla.Figures:
    async with world.pool.acquire() as connection:
        return await sla.figures(
            connection, world.brand, world.minutes(-60), world.minutes(600), now=world.minutes(minutes), **given
        )


async def five(world: World) -> list[uuid.UUID]:
    """At P2 (30 min, 120 min): one answered in time, one answered late, one waits, one withdrawn, one closed early."""
    items = [await world.says(f"a{n}", thread=f"t{n}", channel=("c1", "c2")[n % 2]) for n in range(5)]
    await world.happens(
        ev.ItemAcknowledged(item_id=items[0], by=ME, at=world.minutes(10)),
        ev.AnsweredByHand(item_id=items[0], purpose="response", by=BEN, at=world.minutes(60)),
        ev.AnsweredByHand(item_id=items[1], purpose="response", by=ME, at=world.minutes(150)),
        ev.MessageWithdrawn(
            item_id=items[3],
            channel_id="c2",
            external_id="m4",
            sent_at=world.minutes(40),
            received_at=world.minutes(40),
        ),
        ev.ItemResolved(item_id=items[4], by=ME, reason="spam", at=world.minutes(5)),
    )
    await world.project()
    return list(items)


async def test_an_open_turn_past_its_due_is_missed_and_a_withdrawn_one_is_neither(world: World) -> None:
    items = await five(world)
    found = await figures(world, 200)
    ack, response = found.total.ack, found.total.response
    assert found.total.turns == 5
    assert (ack.met, ack.missed, ack.running, ack.void) == (1, 2, 0, 2)
    assert (response.met, response.missed, response.running, response.void) == (1, 2, 0, 2)
    assert ack.share_met == pytest.approx(1 / 3)
    assert ack.p50_s == pytest.approx(80 * 60)
    assert response.p50_s == pytest.approx(105 * 60)
    assert (found.open_now, found.unacknowledged_now, found.overdue_now) == (1, 1, 1)
    assert [row.id for row in found.overdue] == [items[2]]


async def test_before_its_due_time_an_open_turn_runs(world: World) -> None:
    await world.says()
    await world.project()
    found = await figures(world, 20)
    assert (found.total.ack.running, found.total.ack.share_met, found.overdue_now) == (1, None, 0)
    assert found.total.ack.p50_s is None


async def test_an_unacknowledged_item_stays_in_the_figures_however_old(world: World) -> None:
    await world.says("old", at=world.noon - timedelta(days=40), received_at=world.noon - timedelta(days=40))
    await world.project()
    found = await figures(world, 0)
    assert found.total.turns == 0
    assert (found.open_now, found.unacknowledged_now, found.overdue_now) == (1, 1, 1)


async def test_the_figures_add_up_by_channel_priority_and_member(world: World) -> None:
    await five(world)
    found = await figures(world, 200)
    assert {name: group.turns for name, group in found.by_channel.items()} == {"c1": 3, "c2": 2}
    assert {name: group.turns for name, group in found.by_priority.items()} == {2: 5}
    assert {name: (group.turns, group.ack.met, group.response.met) for name, group in found.by_member.items()} == {
        ME: (2, 1, 0), BEN: (1, 0, 1),
    }  # fmt: skip
    one = await figures(world, 200, channel="c2")
    assert (one.total.turns, one.open_now, list(one.by_channel)) == (2, 0, ["c2"])
    mine = await figures(world, 200, member=BEN)
    assert (mine.total.turns, list(mine.by_member)) == (1, [BEN])
    assert (await figures(world, 200, priority=1)).total.turns == 0


async def test_volume_and_mood_fill_every_hour(world: World) -> None:
    item = await world.says("a", thread="a")
    await world.says("b", thread="b", at=world.minutes(61))
    await world.happens(world.judgement(item, "m1", sentiment="negative"))
    await world.project()
    found = await figures(world, 200)
    assert found.bucket == "hour"
    assert [(s.messages, s.negative, s.unscored) for s in found.slices[:3]] == [(0, 0, 0), (1, 1, 0), (1, 0, 1)]
    assert len(found.slices) == 11
    assert sum(s.turns for s in found.slices) == 2


async def test_days_are_the_brands_days_over_both_clock_changes(world: World) -> None:
    zone = ZoneInfo("Europe/Paris")
    for month, day in ((3, 29), (10, 25)):
        start = datetime(2026, month, day - 2, tzinfo=zone)
        found = buckets.starts(start.astimezone(UTC), (start + timedelta(days=5)).astimezone(UTC), "day", zone)
        assert [at.astimezone(zone).hour for at in found] == [0] * 5
        async with world.pool.acquire() as connection:
            cut = [await connection.fetchval("SELECT date_trunc('day', $1, 'Europe/Paris')", at) for at in found]
        assert cut == found


async def test_promises_are_kept_or_broken(world: World) -> None:
    for n, (name, answered) in enumerate((("kept", 50), ("broken", 70), ("runs", None)), start=1):
        item, reply = await world.says(name, thread=name), uuid.UUID(int=n)
        await world.happens(
            ev.ReplyQueued(item_id=item, reply_id=reply, purpose="holding", by=ME, at=world.minutes(2), text="à 13 h",
                           promise_until=world.minutes(60)),
            ev.ReplySent(item_id=item, reply_id=reply, at=world.minutes(2)),
        )  # fmt: skip
        if answered:
            await world.happens(ev.AnsweredByHand(item_id=item, purpose="response", by=ME, at=world.minutes(answered)))
    await world.project()
    promises = (await figures(world, 55)).promises
    assert (promises.kept, promises.broken, promises.running) == (1, 1, 1)


async def test_the_database_judges_a_clock_as_the_rules_do(world: World) -> None:
    times = [None, *(world.minutes(n) for n in (5, 10, 15))]
    ends: list[rules.Outcome | None] = [None, "responded", "withdrawn", "closed"]  # type: ignore[list-item]
    due = world.minutes(10)
    for stopped, ended, end, now in product(times, times, ends, times[1:]):
        turn = Turn(1, world.noon, 2, due, due, acknowledged_at=stopped, ended_at=ended, end=end)  # type: ignore[arg-type]
        assert now is not None
        said = await world.pool.fetchval("SELECT vigie.outcome($1, $2, $3, $4, $5)", due, stopped, ended, end, now)
        if (ended is None) == (end is None):
            assert said == rules.outcome(turn, "ack", now), (stopped, ended, end, now)


async def test_the_export_holds_one_line_a_turn_and_any_figure_can_be_opened(world: World) -> None:
    items = await five(world)
    async with world.pool.acquire() as connection:
        period = (connection, world.brand, world.minutes(-60), world.minutes(600))
        rows = await sla.turn_rows(*period, now=world.minutes(200))
        missed = await sla.turn_rows(*period, ack="missed", now=world.minutes(200))
    lines = list(rfc4180.reader(io.StringIO(sla.csv(rows).removeprefix("\ufeff"))))
    assert sla.csv(rows).startswith("\ufeffitem_id,turn,")
    assert sla.csv(rows).endswith("\r\n")
    assert len(lines) == 6
    assert {line[0] for line in lines[1:]} == {str(item) for item in items}
    assert [row.item_id for row in missed] == sorted([items[1], items[2]])


async def test_the_parquet_file_holds_the_same_turns_typed(world: World) -> None:
    await five(world)
    async with world.pool.acquire() as connection:
        rows = await sla.turn_rows(connection, world.brand, world.minutes(-9), world.minutes(9), now=world.minutes(200))
    read = read_parquet(io.BytesIO(parquet(rows))).read_all()
    assert read.column_names == [field.name for field in fields(sla.TurnRow)]
    assert read.column("item_id").to_pylist() == [str(row.item_id) for row in rows]
    assert read.column("responded_at").to_pylist() == [row.responded_at for row in rows]
    assert read.column("priority").to_pylist() == [2] * 5
    empty = read_parquet(io.BytesIO(parquet([]))).read_all()
    assert (empty.num_rows, empty.schema) == (0, read.schema)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\x00"])
def test_no_cell_can_pass_for_a_formula(start: str) -> None:
    assert cell(start + "cmd|' /C calc'!A0") == "'" + start + "cmd|' /C calc'!A0"
    assert cell("cmd") == "cmd"
    assert (cell(-3), cell(None), cell(True)) == ("-3", "", "True")


async def test_a_channel_named_like_a_formula_is_harmless_in_the_export(world: World) -> None:
    await world.says(channel='=HYPERLINK("x")')
    await world.project()
    async with world.pool.acquire() as connection:
        rows = await sla.turn_rows(connection, world.brand, world.minutes(-9), world.minutes(9), now=world.noon)
    (line,) = list(rfc4180.reader(io.StringIO(sla.csv(rows))))[1:]
    assert line[2] == '\'=HYPERLINK("x")'


async def test_the_figures_as_json_name_everything_and_quote_nobody(world: World) -> None:
    await five(world)
    said = (await figures(world, 200)).to_json()
    assert said["from"] == "2026-11-24T10:00:00Z"
    assert said["ack"]["share_met"] == pytest.approx(1 / 3)
    assert "bonjour" not in str(said)


async def test_another_brands_turns_are_not_ours(world: World) -> None:
    other = World(world.log, await new_brand(world.pool, "Autre"), world.noon)
    await five(other)
    found = await figures(world, 200)
    assert (found.total.turns, found.open_now, found.by_member) == (0, 0, {})


async def spread_of(world: World, minutes: float, **given: Any) -> spread.Spread:
    async with world.pool.acquire() as connection:
        return await spread.spread(
            connection, world.brand, world.minutes(-60), world.minutes(600), now=world.minutes(minutes), **given
        )


async def test_times_are_counted_in_steps_and_nobody_who_withdrew_has_one(world: World) -> None:
    await five(world)
    found = await spread_of(world, 200)
    # Acknowledged after 10 and 150 minutes, answered after 60 and 150: 15 min, 4 h; 2 h, 4 h.
    assert found.ack.steps == (0, 0, 1, 0, 0, 0, 1, 0, 0, 0)
    assert found.response.steps == (0, 0, 0, 0, 0, 1, 1, 0, 0, 0)
    assert found.ack.percentiles[0] == pytest.approx(80 * 60)
    assert len(found.ack.percentiles) == len(spread.SHARES)
    assert (await spread_of(world, 200, channel="none")).ack.percentiles == ()


async def test_the_backlog_counts_who_waited_at_the_end_of_each_hour(world: World) -> None:
    await five(world)
    await world.says("old", thread="old", at=world.minutes(-90), received_at=world.minutes(-90))
    await world.project()
    found = await spread_of(world, 200)
    # Six have come by noon. One is closed and one withdrawn in the first hour, answers come after 60 and 150 minutes.
    assert [one.waiting for one in found.backlog] == [1, 4, 3, 2, 2]
    assert sum(found.ages) == 2
    assert found.oldest == world.minutes(-90)
    assert found.ages == (0, 1, 1, 0, 0, 0, 0)
    async with world.pool.acquire() as connection:
        ids = await spread.waiting_for(
            connection, world.brand, 2, channel=None, priority=None, now=world.minutes(200), limit=9
        )
    assert ids == [world.item("old", thread="old")]


async def test_who_speaks_again_within_a_week_came_back(world: World) -> None:
    items = await five(world)
    await world.says("a0", thread="t0", channel="c1", at=world.minutes(90), received_at=world.minutes(90))
    await world.says("a1", thread="t1", channel="c2", at=world.minutes(12_000), received_at=world.minutes(12_000))
    await world.project()
    found = await spread_of(world, 13_000)
    assert (found.back.ended, found.back.came_back) == (3, 1)
    async with world.pool.acquire() as connection:
        rows = await sla.turn_rows(
            connection, world.brand, world.minutes(-60), world.minutes(80), now=world.minutes(200)
        )
    assert [row.item_id for row in rows if row.came_back] == [items[0]]


async def test_what_a_colleague_reopens_is_told_apart_from_who_writes_again(world: World) -> None:
    """Of five turns three ended. One is open again, and one that was answered was opened by a colleague, too."""
    items = await five(world)
    await world.says("a0", thread="t0", channel="c1", at=world.minutes(90), received_at=world.minutes(90))
    await world.happens(
        ev.ItemReopened(item_id=items[4], by=BEN, at=world.minutes(30)),
        ev.ItemResolved(item_id=items[1], by=ME, reason="duplicate", at=world.minutes(160)),
        ev.ItemReopened(item_id=items[1], by=BEN, at=world.minutes(170)),
    )
    await world.project()
    back = (await spread_of(world, 200)).back
    assert (back.ended, back.came_back, back.once_ended, back.reopened) == (2, 1, 3, 2)
    async with world.pool.acquire() as connection:
        period = (connection, world.brand, world.minutes(-60), world.minutes(80))
        rows = await sla.turn_rows(*period, now=world.minutes(200))
        mine = await spread.back(*period, None, None, ME)
    assert {row.item_id: row.reopened_at for row in rows if row.reopened_at} == {
        items[4]: world.minutes(30), items[1]: world.minutes(170),
    }  # fmt: skip
    assert [row.item_id for row in rows if row.came_back] == [items[0]]
    assert (mine.once_ended, mine.reopened) == (2, 1)
    assert sla.csv(rows).count("False,2026-11-24T11:30:00Z\r\n") == 1


async def test_what_was_reopened_before_it_was_kept_is_found_in_the_log(world: World) -> None:
    items = await five(world)
    await world.happens(ev.ItemReopened(item_id=items[4], by=BEN, at=world.minutes(30)))
    await world.project()
    right = (await spread_of(world, 200)).back
    await world.pool.execute("UPDATE vigie.turns SET reopened_at = NULL WHERE brand_id = $1", world.brand)
    assert (await spread_of(world, 200)).back.reopened == 0
    assert (await rebuild(world.log, world.brand)).changed == 1
    assert (await spread_of(world, 200)).back == right


async def test_figures_by_hour_and_language_add_up_to_the_whole(world: World) -> None:
    items = await five(world)
    await world.happens(ev.LanguageCorrected(item_id=items[0], lang="ar", had="fr", by=ME, at=world.minutes(3)))
    await world.says("late", thread="late", at=world.minutes(70), received_at=world.minutes(70))
    await world.project()
    found = await figures(world, 200)
    assert {hour: group.turns for hour, group in found.by_hour.items()} == {12: 5, 13: 1}
    assert found.by_language["ar"].turns == 1
    assert sum(group.turns for group in found.by_language.values()) == found.total.turns == 6

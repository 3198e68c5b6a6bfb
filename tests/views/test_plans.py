"""Each hot query walks down its index, on a brand of many items beside another's."""

from __future__ import annotations

import re
import uuid
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from inbox import trials
from inbox.ids import BrandId
from inbox.sql import Queries
from inbox.views import agreement, cursor, items, queue, spread, words
from inbox.views import sla as figures
from inbox.views.columns import NEVER
from inbox.views.filters import Filter
from inbox.views.rarity import in_two_steps
from services.workers import classify, clock
from tests.conftest import new_brand

MANY = 20_000
FEW = 300

FILL = """
INSERT INTO vigie.items (brand_id, item_id, position, channel_id, network, status, priority, rank_due_at, missed,
  scored, to_score, uncertain, words, card, state, next_alarm_at, ack_due_at, response_due_at, heard_at, suspected)
SELECT $1::bigint, md5($1::bigint || ':' || n)::uuid, n, 'c', 'generic',
  CASE WHEN n % 10 = 0 THEN 'open' WHEN n % 10 < 3 THEN 'answered' ELSE 'resolved' END, 1 + n % 4,
  CASE WHEN n % 10 = 0 THEN $2::timestamptz + n * interval '1 second' ELSE 'infinity' END, false, n % 500 <> 0,
  n % 500 = 0, n % 1000 = 0,
  array_to_tsvector(ARRAY[$1::bigint || ':bonjour', $1::bigint || ':mot' || n % 2000]), '', '',
  CASE WHEN n % 10 = 0 THEN $2::timestamptz + n * interval '1 second' END,
  CASE WHEN n % 10 = 0 THEN $2::timestamptz + n * interval '1 second' END, NULL,
  $2::timestamptz + n * interval '1 second', n % 8 = 0
FROM generate_series(1, $3::int) n
"""
TURNS = """
INSERT INTO vigie.turns (brand_id, item_id, turn, channel_id, network, priority, started_at, ack_due_at,
  response_due_at, promise_broken)
SELECT $1::bigint, md5($1::bigint || ':' || n)::uuid, 1, 'c', 'generic', 1 + n % 4,
  $2::timestamptz + n * interval '1 minute', $2, $2, false
FROM generate_series(1, $3::int) n
"""
MESSAGES = """
INSERT INTO vigie.messages (brand_id, item_id, external_id, channel_id, network, thread, sent_at, received_at,
  withdrawn)
SELECT $1::bigint, md5($1::bigint || ':' || n)::uuid, 'm', 'c', 'generic', md5('t' || n % 300)::uuid, $2::timestamptz,
  $2::timestamptz + n * interval '1 minute', false
FROM generate_series(1, $3::int) n
"""
CORRECTIONS = """
INSERT INTO vigie.corrections (brand_id, position, item_id, what, at, given_back, rules, priority, said, had)
SELECT $1::bigint, n, md5($1::bigint || ':' || n)::uuid, CASE WHEN n % 2 = 0 THEN 'priority' ELSE 'categories' END,
  $2::timestamptz + n * interval '1 minute', false, 2, 1, '{}', '{}'
FROM generate_series(1, $3::int) n
"""
EVENTS = """
INSERT INTO vigie.events (brand_id, position, stream_id, type, v, dedupe, body)
SELECT $1::bigint, n, CASE WHEN n % 5000 = 0 THEN 'policy' ELSE 's' || n % 3000 END,
  CASE WHEN n % 5000 = 0 THEN 'PolicyChanged' WHEN n % 900 = 1 THEN 'MessageEdited'
       WHEN n % 7000 = 2 THEN 'AuthorForgotten' ELSE 'MessageReceived' END, 1, md5($1::bigint || 'e' || n)::uuid, '{}'
FROM generate_series(1, $2::int) n
"""


@pytest.fixture
async def full(pool: asyncpg.Pool, brand: BrandId, noon: datetime) -> AsyncIterator[asyncpg.Connection]:
    """Two brands: one of many items, one of few; statistics up to date."""
    async with pool.acquire() as connection:
        for owner, count in ((brand, MANY), (await new_brand(pool, "Autre"), FEW)):
            for statement in (FILL, TURNS, MESSAGES, CORRECTIONS):
                await connection.execute(statement, owner, noon, count)
            await connection.execute(EVENTS, owner, count)
        for table in ("items", "turns", "messages", "corrections", "events", "heads"):
            await connection.execute(f"ANALYZE vigie.{table}")
        yield connection  # type: ignore[misc]


async def plan(connection: asyncpg.Connection, statement: str, *given: Any) -> str:
    return "\n".join(row[0] for row in await connection.fetch("EXPLAIN " + statement, *given))


def start(brand: BrandId, noon: datetime, filter: Filter) -> tuple[Any, ...]:
    return brand, *cursor.FIRST, 4, filter.parameters(noon), 51


def asked_for(brand: BrandId, typed: str) -> words.Asked:
    asked = words.asked(brand, typed)
    assert asked is not None
    return asked


def along(brand: BrandId, noon: datetime, filter: Filter, typed: str = "") -> tuple[Any, ...]:
    return *start(brand, noon, filter), asked_for(brand, typed).query


PAGES = [("waiting", "items_order"), ("ranked", "items_all_order"), ("uncertain", "items_uncertain_order")]


async def test_a_page_walks_down_the_rank_with_any_plan(
    full: asyncpg.Connection, brand: BrandId, noon: datetime
) -> None:
    for mode in ("force_custom_plan", "force_generic_plan"):
        await full.execute(f"SET plan_cache_mode = {mode}")
        for name, index in PAGES:
            found = await plan(full, getattr(queue.sql, name), *along(brand, noon, Filter()))
            assert f"using {index} " in found, found
            assert "Sort" not in found, found
    await full.execute("RESET plan_cache_mode")


async def test_a_rare_word_is_looked_up_and_a_common_one_found_on_the_way_down(
    full: asyncpg.Connection, brand: BrandId, noon: datetime
) -> None:
    async with full.transaction():
        await full.execute(queue.sql.plan_each)
        rare = await plan(full, queue.sql.found, *along(brand, noon, Filter(), "mot77 mot7"), NEVER, None)
        assert "items_words" in rare
        common = await plan(full, queue.sql.found, *along(brand, noon, Filter(), "bonjour le"), NEVER, None)
        assert "Seq Scan" not in common


async def test_a_common_beginning_is_looked_for_in_the_items_of_a_rare_word(
    full: asyncpg.Connection, brand: BrandId, noon: datetime
) -> None:
    """The index of words would collect the whole past for it. A rare beginning goes with the common word beside it."""
    first, then = await in_two_steps(full, asked_for(brand, "mot77 bonj"))
    assert (first, then) == (f"'{brand}:mot77'", f"'{brand}:bonj':*")
    async with full.transaction():
        await full.execute(queue.sql.plan_each)
        found = await plan(full, queue.sql.found, *start(brand, noon, Filter()), first, NEVER, then)
        assert "items_words" in found, found
    for typed in ("bonjour mot77", "bonj", "bonjour"):
        asked = asked_for(brand, typed)
        assert await in_two_steps(full, asked) == (asked.query, None)


async def test_what_was_heard_lately_is_looked_up_by_when(
    full: asyncpg.Connection, brand: BrandId, noon: datetime
) -> None:
    """`since:2h` in a past of any length, for a page of it as for its count."""
    lately = noon + timedelta(seconds=MANY - 40)
    async with full.transaction():
        await full.execute(queue.sql.plan_each)
        found = await plan(full, queue.sql.found, *along(brand, noon, Filter(heard_after=lately)), lately, None)
        assert "items_heard" in found, found
        wanted = Filter(heard_after=lately).parameters(noon)
        assert "items_heard" in await plan(full, queue.sql.count, brand, wanted, None, lately, None)


async def test_those_who_wait_are_counted_down_their_own_index(
    full: asyncpg.Connection, brand: BrandId, noon: datetime
) -> None:
    wanted = Filter(statuses=frozenset({"open", "acknowledged"}), langs=frozenset({"fr"})).parameters(noon)
    found = await plan(full, queue.sql.count_waiting, brand, wanted, asked_for(brand, "bonjour").query)
    assert re.search("items_(order|rank|status)", found), found


async def test_words_are_looked_for_among_those_who_wait_without_reading_what_is_done(
    full: asyncpg.Connection, brand: BrandId, noon: datetime
) -> None:
    """A common word, and a rare one beside the beginning of a common one: the past holds ever more of them."""
    place = start(brand, noon, Filter(statuses=frozenset({"open", "acknowledged"})))
    for typed in ("bonjour", "mot77 bonj"):
        found = await plan(full, queue.sql.waiting, *place, asked_for(brand, typed).query)
        assert re.search("items_(order|rank|status)", found), found
        assert "items_words" not in found, found


async def test_the_filter_is_inlined_and_costs_no_call_a_row(
    full: asyncpg.Connection, brand: BrandId, noon: datetime
) -> None:
    found = await plan(full, queue.sql.waiting, *along(brand, noon, Filter(channels=frozenset({"c"}))))
    assert "matches(" not in found


async def test_what_is_done_is_read_from_the_newest_down(
    full: asyncpg.Connection, brand: BrandId, noon: datetime
) -> None:
    given = (brand, ["resolved"], cursor.NEWEST, Filter().parameters(noon), 51)
    assert "items_status" in await plan(full, queue.sql.done, *given)


HOT: list[tuple[Queries, str, str, Any]] = [
    (queue.sql, "changed", "items_position", lambda b, t: (b, MANY - 20, 500)),
    (queue.sql, "waiting_counts", "items_(order|rank|status)", lambda b, t: (b, 7, t)),
    (queue.sql, "mine_counts", "items_(order|rank|status)", lambda b, t: (b,)),
    (queue.sql, "open_figures", "items_(order|rank|status)", lambda b, t: (b, t)),
    (queue.sql, "one", "items_pkey", lambda b, t: (b, uuid.UUID(int=1))),
    (queue.sql, "checkpoint", "checkpoints", lambda b, t: (b,)),
    (items.sql, "policy_at", "events_stream", lambda b, t: (b, None)),
    (items.sql, "states", "items_pkey", lambda b, t: (b, [uuid.UUID(int=n) for n in range(50)])),
    (items.sql, "ticking", "items_", lambda b, t: (b, uuid.UUID(int=0), 500)),
    (figures.sql, "clocks", "turns_started", lambda b, t: (b, t, t + timedelta(hours=8), None, None, None, t, "UTC")),
    (figures.sql, "members", "turns_started", lambda b, t: (b, t, t + timedelta(hours=8), None, None, None, t)),
    (figures.sql, "volume", "messages_received", lambda b, t: (b, t, t + timedelta(hours=8), None, "hour", "UTC")),
    (figures.sql, "now", "items_(order|rank|status)", lambda b, t: (b, None, None, None, t)),
    (figures.sql, "turns", "turns_started",
     lambda b, t: (b, t, t + timedelta(hours=8), None, None, None, t, None, None, 100)),
    (spread.sql, "steps", "turns_started",
     lambda b, t: (b, t, t + timedelta(hours=8), None, None, None, spread.BOUNDS_S)),
    (spread.sql, "came_back", "turns_started", lambda b, t: (b, t, t + timedelta(hours=8), None, None, None)),
    (spread.sql, "waiting_before", "turns_(waiting|ended|started)", lambda b, t: (b, t, None, None)),
    (spread.sql, "moved", "turns_ended", lambda b, t: (b, t, t + timedelta(hours=8), None, None, "hour", "UTC")),
    (agreement.sql, "readings", "messages_received", lambda b, t: (b, t, t + timedelta(hours=8), "day", "UTC")),
    (agreement.sql, "words", "corrections_at", lambda b, t: (b, t, t + timedelta(hours=8), "day", "UTC")),
    (agreement.sql, "categories", "corrections_at", lambda b, t: (b, t, t + timedelta(hours=8))),
    (agreement.sql, "languages", "corrections_at", lambda b, t: (b, t, t + timedelta(hours=8))),
    (agreement.sql, "mix", "messages_received", lambda b, t: (b, t, t + timedelta(hours=4), t + timedelta(hours=8))),
    (agreement.sql, "corrected", "corrections_item", lambda b, t: (b, uuid.UUID(int=0), 100)),
    (clock.sql, "due", "items_alarm", lambda b, t: (b, t + timedelta(seconds=90), *cursor.FIRST[2:], 200)),
    (clock.sql, "brands", "items_alarm", lambda b, t: ()),
    (classify.sql, "edited", "events_edited", lambda b, t: (b, ["s1", "s2"])),
    *((classify.sql, "before_saying", index, lambda b, t: (
        b, ["s1", "s2"], MANY - 10, [uuid.UUID(int=3)], [uuid.UUID(int=1)], [uuid.UUID(int=2)], [t],
    )) for index in ("events_(edited|stream|pkey)", "events_forgotten", "messages_thread", "subject_keys_pkey")),
    (classify.sql, "unscored", "items_to_score", lambda b, t: (b, [uuid.UUID(int=1)], 64)),
    (classify.sql, "waiting", "items_to_score", lambda b, t: (b,)),
    (trials.sql, "in_force", "events_stream", lambda b, t: (b,)),
    (trials.sql, "received", "events_pkey", lambda b, t: (b, 10, MANY, 16)),
    (trials.sql, "received_after", "events_pkey", lambda b, t: (b, 10_000)),
    (classify.sql, "brands", "items_to_score", lambda b, t: ()),
]  # fmt: skip


async def test_each_hot_query_uses_its_index(full: asyncpg.Connection, brand: BrandId, noon: datetime) -> None:
    for queries, name, index, given in HOT:
        found = await plan(full, getattr(queries, name), *given(brand, noon))
        assert re.search(index, found), (name, found)
        assert "Seq Scan on items" not in found, (name, found)
        assert "Seq Scan on events" not in found, (name, found)

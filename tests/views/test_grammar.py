"""What is typed into the search field: read, said back, and meant."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox import events as ev
from inbox.events import Attachment
from inbox.views import grammar, meaning, queue
from inbox.views.filters import VIEWS, WAITING, Filter
from inbox.views.grammar import BadFilter, Term
from inbox.views.meaning import Places
from tests.views.world import ME, World

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
PLACES = Places(
    me=ME,
    now=NOW,
    zone="Europe/Paris",
    channels={"1-shop": ("Boutique Lyon", "instagram"), "1-page": ("Page", "facebook"), "1-sav": ("SAV", "facebook")},
    members={ME: "Camille Roux", 8: "Zoé Blanc"},
)
PIECES = (
    "p:1", "p:", "p:9", "-p:2", "is:open", "-is:open,overdue", "is:due", "-is:due", "is:zzz", "channel:facebook",
    'channel:"Boutique Lyon"', "channel:nowhere", "-canal:sav", "lang:fr,en", "lang:$$", "assignee:me", "to:none",
    "-assignee:zoé", "assignee:99999999999999999999", "category:legal", "tag:zzz", "wave:zz",
    f"wave:{uuid.UUID(int=5)}", "author:zoe", "-author:'", "has:attachment", "has:", "since:2h", "since:99999w",
    "since:2026-11-20", "since:0001-01-01", "since:hier", "-since:1d", "before:1d,2d", '"mot entier"', '-"pas ça"',
    '"', "-", ",", "\\", "https://x.example/a?b=c", "10:30", "'; DROP TABLE", "\x00", "\u2028", "é", "!", "&|:*", "😡",
)  # fmt: skip


def random_queries(count: int) -> Iterator[str]:
    rng = random.Random(7)
    for _ in range(count):
        yield rng.choice(("", " ", "  ")).join(rng.choices(PIECES, k=rng.randint(1, 9)))


@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join)))
def test_what_is_said_back_is_read_as_the_same(typed: str) -> None:
    try:
        asked = grammar.read(typed)
    except BadFilter:
        return
    assert grammar.read(grammar.said(asked)) == asked
    assert grammar.said(grammar.read(grammar.said(asked))) == grammar.said(asked)


def test_terms_words_and_phrases_are_told_apart() -> None:
    asked = grammar.read('p:1 p:2 -lang:en "remboursement" canal:"Boutique Lyon" -spam colis 10:30 http://x/y')
    assert asked.terms == (
        Term("p", ("1", "2")), Term("channel", ("Boutique Lyon",)), Term("lang", ("en",), negated=True),
    )  # fmt: skip
    assert (asked.phrases, asked.without) == (("remboursement",), ("spam",))
    assert asked.words == ("colis", "10:30", "http://x/y")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("p:1,P2", Filter(priorities=frozenset({1, 2}))),
        ("-p:4", Filter(priorities=frozenset({1, 2, 3}))),
        ("is:urgent p:1", Filter(priorities=frozenset({1}))),
        ("is:unacknowledged", Filter(statuses=frozenset({"open"}))),
        ("is:answered,resolved", Filter(statuses=frozenset({"answered", "resolved"}))),
        ("-is:waiting", Filter(statuses=frozenset({"answered", "resolved", "withdrawn"}))),
        ("is:overdue is:uncertain -is:unread", Filter(breached=True, uncertain=True, unscored=False)),
        ("channel:facebook", Filter(channels=frozenset({"1-page", "1-sav"}))),
        ("channel:bout", Filter(channels=frozenset({"1-shop"}))),
        ("réseau:Instagram", Filter(channels=frozenset({"1-shop"}))),
        ("assignee:me,none", Filter(assignees=frozenset({ME, "none"}))),
        ("assignee:zoe", Filter(assignees=frozenset({8}))),
        ("is:mine", Filter(assignees=frozenset({ME}))),
        ("since:2h", Filter(heard_after=NOW - timedelta(hours=2))),
        ("before:today", Filter(heard_before=datetime(2026, 11, 20, 23, 0, tzinfo=UTC))),
        ("since:2026-11-20T09:00", Filter(heard_after=datetime(2026, 11, 20, 8, 0, tzinfo=UTC))),
        ("lang:FR bonj", Filter(langs=frozenset({"fr"}), q="bonj")),
    ],
)
def test_words_mean_what_they_mean_to_this_brand(typed: str, meant: Filter) -> None:
    assert meaning.read(typed, PLACES) == meant


@pytest.mark.parametrize(
    ("typed", "problem", "word"),
    [
        ("foo:1", "unknown_key", "foo:"), ("p:9", "unknown_value", "p:9"), ("is:happy", "unknown_value", "is:happy"),
        ("channel:tiktok", "unknown_channel", "tiktok"), ("to:bob", "unknown_member", "bob"),
        ("wave:x", "unknown_wave", "x"), ("tag:x", "unknown_value", "category:x"), ("p:", "no_value", "p:"),
        ("since:soon", "no_time", "soon"), ("-since:2h", "no_opposite", "-since:2h"),
        ("since:1h,2h", "one_value", "since:1h,2h"), ("a" * 3000, "too_long", "a" * 20 + "…"),
    ],
)  # fmt: skip
def test_what_means_nothing_is_refused_by_name(typed: str, problem: str, word: str) -> None:
    with pytest.raises(BadFilter) as refused:
        meaning.read(typed, PLACES)
    assert (refused.value.problem, refused.value.word) == (problem, word)


def test_within_a_view_a_status_takes_its_place_and_all_else_narrows() -> None:
    urgent = VIEWS["urgent"](ME, NOW)
    assert meaning.within(urgent, meaning.read("is:resolved p:2,3", PLACES)) == Filter(
        statuses=frozenset({"resolved"}), priorities=frozenset({2})
    )
    assert meaning.within(urgent, meaning.read("p:4", PLACES)).priorities == frozenset({0})
    assert meaning.within(urgent, meaning.read("colis", PLACES)).statuses == WAITING


async def test_each_search_finds_what_it_names_and_counts_it(world: World) -> None:
    wave = uuid.UUID(int=77)
    zoe = await world.says("zoe", "La batterie fume", thread="a", name="Zoé Martin", at=world.minutes(0))
    ana = await world.says(
        "ana", "Où est mon colis ?", thread="b", channel="c2", name="Ana", at=world.minutes(60),
        attachments=(Attachment(kind="image", url="https://x.example/a.png"),),
    )  # fmt: skip
    bob = await world.says("bob", "Remboursement du colis, Zoé", thread="c", at=world.minutes(120))
    await world.happens(
        world.judgement(zoe, "m1", urgency=0.9, level=3, reasons=(ev.ReasonGiven(category="self_harm", score=1),)),
        world.judgement(ana, "m2", lang="es"),
        ev.WaveJoined(item_id=bob, external_id="m3", wave_id=wave, alike="words", similarity=1, at=world.minutes(121)),
        ev.ItemAcknowledged(item_id=ana, by=ME, at=world.minutes(121)),
        ev.ItemResolved(item_id=bob, by=8, at=world.minutes(122)),
    )
    await world.project()
    now = world.minutes(130)
    places = Places(ME, now, "Europe/Paris", {"c1": ("Un", "generic"), "c2": ("Deux", "generic")}, {ME: "Camille"})
    expected = {
        "": {zoe, ana, bob}, "zoé": {zoe, bob}, "author:zoé": {zoe}, "-author:zoe": {ana, bob},
        "category:self_harm,legal": {zoe}, "-category:self_harm": {ana, bob}, f"wave:{wave}": {bob},
        "has:attachment": {ana}, "-has:attachment colis": {bob}, '"colis"': {ana, bob}, '"col"': set(),
        "col": {ana, bob},
        "-colis": {zoe}, "since:1h": {bob}, "since:90m": {ana, bob}, "before:90m": {zoe}, "since:90m before:1h": {ana},
        "-channel:deux": {zoe, bob}, "-lang:es": {zoe, bob}, "assignee:me": {ana}, "-assignee:me": {zoe, bob},
        "-assignee:none": {ana}, "assignee:me,none": {zoe, ana, bob}, "is:waiting -p:1": {ana},
        "is:waiting colis": {ana}, "is:resolved since:1d": {bob}, '"!!!"': set(), "p:1 lang:fr": {zoe},
    }  # fmt: skip
    async with world.pool.acquire() as connection:
        for typed, found in expected.items():
            wanted = meaning.read(typed, places)
            page = await queue.page(connection, world.brand, wanted, now=now)
            assert {row.id for row in page.rows} == found, typed
            assert await queue.count(connection, world.brand, wanted, now) == len(found), typed
            listed = await queue.names(connection, world.brand, wanted, now, limit=10)
            assert {item for item, _ in listed} == found, typed
            assert await queue.fitting(connection, world.brand, wanted, [zoe, ana, bob], now) == found, typed


async def test_no_search_breaks_and_none_finds_anothers(world: World) -> None:
    """A sample of random searches, asked of a brand with nothing in it: none finds what the other brand holds."""
    await world.says("zoe", "mot entier colis é pas ça", name="Zoé")
    await world.project()
    empty = type(world.brand)(world.brand + 1)
    refused = 0
    async with world.pool.acquire() as connection:
        for typed in random_queries(400):
            try:
                wanted = meaning.read(typed, PLACES)
            except BadFilter:
                refused += 1
                continue
            await queue.page(connection, world.brand, wanted, now=NOW)
            assert (await queue.page(connection, empty, wanted, now=NOW)).rows == []
            assert await queue.count(connection, empty, wanted, NOW) == 0
    assert 0 < refused < 400

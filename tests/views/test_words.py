"""Search: what is typed finds what was said, whatever the accents, the script, or the signs around it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.ids import BrandId
from inbox.views import words
from inbox.views.filters import WAITING, Filter
from tests.views.world import World

SAID = {
    "fr": "Ma machine à café a BRÛLÉ hier soir, l'École est fermée",
    "de": "Die Straße ist gesperrt",
    "ar": "الْمُنتَج مُعطَّل منذ أمس",
    "hi": "यह हिन्दी में शिकायत है",
    "es": "¡Señor, qué vergüenza!",
    "emoji": "bravo 😡😡",
}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("cafe", "fr"), ("CAFÉ", "fr"), ("brule", "fr"), ("brul", "fr"), ("ecole", "fr"), ("l'école", "fr"),
        ("machine soir", "fr"), ("soir machine", "fr"), ("strasse", "de"), ("STRAẞE", "de"), ("معطل", "ar"),
        ("المنتج", "ar"), ("امس", "ar"), ("हिन्दी", "hi"), ("शिका", "hi"), ("senor verg", "es"), ("😡", "emoji"),
        ("@author_fr", "fr"), ("author_ar", "ar"),
    ],
)  # fmt: skip
async def test_words_are_found(world: World, typed: str, found: str) -> None:
    for name, text in SAID.items():
        await world.says(f"author_{name}", text, thread=name, name="Anne-Sophie")
    await world.project()
    rows = (await world.page(Filter(q=typed))).rows
    assert [row.id for row in rows] == [world.item(f"author_{found}", thread=found)]


@pytest.mark.parametrize(
    "typed", ["caf soir", "zzz", "'", "!!!", "\\", "' | '", ":*", "&", "\x00", "\ud800", "a" * 5000]
)
async def test_odd_signs_and_missing_words_find_nothing_and_break_nothing(world: World, typed: str) -> None:
    await world.says("zoe", SAID["fr"])
    await world.project()
    assert (await world.page(Filter(q=typed, statuses=WAITING))).rows == []


@pytest.mark.parametrize("typed", ["", "   ", "\t"])
async def test_an_empty_search_narrows_nothing(world: World, typed: str) -> None:
    await world.says("zoe")
    await world.project()
    assert len((await world.page(Filter(q=typed))).rows) == 1


@pytest.mark.parametrize("typed", ["cafe & !soir", "'cafe':* | zzz", "(cafe", 'cafe"', "cafe:A", "-cafe", "cafe\x00"])
async def test_operators_are_no_more_than_signs_between_words(world: World, typed: str) -> None:
    await world.says("zoe", SAID["fr"] + " zzz a")
    await world.project()
    assert len((await world.page(Filter(q=typed))).rows) == 1


@given(st.text(max_size=60))
def test_a_query_never_holds_what_could_end_its_quotes(typed: str) -> None:
    asked = words.asked(BrandId(1), typed)
    query = asked.query if asked is not None else None
    if query is not None:
        assert all(part.startswith("'1:") for part in query.split(" & "))
        assert query.count("'") == 2 * len(query.split(" & "))
        assert "\\" not in query
        assert "\x00" not in query


@given(st.text(max_size=60))
def test_what_was_said_is_found_by_saying_it_again(text: str) -> None:
    stored = set(words.document(BrandId(1), [text]).split())
    assert {f"1:{word[: words.MOST_LETTERS]}" for word in words.cut(text)} == stored

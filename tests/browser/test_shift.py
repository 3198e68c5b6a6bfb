"""A whole shift, as two people live it: one with a keyboard and no mouse, one who hears the screen and does not see it.

What cannot be reached by keys, or is not told, fails. Each step ends where a person would look for the focus, and in
the log."""

from __future__ import annotations

import pytest

from tests.browser import shift_by_ear as ear
from tests.browser import shift_by_keys as keys
from tests.browser.conftest import Site
from tests.browser.shift import WAITING, at_work, begins

pytestmark = [pytest.mark.browser, pytest.mark.postgres]


async def test_a_shift_is_worked_by_keyboard_alone(site: Site) -> None:
    await begins(site, "en")
    async with at_work(site.world):
        shift = await keys.signed_in(site, "cm")
        for _ in WAITING:
            author = await shift.next_row()
            await keys.BY_KEYS[WAITING[author]](shift, author)
        await keys.takes_back(shift, "take0")
        await keys.calls_a_colleague(shift, "take0")
        await keys.searches_for_what_is_mine(shift)
        await keys.resolves_them_together(shift)
        await keys.writes_to_them_together(shift)
        await keys.hands_over(shift)
        await keys.takes_over(await keys.signed_in(site, "lead"))
    assert site.complaints == []


async def test_a_shift_is_worked_by_what_a_screen_reader_says(site: Site) -> None:
    await begins(site, "fr")
    async with at_work(site.world):
        shift = await ear.signed_in(site, "cm")
        for author, act in WAITING.items():
            await shift.opens(author)
            await ear.BY_EAR[act](shift, author)
            if author.endswith("0"):
                await shift.is_clear()
        await ear.takes_back(shift, "take0")
        await ear.calls_a_colleague(shift, "take0")
        await ear.resolves_them_together(shift)
        await ear.writes_to_them_together(shift)
        await ear.hands_over(shift)
        await ear.takes_over(await ear.signed_in(site, "lead"))
    assert site.complaints == []

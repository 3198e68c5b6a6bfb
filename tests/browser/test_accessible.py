"""axe finds nothing on any screen, in any state, with something to show or nothing, in either language and theme, on a
desk and on a phone; and no page trips over its CSP.

Which screens there are, the code says (`tests.screens.places`): a new one that nobody reaches fails by its name. The
first language is read at a desk in the light, the other on a phone in the dark: between them all words, both layouts
and both themes are seen. What has something to show is seen at the desk in the dark and in forced colours as well, and
so is every state in forced colours.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page

from inbox.clock import SimulatedClock
from inbox.log.seal import Keyring
from inbox.web.table import TABLE
from tests.browser.conftest import DESK, PHONE, Site, a_site
from tests.browser.rules import Look, faults
from tests.browser.staged import Staged, staged
from tests.conftest import MASTER
from tests.databases import Server
from tests.screens import places, states
from tests.screens.states import State

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

PUBLIC = {route.name for route in places.screens() if route.access == "public"}
READ = pytest.mark.parametrize(
    ("lang", "size", "look"), [("fr", DESK, "light"), ("en", PHONE, "dark")], ids=["fr-desk", "en-phone"]
)
HALVES = pytest.mark.parametrize("half", [0, 1])
"""Tests of about the same length, for as many processors."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(postgres: Server, browser: Browser) -> AsyncIterator[Staged]:
    clock = SimulatedClock(datetime.now(UTC))
    async with a_site(postgres, Keyring(MASTER), clock, browser) as site, staged(site) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def site(stage: Staged) -> AsyncIterator[Site]:
    """Whose windows are closed and complaints forgotten after each test."""
    yield stage.site
    for context in stage.site.browser.contexts:
        await context.close()
    stage.site.complaints.clear()


async def walked(page: Page, paths: Mapping[str, str], look: Look, again: Sequence[Look] = ()) -> dict[str, object]:
    """Screen → what is wrong with it."""
    found: dict[str, object] = {}
    for name, path in paths.items():
        answer = await page.goto(path)
        if answer is None or not answer.ok:
            found[name] = answer and answer.status
        elif broken := await faults(page, look, again):
            found[name] = broken
    return found


def test_every_screen_is_reached(stage: Staged) -> None:
    missing = {one.name for one in places.screens()} - stage.found.keys()
    assert {name: stage.why.get(name, "nothing leads there") for name in missing} == {}


def test_every_page_that_is_served_is_a_screen_or_said_to_be_none(stage: Staged) -> None:
    served = [one for one in stage.site.world.app[TABLE] if one.method == "GET"]
    pages, screens = {one.name for one in served if one.surface == "page"}, {one.name for one in places.screens()}
    assert pages - screens - places.NO_SCREENS.keys() == set()
    assert places.NO_SCREENS.keys() - {one.name for one in served} == set()


@READ
@HALVES
async def test_every_screen_breaks_no_rule(
    stage: Staged, site: Site, lang: str, size: tuple[int, int], look: Look, half: int
) -> None:
    mine = dict(sorted((name, site.base + path) for name, path in stage.found.items())[half::2])
    inside = {name: path for name, path in mine.items() if name not in PUBLIC}
    outside = {name: path for name, path in mine.items() if name in PUBLIC}
    again: Sequence[Look] = ("dark", "forced") if look == "light" else ()
    found = await walked(await _page(site, "owner", lang, size), inside, look, again)
    found |= await walked(await _page(site, None, lang, size), outside, look, again)
    assert found == {}
    assert site.complaints == []


@READ
async def test_a_screen_with_nothing_to_show_breaks_no_rule(
    stage: Staged, site: Site, lang: str, size: tuple[int, int], look: Look
) -> None:
    paths = {name: path for name, path in stage.bare().items() if name not in PUBLIC}
    other = {"fr": 0, "en": 1}[lang]  # each once: half of them here
    page = await _page(site, "stranger", lang, size)
    assert await walked(page, dict(sorted(paths.items())[other::2]), look) == {}
    assert site.complaints == []


@READ
async def test_every_state_breaks_no_rule(
    stage: Staged, site: Site, lang: str, size: tuple[int, int], look: Look
) -> None:
    owner, stranger = await site.visitor("owner", size=size, lang=lang), await site.visitor(None, size=size, lang=lang)
    observer = await site.visitor("observer", size=size, lang=lang)
    found: dict[str, object] = {}
    for who, some in ((owner, states.SIGNED_IN), (observer, states.OBSERVED), (stranger, states.STRANGERS)):
        found |= {state.__name__: broken for state in some if (broken := await _in_state(who, state, stage, look))}
    assert found == {}


async def _in_state(who: BrowserContext, state: State, stage: Staged, look: Look) -> object:
    """A window of its own: what is cut off or held up there is no other's trouble."""
    page = await who.new_page()
    await state(page, stage.where)
    broken = await faults(page, look, ("forced",))
    await who.set_offline(False)
    await page.close()
    return broken


async def _page(site: Site, who: str | None, lang: str, size: tuple[int, int]) -> Page:
    page = await (await site.visitor(who, size=size, lang=lang)).new_page()
    await page.route("**/healthz", lambda route: None)  # no answer yet: the page without a network would go back
    return page

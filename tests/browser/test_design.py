"""The page of the design system shows all that the screens are made of: what is new in the kit or the tokens is there
too. (That it breaks no rule of accessibility in any look: test_accessible.)"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import Environment, nodes
from playwright.async_api import expect

from inbox.web import i18n
from inbox.web.pages import design_tokens
from tests.browser.conftest import Site
from tests.browser.rules import faults
from tests.browser.test_queue import live

TEMPLATES = Path(i18n.__file__).parent / "templates"
SHEETS = TEMPLATES.parent / "static"
INSIDE_OTHERS = {"ring", "shapes", "clock_data"}
"""Parts of a clock."""
ICONS = "stage => [...stage.querySelectorAll('svg')].map(icon => getComputedStyle(icon).color)"


def parsed(name: str) -> nodes.Template:
    source = (TEMPLATES / name).read_text(encoding="utf-8")
    return Environment(extensions=["jinja2.ext.i18n"]).parse(source)


def test_every_component_of_the_kit_is_shown() -> None:
    kit = {macro.name for macro in parsed("kit.html").find_all(nodes.Macro)}
    shown = {
        one.attr
        for path in TEMPLATES.glob("design*.html")
        for one in parsed(path.name).find_all(nodes.Getattr)
        if isinstance(one.node, nodes.Name) and one.node.name == "kit"
    }
    assert kit - shown == INSIDE_OTHERS


def test_every_token_that_a_sheet_uses_is_among_those_that_are_shown() -> None:
    told = {name for name, _ in design_tokens.all_of_them()}
    sheets = "\n".join(path.read_text(encoding="utf-8") for path in SHEETS.glob("*.css"))
    made = set(re.findall(r"(--[\w-]+):", sheets)) | {"--by"}  # set by a script, while a finger draws a row
    assert set(re.findall(r"var\((--[\w-]+)", sheets)) - made == set()
    assert {"--canvas", "--alarm-solid", "--t-12", "--s-1", "--hit", "--shadow-3", "--calm"} <= told
    assert len(design_tokens.colours()) > 25
    assert len(design_tokens.icons()) > 50


@pytest.mark.browser
@pytest.mark.postgres
async def test_an_act_that_fails_is_told_beside_the_words_which_stay(site: Site) -> None:
    world = site.world
    item = await world.hear(author="zoe")
    page = await site.open("cm", f"/items/{item}")
    await live(page)
    await page.keyboard.press("r")
    await page.locator("#text").fill("Nous arrivons.")
    await world.pool.execute(
        "UPDATE vigie.memberships SET role = 'observer' WHERE brand_id = $1 AND member_id = $2",
        world.brand, world.people["cm"],
    )  # fmt: skip
    await page.keyboard.press("Control+Enter")
    told = page.locator("#toasts").get_by_role("alert")
    await expect(told).to_contain_text("That is not allowed")
    await expect(told).to_contain_text("Nothing was changed.")
    await expect(page.locator("#text")).to_have_value("Nous arrivons.")
    assert await faults(page) == []
    await page.locator("#toasts").get_by_role("button", name="Close").press("Enter")
    await expect(told).to_be_hidden()


@pytest.mark.browser
@pytest.mark.postgres
async def test_a_chosen_theme_gives_way_to_the_colours_of_the_readers_system(site: Site) -> None:
    page = await (await site.visitor("owner")).new_page()
    await page.goto(f"{site.base}/design?theme=dark")
    assert await faults(page, "forced", ()) == []
    light, dark, light_more, dark_more = [
        await one.evaluate(ICONS) for one in await page.locator("#looks .stage").all()
    ]
    assert (light, light_more) == (dark, dark_more)

"""Who reads times by a clock of their own: messages go by it, figures, rules and what customers are told by the
brand's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from inbox.people import members
from inbox.web.i18n import Speech
from inbox.web.pages.holding import said
from tests.web.world import World

pytestmark = pytest.mark.postgres
TOKYO = "Asia/Tokyo"
HEARD = datetime(2026, 11, 24, 11, 30, tzinfo=UTC)


async def read(world: World, rest: str) -> str:
    token, _ = await world.session("owner")
    answer = await world.ask("GET", f"/b/{world.brand}{rest}", headers=world.cookie(token))
    assert answer.status == 200
    return answer.text


async def save(world: World, zone: str) -> int:
    token, csrf = await world.session("owner")
    form = {"csrf": csrf, "name": "Ana", "locale": "en", "theme": "", "zone": zone}
    return (await world.ask("POST", "/account/preferences", headers=world.cookie(token), form=form)).status


async def test_an_item_tells_its_times_by_the_readers_clock_and_by_the_brands_on_demand(world: World) -> None:
    world.clock.advance(timedelta(minutes=17))
    now = world.clock.now()
    in_paris, in_tokyo = (now.astimezone(ZoneInfo(zone)).strftime("%H:%M") for zone in ("Europe/Paris", TOKYO))
    item = await world.hear()
    assert in_paris in await read(world, f"/items/{item}")
    assert await save(world, TOKYO) == 303
    theirs = await read(world, f"/items/{item}")
    assert in_tokyo in theirs
    assert in_paris not in theirs
    assert f'data-zone="{TOKYO}"' in theirs
    assert "Times of the brand, Europe/Paris" in theirs
    brands = await read(world, f"/items/{item}?times=brand")
    assert in_paris in brands
    assert in_tokyo not in brands
    assert "My own times" in brands


async def test_nobody_is_offered_another_clock_where_there_is_none(world: World) -> None:
    assert "Times of the brand" not in await read(world, "/queue")
    assert await save(world, "Europe/Paris") == 303
    assert "Times of the brand" not in await read(world, "/queue")


@pytest.mark.parametrize("section", ["/sla", "/settings", "/reports"])
async def test_what_is_reckoned_by_the_brands_days_is_told_by_its_clock(world: World, section: str) -> None:
    assert await save(world, TOKYO) == 303
    assert "times=brand" not in await read(world, section)


async def test_a_zone_that_does_not_exist_is_refused_and_nothing_is_kept(world: World) -> None:
    assert await save(world, "Mars/Olympus") == 400
    kept = await world.pool.fetchval("SELECT zone FROM vigie.members WHERE member_id = $1", world.people["owner"])
    assert kept == ""


async def test_the_account_keeps_the_zone_that_was_chosen(world: World) -> None:
    await members.set_preferences(world.log, world.people["owner"], name="Ana", locale="en", theme="", zone=TOKYO)
    token, _ = await world.session("owner")
    page = await world.ask("GET", "/account", headers=world.cookie(token))
    assert f"<option selected>{TOKYO}</option>" in page.text


def test_customers_are_promised_a_time_by_the_brands_clock() -> None:
    spoken = Speech("en", "Europe/Paris")
    assert "12:30" in said(HEARD, HEARD, spoken)
    assert Speech("en", "Europe/Paris", TOKYO).there == spoken


def test_a_reader_east_of_the_brand_reads_the_day_it_is_there() -> None:
    late = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
    say = Speech("en", "Europe/Paris", TOKYO)
    assert say.day(late) == "25 Nov"
    assert say.local(late).day == 24

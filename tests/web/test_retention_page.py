"""The page of the times of keeping: it says what a rule would throw away before it is one; a hold has its reason."""

from __future__ import annotations

import uuid
from datetime import timedelta

from inbox.events import RetentionChanged
from inbox.log.record import NewDelivery
from inbox.people import retention
from tests.web.world import Answer, World


async def page(world: World, who: str = "owner", **form: str) -> Answer:
    cookie, csrf = await world.session(who)
    where, headers = f"/b/{world.brand}/settings/retention", world.cookie(cookie)
    if not form:
        return await world.ask("GET", where, headers=headers)
    path = where + ("/preview" if form.pop("only", "") else "")
    return await world.ask(
        "POST", path, headers=headers | {"HX-Request": form.pop("htmx", "")}, form={"csrf": csrf, **form}
    )


async def later(world: World, days: int) -> None:
    """The log writes down its own times: the page's clock is set against them."""
    written = await world.pool.fetchval("SELECT max(recorded_at) FROM vigie.events")
    world.clock.advance(written + timedelta(days=days) - world.clock.now())


async def test_it_says_whom_a_rule_would_forget_before_it_is_one(world: World) -> None:
    old = NewDelivery(uuid.uuid4(), "c", world.clock.now() - timedelta(days=90), b"raw")
    for author in ("zoe", "ben", "ada"):
        await world.hear(author=author)
    await world.log.append(world.brand, [], deliveries=[old])
    await later(world, 40)
    before = await world.log.head(world.brand)
    shown = await page(world, only="yes", htmx="true", words_days="30", raw_days="7")
    assert shown.status == 200
    assert "<html" not in shown.text
    assert "Oublierait 3\u202fauteurs" in shown.text or "Oublierait 3 auteurs" in shown.text
    assert "Jetterait 1 livraison brute" in shown.text
    longer = await page(world, only="yes", htmx="true", words_days="60", raw_days="3650")
    assert "personne ne serait oublié" in longer.text
    assert "Aucune livraison brute" in longer.text
    assert await world.log.head(world.brand) == before


async def test_saving_is_an_event_and_shows_in_the_form(world: World) -> None:
    saved = await page(world, words_days="400", raw_days="14", hold="yes", reason="Enquête de la CNIL")
    assert saved.status == 303
    last = (await world.log.read_stream(world.brand, retention.STREAM))[-1].event
    assert isinstance(last, RetentionChanged)
    assert (last.words_days, last.raw_days, last.hold, last.reason) == (400, 14, True, "Enquête de la CNIL")
    assert last.by == world.people["owner"]
    text = (await page(world)).text
    assert all(said in text for said in ('value="400"', 'value="14"', "Enquête de la CNIL", " checked"))
    assert (await page(world, words_days="400", raw_days="14", hold="yes", reason="Enquête de la CNIL")).status == 303
    assert len(await world.log.read_stream(world.brand, retention.STREAM)) == 1


async def test_what_cannot_be_meant_is_said_beside_its_field_and_changes_nothing(world: World) -> None:
    good = {"words_days": "", "raw_days": "30"}
    for change, field in (
        ({"words_days": "29"}, "words_days"), ({"words_days": "²"}, "words_days"), ({"raw_days": ""}, "raw_days"),
        ({"raw_days": "9" * 30}, "raw_days"), ({"hold": "yes"}, "reason"), ({"reason": "x" * 201}, "reason"),
    ):  # fmt: skip
        answer = await page(world, **{**good, **change})
        assert answer.status == 400, change
        assert f'id="{field}-error"' in answer.text, change
    assert await world.log.read_stream(world.brand, retention.STREAM) == []


async def test_a_lead_sees_it_and_cannot_change_it(world: World) -> None:
    shown = await page(world, "lead")
    assert shown.status == 200
    assert "Seuls les propriétaires" in shown.text
    assert "disabled" in shown.text
    assert (await page(world, "lead", raw_days="7")).status == 403

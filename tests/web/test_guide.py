"""The first steps over HTTP: the test message knocks like anybody's, and whatever keeps others out keeps it out."""

from __future__ import annotations

import pytest

from inbox.channels import ChannelRecord
from services.channels import proof
from tests.web.world import Answer, World

HOURS = {"zone": "Europe/Paris", "country": "FR", "day-0": "yes", "day-4": "yes", "from": "09:00", "to": "12:00"}


async def _post(world: World, rest: str, fields: dict[str, str], who: str = "lead") -> Answer:
    cookie, csrf = await world.session(who)
    path = f"/b/{world.brand}/guide/{rest}"
    return await world.ask("POST", path, headers=world.cookie(cookie), form={"csrf": csrf, **fields})


async def _channel(world: World, secret: str) -> ChannelRecord:
    return await world.deps.channels.add(
        world.brand, network="generic", name="Site", secrets={"secret": secret}, by=None
    )


async def test_a_message_that_is_sent_twice_by_one_form_is_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "CLOCK", world.clock)
    channel = await _channel(world, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    fields = {"channel": channel.channel_id, "key": "a" * 32}
    first, again = await _post(world, "message", fields), await _post(world, "message", fields)
    assert first.status == 303
    assert first.headers["Location"] == again.headers["Location"]
    health = (await world.deps.channels.health(world.brand))[channel.channel_id]
    assert health.messages == 2  # deliveries of one message, which the log holds once
    assert len(await world.log.read_stream(world.brand, first.headers["Location"].rpartition("=")[2])) == 1


async def test_a_message_whose_signature_does_not_hold_is_kept_out_and_said_so(world: World) -> None:
    channel = await _channel(world, "no secret at all")
    before = await world.log.head(world.brand)
    answer = await _post(world, "message", {"channel": channel.channel_id, "key": "a" * 32})
    assert answer.status == 409
    assert 'role="alert"' in answer.text
    assert await world.log.head(world.brand) == before


async def test_only_a_webhook_of_ones_own_that_is_switched_on_is_knocked_at(world: World) -> None:
    channel = await _channel(world, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    await world.deps.channels.disable(world.brand, channel.channel_id, by=None)
    for ident in (channel.channel_id, "elsewhere", ""):
        assert (await _post(world, "message", {"channel": ident})).status == 404


async def test_hours_replace_what_the_short_form_shows_and_keep_the_rest(world: World) -> None:
    assert (await _post(world, "hours", HOURS | {"from2": "14:00", "to2": "18:30"})).status == 303
    calendar = (await world.log.policies(world.brand))[-1].event.policy["calendar"]  # type: ignore[attr-defined]
    assert [(span["weekday"], span["start"][:5]) for span in calendar["spans"]] == [
        (0, "09:00"), (0, "14:00"), (4, "09:00"), (4, "14:00"),
    ]  # fmt: skip
    wrongs: list[dict[str, str]] = [
        {"to": ""}, {"day-0": "", "day-4": ""}, {"zone": "Mars/Base"}, {"to": "12:00+02:00"}, {"country": "ZZ"},
    ]  # fmt: skip
    for wrong in wrongs:
        answer = await _post(world, "hours", HOURS | wrong)
        assert (answer.status, "09:00" in answer.text) == (400, True), wrong


async def test_a_lead_is_not_offered_what_is_for_owners(world: World) -> None:
    cookie, _ = await world.session("lead")
    page = await world.ask("GET", f"/b/{world.brand}/guide?step=brand", headers=world.cookie(cookie))
    assert page.status == 200
    assert "guide/brand" not in page.text
    assert "guide/hours" in page.text


async def test_the_overview_says_how_far_the_first_steps_are_and_who_left_one_out(world: World) -> None:
    """Colleagues and words are there; a lead has no say in the brand's name."""
    await world.hear()
    assert "2 sur 4 · 2 à faire" in await _card(world, "lead")
    await _post(world, "hours", HOURS)
    await _channel(world, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    done = await _card(world, "lead")
    assert ("tout est fait" in done, "chip-met" in done) == (True, True)
    await _post(world, "skip", {"step": "brand"}, "owner")
    skipped = await _card(world, "owner")
    assert "4 sur 5 · 1 passée" in skipped
    assert "Owner Test" in skipped


async def _card(world: World, who: str) -> str:
    cookie, _ = await world.session(who)
    page = await world.ask("GET", f"/b/{world.brand}/settings", headers=world.cookie(cookie))
    return page.text.split(f'href="/b/{world.brand}/guide">')[-1].split("</li>")[0]


async def test_a_brands_bare_address_leads_into_it_and_a_foreign_one_is_not_there(world: World) -> None:
    where = {
        who: (await world.ask("GET", f"/b/{world.brand}", headers=world.cookie((await world.session(who))[0])))
        for who in ("cm", "owner", "stranger")
    }  # fmt: skip
    assert where["cm"].headers["Location"] == f"/b/{world.brand}/queue"
    assert where["owner"].headers["Location"] == f"/b/{world.brand}/guide"  # nobody has written yet
    assert where["stranger"].status == 404
    signed_out = await world.ask("GET", f"/b/{world.brand}")
    assert signed_out.headers["Location"].startswith("/sign-in")

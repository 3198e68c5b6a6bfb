"""Signing in and out, throttling, revocation: with the simulated clock, on a real database."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from inbox.errors import Refused
from inbox.people import bearer, brands, links, members, sessions, sign_in, throttle, tokens
from tests.web.world import World

PASSWORD = "une phrase assez longue"


async def try_password(world: World, email: str, password: str, address: str = "192.0.2.1") -> str:
    """The refusal's code, or "ok"."""
    try:
        await sign_in.with_password(world.pool, email, password, address=address, now=world.clock.now())
    except Refused as refusal:
        return refusal.code
    return "ok"


async def test_a_password_signs_in_and_only_that_one(world: World) -> None:
    await members.set_password(world.log, world.people["cm"], PASSWORD)
    assert await try_password(world, "CM@t.test ", PASSWORD) == "ok"
    assert await try_password(world, "cm@t.test", PASSWORD + "!") == "sign_in_failed"
    assert await try_password(world, "nobody@t.test", PASSWORD) == "sign_in_failed"
    assert await try_password(world, "lead@t.test", "") == "sign_in_failed"
    assert await try_password(world, "cm@t.test\x00", PASSWORD) == "sign_in_failed"


async def test_passwords_are_kept_as_argon2id(world: World) -> None:
    await members.set_password(world.log, world.people["cm"], PASSWORD)
    stored = await world.pool.fetchval(
        "SELECT password_hash FROM vigie.members WHERE member_id = $1", world.people["cm"]
    )
    assert stored.startswith("$argon2id$")


@pytest.mark.parametrize("password", ["", "elevenchars", "x" * 257])
async def test_a_password_that_is_too_short_or_too_long_is_refused(world: World, password: str) -> None:
    with pytest.raises(Refused):
        await members.set_password(world.log, world.people["cm"], password)


async def test_the_deactivated_cannot_sign_in(world: World) -> None:
    await members.set_password(world.log, world.people["revoked"], PASSWORD)
    assert await try_password(world, "revoked@t.test", PASSWORD) == "sign_in_failed"
    link = await links.create(world.pool, world.people["revoked"], now=world.clock.now())
    assert not await links.stands(world.pool, link, now=world.clock.now())


async def admitted(world: World, *keys: bytes) -> int | None:
    """None when the try is let through, else how long to wait."""
    try:
        await throttle.admit(world.pool, list(keys), now=world.clock.now())
    except Refused as refusal:
        return int(refusal.details["retry_after_s"])
    return None


async def test_guessing_one_account_from_many_addresses_is_slowed_to_twenty_an_hour(world: World) -> None:
    account, end, through = throttle.account_key("cm@t.test"), world.clock.now() + timedelta(hours=1), 0
    for n in range(1000):
        wait = await admitted(world, account, throttle.address_key(f"198.51.{n % 250}.{n // 250}"))
        if world.clock.now() >= end:
            break
        through += wait is None
        assert wait is None or 0 < wait <= 900
        world.clock.advance(timedelta(seconds=wait or 0))
    assert throttle.FREE <= through <= 20


async def test_a_hundred_tries_at_once_count_as_a_hundred(world: World) -> None:
    keys = throttle.account_key("cm@t.test"), throttle.address_key("192.0.2.1")
    waits = await asyncio.gather(*(admitted(world, *keys) for _ in range(100)))
    assert waits.count(None) == throttle.FREE


async def test_a_victim_is_not_locked_out_for_longer_than_a_quarter_of_an_hour(world: World) -> None:
    await members.set_password(world.log, world.people["cm"], PASSWORD)
    for _ in range(30):
        await try_password(world, "cm@t.test", "wrong wrong wrong", "203.0.113.9")
        world.clock.advance(timedelta(minutes=1))
    world.clock.advance(timedelta(minutes=15))
    assert await try_password(world, "cm@t.test", PASSWORD, "192.0.2.77") == "ok"


async def test_a_success_forgets_the_failures_before_it(world: World) -> None:
    await members.set_password(world.log, world.people["cm"], PASSWORD)
    for _ in range(4):
        assert await try_password(world, "cm@t.test", "wrong wrong wrong") == "sign_in_failed"
    assert await try_password(world, "cm@t.test", PASSWORD) == "ok"
    assert throttle.delay_after(4) == timedelta()
    assert await try_password(world, "cm@t.test", PASSWORD, "192.0.2.2") == "ok"


def test_an_ipv6_customer_counts_as_one_address() -> None:
    assert throttle.address_key("2001:db8:1:2::1") == throttle.address_key("2001:db8:1:2:ffff::9")
    assert throttle.address_key("2001:db8:1:2::1") != throttle.address_key("2001:db8:1:3::1")
    assert throttle.address_key("::ffff:192.0.2.1") == throttle.address_key("192.0.2.1")


async def test_a_link_is_good_once_and_for_a_quarter_of_an_hour(world: World) -> None:
    now, member = world.clock.now(), world.people["owner"]
    link = await links.create(world.pool, member, now=now)
    assert await links.stands(world.pool, link, now=now)
    used = await asyncio.gather(*(links.use(world.pool, link, now=now) for _ in range(5)), return_exceptions=True)
    assert sum(one == member for one in used) == 1
    late = await links.create(world.pool, member, now=now)
    world.clock.advance(timedelta(minutes=15))
    with pytest.raises(Refused):
        await links.use(world.pool, late, now=world.clock.now())
    first = await links.create(world.pool, member, lasts=links.FIRST_OWNER, now=world.clock.now())
    world.clock.advance(timedelta(hours=23))
    assert await links.use(world.pool, first, now=world.clock.now()) == member


async def test_the_database_holds_no_token(world: World) -> None:
    cookie, _ = await world.session("owner")
    link = await links.create(world.pool, world.people["owner"], now=world.clock.now())
    for table in ("sessions", "sign_in_links", "api_tokens"):
        rows = str([dict(row) for row in await world.pool.fetch(f"SELECT * FROM vigie.{table}")])
        for secret in (cookie, link, *world.tokens.values()):
            assert secret not in rows


async def status(world: World, cookie: str) -> int:
    return (await world.ask("GET", f"/api/v1/brands/{world.brand}/members", headers=world.cookie(cookie))).status


async def test_a_session_ends_after_twelve_idle_hours_and_after_fourteen_days(world: World) -> None:
    idle, _ = await world.session("cm")
    world.clock.advance(timedelta(hours=11, minutes=59))
    assert await status(world, idle) == 200
    world.clock.advance(timedelta(hours=11, minutes=59))
    assert await status(world, idle) == 200
    world.clock.advance(timedelta(hours=12, minutes=1))
    assert await status(world, idle) == 401
    busy, _ = await world.session("cm")
    for _ in range(14 * 24 // 8):
        assert await status(world, busy) == 200
        world.clock.advance(timedelta(hours=8))
    assert await status(world, busy) == 401


async def test_a_new_password_signs_out_everywhere_else(world: World) -> None:
    here, _ = await world.session("cm")
    there, _ = await world.session("cm")
    link = await links.create(world.pool, world.people["cm"], now=world.clock.now())
    await members.set_password(world.log, world.people["cm"], PASSWORD, keep=bearer.digest(here))
    assert await status(world, here) == 200
    assert await status(world, there) == 401
    assert not await links.stands(world.pool, link, now=world.clock.now())


async def test_sign_out_everywhere(world: World) -> None:
    cookies = [(await world.session("cm"))[0] for _ in range(3)]
    assert len(await sessions.of_member(world.pool, world.people["cm"], now=world.clock.now())) == 3
    await sessions.close_all(world.pool, world.people["cm"])
    assert {await status(world, cookie) for cookie in cookies} == {401}


@pytest.mark.parametrize("how", ["deactivate", "remove"])
async def test_who_leaves_is_out_with_the_next_request(world: World, how: str) -> None:
    owner, cm, now = world.people["owner"], world.people["cm"], world.clock.now()
    cookie, _ = await world.session("cm")
    _, world.tokens["theirs"] = await tokens.create(world.log, world.brand, name="t", rights=["read"], by=cm, now=now)
    assert await status(world, cookie) == 200
    assert (await world.api("GET", "/items", token="theirs")).status == 200
    leave = members.deactivate if how == "deactivate" else members.remove
    await leave(world.log, world.brand, cm, by=owner, now=now)
    assert await status(world, cookie) == (401 if how == "deactivate" else 404)
    assert (await world.api("GET", "/items", token="theirs")).status == 401


async def test_a_demoted_members_token_can_do_no_more_than_they_can(world: World) -> None:
    item, now = await world.hear(), world.clock.now()
    lead = world.people["lead"]
    _, world.tokens["leads"] = await tokens.create(
        world.log, world.brand, name="t", rights=["read", "act"], by=lead, now=now
    )
    body = {"expected_position": 99, "text": "vu"}
    assert (await world.api("POST", f"/items/{item}/note", token="leads", json=body)).status == 200
    await members.change_role(world.log, world.brand, lead, "observer", by=world.people["owner"], now=now)
    assert (await world.api("POST", f"/items/{item}/note", token="leads", json=body)).status == 403
    assert (await world.api("GET", "/items", token="leads")).status == 200


async def test_nobody_makes_a_token_that_can_do_more_than_they(world: World) -> None:
    with pytest.raises(Refused) as refused:
        await tokens.create(
            world.log, world.brand, name="t", rights=["own"], by=world.people["cm"], now=world.clock.now()
        )
    assert refused.value.code == "right_not_yours"


async def test_a_brand_keeps_its_last_owner(world: World) -> None:
    owner, now = world.people["owner"], world.clock.now()
    for attempt in (
        members.remove(world.log, world.brand, owner, by=owner, now=now),
        members.deactivate(world.log, world.brand, owner, by=owner, now=now),
        members.change_role(world.log, world.brand, owner, "cm", by=owner, now=now),
    ):
        with pytest.raises(Refused) as refused:
            await attempt
        assert refused.value.code == "last_owner"
    await members.change_role(world.log, world.brand, world.people["lead"], "owner", by=owner, now=now)
    await members.remove(world.log, world.brand, owner, by=world.people["lead"], now=now)


async def test_of_two_owners_who_demote_each_other_at_once_one_remains_and_neither_meets_an_error(world: World) -> None:
    owner, other, now = world.people["owner"], world.people["lead"], world.clock.now()
    for _ in range(10):
        await members.change_role(world.log, world.brand, other, "owner", by=owner, now=now)
        ended = await asyncio.gather(
            members.change_role(world.log, world.brand, other, "lead", by=owner, now=now),
            members.change_role(world.log, world.brand, owner, "lead", by=other, now=now),
            return_exceptions=True,
        )
        assert [type(one) for one in ended if one is not None] == [Refused]
        if await members.role_in(world.log, world.brand, owner) == "lead":
            owner, other = other, owner


async def test_a_stranger_cannot_touch_our_members(world: World) -> None:
    stranger, cm, now = world.people["stranger"], world.people["cm"], world.clock.now()
    for attempt in (
        members.remove(world.log, world.other, cm, by=stranger, now=now),
        members.deactivate(world.log, world.other, cm, by=stranger, now=now),
        members.change_role(world.log, world.other, cm, "observer", by=stranger, now=now),
        members.add(world.log, world.other, email="cm@t.test", name="x", role="cm", by=stranger, now=now),
    ):
        with pytest.raises(Refused):
            await attempt
    assert await members.role_in(world.log, world.brand, cm) == "cm"


async def test_an_owner_makes_no_link_for_who_works_elsewhere_too(world: World) -> None:
    """A link is its member: with it the owner of one brand would walk into another brand of the same organisation."""
    owner, lead, now = world.people["owner"], world.people["lead"], world.clock.now()
    assert await links.stands(
        world.pool, await members.invite(world.log, world.brand, lead, by=owner, now=now), now=now
    )
    org = await world.pool.fetchval("SELECT org_id FROM vigie.brands WHERE brand_id = $1", world.brand)
    second = await brands.create(world.log, org, "Deuxième", now=now)
    await members.add(world.log, second, email="lead@t.test", name="Lead Test", role="owner", by=None, now=now)
    for attempt in (
        members.invite(world.log, world.brand, lead, by=owner, now=now),
        members.deactivate(world.log, world.brand, lead, by=owner, now=now),
    ):
        with pytest.raises(Refused) as refused:
            await attempt
        assert refused.value.code == "not_all_yours"
    cookie, csrf = await world.session("owner")
    for path in (
        f"/b/{world.brand}/settings/members/{lead}/link",
        f"/b/{world.brand}/settings/members/{world.people['stranger']}/link",
    ):
        answer = await world.ask("POST", path, headers=world.cookie(cookie), form={"csrf": csrf})
        assert answer.status in {404, 409}
        assert "/sign-in/link/" not in answer.text


async def test_a_lead_manages_who_answers_and_who_only_reads_and_makes_nobody_more(world: World) -> None:
    """A link is its member: one for an owner, here or in another brand, would make a lead more than a lead."""
    lead, owner, cm, now = world.people["lead"], world.people["owner"], world.people["cm"], world.clock.now()
    log, brand = world.log, world.brand
    new = await members.add(log, brand, email="nuit@t.test", name="Nuit", role="cm", by=lead, now=now)
    await members.change_role(log, brand, new, "observer", by=lead, now=now)
    await members.set_skills(log, brand, new, langs="tr", teams="nuit", by=lead, now=now)
    assert await links.stands(world.pool, await members.invite(log, brand, new, by=lead, now=now), now=now)
    for attempt in (
        members.add(log, brand, email="haut@t.test", name="Haut", role="lead", by=lead, now=now),
        members.change_role(log, brand, new, "owner", by=lead, now=now),
        members.change_role(log, brand, owner, "cm", by=lead, now=now),
        members.change_role(log, brand, lead, "owner", by=lead, now=now),
        members.set_skills(log, brand, owner, langs="", teams="", by=lead, now=now),
        members.remove(log, brand, owner, by=lead, now=now),
        members.deactivate(log, brand, owner, by=lead, now=now),
        members.invite(log, brand, owner, by=lead, now=now),
        members.add(log, brand, email="bas@t.test", name="Bas", role="observer", by=cm, now=now),
        members.remove(log, brand, new, by=cm, now=now),
    ):
        with pytest.raises(Refused) as refused:
            await attempt
        assert refused.value.code == "above_you"
    org = await world.pool.fetchval("SELECT org_id FROM vigie.brands WHERE brand_id = $1", brand)
    second = await brands.create(log, org, "Deuxième", now=now)
    await members.add(log, second, email="nuit@t.test", name="Nuit", role="owner", by=None, now=now)
    await members.add(log, second, email="lead@t.test", name="Lead Test", role="lead", by=None, now=now)
    with pytest.raises(Refused) as refused:
        await members.invite(log, brand, new, by=lead, now=now)
    assert refused.value.code == "not_all_yours"
    await members.remove(log, brand, new, by=lead, now=now)


async def test_a_leads_page_of_members_offers_what_a_lead_may_and_refuses_the_rest_in_words(world: World) -> None:
    cookie, csrf = await world.session("lead")
    path, headers = f"/b/{world.brand}/settings/members", world.cookie(cookie)
    page = await world.ask("GET", path, headers=headers)
    assert page.status == 200
    assert f"{path}/{world.people['cm']}/link" in page.text
    assert f"{path}/{world.people['owner']}" not in page.text
    assert '<option value="owner"' not in page.text
    given = {"csrf": csrf, "name": "Noa", "email": "noa@t.test"}
    refused = await world.ask("POST", path, headers=headers, form={**given, "role": "owner"})
    assert (refused.status, "Seul un propriétaire" in refused.text) == (403, True)
    added = await world.ask("POST", path, headers=headers, form={**given, "role": "cm"})
    assert (added.status, "/sign-in/link/" in added.text) == (200, True)
    link = await world.ask("POST", f"{path}/{world.people['owner']}/link", headers=headers, form={"csrf": csrf})
    assert (link.status, "/sign-in/link/" in link.text) == (403, False)


async def test_changes_of_the_team_leave_an_audit_line_without_names(world: World) -> None:
    owner, now = world.people["owner"], world.clock.now()
    before = await world.log.head(world.brand)
    member = await members.add(
        world.log, world.brand, email="new@t.test", name="Nouvelle Personne", role="cm", by=owner, now=now
    )
    await members.remove(world.log, world.brand, member, by=owner, now=now)
    lines = (await world.api("GET", f"/events?after={before}")).json()["events"]
    assert [(e["type"], e["data"]["action"], e["actor"]) for e in lines] == [
        ("SettingChanged", "added", owner), ("SettingChanged", "removed", owner),
    ]  # fmt: skip
    assert "Nouvelle" not in str(lines)

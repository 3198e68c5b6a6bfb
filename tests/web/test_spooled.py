"""What waits on this host's disk, and what was set aside: told by the queue, of its brand; by /readyz, of the host."""

from __future__ import annotations

import dataclasses

import pytest

from inbox.spooled import Spooled
from inbox.web.context import DEPS
from tests.web.world import World


@pytest.mark.parametrize(("who", "sees"), [("owner", True), ("lead", True), ("cm", False), ("observer", False)])
async def test_those_who_manage_are_told_what_waits_of_their_brand_in_the_spool(
    world: World, who: str, sees: bool
) -> None:
    brands = {world.brand: Spooled(waiting=37, oldest_s=250.0), world.other: Spooled(waiting=4, oldest_s=900.0)}
    told(world, Spooled(waiting=41, oldest_s=900.0, aside=2, brands=brands))
    text = await queue(world, who)
    assert ("37 livraisons attendent sur le disque, la plus ancienne depuis 4" in text) is sees
    assert "Il manque quelque chose" not in text  # what is set aside is of other brands


@pytest.mark.parametrize(("who", "manages"), [("owner", True), ("lead", True), ("cm", False), ("observer", False)])
@pytest.mark.parametrize(
    ("lang", "says", "asks"),
    [
        ("fr", "3 événements et livraisons de cette marque n’ont pas pu être traités", "Un responsable peut relancer"),
        ("en", "3 events and deliveries of this brand could not be handled", "A lead can have it tried again"),
    ],
)
async def test_what_is_set_aside_of_the_brand_is_told_to_all_and_leads_those_who_manage_to_it(
    world: World, who: str, manages: bool, lang: str, says: str, asks: str
) -> None:
    pool = world.log.pool
    for brand, count in ((world.brand, 2), (world.other, 7)):
        for n in range(count):
            await pool.execute("INSERT INTO vigie.set_aside VALUES ($1, 'deliver', $2, 'KeyError', now())", brand, n)
        await pool.execute("INSERT INTO vigie.spool_aside VALUES ($1, 5, 7, 'c', now(), 'gone')", brand)
    await pool.execute("UPDATE vigie.members SET locale = $1", lang)
    text = await queue(world, who)
    assert says in text
    assert (asks in text) is not manages
    assert (f'<a class="btn" href="/b/{world.brand}/settings/set-aside">' in text) is manages


async def queue(world: World, who: str) -> str:
    cookie, _ = await world.session(who)
    return (await world.ask("GET", f"/b/{world.brand}/queue", headers=world.cookie(cookie))).text


async def test_where_nothing_waits_nothing_is_said(world: World) -> None:
    cookie, _ = await world.session("owner")
    page = await world.ask("GET", f"/b/{world.brand}/queue", headers=world.cookie(cookie))
    assert "sur le disque" not in page.text
    assert (await world.ask("GET", "/readyz")).json() == {"status": "ready"}


async def test_readiness_says_what_waits(world: World) -> None:
    told(world, Spooled(waiting=1, oldest_s=12.0))
    answer = await world.ask("GET", "/readyz")
    assert answer.json() == {"status": "ready", "spool": "1 deliveries wait in the spool, the oldest for 12 s"}


def told(world: World, spooled: Spooled) -> None:
    dict.__setitem__(world.app._state, DEPS, dataclasses.replace(world.deps, spooled=lambda: spooled))

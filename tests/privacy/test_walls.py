"""With the first wall taken away (the gate lets everybody into every brand, and no statement says which one it is
about: `tests.privacy.unnamed`), the second one still shows a stranger nothing of a brand that is not theirs."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from inbox import walls
from inbox.clock import SimulatedClock
from inbox.ids import BrandId
from inbox.log.pulse import Pulse
from inbox.log.seal import Keyring
from inbox.log.store import Log
from inbox.people import wall_links
from inbox.web import security
from inbox.web.table import TABLE
from services import database as connecting
from tests.conftest import new_brand
from tests.privacy.intruder import Intruder, everywhere, first_words
from tests.privacy.unnamed import Forgetful, forget_in_functions
from tests.web import foreign
from tests.web.conftest import clock as clock  # noqa: PLC0414 — the clock of its world
from tests.web.world import World, a_world

SHARED = """SELECT m, b.name, o.name FROM vigie.members m, vigie.brands b JOIN vigie.organisations o USING (org_id)
WHERE m.member_id = $1 AND b.brand_id = $2"""
"""What stands in tables that all brands share."""
QUERIES = (
    "/items?channel={channel}", "/items?assignee={member}", "/items?q=zygomycete", "/sla?channel={channel}",
    "/sla?member={member}", "/items/{item}/weights?message=m1",
)  # fmt: skip


@pytest.fixture
async def walled(database: str) -> AsyncIterator[asyncpg.Pool]:
    """A pool as the product makes it."""
    pool = await connecting.connect(database, most=6)
    yield pool
    await pool.close()


@pytest.fixture
async def web(walled: asyncpg.Pool, keyring: Keyring, clock: SimulatedClock) -> AsyncIterator[World]:
    async with a_world(Log(walled, keyring, Pulse()), clock) as world:
        yield world


async def test_every_table_of_a_brand_has_its_wall(pool: asyncpg.Pool) -> None:
    without = await pool.fetch(
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'brand_id'"
        " WHERE c.relnamespace = 'vigie'::regnamespace AND c.relkind = 'r' AND NOT c.relrowsecurity"
    )
    assert list(without) == []


async def test_a_statement_that_names_no_brand_sees_the_viewers_alone(walled: asyncpg.Pool) -> None:
    mine, other = await new_brand(walled), await new_brand(walled)
    for brands, seen in (({mine}, {mine}), ({other}, {other}), (set(), set()), ({mine, other}, {mine, other})):
        with walls.narrowed(brands):
            assert {row[0] for row in await walled.fetch("SELECT brand_id FROM vigie.heads")} == seen
    assert len(await walled.fetch("SELECT brand_id FROM vigie.heads")) == 2


async def test_nothing_is_written_into_a_brand_that_is_not_the_viewers(walled: asyncpg.Pool) -> None:
    mine, other = await new_brand(walled), await new_brand(walled)
    with walls.narrowed({mine}):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await walled.execute("INSERT INTO vigie.checkpoints VALUES ($1, 'x', 0)", other)
        assert await walled.execute("UPDATE vigie.heads SET last_position = 9") == "UPDATE 1"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await walled.execute("DROP TABLE vigie.heads")
    assert await walled.fetchval("SELECT last_position FROM vigie.heads WHERE brand_id = $1", other) == 0


async def test_with_the_first_wall_removed_a_stranger_sees_and_changes_nothing(
    web: World, monkeypatch: pytest.MonkeyPatch, pool: asyncpg.Pool
) -> None:
    """Every route that names a brand: at the other brand's address with its ids, and at the stranger's own address with
    the other's ids, and with their own. Somebody of the other brand looks on meanwhile, so that its live view runs."""
    monkeypatch.setattr(security, "_admit", everywhere)
    statements = Forgetful(monkeypatch)
    by, now = web.people["stranger"], web.clock.now()
    named = await foreign.theirs(web)
    named["token"] = await wall_links.create(web.log, web.other, name=foreign.CANARY, lang="fr", by=by, now=now)
    await web.pool.execute("UPDATE vigie.brands SET name = $2 WHERE brand_id = $1", web.other, foreign.CANARY)
    own = {**foreign.MISSING, "item_id": str(await web.hear("Bonjour")), "token": "x" * 43}
    intruder = await Intruder.of(web, {foreign.CANARY, "Stranger Test", "stranger@t.test", *named.values()})
    live = f"{web.deps.settings.base_url}/api/v1/brands/{web.other}/live?after=0"
    async with web.http.get(live, headers=web.bearer("foreign")) as watched:
        assert foreign.CANARY in await first_words(watched)
        shared = SHARED, web.people["stranger"], web.other
        before, people = await foreign.stored(web, web.other), await pool.fetch(*shared)
        assert await forget_in_functions(pool) >= 5
        with statements.on():
            for brand, ids in ((web.other, named), (web.brand, named), (web.brand, own), (web.other, own)):
                for route in web.app[TABLE]:
                    invited = route.access == "public" and brand == web.other and ids is named  # by the link they hold
                    if "{brand_id}" in route.path and not invited:
                        await intruder.tries(route, {"brand_id": str(brand), **ids})
            for query in QUERIES:
                await intruder.searches(query.format(**{name.removesuffix("_id"): one for name, one in named.items()}))
        assert await foreign.stored(web, web.other) == before
        assert await pool.fetch(*shared) == people
    assert len(statements.rewritten) > 100
    assert intruder.taken > 100
    assert (await web.api("GET", f"/items/{own['item_id']}")).status == 200  # still let into their own


async def test_who_may_sees_all_as_before(web: World) -> None:
    item = await web.hear("Bonjour")
    for role in ("owner", "lead", "cm", "observer"):
        cookie, _ = await web.session(role)
        page = await web.ask("GET", f"/b/{web.brand}/items/{item}", headers=web.cookie(cookie))
        assert (page.status, "Bonjour" in page.text) == (200, True)
    answer = await web.api("POST", f"/items/{item}/note", json={"expected_position": 99, "text": "vu"})
    assert answer.status == 200
    assert await web.log.head(BrandId(web.brand)) > 0

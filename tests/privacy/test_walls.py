"""With the first wall taken away (the gate lets everybody into every brand, and statements forget to name theirs), the
second one still shows a stranger nothing of a brand that is not theirs."""

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
from inbox.web import security
from inbox.web.context import Viewer
from inbox.web.table import TABLE
from services import database as connecting
from tests.conftest import new_brand
from tests.web.conftest import clock as clock  # noqa: PLC0414 — the clock of its world
from tests.web.foreign import stored
from tests.web.test_access_matrix import as_member, as_token, fill
from tests.web.world import World, a_world

CANARY = "zygomycete"


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
    web: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = await web.hear(f"Votre {CANARY} a pris feu", author=CANARY)
    monkeypatch.setattr(security, "_admit", lambda request, route, asking: None)
    monkeypatch.setattr(Viewer, "may", lambda self, brand, right: True)
    before = await stored(web, web.brand)
    for route in web.app[TABLE]:
        if route.access in {"public", "signed_in"} or "{brand_id}" not in route.path:
            continue
        path = fill(route.path, web.brand, item)
        ask = as_token if route.surface == "api" else as_member
        answer = await ask(web, route, path, "foreign" if route.surface == "api" else "stranger")
        assert CANARY not in answer.text, (route.name, answer.status)
        assert web.tokens["full"] not in answer.text
    assert await stored(web, web.brand) == before
    own = await web.api("GET", f"/items/{item}")
    assert CANARY in own.text


async def test_who_may_sees_all_as_before(web: World) -> None:
    item = await web.hear("Bonjour")
    for role in ("owner", "lead", "cm", "observer"):
        cookie, _ = await web.session(role)
        page = await web.ask("GET", f"/b/{web.brand}/items/{item}", headers=web.cookie(cookie))
        assert (page.status, "Bonjour" in page.text) == (200, True)
    answer = await web.api("POST", f"/items/{item}/note", json={"expected_position": 99, "text": "vu"})
    assert answer.status == 200
    assert await web.log.head(BrandId(web.brand)) > 0

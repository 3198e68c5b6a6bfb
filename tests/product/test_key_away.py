"""The master key is taken away while networks send: whoever has it in memory goes on, whoever starts without it refuses
everything until it is back, and never makes another one of its own accord."""

from __future__ import annotations

import asyncio
import shutil
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from services import doctor
from services.instance import write_private
from services.settings import Settings
from tests.product.load import Load, Network
from tests.product.many import MASTER, Member, Site, Tenant, site
from tests.product.trouble import complete, taken_over, until

CANARY = "un canari nommé Zéphyrine"
RATE = 2.0


def gone(key: Path) -> None:
    """It is not there."""


def another(key: Path) -> None:
    write_private(key, b64encode(bytes(range(1, 33))).decode())


def spoilt(key: Path) -> None:
    write_private(key, "half of a k")


def unreadable(key: Path) -> None:
    """As a file without the right to read it, also for root."""
    key.mkdir()


@pytest.fixture
async def network() -> AsyncIterator[Network]:
    async with Network() as network:
        yield network


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Site]:
    """Its master key lies in the data folder, where `vigie up` makes it."""
    async with site(tmp_path) as here:
        del here.environment["VIGIE_MASTER_KEY"]
        write_private(key_of(here), MASTER)
        yield here


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as client:
        yield client


def key_of(here: Site) -> Path:
    return here.folder / "data" / "master.key"


async def test_without_its_master_key_nothing_is_taken_and_with_it_nothing_is_missing(
    here: Site, network: Network, client: aiohttp.ClientSession
) -> None:
    tenants, key = await here.tenants(2, network.url), key_of(here)
    first, second, desk, worker = members = await here.run("ingest", "ingest", "inbox", "workers")
    load = Load(client, [first, second], desk)
    await taken_over(here, load, tenants)
    ended = asyncio.Event()
    sending = [asyncio.create_task(_send(load, tenant, ended)) for tenant in tenants]

    key.unlink()
    await _restarted(first, worker)
    await _waits(client, first, key)
    assert not key.exists()
    await load.say(tenants[0], "by-the-second", CANARY)  # it has the key in memory, and seals with it
    await until(lambda: _says(client, second, "vigie_master_key_away 1.0"))
    assert (await _examined(here)).verdict == "wrong"

    await _restarted(second, desk)
    for spoil in (gone, another, spoilt, unreadable):
        shutil.rmtree(key) if key.is_dir() else key.unlink(missing_ok=True)
        spoil(key)
        await _restarted(first)
        await _nothing_is_taken(here, client, load, tenants, members, spoil)
    key.rmdir()
    _no_words_lie_about(here)

    write_private(key, MASTER)
    for member in members:
        await member.ready()
    assert (await _examined(here)).verdict == "ok"
    await until(lambda: _says(client, second, "vigie_master_key_away 0.0"))
    await taken_over(here, load, tenants)
    ended.set()
    await asyncio.gather(*sending)
    await complete(here, load, tenants)
    words = [str(item) for tenant in tenants for item in await _items(client, desk, tenant)]
    assert sum(CANARY in one for one in words) > len(tenants)
    refused = [answer for answer in load.answers if answer[0] >= 300]
    print(f"{_taken(load)} messages taken, {len(refused)} requests refused meanwhile")
    assert {status for status, _ in refused} == {503}
    assert all(after for _, after in refused)


async def _send(load: Load, tenant: Tenant, ended: asyncio.Event) -> None:
    """Each is sent again until it is taken; every third of somebody who has spoken before."""
    async with asyncio.TaskGroup() as group:
        for n in range(10**6):
            if ended.is_set():
                return
            group.create_task(load.say(tenant, f"{tenant.brand}-{n}", f"{n} : {CANARY}", author=f"a{n - n % 3}"))
            await asyncio.sleep(1 / RATE)


async def _restarted(*members: Member) -> None:
    for member in members:
        await member.kill()
        await member.start()


async def _waits(client: aiohttp.ClientSession, member: Member, key: Path) -> None:
    """It says to whoever asks what it waits for, and to its log where it looked."""
    await until(lambda: _says(client, member, "vigie_master_key_away 1.0"))
    async with client.get(f"{member.url}/readyz") as response:
        assert (response.status, response.headers["Retry-After"]) == (503, "30")
        assert "master key" in (await response.json())["detail"]
    async with client.get(f"{member.url}/", headers={"Accept": "text/html"}) as response:
        assert response.status == 503
        assert "master key" in await response.text()
        assert str(key) not in await response.text()
    async with client.get(f"{member.url}/healthz") as response:
        assert response.status == 200
    assert f"{key} is gone" in member.log_path.read_text()


async def _says(client: aiohttp.ClientSession, member: Member, line: str) -> bool:
    try:
        async with client.get(f"{member.url}/metrics") as response:
            return line in await response.text()
    except aiohttp.ClientError:
        return False


async def _nothing_is_taken(
    here: Site, client: aiohttp.ClientSession, load: Load, tenants: list[Tenant], members: list[Member],
    spoil: Callable[[Path], None],
) -> None:  # fmt: skip
    for member in members:
        await until(lambda: _says(client, member, "vigie_master_key_away 1.0"))  # noqa: B023
    assert (await _examined(here)).verdict == "wrong", spoil.__name__
    before, taken, asked = await _heads(here), _taken(load), len(load.answers)
    await until(lambda: _more(load, asked + 12))
    assert {status for status, _ in load.answers[asked + len(tenants) :]} == {503}
    assert (await _heads(here), _taken(load)) == (before, taken)
    assert key_of(here).is_file() == (spoil in (another, spoilt))


async def _more(load: Load, count: int) -> bool:
    return len(load.answers) >= count


def _taken(load: Load) -> int:
    return sum(map(len, load.acknowledged.values()))


async def _items(client: aiohttp.ClientSession, desk: Member, tenant: Tenant) -> list[Any]:
    authorised = {"Authorization": f"Bearer {tenant.token}"}
    url = f"{desk.url}/api/v1/brands/{tenant.brand}/items?limit=200"
    async with client.get(url, headers=authorised) as response:
        return list((await response.json())["items"])


async def _heads(here: Site) -> list[int]:
    rows = await here.shared.pool.fetch("SELECT last_position FROM vigie.heads ORDER BY brand_id")
    return [row["last_position"] for row in rows]


async def _examined(here: Site) -> doctor.Finding:
    settings = Settings(database_url=here.environment["DATABASE_URL"], data_dir=here.folder / "data")
    return await doctor._master_key(settings)


def _no_words_lie_about(here: Site) -> None:
    """Outside the database, whose views hold them in the open."""
    for path in here.folder.rglob("*"):
        if path.is_file() and "database" not in path.relative_to(here.folder).parts:
            assert CANARY.encode() not in path.read_bytes(), path

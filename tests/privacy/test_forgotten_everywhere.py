"""A forgotten person, looked for everywhere: the product runs as its users run it, and twenty canaries are in none of
its tables, pages, streams, exports, log lines and files."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest

from services.postgres import Postgres
from tests.attack.site import CSRF, signed_in
from tests.product.hooks import api, message, post
from tests.product.instance import REPOSITORY, Instance

PATIENCE_S = 240.0
"""Nothing here is about speed."""
CANARIES = tuple(f"canari{n:02}xyzzy" for n in range(20))
BY_API, BY_SCREEN = "canari90xyzzy", "canari91xyzzy"
"""Two more people, who are forgotten by the other ways."""


Way = Callable[[Instance, str], Awaitable[None]]


@pytest.fixture
async def instance(tmp_path: Path) -> AsyncIterator[Instance]:
    instance = Instance(tmp_path / "data", ready_within_s=PATIENCE_S)
    await instance.start()
    yield instance
    if instance.process is not None and instance.process.returncode is None:
        await instance.stop()


def hers(number: int, thread: str = CANARIES[0]) -> dict[str, Any]:
    c = CANARIES
    return message(
        f"z{number}", thread_id=thread, title=f"{c[1]} {c[2]}", text=f"{c[3]} prend feu, {c[4]} danger {c[5 + number]}",
        permalink=f"https://example.org/{c[12]}", attachments=[{"url": f"https://example.org/{c[13]}", "name": c[14]}],
        author={"id": c[15], "name": c[16], "handle": c[17], "avatar_url": f"https://example.org/{c[18]}"},
    )  # fmt: skip


def theirs(number: int, canary: str) -> dict[str, Any]:
    return message(number, text=f"{canary} attend", author={"id": canary, "name": canary})


async def forget_by_api(instance: Instance, item: str) -> None:
    url = f"{instance.base_url}/api/v1/brands/{instance.demo['brand_id']}/items/{item}/forget"
    headers = {"Authorization": f"Bearer {instance.demo['api_token']}", "Idempotency-Key": item}
    async with (
        aiohttp.ClientSession(headers=headers) as client,
        client.post(url, json={"forget_for_ever": True}) as response,
    ):
        assert response.status == 200, await response.text()


async def forget_by_screen(instance: Instance, item: str) -> None:
    """With the word typed, in the language of who types it."""
    url = f"{instance.base_url}/b/{instance.demo['brand_id']}/items/{item}/forget"
    cookie = await signed_in(instance.demo["sign_in_url"])
    async with aiohttp.ClientSession(headers={"Cookie": cookie}, cookie_jar=aiohttp.DummyCookieJar()) as client:
        found = CSRF.search(await (await client.get(url)).text())
        assert found
        statuses = [
            (await client.post(url, data={"csrf": found[1], "confirm": word}, allow_redirects=False)).status
            for word in ("FORGET", "OUBLIER")
        ]
    assert 303 in statuses, statuses


async def until_there(instance: Instance, count: int) -> list[dict[str, Any]]:
    """So many items stand in the queue, whether the model has read them or not."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            items: list[dict[str, Any]] = (await api(instance, "items?limit=200"))["items"]
            if len(items) >= count:
                return items
            await asyncio.sleep(0.2)


async def command(instance: Instance, *words: str) -> str:
    environment = {n: v for n, v in os.environ.items() if not n.startswith(("VIGIE_", "DATABASE_"))}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.cli", *words, cwd=REPOSITORY, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT, env=environment | {"VIGIE_DATA_DIR": str(instance.data_dir)},
    )  # fmt: skip
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
    return output.decode()


async def dump(instance: Instance) -> dict[str, bytes]:
    """Every table, its columns as they read, bytes as bytes."""
    found = {}
    connection = await asyncpg.connect(Postgres(instance.data_dir).dsn)
    for row in await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'vigie'"):
        rows = await connection.fetch(f"SELECT t.* FROM vigie.{row[0]} t")
        found[row[0]] = b"\n".join(
            v if isinstance(v, bytes) else str(v).encode() for one in rows for v in one.values()
        )  # fmt: skip
    await connection.close()
    return found


async def shown(instance: Instance, item: str) -> dict[str, bytes]:
    """What the product says of it, by every way that gives words."""
    found = {
        path: str(await api(instance, path)).encode()
        for path in ("items?limit=200", f"items/{item}", "events?limit=500", "waves", f"items?q={CANARIES[3]}")
    }
    found["stream"] = await _stream(instance)
    found["export"] = (await command(
        instance, "person", "export", "-", "--brand", str(instance.demo["brand_id"]), "--item", item
    )).encode()  # fmt: skip
    return found


async def _stream(instance: Instance) -> bytes:
    """All that a browser gets that was away from the beginning on."""
    url = f"{instance.base_url}/api/v1/brands/{instance.demo['brand_id']}/live?after=0"
    headers = {"Authorization": f"Bearer {instance.demo['api_token']}"}
    heard = b""
    async with aiohttp.ClientSession(headers=headers) as client, client.get(url) as response:
        async with asyncio.timeout(PATIENCE_S):
            async for chunk in response.content.iter_any():
                heard += chunk
                if b"event: ready" in heard or b"event: reset" in heard:
                    return heard
    raise AssertionError(heard)


def _without_the_welcome(lines: str) -> str:
    """`--demo` prints its sign-in link for whoever sits there, once, on standard output."""
    return "\n".join(line for line in lines.splitlines() if "/sign-in/" not in line)


def files(instance: Instance) -> dict[str, bytes]:
    """Logs and what lies in the data folder; the server's own pages and its write-ahead log are what docs/privacy.md
    says of them."""
    kept = [
        p for p in instance.data_dir.rglob("*") if p.is_file() and "data" not in p.relative_to(instance.data_dir).parts
    ]
    return {str(path): path.read_bytes() for path in [*kept, instance.log_path]}


async def provoke(instance: Instance) -> dict[str, bytes]:
    """Everything that goes wrong with a person's words or somebody's secret in it: unknown addresses, bad tokens,
    bodies that nobody can read, a hook that is not signed. Nothing of it is an error of ours. What is answered, and at
    the end the metrics."""
    brand = instance.demo["brand_id"]
    hook = instance.demo["channels"][0]["hook_url"]
    bad = [
        ("GET", f"/b/{brand}/items/{CANARIES[6]}?q={CANARIES[7]}", {}),
        ("GET", f"/sign-in/{CANARIES[8]}", {}),
        (
            "GET",
            f"/api/v1/brands/{brand}/items?{CANARIES[9]}=1",
            {"Authorization": f"Bearer vg_{brand}_{CANARIES[10]}"},
        ),
        ("GET", "/account", {"Cookie": f"vigie={CANARIES[11]}"}),
        ("POST", f"/api/v1/brands/{brand}/items/x/note", {"Authorization": f"Bearer {instance.demo['api_token']}"}),
        ("POST", hook.removeprefix(instance.base_url), {"webhook-signature": CANARIES[10]}),
        ("GET", "/metrics", {}),
    ]
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as client:
        answered = {}
        for method, path, headers in bad:
            body = f'{{"text": "{CANARIES[3]}", "author": ' if method == "POST" else None
            async with client.request(method, instance.base_url + path, headers=headers, data=body) as response:
                assert response.status < 500
                answered[f"{method} {path}"] = str(response.headers).encode() + await response.read()
    return answered


def secrets_of(instance: Instance) -> list[str]:
    """What opens something."""
    demo = instance.demo
    link = demo["sign_in_url"].rpartition("/")[2]
    master = (instance.data_dir / "master.key").read_text().strip()
    return [demo["api_token"].split("_", 2)[2], link, master, *(channel["secret"] for channel in demo["channels"])]


def canaries_in(places: dict[str, bytes]) -> list[tuple[str, str]]:
    return [
        (where, canary)
        for where, content in places.items()
        for canary in (*CANARIES, BY_API, BY_SCREEN)
        if canary.encode() in content
    ]


async def test_twenty_canaries_of_a_forgotten_person_are_nowhere(instance: Instance) -> None:
    assert await post(instance, [hers(1), hers(2), message("b", text="Bonjour, une question")]) == 202
    assert await post(instance, [hers(3, thread=CANARIES[19]), theirs(8, BY_API), theirs(9, BY_SCREEN)]) == 202
    items = await until_there(instance, 5)
    item = next(one["id"] for one in items if CANARIES[3] in (one["text"] or ""))
    before, was = await dump(instance), await shown(instance, item)
    assert {where for where, _ in canaries_in(before)} == {"items"}  # views only: the log itself is sealed
    assert {where for where, _ in canaries_in(was)} >= {f"items/{item}", "stream", "export"}
    figures = await api(instance, "sla")
    answered = await provoke(instance)
    assert b"vigie_deliveries_total" in answered["GET /metrics"]
    # the way back after signing in names the address that was asked for, to whoever asked for it
    assert [(asked, canary) for asked, canary in canaries_in(answered) if canary not in asked] == []
    assert [(where, secret) for where, text in answered.items() for secret in secrets_of(instance)
            if secret.encode() in text] == []  # fmt: skip
    lines = instance.log_path.read_text()
    assert canaries_in({"log lines": lines.encode()}) == []
    assert [secret for secret in secrets_of(instance) if secret in _without_the_welcome(lines)] == []

    await command(instance, "person", "forget", "--yes", "--brand", str(instance.demo["brand_id"]), "--item", item)
    ways: dict[str, Way] = {BY_API: forget_by_api, BY_SCREEN: forget_by_screen}
    for canary, way in ways.items():
        await way(instance, next(one["id"] for one in items if canary in (one["text"] or "")))
    async with asyncio.timeout(PATIENCE_S):
        while canaries_in(await dump(instance)):
            await asyncio.sleep(0.1)
    assert canaries_in(await shown(instance, item)) == []
    assert canaries_in(files(instance)) == []
    after = await api(instance, "sla")
    assert {k: v for k, v in after.items() if k == "turns"} == {k: v for k, v in figures.items() if k == "turns"}
    assert CANARIES[16] not in await command(instance, "verify")

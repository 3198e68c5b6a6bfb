"""A live instance to be attacked: the demo with a drill's messages in it, a token and a signed-in session."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from tests.product.instance import REPOSITORY, Instance

CSRF = re.compile(r'name="csrf" value="([^"]+)"')


@dataclass(frozen=True)
class Site:
    """`cookie`: a session's of the demo's owner. `items`: ids of some that are there."""

    base_url: str
    brand: str
    token: str
    cookie: str
    items: tuple[str, ...]
    document: dict[str, Any]
    log: Path

    def faults(self) -> list[str]:
        """What its log tells of bugs: an attack must not cause any."""
        return [line for line in self.log.read_text(errors="replace").splitlines() if " bug, request " in line]


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Site]:
    instance = Instance(folder / "data")
    await instance.start()
    try:
        await drill(instance)
        yield await _site(instance)
    finally:
        await instance.stop()


async def drill(instance: Instance) -> None:
    drill = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.cli", "drill", "--speed", "20", "--messages", "40",
        "--data-dir", str(instance.data_dir), cwd=REPOSITORY, stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    await drill.wait()


async def _site(instance: Instance) -> Site:
    demo = instance.demo
    api = f"/api/v1/brands/{demo['brand_id']}"
    async with aiohttp.ClientSession(
        base_url=instance.base_url, headers={"Authorization": f"Bearer {demo['api_token']}"}
    ) as client:
        document = await (await client.get("/api/openapi.json")).json()
        items = (await (await client.get(f"{api}/items?limit=5")).json())["items"]
    cookie = await signed_in(demo["sign_in_url"])
    ids = tuple(item["id"] for item in items)
    return Site(
        instance.base_url, str(demo["brand_id"]), demo["api_token"], cookie, ids, document, instance.log_path
    )  # fmt: skip


async def signed_in(link: str) -> str:
    """By the one-time link, as a person does."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as client:
        found = CSRF.search(await (await client.get(link)).text())
        assert found is not None
        await client.post(link, data={"csrf": found[1]}, allow_redirects=False)
        return next(f"{cookie.key}={cookie.value}" for cookie in client.cookie_jar if cookie.key == "vigie")

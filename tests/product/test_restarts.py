"""What demo.json says is true after every start, whatever people changed in between."""

from __future__ import annotations

import asyncio
import os
import stat
import sys
from pathlib import Path
from typing import Any

import aiohttp

from tests.product import hooks
from tests.product.instance import Instance, free_port

SHAPE = {"base_url", "brand_id", "api_token", "sign_in_url", "channels", "mail"}


async def is_current(instance: Instance) -> dict[str, Any]:
    demo = instance.demo
    assert demo.keys() == SHAPE
    assert all(channel.keys() == {"id", "network", "hook_url", "secret"} for channel in demo["channels"])
    assert {channel["network"] for channel in demo["channels"]} >= {"generic", "facebook", "instagram"}
    assert stat.S_IMODE((instance.data_dir / "demo.json").stat().st_mode) == 0o600
    assert demo["base_url"] == instance.base_url
    assert all(channel["hook_url"].startswith(f"{instance.base_url}/hooks/") for channel in demo["channels"])
    assert "items" in await hooks.api(instance, "items")
    async with aiohttp.ClientSession() as client, client.get(demo["sign_in_url"]) as response:
        assert response.status == 200
    return demo


async def test_demo_json_is_current_on_every_start_and_leaves_peoples_own_channels_alone(tmp_path: Path) -> None:
    instance = Instance(tmp_path / "data")
    await instance.start()
    try:
        first = await is_current(instance)
        brand = str(first["brand_id"])
        own = await _shell(instance, "channel", "add", "generic", "--brand", brand, "--name", "Ours", "--set",
                           "reply_url=https://example.org/replies")  # fmt: skip
        assert own.startswith(f"Channel {brand}-")
        assert await instance.stop() == 0
        instance.port = free_port()
        await instance.start()
        second = await is_current(instance)
        assert second["api_token"] == first["api_token"]
        assert second["sign_in_url"] != first["sign_in_url"]
        assert [channel["id"] for channel in second["channels"]] == [channel["id"] for channel in first["channels"]]
        assert await hooks.post(instance, [hooks.message(1)]) == 202

        assert await instance.stop() == 0
        (instance.data_dir / "demo.json").write_text("{lost")
        await instance.start()
        third = await is_current(instance)
        assert third["api_token"] != first["api_token"]
        old = {"Authorization": f"Bearer {first['api_token']}"}
        address = f"{instance.base_url}/api/v1/brands/{brand}/items"
        async with aiohttp.ClientSession(headers=old) as client, client.get(address) as response:
            assert response.status == 401
        assert await _shell(instance, "channel", "list", "--brand", "99") == (
            f"vigie: There is no brand 99; there are: {brand} (Brizéo)."
        )
        await _sends_a_long_cookie(instance)
        assert "vigie=secret" not in instance.log_path.read_text()
    finally:
        if instance.process is not None and instance.process.returncode is None:
            await instance.stop()


async def _sends_a_long_cookie(instance: Instance) -> None:
    """One that the HTTP parser itself refuses: it quotes what it refuses."""
    headers = {"Cookie": "vigie=secret" + "x" * 20_000}
    async with aiohttp.ClientSession(headers=headers) as client, client.get(instance.base_url) as response:
        assert response.status == 400


async def _shell(instance: Instance, *words: str) -> str:
    """What `vigie …` prints, beside the running instance."""
    environment = {"PATH": os.environ["PATH"], "VIGIE_DATA_DIR": str(instance.data_dir)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.cli", *words, env=environment, cwd=Path(__file__).parents[2],
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    printed, _ = await process.communicate()
    return printed.decode().strip()

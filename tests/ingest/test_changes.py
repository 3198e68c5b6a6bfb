"""A channel that is changed in another process, whose word did not reach this one: its hook follows all the same."""

from __future__ import annotations

import asyncio

import pytest

from inbox import channel_memory
from inbox.channels import ChannelRecord, Channels
from inbox.clock import SystemClock
from inbox.log.pulse import Pulse
from inbox.log.seal import Keyring
from inbox.log.store import Log
from tests.channels.senders import WHSEC
from tests.channels.test_generic import MESSAGE
from tests.ingest.conftest import Hooks

NEW = "whsec_" + WHSEC[10:] + "AAAA"


@pytest.fixture
def elsewhere(hooks: Hooks, keyring: Keyring) -> Channels:
    """Another process on the same database."""
    return Channels(Log(hooks.log.pool, keyring, Pulse()), SystemClock())


def the_cache_grows_old(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()
    before = loop.time
    monkeypatch.setattr(loop, "time", lambda: before() + channel_memory.FRESH_S)


async def _status(hooks: Hooks, channel: ChannelRecord, ident: str) -> int:
    return (await hooks.post(channel, {**MESSAGE, "id": ident}))[0]


async def test_a_secret_changed_elsewhere_holds_here_and_the_old_one_no_more(
    hooks: Hooks, elsewhere: Channels, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = await hooks.channel()
    assert await _status(hooks, old, "c-1") == 202
    new = await elsewhere.rotate_secret(hooks.brand, old.channel_id, NEW, by=None)
    await elsewhere.retire_secret(hooks.brand, old.channel_id, by=None)
    the_cache_grows_old(monkeypatch)
    assert await _status(hooks, old, "c-2") == 401
    assert await _status(hooks, new, "c-3") == 202


async def test_a_channel_paused_elsewhere_is_not_found_here_until_it_is_resumed(
    hooks: Hooks, elsewhere: Channels, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = await hooks.channel()
    assert await _status(hooks, channel, "c-1") == 202
    await elsewhere.disable(hooks.brand, channel.channel_id, by=None)
    the_cache_grows_old(monkeypatch)
    assert await _status(hooks, channel, "c-2") == 404
    await elsewhere.enable(hooks.brand, channel.channel_id, by=None)
    the_cache_grows_old(monkeypatch)
    assert await _status(hooks, channel, "c-3") == 202


async def test_a_channel_whose_row_is_gone_is_not_found(hooks: Hooks, monkeypatch: pytest.MonkeyPatch) -> None:
    channel = await hooks.channel()
    assert await _status(hooks, channel, "c-1") == 202
    await hooks.log.pool.execute("DELETE FROM vigie.channels WHERE brand_id = $1", hooks.brand)
    the_cache_grows_old(monkeypatch)
    assert await _status(hooks, channel, "c-2") == 404

"""The store of channels: set-up, sealed secrets, what is audited, and a cache that a change empties."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from inbox.channels import Channels, brand_of, new_channel_id
from inbox.clock import SystemClock
from inbox.errors import NotFound, Refused
from inbox.events import SettingChanged
from inbox.ids import BrandId
from inbox.log.pulse import Pulse
from inbox.log.seal import CannotOpen, Keyring
from inbox.log.store import Log
from services.channels.registry import networks
from tests.conftest import new_brand


@pytest.fixture
def channels(log: Log) -> Channels:
    return Channels(log, SystemClock())


def test_a_channels_id_names_its_brand_and_nothing_else_does() -> None:
    assert brand_of(new_channel_id(BrandId(42))) == 42
    assert len({new_channel_id(BrandId(1)) for _ in range(1000)}) == 1000
    for name in (
        "42-short",
        "042-abcdefghijklmnop",
        "-abcdefghijklmnop",
        "42-abcdefghijklmnop\n",
        "42-abcdefghijklm-op",
        "",
    ):
        assert brand_of(name) is None


async def test_secrets_are_sealed_and_bound_to_their_channel(
    channels: Channels, brand: BrandId, pool: asyncpg.Pool
) -> None:
    one = await channels.add(brand, network="generic", name="a", secrets={"secret": "hunter2"}, by=None)
    two = await channels.add(brand, network="generic", name="b", secrets={"secret": "other"}, by=None)
    stored = await pool.fetchval("SELECT secrets FROM vigie.channels WHERE channel_id = $1", one.channel_id)
    assert b"hunter2" not in stored
    assert "hunter2" not in repr(one)
    assert (await channels.get(brand, one.channel_id)).secrets == {"secret": "hunter2"}
    await pool.execute("UPDATE vigie.channels SET secrets = $1 WHERE channel_id = $2", stored, two.channel_id)
    with pytest.raises(CannotOpen):
        await channels.get(brand, two.channel_id)


async def test_another_brand_sees_and_changes_nothing(channels: Channels, brand: BrandId, pool: asyncpg.Pool) -> None:
    one = await channels.add(brand, network="generic", name="a", by=None)
    stranger = await new_brand(pool)
    assert await channels.list(stranger) == ()
    with pytest.raises(NotFound):
        await channels.get(stranger, one.channel_id)
    with pytest.raises(NotFound):
        await channels.update(stranger, one.channel_id, name="b", by=None)


async def test_every_change_leaves_a_line_in_the_log_and_no_secret(channels: Channels, brand: BrandId) -> None:
    one = await channels.add(brand, network="generic", name="a", secrets={"secret": "hunter2"}, by=7)
    await channels.update(brand, one.channel_id, name="b", settings={"reply_url": "https://x.example"}, by=7)
    await channels.update(brand, one.channel_id, name="b", by=7)  # nothing changes
    await channels.rotate_secret(brand, one.channel_id, "hunter3", by=7)
    await channels.disable(brand, one.channel_id, by=7)
    await channels.enable(brand, one.channel_id, by=7)
    events = [r.event for r in await channels.log.read(brand)]
    assert [e.action for e in events if isinstance(e, SettingChanged)] == [
        "added", "updated", "rotated secret", "disabled", "enabled",
    ]  # fmt: skip
    assert "hunter" not in repr(events)


async def test_settings_change_by_name_and_an_empty_value_removes_one(channels: Channels, brand: BrandId) -> None:
    one = await channels.add(brand, network="generic", name="a", settings={"x": "1", "y": "2"}, account_id="5", by=None)
    two = await channels.update(brand, one.channel_id, settings={"y": "", "z": "3"}, account_id="", by=None)
    assert (two.settings, two.account_id) == ({"x": "1", "z": "3"}, None)


async def test_a_change_reaches_the_hooks_of_every_process_at_once(
    channels: Channels, brand: BrandId, database: str, keyring: Keyring, pool: asyncpg.Pool
) -> None:
    pulses = [Pulse(database), Pulse(database)]
    here, there = (Channels(Log(pool, keyring, pulse), SystemClock()) for pulse in pulses)
    beating = [asyncio.create_task(pulse.run()) for pulse in pulses]
    one = await here.add(brand, network="generic", name="a", secrets={"secret": "old"}, by=None)
    heard = there.log.pulse.subscribe("config")
    async with asyncio.timeout(10):
        while (found := await there.hook(one.channel_id)) is None or found.secrets["secret"] != "new":
            await here.update(brand, one.channel_id, secrets={"secret": "new"}, name=f"a{id(found)}", by=None)
            await heard.wait(0.2)
    for task in beating:
        task.cancel()
    await asyncio.gather(*beating, return_exceptions=True)


async def test_what_was_read_before_a_change_is_not_kept_after_it(
    channels: Channels, brand: BrandId, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await channels.add(brand, network="generic", name="a", by=None)
    read, go = asyncio.Event(), asyncio.Event()
    fetch = asyncpg.Pool.fetch

    async def slow(pool: asyncpg.Pool, *args: str) -> object:
        rows = await fetch(pool, *args)
        read.set()
        await go.wait()
        return rows

    monkeypatch.setattr(asyncpg.Pool, "fetch", slow)
    early = asyncio.create_task(channels.hook(one.channel_id))
    await read.wait()
    monkeypatch.undo()
    await channels.update(brand, one.channel_id, name="b", by=None)
    go.set()
    await early
    after = await channels.hook(one.channel_id)
    assert after is not None
    assert after.name == "b"


async def test_health_is_counted_and_written_together(channels: Channels, brand: BrandId) -> None:
    one = await channels.add(brand, network="generic", name="a", by=None)
    for n in range(3):
        channels.note_delivery(one, n)
    channels.note_failure(one, "bad_signature")
    await channels.tallies.flush(channels.log.pool)
    channels.note_delivery(one, 5)
    health = (await channels.health(brand))[one.channel_id]
    assert (health.deliveries, health.messages, health.failures, health.last_failure) == (4, 8, 1, "bad_signature")
    assert health.last_delivery_at is not None


async def test_what_could_not_be_written_stays_counted(channels: Channels, brand: BrandId, database: str) -> None:
    one = await channels.add(brand, network="generic", name="a", by=None)
    channels.note_delivery(one, 2)
    closed = await asyncpg.create_pool(database, min_size=0, max_size=1)
    await closed.close()
    with pytest.raises(asyncpg.InterfaceError):
        await channels.tallies.flush(closed)
    assert (await channels.health(brand))[one.channel_id].messages == 2


async def test_a_set_up_form_makes_what_it_can_and_names_what_is_missing(channels: Channels, brand: BrandId) -> None:
    one = await channels.set_up(brand, networks()["generic"], name=" Site ", values={"reply_url": ""}, by=None)
    assert (one.name, one.settings, one.secrets["secret"][:6]) == ("Site", {}, "whsec_")
    with pytest.raises(Refused) as refused:
        await channels.set_up(brand, networks()["facebook"], name=" ", values={"account_id": "1"}, by=None)
    assert refused.value.details["fields"] == ["secret", "name"]
    given = {"secret": " s ", "account_id": "1", "page_id": "2"}
    two = await channels.set_up(brand, networks()["instagram"], name="I", values=given, by=None)
    assert (two.account_id, two.settings, two.secrets["secret"]) == ("1", {"page_id": "2"}, "s")
    assert two.secrets["verify_token"]


def test_every_network_says_the_same_in_both_languages() -> None:
    assert set(networks()) >= {"generic", "facebook", "messenger", "instagram"}
    for network in networks().values():
        assert set(network.setup_steps) == {"fr", "en"}
        assert len({len(steps) for steps in network.setup_steps.values()}) == 1
        for field in network.setup_fields:
            assert set(field.label) == set(field.hint) == {"fr", "en"}

"""The master key is not where it lies, or another is: nothing is opened with it, nothing made in its place, and nothing
that is sealed is blamed for it."""

from __future__ import annotations

import argparse
import base64
import os
from dataclasses import replace
from pathlib import Path

import pytest

from inbox import subscriptions
from inbox.channels import Channels
from inbox.clock import SystemClock
from inbox.errors import Refused
from inbox.ids import MemberId
from inbox.log.batcher import Batcher
from inbox.log.pulse import Pulse
from inbox.log.rewrap import rewrap
from inbox.log.seal import Keyring, MasterAway
from inbox.log.store import AppendRefused, Log, LogUnavailable
from inbox.push import devices
from inbox.subscription import By
from services import database as database_
from services import doctor, key_commands
from services.instance import keyring, write_private, written_keyring
from services.key_commands import rotated
from services.master import KeyUnfit, proven
from services.settings import Settings
from tests.privacy.test_master_key import texts, with_ring
from tests.views.world import World
from tests.workers.test_push import Browser


@pytest.mark.parametrize("content", [None, b"?" * 44, base64.b64encode(b"x" * 32), b"\xff\xfe"])
async def test_beside_data_no_other_key_is_made_and_none_that_opens_nothing_is_worked_with(
    world: World, database: str, tmp_path: Path, content: bytes | None
) -> None:
    await world.says("zoe", "gardé")
    settings, key = Settings(data_dir=tmp_path, database_url=database), tmp_path / "master.key"
    if content is not None:
        key.write_bytes(content)
    with pytest.raises(KeyUnfit, match="Put back the copy") as refused:
        await proven(settings, world.pool)
    assert str(key) in str(refused.value)
    assert (await doctor._master_key(settings)).verdict == "wrong"
    assert (key.read_bytes() if key.exists() else None) == content
    write_private(key, written_keyring(world.log.keyring))
    assert (await proven(settings, world.pool)).is_of(world.log.keyring)
    assert (await doctor._master_key(settings)) == doctor.Finding("ok", "the master key opens what the database holds")


async def test_a_key_that_is_gone_meanwhile_keeps_waiting_what_cannot_be_opened_and_sets_nothing_aside(
    world: World, tmp_path: Path
) -> None:
    """A process from before a rotation meets a key that was wrapped after it, and finds no file to read anew."""
    settings = Settings(data_dir=tmp_path)
    before = with_ring(world, keyring(settings))
    await before.says("zoe", "avant")
    fresh = rotated(before.log.keyring, os.urandom(32))
    await rewrap(Log(world.pool, fresh, Pulse()))
    (tmp_path / "master.key").unlink()
    late = with_ring(world, before.log.keyring)
    batcher = Batcher(late.log)
    said = late.message("zoe", "pendant")
    with pytest.raises(LogUnavailable, match="MasterAway") as refused:
        await batcher.submit(world.brand, [said])
    assert not isinstance(refused.value, AppendRefused)  # that would set it aside
    assert not (tmp_path / "master.key").exists()
    for lies_there in (None, b"x" * 32):
        if lies_there is not None:
            write_private(tmp_path / "master.key", written_keyring(Keyring(lies_there)))
        with pytest.raises(MasterAway):
            await texts(late)
    write_private(tmp_path / "master.key", written_keyring(fresh))
    await batcher.submit(world.brand, [said])
    assert await texts(late) == ["avant", "pendant"]
    await batcher.close()


async def test_a_device_is_reached_after_the_key_of_before_is_retired(world: World) -> None:
    await _device(world.log)
    both = Log(world.pool, rotated(world.log.keyring, os.urandom(32)), Pulse())
    assert await rewrap(both) == 1
    alone = Log(world.pool, replace(both.keyring, old=()), Pulse())
    (address,) = await devices.addresses(alone.pool, alone.keyring, MemberId(1))
    assert address.endpoint == "https://push.example/x"


@pytest.mark.parametrize("lies_there", [False, True])
async def test_lost_for_good_work_goes_on_under_a_new_key_without_what_the_old_one_opened(
    monkeypatch: pytest.MonkeyPatch, world: World, database: str, tmp_path: Path, lies_there: bool
) -> None:
    monkeypatch.setattr(database_, "MUST_BE_ON", ())  # the server of the tests is fast, and unsafe
    await world.says("zoe", "perdu")
    await world.project()
    before = await world.page()
    channel = await Channels(world.log, SystemClock()).add(
        world.brand, network="generic", name="x", secrets={"secret": "s3cr3t"}, by=None
    )  # fmt: skip
    await _device(world.log)
    await subscriptions.create(
        world.log, world.brand, address="https://there.example/x", by=By(1, personal=True), now=world.noon
    )
    settings, key = Settings(data_dir=tmp_path, database_url=database), tmp_path / "master.key"
    if lies_there:
        write_private(key, written_keyring(Keyring(b"w" * 32)))
    assert await key_commands.lost(settings, argparse.Namespace(yes=True)) == 0
    assert len(list(tmp_path.glob("master.key.unfit-*"))) == lies_there
    ring = await proven(settings, world.pool)
    fresh = with_ring(world, ring)
    assert await texts(fresh) == [None]
    assert (await world.page()).rows == before.rows
    await fresh.says("zoe", "après")
    assert await texts(fresh) == [None, "après"]
    found = {one.channel_id: one for one in await Channels(fresh.log, SystemClock()).list(world.brand)}
    assert found[channel.channel_id].valid_secrets() == ()
    assert await devices.addresses(world.pool, ring, MemberId(1)) == []
    assert await rewrap(fresh.log, count_only=True) == 0  # raises where anything is left that nothing opens
    with pytest.raises(Refused, match="it is not lost"):
        await key_commands.lost(settings, argparse.Namespace(yes=True))


async def _device(log: Log) -> None:
    given = Browser().subscription("https://push.example/x")
    await devices.add(log, MemberId(1), [], given, name="x", session=b"s" * 32, now=SystemClock().now())

"""The master key is changed while everything runs, and nobody notices; lost, it is said so plainly."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from inbox import events as ev
from inbox.channels import Channels
from inbox.clock import SystemClock
from inbox.errors import Refused
from inbox.log import notary
from inbox.log.pulse import Pulse
from inbox.log.rewrap import rewrap
from inbox.log.seal import CannotOpen, Keyring
from inbox.log.store import Log
from services import database as database_
from services import key_commands
from services.channels.contract import Inbound
from services.instance import keyring, read_keyring, write_private, written_keyring
from services.key_commands import rotated
from services.settings import Settings, SettingsError
from services.spool import Spool
from tests.views.world import World


def with_ring(world: World, ring: Keyring) -> World:
    """The same brand in a process that was started with that key ring."""
    return replace(world, log=Log(world.pool, ring, Pulse()), spoken=world.spoken + 1000)


async def texts(world: World) -> list[str | None]:
    heard = [r.event for r in await world.log.read(world.brand)]
    return [event.text for event in heard if isinstance(event, ev.MessageReceived)]


async def test_all_reads_on_under_a_new_master_key_and_the_old_one_opens_nothing(world: World) -> None:
    old = world.log.keyring
    await world.says("zoe", "avant")
    channel = await Channels(world.log, SystemClock()).add(
        world.brand, network="generic", name="x", secrets={"secret": "s3cr3t"}, by=None
    )  # fmt: skip
    await notary.seal(world.log, world.brand)
    both = rotated(old, os.urandom(32))
    there = with_ring(world, both)
    assert await there.says("zoe", "pendant") == world.item("zoe")
    assert await rewrap(there.log) == 2  # her key, the channel's secrets
    assert await rewrap(there.log, count_only=True) == 0

    alone = with_ring(world, replace(both, old=()))
    await alone.says("ben", "après")
    assert await texts(alone) == ["avant", "pendant", "après"]
    assert (await Channels(alone.log, SystemClock()).list(world.brand))[0].secrets == channel.secrets
    await notary.seal(alone.log, world.brand)
    assert (await notary.verify(alone.log, world.brand)).faults == []
    with pytest.raises(CannotOpen):
        await texts(with_ring(world, old))


async def test_nothing_fails_to_be_read_or_written_while_keys_are_rewrapped(
    world: World, database: str, tmp_path: Path
) -> None:
    """A process that was started before the rotation goes on beside one that was started after it."""
    settings = Settings(data_dir=tmp_path)
    before = with_ring(world, keyring(settings))
    for n in range(40):
        await before.says(f"author{n}", "un")
    fresh = rotated(before.log.keyring, os.urandom(32))
    write_private(tmp_path / "master.key", written_keyring(fresh))
    async with asyncpg.create_pool(database, min_size=1, max_size=3) as pool:
        after = replace(world, log=Log(pool, keyring(settings), Pulse()), spoken=5000)
        work = asyncio.gather(*(_speak(process, 40) for process in (before, after)))
        rewrapped = await rewrap(after.log)
        await work
        assert rewrapped >= 40
        while await rewrap(after.log):
            await asyncio.sleep(0)
        assert [len(await texts(process)) for process in (before, after)] == [120, 120]
        assert None not in await texts(before)


async def _speak(world: World, authors: int) -> None:
    for n in range(authors):
        await world.says(f"author{n}", "deux")
        assert None not in await texts(world)


def test_a_key_ring_is_written_and_read_alike() -> None:
    ring = rotated(Keyring(b"a" * 32), b"b" * 32)
    assert read_keyring(written_keyring(ring), "x") == ring
    assert read_keyring(",".join(written_keyring(ring).split()), "x") == ring
    assert read_keyring(written_keyring(Keyring(b"a" * 32)), "x").ids == ring.ids


@pytest.mark.parametrize("text", ["", "old=" + "YQ==", "YWFh " * 2, "lasting=notbase64!"])
def test_a_broken_key_file_is_refused_with_its_name(text: str) -> None:
    with pytest.raises(SettingsError, match="master\\.key"):
        read_keyring(text, "master.key")


async def test_a_lost_master_key_leaves_figures_and_says_which_words_are_gone(world: World) -> None:
    await world.says("zoe", "perdu")
    stranger = with_ring(world, Keyring(os.urandom(32)))
    with pytest.raises(CannotOpen, match="no master key that is known"):
        await texts(stranger)


@pytest.fixture
def lax(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server of the tests is fast, and unsafe: no command would work with it."""
    monkeypatch.setattr(database_, "MUST_BE_ON", ())


async def test_the_old_key_is_not_thrown_away_while_the_spool_needs_it(
    lax: None, database: str, tmp_path: Path
) -> None:
    """What waits there was acknowledged, and is nowhere else; what was set aside there, too."""
    settings, none = Settings(data_dir=tmp_path, database_url=database), argparse.Namespace()
    await _spooled(settings, b"avant", b"sans lecteur")
    async with _spool(settings) as spool:
        await spool.tried((await spool.next(2))[1].number, "no channel", most=1)
    assert await key_commands.rotate(settings, none) == 0
    await _spooled(settings, b"pendant")
    with pytest.raises(Refused, match="2 deliveries in the spool of this host"):
        await key_commands.retire(settings, none)
    assert keyring(settings).old
    assert await key_commands.rewrap(settings, none) == 0
    assert await key_commands.retire(settings, none) == 0
    assert keyring(settings).old == ()
    async with _spool(settings) as spool:
        await spool.again()
        assert [spool.open(one)[1].raw for one in await spool.next(9)] == [b"avant", b"sans lecteur", b"pendant"]


async def test_what_opens_under_no_key_is_said_and_keeps_no_key(
    lax: None, database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings, none = Settings(data_dir=tmp_path, database_url=database), argparse.Namespace()
    await _spooled(settings, b"perdu")
    (tmp_path / "master.key").unlink()
    await key_commands.rotate(settings, none)
    await key_commands.rewrap(settings, none)
    assert "1 deliveries in that spool open under no key" in capsys.readouterr().out
    assert await key_commands.retire(settings, none) == 0
    assert "Each other host" in capsys.readouterr().out


@contextlib.asynccontextmanager
async def _spool(settings: Settings) -> AsyncIterator[Spool]:
    spool = await Spool.opened(settings.data_dir / "spool", keyring(settings), 2**20)
    yield spool
    await spool.close()


async def _spooled(settings: Settings, *raws: bytes) -> None:
    async with _spool(settings) as spool:
        for raw in raws:
            await spool.put("1-abcdefghijklmnop", "s3cr3t", Inbound({}, raw), SystemClock().now())

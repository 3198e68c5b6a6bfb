"""The master key is not where it lies, or another is: nothing is opened with it, nothing made in its place, and nothing
that is sealed is blamed for it."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from inbox.log.batcher import Batcher
from inbox.log.pulse import Pulse
from inbox.log.rewrap import rewrap
from inbox.log.seal import Keyring, MasterAway
from inbox.log.store import AppendRefused, Log, LogUnavailable
from services import doctor
from services.instance import keyring, write_private, written_keyring
from services.key_commands import rotated
from services.master import KeyUnfit, proven
from services.settings import Settings
from tests.privacy.test_master_key import texts, with_ring
from tests.views.world import World


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

"""`vigie key`: another master key, without stopping anything.

`rotate` makes a new one, which wraps from now on, beside the old one, which still opens; `rewrap` brings all that is
stored under the new one, in the database and in this host's spool; `retire` throws the old one away, if nothing of that
needs it. What waits in the spool of another host is out of reach from here: the commands say so. A running process that
meets a key wrapped under a master it does not know reads master.key again. What must not change with the master (ids,
the notary's digests) is written down with the first rotation, and goes with the file from then on.

`lost` ends the waiting for a key that will never be back: a new one is made, and what nothing opens is let go of.
"""

from __future__ import annotations

import argparse
import contextlib
import os
from dataclasses import replace

from inbox.clock import SystemClock
from inbox.errors import Refused
from inbox.log import rewrap as rewrapping
from inbox.log import unopened
from inbox.log.pulse import Pulse
from inbox.log.seal import KEY_BYTES, Keyring, lasting_of
from inbox.log.store import Log
from inbox.subscription import new_secret
from services import administration, database, instance, master, spool
from services.ingest import safe
from services.settings import Settings

ELSEWHERE = (
    "Each other host that takes deliveries has a spool of its own: run vigie key rewrap there too, before the old"
    " master key is thrown away anywhere."
)


async def rotate(settings: Settings, _: argparse.Namespace) -> int:
    async with administration.opened(settings) as desk:
        ring = desk.log.keyring
    if ring.old:
        raise Refused("rotation_under_way", "The last rotation is not done: vigie key rewrap, then vigie key retire.")
    fresh = rotated(ring, os.urandom(KEY_BYTES))
    _write(settings, fresh, "Every process needs this value before any of them wraps under it.")
    print("Next: vigie key rewrap; start every process again; vigie key rewrap once more; vigie key retire.")
    print(ELSEWHERE)
    return 0


def rotated(ring: Keyring, master: bytes) -> Keyring:
    """Wraps under `master`, still opens what was wrapped before, and gives the same ids."""
    lasting = ring.lasting or lasting_of((ring.master, *ring.old)[-1])
    return Keyring(master, (ring.master, *ring.old), lasting)


async def lost(settings: Settings, args: argparse.Namespace) -> int:
    """Nothing brings back what the lost key alone opens: `args.yes` is asked by the command itself. Refused:
    `key_at_hand`, `key_wanted`."""
    async with database.at_hand(settings) as dsn:
        pool = await database.connect(dsn, most=2)
        try:
            with contextlib.suppress(master.KeyUnfit):
                await master.proven(settings, pool)
                raise Refused("key_at_hand", "The master key at hand opens what is stored: it is not lost.")
            ring = _instead(settings)
            done = await unopened.let_go(Log(pool, ring, Pulse()), new_secret)
        finally:
            await pool.close()
    print(f"Gone with the lost key: the words of {done.authors} authors, the raw deliveries of {done.days} days, the"
          f" secrets of {done.channels} channels, {done.subscriptions} webhooks out and {done.translators} translation"
          f" services, {done.devices} devices. Times and figures stay.")  # fmt: skip
    print("Next: start every process; give channels and translation services their secrets anew, and receivers of"
          " webhooks theirs (Settings). Members turn notifications on again.")  # fmt: skip
    return 0


def _instead(settings: Settings) -> Keyring:
    """A new master key. What lies in its place stays beside it, under another name."""
    if settings.master_key is not None:
        return instance.keyring(settings)  # the new one, which the operator has made
    path = instance.master_key_path(settings)
    if path.exists():
        path.rename(path.with_name(f"{path.name}.unfit-{SystemClock().now():%Y%m%d-%H%M%S}"))
    ring = instance.keyring(settings)
    print(f"A new master key: {path}. Copy it to a safe place that holds no backup, now.")
    return ring


async def rewrap(settings: Settings, _: argparse.Namespace) -> int:
    async with administration.opened(settings) as desk:
        done = await rewrapping.rewrap(desk.log)
    found = await _spool(settings)
    print(f"{done} keys and secrets wrapped anew, and {found.old} deliveries in the spool of this host.")
    if found.lost:
        print(f"{found.lost} deliveries in that spool open under no key that is known (VigieSpoolAside in"
              " docs/runbook.md).")  # fmt: skip
    return 0


async def retire(settings: Settings, _: argparse.Namespace) -> int:
    ring = instance.keyring(settings)
    if not ring.old:
        raise Refused("nothing_to_retire", "There is only one master key.")
    async with administration.opened(settings) as desk:
        left = await rewrapping.rewrap(desk.log, count_only=True)
    if left:
        raise Refused("still_needed", f"{left} keys or secrets are wrapped under an old master key: vigie key rewrap.")
    if waiting := (await _spool(settings, count_only=True)).old:
        raise Refused(
            "still_needed",
            f"{waiting} deliveries in the spool of this host are wrapped under an old master key, and acknowledged:"
            " vigie key rewrap.",
        )
    _write(settings, replace(ring, old=()), "Give every process this value.")
    print("The old master key opens nothing in this database and in the spool of this host any more. Backups of the"
          " keys that are older need it: keep it with them.")  # fmt: skip
    print(ELSEWHERE)
    return 0


async def _spool(settings: Settings, *, count_only: bool = False) -> spool.Rewrapped:
    """Of this host, whether or not one is wanted by now. Raises `SpoolUnfit`."""
    folder = settings.data_dir / safe.FOLDER
    if not (folder / spool.FILE).exists():
        return spool.Rewrapped()
    opened = await spool.Spool.opened(folder, instance.keyring(settings), settings.spool_mb * 2**20)
    try:
        return await opened.rewrap(count_only=count_only)
    finally:
        await opened.close()


def _write(settings: Settings, ring: Keyring, hint: str) -> None:
    text = instance.written_keyring(ring)
    if settings.master_key is None:
        instance.write_private(instance.master_key_path(settings), text)
        print(f"Written: {instance.master_key_path(settings)}. Copy it to where you keep the master key.")
        return
    print(f"VIGIE_MASTER_KEY={','.join(text.split())}\n{hint}")

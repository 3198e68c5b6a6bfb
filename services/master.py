"""The master key of what is stored: proven before anything is opened with it, and looked after while we run.

With another key nothing that is stored opens, and what is added opens under that one alone: it must not begin. So a new
key is made for an empty database only, and a key that opens nothing is refused, in words that say what to put where. A
process that runs has its key in memory and goes on; that the file is gone it says in log and metric, because the next
start will need it.
"""

from __future__ import annotations

import asyncio
import logging

import asyncpg

from inbox.log import proof
from inbox.log.seal import Keyring
from services import instance, metrics
from services.instance import MasterKeyGone
from services.lifetime import Worker
from services.settings import Settings, SettingsError

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 10.0
REMEDY = (
    "Put back the copy that was made of it (VIGIE_MASTER_KEY, or master.key of the data folder); nothing was changed."
    " Lost for good: vigie key lost, and \"The master key\" in docs/privacy.md"
)  # fmt: skip


class KeyUnfit(SettingsError):
    """The master key at hand is none, or not that of what is stored; the message says what to do. Nothing was read,
    written or made with it."""


async def proven(settings: Settings, there: asyncpg.Pool | asyncpg.Connection) -> Keyring:
    """The key ring that opens what the database holds; a new one where it holds nothing. Raises `KeyUnfit`."""
    stored = await proof.is_needed(there)
    try:
        ring = instance.stored_keyring(settings) if stored and settings.master_key is None else None
        ring = ring or instance.keyring(settings)
    except MasterKeyGone as error:
        raise KeyUnfit(f"{error}, and the database holds what only that master key opens. {REMEDY}") from error
    except SettingsError as error:
        raise KeyUnfit(f"the master key cannot be used: {error}. {REMEDY}") from error
    if stored and not await proof.opens(there, ring):
        where = "VIGIE_MASTER_KEY" if settings.master_key is not None else str(instance.master_key_path(settings))
        raise KeyUnfit(f"{where} holds another master key: it opens nothing of what the database holds. {REMEDY}")
    return ring


def looking_after(settings: Settings, ring: Keyring) -> Worker:
    """A worker: is the key that we have in memory still where the next start will look for it?"""

    async def run() -> None:
        wrong: str | None = None
        while True:
            now = await asyncio.to_thread(amiss, settings, ring)
            metrics.MASTER_KEY_AWAY.set(now is not None)
            if now is not None and now != wrong:
                logger.error("the master key: %s. This process still has it in memory, no other can start. %s",
                             now, REMEDY)  # fmt: skip
            elif now is None and wrong is not None:
                logger.warning("the master key is back in its place")
            wrong = now
            await asyncio.sleep(LOOK_EVERY_S)

    return run


def amiss(settings: Settings, ring: Keyring) -> str | None:
    """What is wrong with the file, None where it holds our key, or what a rotation made of it."""
    if settings.master_key is not None:
        return None
    try:
        there = instance.stored_keyring(settings)
    except SettingsError as error:
        return str(error)
    return None if there.is_of(ring) else f"{instance.master_key_path(settings)} holds another one"

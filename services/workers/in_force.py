"""Which model reads a brand's messages: the one that the brand put in force where this host has it, else the default.

Each model has a thread of its own, made when it is first needed. A model that is not here, or is no longer the one that
was chosen (other weights under its name), is passed over and logged; it is looked for again after a while.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import asyncpg

from inbox import trials
from inbox.catalogue import DEFAULT
from inbox.ids import BrandId
from services.models import Model, Sources
from services.workers.judging import ClassifierDown, ClassifierFailed, Judging

logger = logging.getLogger(__name__)

FRESH_S = 2.0
"""So long a brand's choice is remembered: a switch shows within it, and a burst costs no query a batch."""
AGAIN_S = 60.0
"""When a model that could not be used is tried again."""


class Models(Protocol):
    async def of(self, brand: BrandId) -> Judging:
        """The one that reads this brand's messages now."""
        ...


@dataclass(frozen=True, slots=True)
class Only:
    """One model for every brand."""

    judging: Judging

    async def of(self, brand: BrandId) -> Judging:
        return self.judging


@dataclass(slots=True)
class _Named:
    """`sha256`: None while nobody knows whether it can be used here."""

    judging: Judging
    sha256: str | None = None
    looked_at: float = float("-inf")
    looking: asyncio.Task[None] | None = None


class InForce:
    """`default`: what reads where no brand chose otherwise."""

    def __init__(
        self, pool: asyncpg.Pool, default: Judging, sources: Sources, *,
        load: Callable[[str], Model] | None = None,
    ) -> None:  # fmt: skip
        self._pool = pool
        self._load = load or sources.load
        self._named: dict[str, _Named] = {}
        self._choices: dict[BrandId, tuple[float, str, str]] = {}
        self.default = default

    async def of(self, brand: BrandId) -> Judging:
        name, sha256 = await self._choice(brand)
        if name == DEFAULT:
            return self.default
        named = self._of_name(name)
        self._look_at_times(name, named, sha256)
        if named.sha256 is None or (sha256 and named.sha256 and named.sha256 != sha256):
            return self.default
        return named.judging

    def named(self, name: str) -> Judging:
        """To try it. Whether it can be loaded shows when it is asked."""
        return self.default if name == DEFAULT else self._of_name(name).judging

    def let_go(self, name: str) -> None:
        """Frees the memory of a model that was only tried."""
        chosen = {choice[1] for choice in self._choices.values()}
        if name in self._named and name not in chosen:
            self._named.pop(name).judging.close()

    async def settled(self) -> None:
        """Once every model that was asked for is loaded, or is known not to load."""
        await asyncio.gather(*(named.looking for named in self._named.values() if named.looking is not None))

    def close(self) -> None:
        for named in self._named.values():
            if named.looking is not None:
                named.looking.cancel()
            named.judging.close()

    def _of_name(self, name: str) -> _Named:
        if name not in self._named:
            self._named[name] = _Named(Judging(partial(self._load, name)))
        return self._named[name]

    async def _choice(self, brand: BrandId) -> tuple[str, str]:
        now = asyncio.get_running_loop().time()
        read_at, name, sha256 = self._choices.get(brand, (float("-inf"), DEFAULT, ""))
        if now - read_at > FRESH_S:
            switched = await trials.in_force(self._pool, brand)
            name, sha256 = (switched.model, switched.sha256) if switched else (DEFAULT, "")
            self._choices[brand] = now, name, sha256
        return name, sha256

    def _look_at_times(self, name: str, named: _Named, chosen: str) -> None:
        """Nobody waits for a model to be read from disk: the default one reads until it is there."""
        now = asyncio.get_running_loop().time()
        if named.sha256 is None and now - named.looked_at >= AGAIN_S:
            named.looked_at = now
            named.looking = asyncio.create_task(self._look(name, named, chosen), name=f"look-at-{name}")

    async def _look(self, name: str, named: _Named, chosen: str) -> None:
        """Learns which weights lie under the name, or that there are none."""
        try:
            named.sha256 = (await named.judging.probe()).sha256
        except (ClassifierDown, ClassifierFailed) as error:
            logger.warning("the model %s is in force and cannot be used here, the default one reads: %s", name, error)
            return
        if chosen and named.sha256 and named.sha256 != chosen:
            logger.warning("the model %s in force is not the one that lies here, the default one reads", name)

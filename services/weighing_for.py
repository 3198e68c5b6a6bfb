"""Which words weighed most, asked of the model that reads the brand's messages: the one it put in force where this host
has it, else the default one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import asyncpg

from inbox import catalogue, trials
from inbox.catalogue import DEFAULT, Catalogue
from inbox.ids import BrandId
from inbox.weighing import Weight
from services.weighing import Weighing


class WeighingFor:
    """`default`: gives the installation's default model; `load`: a model by its name in the settings. Of the others one
    is held at a time: a screen that explains must not fill the memory with models."""

    def __init__(
        self, pool: asyncpg.Pool, known: Catalogue, default: Callable[[], object], load: Callable[[str], object]
    ) -> None:
        self._pool = pool
        self._known = known
        self._default = Weighing(default)
        self._load = load
        self._other: tuple[str, str, Weighing] | None = None

    async def __call__(self, brand: BrandId, text: str) -> Sequence[Weight]:
        """Raises Unavailable, with words for whoever asked."""
        weighing = await self._of(brand)
        return await weighing(text)

    async def _of(self, brand: BrandId) -> Weighing:
        chosen = await trials.in_force(self._pool, brand)
        if chosen is None or chosen.model == DEFAULT:
            return self._default
        if catalogue.usable(await self._known.known(), chosen.model, chosen.sha256) is None:
            return self._default  # which then reads the messages, too
        if self._other is None or self._other[:2] != (chosen.model, chosen.sha256):
            self._other = chosen.model, chosen.sha256, Weighing(partial(self._load, chosen.model))
        return self._other[2]

"""The projector: follows the log and keeps the views true. `inbox.views.items` says how an item becomes rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from inbox.ids import BrandId
from inbox.log.record import Recorded
from inbox.log.store import Connection, Log
from inbox.views import items


class Projector:
    """A follower: views and checkpoint move in one transaction, and whoever watches is woken after it."""

    name: ClassVar[str] = "project"
    transactional: ClassVar[bool] = True

    def __init__(self, log: Log) -> None:
        self._log = log

    async def handle(self, connection: Connection | None, brand: BrandId, events: Sequence[Recorded]) -> None:
        assert connection is not None
        await items.project(connection, brand, events, self._log.keyring.ids)

    def committed(self, brand: BrandId, events: Sequence[Recorded]) -> None:
        self._log.pulse.beat("views", brand)

"""The channels of a brand: set-up, sealed secrets, health, quarantine. What is kept of one is in `channel_record`, what
its network says of itself in `network`.

A channel's id is "{brand_id}-{16 random characters}", so the address of its hook names its brand and no look-up spans
brands. Hooks ask for it from memory (`channel_memory`). Every change leaves a `SettingChanged` in the log, in the same
transaction, and empties that memory everywhere.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

import orjson

from inbox import channel_changes
from inbox.channel_health import Tallies
from inbox.channel_memory import Remembered
from inbox.channel_record import (
    PREVIOUS,
    ChannelRecord,
    Health,
    Quarantined,
    Reparsed,
    Reparser,
    StoredDelivery,
    brand_of,
    channel_stream,
    new_channel_id,
    opened,
    sealed,
)
from inbox.clock import Clock
from inbox.errors import NotFound, Refused
from inbox.events import SettingChanged
from inbox.ids import BrandId, dedupe_key
from inbox.log.record import NewEvent
from inbox.log.store import Connection, Log
from inbox.network import Counting, Network, SetupField, Words
from inbox.sql import beside

sql = beside(__file__, "channels.sql")

__all__ = [
    "Channels", "PREVIOUS", "new_channel_id", "brand_of", "channel_stream", "Counting", "Words", "SetupField",
    "Network", "ChannelRecord", "Health", "Quarantined", "StoredDelivery", "Reparsed", "Reparser",
]  # fmt: skip

_T = TypeVar("_T")


class Channels(Remembered):
    def __init__(self, log: Log, clock: Clock) -> None:
        super().__init__(log)
        self._clock = clock
        self.tallies = Tallies()

    # --- for people ---

    async def list(self, brand: BrandId) -> tuple[ChannelRecord, ...]:
        return tuple(opened(self.log.keyring, row) for row in await self.log.pool.fetch(sql.of_brand, brand))

    async def get(self, brand: BrandId, channel_id: str) -> ChannelRecord:
        for record in await self.list(brand):
            if record.channel_id == channel_id:
                return record
        raise NotFound

    async def add(
        self,
        brand: BrandId,
        *,
        network: str,
        name: str,
        account_id: str | None = None,
        settings: Mapping[str, Any] | None = None,
        secrets: Mapping[str, str] | None = None,
        by: int | None,
    ) -> ChannelRecord:
        now = self._clock.now()
        record = ChannelRecord(
            brand, new_channel_id(brand), network, name, account_id or None,
            dict(settings or {}), dict(secrets or {}), now,
        )  # fmt: skip
        async with self.log.pool.acquire() as connection, connection.transaction():
            await connection.execute(
                sql.add, brand, record.channel_id, network, name, record.account_id,
                orjson.dumps(dict(record.settings)).decode(), sealed(self.log.keyring, record), now,
            )  # fmt: skip
            await self._audit(connection, None, record, "added", by)
        self._beat(brand)
        return record

    async def set_up(
        self, brand: BrandId, network: Network, *, name: str, values: Mapping[str, str], by: int | None
    ) -> ChannelRecord:
        """A channel from the set-up form: empty fields that we can make are made, missing ones refused by name."""
        given = {f.name: values.get(f.name, "").strip() or (f.make() if f.make else "") for f in network.setup_fields}
        missing = [f.name for f in network.setup_fields if f.required and not given[f.name]]
        if missing or not name.strip():
            fields = [*missing, *([] if name.strip() else ["name"])]
            raise Refused("fields_missing", f"Missing: {', '.join(fields)}.", details={"fields": fields})
        at = {place: {f.name: given[f.name] for f in network.setup_fields if f.place == place and given[f.name]}
              for place in ("account", "setting", "secret")}  # fmt: skip
        return await self.add(
            brand, network=network.id, name=name.strip(), account_id=next(iter(at["account"].values()), None),
            settings=at["setting"], secrets=at["secret"], by=by,
        )  # fmt: skip

    async def update(
        self,
        brand: BrandId,
        channel_id: str,
        *,
        name: str | None = None,
        account_id: str | None = None,
        settings: Mapping[str, Any] | None = None,
        secrets: Mapping[str, str] | None = None,
        by: int | None,
    ) -> ChannelRecord:
        """What is given changes, what is not stays: settings and secrets by name, an empty value removes one."""

        def changed(old: ChannelRecord) -> ChannelRecord:
            return replace(
                old,
                name=name if name is not None else old.name,
                account_id=(account_id or None) if account_id is not None else old.account_id,
                settings=_merged(old.settings, settings),
                secrets=_merged(old.secrets, secrets),
            )

        return await self._change(brand, channel_id, "updated", by, changed)

    async def rotate_secret(
        self, brand: BrandId, channel_id: str, new: str, *, name: str = "secret", by: int | None
    ) -> ChannelRecord:
        """`new` signs from now on; the one before stays valid until `retire_secret`, or the next rotation."""

        def rotated(old: ChannelRecord) -> ChannelRecord:
            return replace(old, secrets=_merged(old.secrets, {name: new, name + PREVIOUS: old.secrets.get(name, "")}))

        return await self._change(brand, channel_id, f"rotated {name}", by, rotated)

    async def retire_secret(
        self, brand: BrandId, channel_id: str, *, name: str = "secret", by: int | None
    ) -> ChannelRecord:
        def retired(old: ChannelRecord) -> ChannelRecord:
            return replace(old, secrets=_merged(old.secrets, {name + PREVIOUS: ""}))

        return await self._change(brand, channel_id, f"retired old {name}", by, retired)

    async def disable(self, brand: BrandId, channel_id: str, *, by: int | None) -> ChannelRecord:
        now = self._clock.now()
        return await self._change(
            brand, channel_id, "disabled", by, lambda old: replace(old, disabled_at=old.disabled_at or now)
        )

    async def enable(self, brand: BrandId, channel_id: str, *, by: int | None) -> ChannelRecord:
        return await self._change(brand, channel_id, "enabled", by, lambda old: replace(old, disabled_at=None))

    async def _change(
        self,
        brand: BrandId,
        channel_id: str,
        action: str,
        by: int | None,
        change: Callable[[ChannelRecord], ChannelRecord],
    ) -> ChannelRecord:
        async with self.log.pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(sql.for_change, brand, channel_id)
            if row is None:
                raise NotFound
            old = opened(self.log.keyring, row)
            new = change(old)
            if new == old:
                return old
            await connection.execute(
                sql.change, brand, channel_id, new.name, new.account_id,
                orjson.dumps(dict(new.settings)).decode(), sealed(self.log.keyring, new), new.disabled_at,
            )  # fmt: skip
            await self._audit(connection, old, new, action, by)
        self._beat(brand)
        return new

    async def _audit(
        self, connection: Connection, old: ChannelRecord | None, record: ChannelRecord, action: str, by: int | None
    ) -> None:
        values = channel_changes.told(old, record)
        event = SettingChanged(
            what="channel", action=action, subject=record.channel_id, before=values.before, after=values.after,
            by=by, at=self._clock.now(),
        )  # fmt: skip
        key = dedupe_key("setting", str(record.brand), record.channel_id, uuid.uuid4().hex)
        new = NewEvent(event, channel_stream(record.channel_id), key)
        await self.log.append(record.brand, [new], connection=connection)

    def _beat(self, brand: BrandId) -> None:
        self.log.pulse.beat("config", brand)
        self.log.pulse.beat("log", brand)

    # --- health ---

    def note_delivery(self, channel: ChannelRecord, messages: int) -> None:
        """Counted in this process, written by `keep_health`: no delivery waits for it, no flood writes more often."""
        self.tallies.delivery(channel.brand, channel.channel_id, self._clock.now(), messages)

    def note_failure(self, channel: ChannelRecord, reason: str) -> None:
        """A request that was refused: a bad signature, a body too large, a failed reply. `reason` holds no content."""
        self.tallies.failure(channel.brand, channel.channel_id, self._clock.now(), reason)

    async def keep_health(self) -> None:
        """A worker: writes what was counted, every second and once more when it is stopped."""
        await self.tallies.keep(self.log.pool)

    async def health(self, brand: BrandId) -> dict[str, Health]:
        await self.tallies.flush(self.log.pool)
        rows = await self.log.pool.fetch(sql.health, brand)
        return {row["channel_id"]: Health(*(row[name] for name in Health._fields)) for row in rows}

    # --- raw deliveries ---

    async def quarantined(
        self, brand: BrandId, *, before: datetime | None = None, limit: int = 50
    ) -> tuple[Quarantined, ...]:
        rows = await self.log.pool.fetch(sql.quarantined, brand, before, limit)
        return tuple(Quarantined(*(row[name] for name in Quarantined._fields)) for row in rows)

    async def delivery(self, brand: BrandId, delivery_id: uuid.UUID) -> StoredDelivery:
        row = await self.log.pool.fetchrow(sql.delivery, brand, delivery_id)
        if row is None:
            raise NotFound
        found = await self.log.open_delivery(brand, row["day"], delivery_id, row["body"], row["headers"])
        body, headers = found or (None, None)
        return StoredDelivery(
            delivery_id, row["channel_id"], row["received_at"], row["content_type"], row["outcome"], row["reason"],
            body, headers,
        )  # fmt: skip

    async def settle_delivery(
        self, brand: BrandId, delivery_id: uuid.UUID, *, reason: str | None, messages: int
    ) -> None:
        outcome = "parsed" if reason is None else "quarantined"
        await self.log.pool.execute(sql.settle_delivery, brand, delivery_id, outcome, reason, messages)


def _merged(old: Mapping[str, _T], changes: Mapping[str, _T] | None) -> dict[str, _T]:
    merged = {**old, **(changes or {})}
    return {name: value for name, value in merged.items() if value not in (None, "")}

"""The channels of a brand: set-up, sealed secrets, health, quarantine; and what a network tells the settings page.

A channel's id is "{brand_id}-{16 random characters}", so the address of its hook names its brand and no look-up spans
brands. Hooks ask `hook`, which reads the database at most every few seconds a brand: a change beats the pulse's topic
"config", which empties the cache in every process at once. Secrets are sealed, bound to their brand and channel. Every
change leaves a `SettingChanged` in the log, in the same transaction.
"""

from __future__ import annotations

import asyncio
import re
import secrets as randomness
import string
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, Protocol, TypeVar

import asyncpg
import orjson

from inbox import channel_changes, walls
from inbox.channel_health import Tallies
from inbox.clock import Clock
from inbox.errors import NotFound, Refused
from inbox.events import Gesture, Kind, SettingChanged
from inbox.file_rules import FileRule
from inbox.ids import BrandId, ChannelId, dedupe_key
from inbox.log.pulse import Subscription
from inbox.log.record import NewEvent
from inbox.log.store import Connection, Log
from inbox.sql import beside

sql = beside(__file__, "channels.sql")

FRESH_S = 5.0
LOAD_S = 4.0
MOST_CACHED = 10_000
PREVIOUS = "_previous"
_ALPHABET = string.ascii_letters + string.digits
_ID = re.compile(r"([1-9][0-9]{0,17})-[A-Za-z0-9]{16}", re.ASCII)
_T = TypeVar("_T")


def new_channel_id(brand: BrandId) -> ChannelId:
    return ChannelId(f"{brand}-" + "".join(randomness.choice(_ALPHABET) for _ in range(16)))


def brand_of(channel_id: str) -> BrandId | None:
    """The brand that a channel id names; None for anything that we cannot have made."""
    match = _ID.fullmatch(channel_id)
    return BrandId(int(match.group(1))) if match else None


def channel_stream(channel_id: str) -> str:
    """The stream of what concerns a channel and no item."""
    return f"channel:{channel_id}"


# --- what a network says of itself ----------------------------------------------------------------------------------

Counting = Literal["characters", "utf16", "bytes", "graphemes", "weighted", "mastodon"]
"""How a network counts the length of a text: code points; UTF-16 units; UTF-8 bytes; characters as people see them;
X's weights; code points, but links 23 and of a mention only the name."""

Words = Mapping[str, str]
"""Locale ("fr", "en") → text."""


@dataclass(frozen=True, slots=True)
class SetupField:
    """One field of the set-up form. `place`: where its value is kept: on the record, among the settings, or sealed.

    `make` gives a fresh value for a field that the person need not fill in.
    """

    name: str
    place: Literal["account", "setting", "secret"]
    label: Words
    hint: Words
    required: bool = False
    kind: Literal["text", "url"] = "text"
    make: Callable[[], str] | None = None

    @property
    def secret(self) -> bool:
        return self.place == "secret"


class Network(Protocol):
    """What the settings pages show of a network, and what the inbox must know of replying there.

    `setup_steps`: locale → the steps, in order; "{hook_url}" and "{verify_token}" are filled in by the page.
    `reply_window`: how long after the person's last message a reply is possible; kinds that are missing have no limit.
    `length_most`: of a reply, as `length_of` counts; None where the network sets no limit. `private_within`: how long
    after a public message it may be answered by a direct one; None where it may not. `file_rule`: which files may go
    with a reply; None where none may.
    """

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def setup_fields(self) -> Sequence[SetupField]: ...
    @property
    def setup_steps(self) -> Mapping[str, Sequence[str]]: ...
    @property
    def can_reply(self) -> bool: ...
    @property
    def reply_window(self) -> Mapping[Kind, timedelta]: ...
    @property
    def counting(self) -> Counting: ...
    @property
    def private_within(self) -> timedelta | None: ...
    def length_of(self, text: str) -> int: ...
    def length_most(self, kind: Kind, *, private: bool = False) -> int | None: ...
    def file_rule(self, kind: Kind, *, private: bool = False) -> FileRule | None: ...
    def can_gesture(self, gesture: Gesture, kind: Kind) -> bool: ...


# --- a channel --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChannelRecord:
    brand: BrandId
    channel_id: ChannelId
    network: str
    name: str
    account_id: str | None
    settings: Mapping[str, Any]
    secrets: Mapping[str, str] = field(repr=False)
    created_at: datetime
    disabled_at: datetime | None = None

    def valid_secrets(self, name: str = "secret") -> tuple[str, ...]:
        """The secret and, after a rotation, the one before it; empty ones prove nothing and are left out."""
        return tuple(value for key in (name, name + PREVIOUS) if (value := self.secrets.get(key)))


class Health(NamedTuple):
    """`found_by_sweep`: messages that the network's webhook had failed to bring; `gaps`: times that the network no
    longer had all that came since the look before; `sweep_failure`: why the last look brought nothing."""

    last_delivery_at: datetime | None
    deliveries: int
    messages: int
    failures: int
    last_failure_at: datetime | None
    last_failure: str | None
    quarantined: int
    swept_at: datetime | None = None
    found_by_sweep: int = 0
    gaps: int = 0
    last_gap_at: datetime | None = None
    sweep_failure: str | None = None


class Quarantined(NamedTuple):
    delivery_id: uuid.UUID
    channel_id: str
    received_at: datetime
    content_type: str
    reason: str | None
    messages: int


class StoredDelivery(NamedTuple):
    """`body` is None when the key of its day has expired; `headers` also where none were kept."""

    delivery_id: uuid.UUID
    channel_id: str
    received_at: datetime
    content_type: str
    outcome: str
    reason: str | None
    body: bytes | None
    headers: bytes | None = None


class Reparsed(NamedTuple):
    """What reading a quarantined delivery again gave. `reason` is None when nothing of it is unreadable any more."""

    new: int
    reason: str | None


class Reparser(Protocol):
    async def __call__(self, brand: BrandId, delivery_id: uuid.UUID) -> Reparsed:
        """Reads the raw delivery with today's parser. Raises `NotFound`, and `Refused` once its key has expired."""
        ...


def _binding(brand: BrandId, channel_id: str) -> bytes:
    return f"channel/{brand}/{channel_id}".encode()


class _Forgetful(Subscription):
    """A subscription that acts at once instead of waiting to be asked."""

    def __init__(self, channels: Channels) -> None:
        super().__init__(channels.log.pulse, ("config",))
        self._channels = channels

    def hit(self, brand: BrandId) -> None:
        self._channels.forget_cached()


class Channels:
    def __init__(self, log: Log, clock: Clock) -> None:
        self.log = log
        self._clock = clock
        self._cache: dict[tuple[str, BrandId], tuple[float, tuple[ChannelRecord, ...]]] = {}
        self._hooks: dict[str, tuple[float, ChannelRecord]] = {}
        """The enabled channels of `_cache` by the name in their address, as fresh as they are there."""
        self._loading: dict[tuple[str, BrandId], asyncio.Task[tuple[ChannelRecord, ...]]] = {}
        self._generation = 0
        self.tallies = Tallies()
        log.pulse.subscriptions.add(_Forgetful(self))

    # --- for hooks: cached ---

    async def hook(self, channel_id: str) -> ChannelRecord | None:
        """The enabled channel of a hook's address."""
        near = self._hooks.get(channel_id)
        if near is not None and near[0] > asyncio.get_running_loop().time():
            return near[1]
        brand = brand_of(channel_id)
        if brand is None:
            return None
        records = await self._cached("brand", brand, sql.of_brand)
        return next((r for r in records if r.channel_id == channel_id and r.disabled_at is None), None)

    async def of_organisation(self, brand: BrandId) -> tuple[ChannelRecord, ...]:
        """The enabled channels of all brands of this brand's organisation."""
        return await self._cached("organisation", brand, sql.of_organisation)

    async def _cached(self, what: str, brand: BrandId, query: str) -> tuple[ChannelRecord, ...]:
        now = asyncio.get_running_loop().time()
        kept = self._cache.get((what, brand))
        if kept is not None and kept[0] > now:
            return kept[1]
        # Of a thousand hooks that find the cache stale at once, one asks the database.
        loading = self._loading.get((what, brand))
        if loading is None:
            loading = asyncio.create_task(self._load(what, brand, query))
            self._loading[what, brand] = loading
            loading.add_done_callback(lambda task: self._loaded((what, brand), task))
        return await asyncio.shield(loading)

    def _loaded(self, key: tuple[str, BrandId], task: asyncio.Task[tuple[ChannelRecord, ...]]) -> None:
        if self._loading.get(key) is task:
            del self._loading[key]
        if not task.cancelled():
            task.exception()

    async def _load(self, what: str, brand: BrandId, query: str) -> tuple[ChannelRecord, ...]:
        walls.narrow(None)  # in a task of its own: what is remembered here is for all, whoever asked first
        generation = self._generation
        async with asyncio.timeout(LOAD_S):  # a network that swallows everything must not hold up a hook
            rows = await self.log.pool.fetch(query, brand)
        records = tuple(self._record(row) for row in rows)
        if generation == self._generation:  # else a change beat while we read, and this may be the state before it
            if len(self._cache) >= MOST_CACHED:
                self._cache.clear()
                self._hooks.clear()
            until = asyncio.get_running_loop().time() + FRESH_S
            self._cache[what, brand] = (until, records)
            self._hooks.update((r.channel_id, (until, r)) for r in records if r.disabled_at is None)
        return records

    def forget_cached(self) -> None:
        self._generation += 1
        self._cache.clear()
        self._hooks.clear()
        self._loading.clear()

    # --- for people ---

    async def list(self, brand: BrandId) -> tuple[ChannelRecord, ...]:
        return tuple(self._record(row) for row in await self.log.pool.fetch(sql.of_brand, brand))

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
                orjson.dumps(dict(record.settings)).decode(), self._sealed(record), now,
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
            old = self._record(row)
            new = change(old)
            if new == old:
                return old
            await connection.execute(
                sql.change, brand, channel_id, new.name, new.account_id,
                orjson.dumps(dict(new.settings)).decode(), self._sealed(new), new.disabled_at,
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

    def _sealed(self, record: ChannelRecord) -> bytes:
        clear = orjson.dumps(dict(record.secrets))
        return self.log.keyring.seal_settings(clear, _binding(record.brand, record.channel_id))

    def _record(self, row: asyncpg.Record) -> ChannelRecord:
        brand, channel_id = BrandId(row["brand_id"]), ChannelId(row["channel_id"])
        opened = self.log.keyring.open_settings(row["secrets"], _binding(brand, channel_id))
        return ChannelRecord(
            brand, channel_id, row["network"], row["name"], row["account_id"], orjson.loads(row["settings"]),
            orjson.loads(opened), row["created_at"], row["disabled_at"],
        )  # fmt: skip

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
        opened = await self.log.open_delivery(brand, row["day"], delivery_id, row["body"], row["headers"])
        body, headers = opened or (None, None)
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

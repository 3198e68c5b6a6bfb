"""Taking a verified delivery: split, routed, read, turned into events, and on disk before anybody answers.

The raw body is kept in the hook's own brand, whatever becomes of it; another brand of the organisation keeps only its
own entries. Every brand's commit is awaited: an answer of 2xx means that all of it is stored.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from inbox.channels import ChannelRecord, Channels, channel_stream
from inbox.events import DeliveryQuarantined
from inbox.ids import BrandId
from inbox.log.batcher import Batcher
from inbox.log.record import NewDelivery, NewEvent
from inbox.log.store import Positions
from services import metrics
from services.channels import registry
from services.channels.contract import (
    CannotRead,
    Channel,
    Envelope,
    Ignored,
    Taken,
    Unreadable,
)
from services.ingest import keys, route
from services.ingest.turning import Said, Turner

REASON_MOST = 300
NOBODYS = Unreadable("it is for an account that no channel of this app is connected to")


@dataclass(slots=True)
class _Share:
    """What one channel gets of a delivery."""

    channel: ChannelRecord
    envelopes: list[Envelope] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)


@dataclass(slots=True)
class _Commit:
    """What one brand appends in one go. `ids`: the message id of each of the first events."""

    ids: list[str] = field(default_factory=list)
    events: list[NewEvent] = field(default_factory=list)
    deliveries: list[NewDelivery] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A verified request. `secret` is the one that proved it."""

    hook: ChannelRecord
    secret: str
    raw: bytes
    content_type: str
    received_at: datetime


class Taker:
    def __init__(self, channels: Channels, batcher: Batcher) -> None:
        self._channels = channels
        self._batcher = batcher
        self._ids = channels.log.keyring.ids

    async def take(self, network: Channel, arrival: Arrival, *, arrived: bool = True) -> Taken:
        """Raises `LogUnavailable` when not all of it could be stored; sending it again is safe then. `arrived`: just
        now, so that it counts for the health of its channel; a delivery read again does not."""
        shares = await self._shares(network, arrival)
        unreadable = tuple(one for share in shares for one in share.unreadable)
        if unreadable and network.whole:
            for share in shares:
                share.said.clear()
        commits = self._commits(network, arrival, shares)
        placed = await self._submit(commits)
        messages = tuple(
            (ident, position is not None)
            for commit, positions in zip(commits.values(), placed, strict=True)
            for ident, position in zip(commit.ids, positions, strict=False)
        )
        if arrived:
            self._count(shares, messages)
        return Taken(messages, unreadable)

    # --- reading ---

    async def _shares(self, network: Channel, arrival: Arrival) -> list[_Share]:
        """The hook's own share stands first, and is there even when it is empty."""
        shares = {arrival.hook.channel_id: _Share(arrival.hook)}
        own = shares[arrival.hook.channel_id]
        try:
            envelopes = network.split(arrival.raw)
        except CannotRead as error:
            own.unreadable.append(error.unreadable)
            return [own]
        others = await self._others(arrival.hook, envelopes)
        for envelope in envelopes:
            channel = route.owner(network, envelope, arrival.hook, arrival.secret, others)
            if channel is None:
                own.unreadable.append(NOBODYS)
                continue
            share = shares.setdefault(channel.channel_id, _Share(channel))
            share.envelopes.append(envelope)
            self._read(envelope, share, arrival.received_at)
        return list(shares.values())

    async def _others(self, hook: ChannelRecord, envelopes: Sequence[Envelope]) -> tuple[ChannelRecord, ...]:
        if all(envelope.account_id is None for envelope in envelopes):
            return ()
        return await self._channels.of_organisation(hook.brand)

    @staticmethod
    def _read(envelope: Envelope, share: _Share, received_at: datetime) -> None:
        """By the rules of the network that takes it, whose hook ever it came to."""
        for parsed in registry.networks()[share.channel.network].read(envelope, share.channel, received_at):
            if isinstance(parsed, Unreadable):
                share.unreadable.append(parsed)
            elif not isinstance(parsed, Ignored):
                share.said.append(parsed)

    # --- appending ---

    def _commits(self, network: Channel, arrival: Arrival, shares: Sequence[_Share]) -> dict[BrandId, _Commit]:
        """The hook's brand keeps the raw body. Of its own other channels it needs no second copy."""
        whole = keys.delivery(arrival.hook.channel_id, arrival.raw)
        commits: dict[BrandId, _Commit] = {}
        for share in shares:
            commit = commits.setdefault(share.channel.brand, _Commit())
            if share.channel.brand == arrival.hook.brand:
                self._append(commit, share, arrival, whole)
            else:
                body = network.join(share.envelopes)
                part = keys.delivery(share.channel.channel_id, body)
                self._append(commit, share, arrival, part)
                commit.deliveries.append(self._delivery(arrival, part, share.channel, body, [share]))
        home = [share for share in shares if share.channel.brand == arrival.hook.brand]
        commits[arrival.hook.brand].deliveries.append(self._delivery(arrival, whole, arrival.hook, arrival.raw, home))
        for brand, commit in commits.items():
            commit.events.extend(self._quarantines(brand, commit, arrival.received_at))
        return commits

    def _append(self, commit: _Commit, share: _Share, arrival: Arrival, delivery_id: uuid.UUID) -> None:
        turner = Turner(self._ids, share.channel, arrival.received_at, delivery_id)
        for said in share.said:
            commit.events.append(turner.event(said))
            commit.ids.append(said.external_id)

    @staticmethod
    def _delivery(
        arrival: Arrival, delivery_id: uuid.UUID, channel: ChannelRecord, body: bytes, shares: Sequence[_Share]
    ) -> NewDelivery:
        reason = why([one for share in shares for one in share.unreadable])
        return NewDelivery(
            delivery_id, channel.channel_id, arrival.received_at, body, arrival.content_type,
            outcome="parsed" if reason is None else "quarantined", reason=reason,
            messages=sum(len(share.said) for share in shares),
        )  # fmt: skip

    @staticmethod
    def _quarantines(brand: BrandId, commit: _Commit, at: datetime) -> Iterator[NewEvent]:
        for kept in commit.deliveries:
            if kept.reason is not None:
                event = DeliveryQuarantined(
                    channel_id=kept.channel_id, delivery_id=kept.delivery_id, reason=kept.reason, at=at
                )
                key = keys.quarantined(brand, kept.channel_id, kept.delivery_id, kept.reason)
                yield NewEvent(event, channel_stream(kept.channel_id), key)

    async def _submit(self, commits: dict[BrandId, _Commit]) -> list[Positions]:
        with metrics.APPEND_SECONDS.time():
            done = await asyncio.gather(
                *(self._batcher.submit(brand, c.events, c.deliveries) for brand, c in commits.items()),
                return_exceptions=True,
            )
        placed: list[Positions] = []
        for one in done:
            if isinstance(one, BaseException):
                raise one
            placed.append(one)
        return placed

    def _count(self, shares: Sequence[_Share], messages: Sequence[tuple[str, bool]]) -> None:
        for share in shares:
            self._channels.note_delivery(share.channel, len(share.said))
        network = shares[0].channel.network
        for new in (True, False):
            metrics.MESSAGES.labels(network, str(new).lower()).inc(sum(1 for _, fresh in messages if fresh is new))


def why(unreadable: Sequence[Unreadable]) -> str | None:
    """The reasons in one line for the quarantine, each once; None when there is none."""
    if not unreadable:
        return None
    reasons = list(dict.fromkeys(_worded(one) for one in unreadable))
    return "; ".join(reasons)[:REASON_MOST]


def _worded(one: Unreadable) -> str:
    where = ", ".join(problem.pointer or "the body" for problem in one.problems[:5])
    return f"{one.reason} ({where})" if where else one.reason

"""Taking a verified delivery: split, routed, read, turned into events, and on disk before anybody answers.

The raw body is kept in the hook's own brand, whatever becomes of it; another brand of the organisation keeps only its
own entries. Every brand's commit is awaited: an answer of 2xx means that all of it is stored.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from prometheus_client import Counter

from inbox.channels import ChannelRecord, Channels, channel_stream
from inbox.events import DeliveryQuarantined
from inbox.ids import BrandId
from inbox.log.batcher import Batcher
from inbox.log.record import NewDelivery, NewEvent
from inbox.log.store import AppendRefused, Positions
from services import metrics
from services.channels import registry
from services.channels.base import BaseChannel
from services.channels.contract import Channel, Envelope, Inbound, Parsed, Taken, Unreadable
from services.ingest import headers, hints, keys, route, sifting
from services.ingest.sifting import Share
from services.ingest.turning import Said, Turner

REASON_MOST = 300
CONTENT_TYPE_MOST = 200
NOBODYS = Unreadable("it is for an account that no channel of this app is connected to")
REFUSED = Unreadable("the log refused what it says")


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
    request: Inbound
    received_at: datetime

    @property
    def content_type(self) -> str:
        return (self.request.header("content-type") or "")[:CONTENT_TYPE_MOST]


@dataclass(frozen=True, slots=True)
class Brought:
    """What of a look at a network the log did not have."""

    new: tuple[Said, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()


class Taker:
    def __init__(self, channels: Channels, batcher: Batcher) -> None:
        self._channels = channels
        self._batcher = batcher
        self._ids = channels.log.keyring.ids

    async def take(self, network: Channel, arrival: Arrival, *, arrived: bool = True) -> Taken:
        """Raises `LogUnavailable` when not all of it could be stored; sending it again is safe then. `arrived`: just
        now, so that it counts for the health of its channel; a delivery read again does not."""
        shares = await self._shares(network, arrival)
        unreadable = tuple([one for share in shares for one in share.unreadable])
        if unreadable and network.whole:
            for share in shares:
                share.said.clear()
        commits = self._commits(network, arrival, shares)
        try:
            placed = await self._submit(commits)
        except AppendRefused:
            return await self._set_aside(network, arrival)
        for share in shares:
            if share.hints:
                await self._keep_hints(share, arrival.received_at)
        messages = tuple([
            (ident, position is not None)
            for commit, positions in zip(commits.values(), placed, strict=True)
            for ident, position in zip(commit.ids, positions, strict=False)
        ])  # fmt: skip
        if arrived:
            self._count(shares, messages)
        return Taken(messages, unreadable)

    async def _set_aside(self, network: Channel, arrival: Arrival) -> Taken:
        """What the log refuses though it answers would be refused for ever, and its network would send it for ever: it
        goes into the quarantine whole, with its reason, from where it can be read again."""
        own = Share(arrival.hook, unreadable=[REFUSED])
        await self._submit(self._commits(network, arrival, [own]))
        return Taken((), (REFUSED,))

    # --- reading ---

    async def _shares(self, network: Channel, arrival: Arrival) -> list[Share]:
        """The hook's own share stands first, and is there even when it is empty."""
        shares = {arrival.hook.channel_id: Share(arrival.hook)}
        own = shares[arrival.hook.channel_id]
        envelopes = (
            await asyncio.to_thread(sifting.split, network, arrival.request) if network.slow
            else sifting.split(network, arrival.request)
        )  # fmt: skip
        if isinstance(envelopes, Unreadable):
            own.unreadable.append(envelopes)
            return [own]
        others = await self._others(arrival.hook, envelopes)
        for envelope in envelopes:
            channel = route.owner(network, envelope, arrival.hook, arrival.secret, others)
            if channel is None:
                own.unreadable.append(NOBODYS)
                continue
            taker = shares.setdefault(channel.channel_id, Share(channel))
            taker.envelopes.append(envelope)
            # By the rules of the network that takes it, whose hook ever it came to.
            reader, at = registry.networks()[channel.network], arrival.received_at
            taker.add(
                await asyncio.to_thread(sifting.read, reader, envelope, channel, at) if reader.slow
                else sifting.read(reader, envelope, channel, at)
            )  # fmt: skip
        return list(shares.values())

    async def _others(self, hook: ChannelRecord, envelopes: Sequence[Envelope]) -> tuple[ChannelRecord, ...]:
        named = [envelope for envelope in envelopes if envelope.account_id is not None]
        return await self._channels.of_organisation(hook.brand) if named else ()

    # --- appending ---

    def _commits(self, network: Channel, arrival: Arrival, shares: Sequence[Share]) -> dict[BrandId, _Commit]:
        """The hook's brand keeps the raw body. Of its own other channels it needs no second copy."""
        kept = headers.packed(arrival.request.headers)
        whole = keys.delivery(arrival.hook.channel_id, arrival.request.raw, kept if _needs_headers(network) else b"")
        commits: dict[BrandId, _Commit] = {}
        for share in shares:
            commit = commits.setdefault(share.channel.brand, _Commit())
            if share.channel.brand == arrival.hook.brand:
                self._append(commit, share, arrival.received_at, whole)
            else:
                body = network.join(share.envelopes)
                part = keys.delivery(share.channel.channel_id, body)
                self._append(commit, share, arrival.received_at, part)
                commit.deliveries.append(
                    _delivery(arrival.received_at, part, share.channel, body, headers.JOINED, [share])
                )
        home = [share for share in shares if share.channel.brand == arrival.hook.brand]
        commits[arrival.hook.brand].deliveries.append(
            _delivery(arrival.received_at, whole, arrival.hook, arrival.request.raw, arrival.content_type, home, kept)
        )
        for brand, commit in commits.items():
            commit.events.extend(self._quarantines(brand, commit, arrival.received_at))
        return commits

    def _append(self, commit: _Commit, share: Share, received_at: datetime, delivery_id: uuid.UUID) -> None:
        turner = Turner(self._ids, share.channel, received_at, delivery_id)
        for said in share.said:
            commit.events.append(turner.event(said))
            commit.ids.append(said.external_id)

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
        under_way = [self._batcher.submit(brand, c.events, c.deliveries) for brand, c in commits.items()]
        begun = time.perf_counter()
        try:
            if len(under_way) == 1:
                return [await under_way[0]]
            done = await asyncio.gather(*under_way, return_exceptions=True)
        finally:
            metrics.APPEND_SECONDS.observe(time.perf_counter() - begun)
        return [_positions(one) for one in done]

    async def _keep_hints(self, share: Share, at: datetime) -> None:
        """Where nobody fetches, the raw body is all that is kept of a hint."""
        if not share.hints:
            return
        network = registry.networks()[share.channel.network]
        metrics.HINTS.labels(network.id, "kept" if network.capabilities.fetches else "ignored").inc(len(share.hints))
        if network.capabilities.fetches:
            await hints.keep(self._channels.log.pool, share.channel, share.hints, at)

    def _count(self, shares: Sequence[Share], messages: Sequence[tuple[str, bool]]) -> None:
        for share in shares:
            self._channels.note_delivery(share.channel, len(share.said))
            for _ in share.undelivered:
                self._channels.note_failure(share.channel, "a reply was not delivered")
                metrics.REPLIES.labels(share.channel.network, "undelivered").inc()
        new = sum([fresh for _, fresh in messages])
        for count, word in ((new, "true"), (len(messages) - new, "false")):
            if count:
                _messages(shares[0].channel.network, word).inc(count)

    # --- what was asked for ---

    async def bring(self, channel: ChannelRecord, found: Sequence[Parsed], raw: bytes, now: datetime) -> Brought:
        """What a look at a network brought. Only what the log does not have costs it anything: nothing new, nothing
        stored. Raises as `take`."""
        share = Share(channel)
        share.add(found)
        commit, delivery_id = _Commit(), keys.delivery(channel.channel_id, raw)
        self._append(commit, share, now, delivery_id)
        known = await self._channels.log.find(channel.brand, [event.dedupe for event in commit.events])
        fresh = [n for n, event in enumerate(commit.events) if event.dedupe not in known]
        share.said = [share.said[n] for n in fresh]
        commit.events = [commit.events[n] for n in fresh]
        if share.said and raw:
            read = Share(channel, said=share.said)
            commit.deliveries.append(_delivery(now, delivery_id, channel, raw, headers.SWEPT, [read]))
        if reason := why(share.unreadable):
            unread = keys.swept_unread(channel.channel_id, reason, now.date())
            commit.deliveries.append(
                _delivery(now, unread, channel, raw, headers.SWEPT, [Share(channel, unreadable=share.unreadable)])
            )
        commit.events.extend(self._quarantines(channel.brand, commit, now))
        if commit.events or commit.deliveries:
            await self._submit({channel.brand: commit})
        await self._keep_hints(share, now)
        if share.said:
            self._count([share], [(said.external_id, True) for said in share.said])
        return Brought(tuple(share.said), tuple(share.unreadable))


@cache
def _messages(network: str, new: str) -> Counter:
    return metrics.MESSAGES.labels(network, new)


def _needs_headers(network: Channel) -> bool:
    """Whether two deliveries of the same bytes may mean two things."""
    return getattr(type(network), "split_request", None) is not BaseChannel.split_request


def _positions(done: Positions | BaseException) -> Positions:
    if isinstance(done, BaseException):
        raise done
    return done


def _delivery(
    received_at: datetime, delivery_id: uuid.UUID, channel: ChannelRecord, body: bytes, content_type: str,
    shares: Sequence[Share], packed: bytes | None = None,
) -> NewDelivery:  # fmt: skip
    reason = why([one for share in shares for one in share.unreadable])
    return NewDelivery(
        delivery_id, channel.channel_id, received_at, body, content_type,
        outcome="parsed" if reason is None else "quarantined", reason=reason,
        messages=sum([len(share.said) for share in shares]), headers=packed,
    )  # fmt: skip


def why(unreadable: Sequence[Unreadable]) -> str | None:
    """The reasons in one line for the quarantine, each once; None when there is none."""
    if not unreadable:
        return None
    reasons = list(dict.fromkeys(_worded(one) for one in unreadable))
    return "; ".join(reasons)[:REASON_MOST]


def _worded(one: Unreadable) -> str:
    where = ", ".join(problem.pointer or "the body" for problem in one.problems[:5])
    return f"{one.reason} ({where})" if where else one.reason

"""One attempt to send a reply or a gesture: by which channel, with which files, the call, what came of it, and when it
is tried again. Nothing is written to the outbox or the log here: `deliver` does so, before an attempt and after it.

What was not posted is tried again with growing pauses, at most `ATTEMPTS` times. Where a network says that its limit is
reached, the account waits as a whole until the time it names: nothing of it is tried before, whoever wrote it. Such a
refusal is no attempt of the reply's; after `LIMITED_FOR` of them it has failed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import asyncpg

from inbox import files, lending
from inbox.channels import ChannelRecord, Channels
from inbox.clock import Clock
from inbox.errors import NotFound
from inbox.events import Event
from inbox.ids import BrandId, ItemId, ReplyId
from inbox.log.store import Log
from services.channels import limits
from services.channels.contract import Channel, File, Outcome, Refused, Reply, Sent, Uncertain, Way
from services.workers import correspondence, errands
from services.workers.correspondence import Standing
from services.workers.errands import Errand, Made

logger = logging.getLogger(__name__)

ATTEMPTS = 6
PAUSES_S = (5.0, 30.0, 120.0, 600.0, 1800.0)
"""Before the second attempt, the third, …; longer where the network asks for it."""

LIMITED_FOR = timedelta(days=1)

PASSING = (OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.PostgresError)


@dataclass(frozen=True, slots=True)
class Due:
    """`reply_id`: of the reply, or of the gesture."""

    brand: BrandId
    reply_id: ReplyId
    item_id: ItemId
    errand: Errand


@dataclass(frozen=True, slots=True)
class Claimed:
    """An attempt that is ours. `ticket`: what ends the row; `number`: of the attempt, in the log; `until`: when it must
    have begun."""

    due: Due
    ticket: int
    number: int
    standing: Standing
    events: tuple[Event, ...]
    until: float

    @property
    def channel_id(self) -> str | None:
        return correspondence.channel_of(self.events)


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of an attempt. `held_until`: from when on the account may be used again, None where nothing keeps
    it."""

    network: str
    outcome: Outcome
    held_until: datetime | None = None


class Attempts:
    def __init__(
        self, log: Log, channels: Channels, networks: Mapping[str, Channel], way: Way, clock: Clock, base_url: str
    ) -> None:  # fmt: skip
        """`base_url`: our own address, where networks fetch files that they take no other way."""
        self._log = log
        self._channels = channels
        self._networks = networks
        self._way = way
        self._clock = clock
        self._base_url = base_url.rstrip("/")

    async def close(self) -> None:
        await self._way.http.close()  # opened again by whoever sends next

    async def make(self, claimed: Claimed) -> Ended:
        try:
            channel = await self._channel(claimed)
        except PASSING:
            return Ended("none", Refused("busy", again=True))
        network = self._networks.get(channel.network) if channel is not None else None
        if channel is None or network is None:
            return Ended("none", Refused("channel_gone"))
        made = claimed.due.errand.compose(claimed.events, self._clock.now())
        if isinstance(made, Reply) and made.named:
            made = await self._with_files(claimed.due, made)
        if isinstance(made, Refused):
            ended = Ended(network.id, made)
        else:
            ended = await self._call(network, channel, made, claimed.until)
        if not isinstance(ended.outcome, Sent):
            self._channels.note_failure(channel, f"reply: {ended.outcome.reason}")
        return ended

    async def _with_files(self, due: Due, made: Reply) -> Reply | Refused:
        """Nothing has been asked of the network yet: what fails here was not posted."""
        try:
            found = [await files.content(self._log, due.brand, due.item_id, one.file_id) for one in made.named]
        except PASSING:
            return Refused("busy", again=True)
        except NotFound:
            return Refused("author_forgotten")  # files go with their author, and by no other way
        return replace(made, files=tuple(self._file(due, content) for content in found))

    def _file(self, due: Due, content: files.Content) -> File:
        file, keyring = content.file, self._log.keyring
        path = lending.path(keyring, due.brand, due.item_id, file.file_id, now=self._clock.now())
        return File(file.name, file.content_type, content.body, self._base_url + path if self._base_url else "")

    async def _channel(self, claimed: Claimed) -> ChannelRecord | None:
        channel_id = claimed.channel_id
        return await self._channels.hook(channel_id) if channel_id is not None else None

    async def _call(self, network: Channel, channel: ChannelRecord, made: Made, until: float) -> Ended:
        if asyncio.get_running_loop().time() > until:
            return Ended(network.id, Refused("busy", again=True))
        overheard = limits.Overheard(self._way.http)
        try:
            outcome = await errands.carry(network, replace(self._way, http=overheard), channel, made)
        except Exception:  # a worker's edge: a fault of ours at this point leaves the reply in doubt
            logger.exception("a reply through %s failed in our own code", network.id)
            outcome = Uncertain("interrupted")
        return Ended(network.id, outcome, _held_until(overheard, outcome, self._clock.now()))


def _held_until(overheard: limits.Overheard, outcome: Outcome, now: datetime) -> datetime | None:
    """What the network said of its limit, in its answers' headers or in its own words."""
    if isinstance(outcome, Refused) and outcome.only_here:
        return None
    said = [at for response in overheard.heard if (at := limits.until(response, now)) is not None]
    if isinstance(outcome, Refused) and outcome.reason == correspondence.LIMITED:
        if outcome.retry_after_s is not None:
            said.append(now + timedelta(seconds=min(outcome.retry_after_s, limits.MOST_S)))
        elif not said:
            said.append(now + timedelta(seconds=limits.UNSAID_S))
    return max(said, default=None)


def again_at(refused: Refused, claimed: Claimed, held_until: datetime | None, now: datetime) -> datetime | None:
    if not refused.again:
        return None
    tried = claimed.number - claimed.standing.limited
    pause_s = max(PAUSES_S[min(tried, len(PAUSES_S)) - 1], refused.retry_after_s or 0.0)
    if refused.reason == correspondence.LIMITED:
        since = claimed.standing.since
        return (held_until or now + timedelta(seconds=pause_s)) if since and now - since < LIMITED_FOR else None
    return None if tried >= ATTEMPTS else now + timedelta(seconds=pause_s)

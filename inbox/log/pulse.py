"""The pulse: who waits for news of a brand is woken at once, in this process and in the others.

Within the process a beat sets a flag. To the others it goes by PostgreSQL's NOTIFY, from a connection of its own, after
the commit, and coalesced: inside the append's transaction it made appends 5.6 times slower. A beat is a hint, never the
truth: whoever waits also looks each second. A whisper goes the same way and holds a few words that are true for seconds
only; nobody keeps it, and whoever says one says it again.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections import deque
from collections.abc import Callable
from typing import Literal

import asyncpg

from inbox.ids import BrandId
from inbox.log.session import PROMPT

Topic = Literal["log", "views", "config", "crew"]
"""`crew`: who follows what has changed; it beats for no brand, `EVERYBODY`."""
EVERYBODY = BrandId(0)
CHANNEL = "vigie"
SESSION = {"synchronous_commit": "off", "application_name": "vigie-pulse", **PROMPT}
RECONNECT_S = 1.0
REST_S = 0.02
"""Between two NOTIFYs: what beats meanwhile goes with the next. The first beat after a calm goes at once."""
WHISPER = "whisper"
MOST_WHISPERS = 500
MOST_WHISPERED = 2000
"""Characters: PostgreSQL takes 8,000 bytes."""
Ear = Callable[[BrandId, str], None]

logger = logging.getLogger(__name__)


class Subscription:
    """What one follower waits on. `wait` gives the brands that beat since the last call (perhaps none)."""

    def __init__(self, pulse: Pulse, topics: tuple[Topic, ...]) -> None:
        self._pulse = pulse
        self.topics = topics
        self._brands: set[BrandId] = set()
        self._event = asyncio.Event()

    def hit(self, brand: BrandId) -> None:
        self._brands.add(brand)
        self._event.set()

    async def wait(self, timeout_s: float = 1.0) -> set[BrandId]:
        try:
            async with asyncio.timeout(timeout_s):
                await self._event.wait()
        except TimeoutError:
            return set()
        self._event.clear()
        brands, self._brands = self._brands, set()
        return brands

    def close(self) -> None:
        self._pulse.subscriptions.discard(self)


class Pulse:
    """`run` keeps the connection to the other processes; without it the pulse beats in this process only."""

    def __init__(self, dsn: str | None = None) -> None:
        self._dsn = dsn
        self._origin = uuid.uuid4().hex[:12]
        self.subscriptions: set[Subscription] = set()
        self.ears: set[Ear] = set()
        self._outgoing: set[tuple[Topic, BrandId]] = set()
        self._whispers: deque[str] = deque(maxlen=MOST_WHISPERS)
        self._send = asyncio.Event()

    def subscribe(self, *topics: Topic) -> Subscription:
        subscription = Subscription(self, topics)
        self.subscriptions.add(subscription)
        return subscription

    def beat(self, topic: Topic, brand: BrandId) -> None:
        self._hit(topic, brand)
        if self._dsn is not None:
            self._outgoing.add((topic, brand))
            self._send.set()

    def whisper(self, brand: BrandId, text: str) -> None:
        """To the other processes, each of `ears` there; lost while they cannot be reached."""
        if self._dsn is not None and len(text) <= MOST_WHISPERED:
            self._whispers.append(f"{self._origin} {WHISPER} {brand} {text}")
            self._send.set()

    def _hit(self, topic: str, brand: BrandId) -> None:
        for subscription in tuple(self.subscriptions):
            if topic in subscription.topics:
                subscription.hit(brand)

    async def run(self) -> None:
        while self._dsn is not None:
            try:
                await self._connected(self._dsn)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                logger.warning("pulse lost its connection, polling meanwhile: %s", type(error).__name__)
                await asyncio.sleep(RECONNECT_S)

    async def _connected(self, dsn: str) -> None:
        connection = await asyncpg.connect(dsn, server_settings=SESSION, timeout=10)
        try:
            await connection.add_listener(CHANNEL, self._heard)
            connection.add_termination_listener(lambda _: self._send.set())
            while not connection.is_closed():
                try:
                    async with asyncio.timeout(5):
                        await self._send.wait()
                except TimeoutError:
                    await connection.execute("SELECT 1", timeout=5)
                    continue
                self._send.clear()
                await self._notify(connection)
                await asyncio.sleep(REST_S)
        finally:
            connection.terminate()

    async def _notify(self, connection: asyncpg.Connection) -> None:
        beats, self._outgoing = self._outgoing, set()
        payloads = [f"{self._origin} {topic} {brand}" for topic, brand in beats] + list(self._whispers)
        self._whispers.clear()
        if not payloads:
            return
        try:
            await connection.execute(
                "SELECT pg_notify($1, beat) FROM unnest($2::text[]) AS beat", CHANNEL, payloads, timeout=5
            )
        except BaseException:  # told again once the connection is back
            self._outgoing |= beats
            self._send.set()
            raise

    def _heard(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        origin, _, rest = str(payload).partition(" ")
        topic, _, rest = rest.partition(" ")
        brand, _, text = rest.partition(" ")
        if origin == self._origin or not brand.isdigit():
            return
        if topic != WHISPER:
            self._hit(topic, BrandId(int(brand)))
            return
        for ear in tuple(self.ears):
            ear(BrandId(int(brand)), text)

"""Posts the deliveries as the networks do: on time, several at once, again when the other side is busy or away.

What is about one message keeps its order; everything else may overtake. 429, 503, a refused or broken connection and a
silence are tried again with growing pauses until `patience_s` have passed; any other answer is final and recorded.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import aiohttp

from services.drill.encoder import Encoder
from services.drill.ledger import Ledger
from services.drill.pace import Pace
from services.drill.plan import Delivery
from services.drill.target import CannotDrill, Hook, Target

BUSY = frozenset({429, 502, 503, 504})
FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 5.0
TIMEOUT = aiohttp.ClientTimeout(total=15)
AT_ONCE = 16
OnDone = Callable[[Delivery], None]


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is neither 2xx nor worth another try."""

    delivery: Delivery
    status: int
    said: str


@dataclass(slots=True)
class Sender:
    session: aiohttp.ClientSession
    target: Target
    ledger: Ledger
    encoder: Encoder
    pace: Pace
    patience_s: float = 60.0
    refusals: list[Refusal] = field(default_factory=list)
    retries: Counter[str] = field(default_factory=Counter)
    _running: dict[str, list[asyncio.Task[None]]] = field(default_factory=dict)
    _slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def play(self, deliveries: list[Delivery], on_done: OnDone = lambda _: None) -> None:
        """Sends everything at its time. Raises `CannotDrill` when the instance stays away."""
        start = self.pace.now()
        try:
            async with asyncio.TaskGroup() as group:
                for delivery in deliveries:
                    passed = (self.pace.now() - start).total_seconds()
                    await self.pace.sleep(delivery.at_s / self.encoder.speed - passed)
                    self._begin(group, delivery, on_done)
        except* CannotDrill as several:
            raise CannotDrill(str(several.exceptions[0])) from several

    def _begin(self, group: asyncio.TaskGroup, delivery: Delivery, on_done: OnDone) -> None:
        hook = self.target.hooks[delivery.network]
        body = self.encoder.body(hook, delivery, self.pace.now())
        before = [task for move in delivery.moves for task in self._running.get(move.message_id, ())]
        wait_for = [] if delivery.copy_of is not None else before  # twins may overtake each other, as on the networks
        task = group.create_task(self._deliver(hook, delivery, body, wait_for, on_done))
        for move in delivery.moves:
            self._running.setdefault(move.message_id, []).append(task)

    async def _deliver(
        self, hook: Hook, delivery: Delivery, body: bytes, wait_for: list[asyncio.Task[None]], on_done: OnDone
    ) -> None:
        if wait_for:
            await asyncio.wait(wait_for)
        async with self._slots:
            ids = [move.ledger_id for move in delivery.moves]
            await asyncio.to_thread(self.ledger.record_all, ids, None)
            status, said = await self._until_answered(hook, delivery, body)
            await asyncio.to_thread(self.ledger.record_all, ids, status)
        if not 200 <= status < 300:
            self.refusals.append(Refusal(delivery, status, said))
        on_done(delivery)

    async def _until_answered(self, hook: Hook, delivery: Delivery, body: bytes) -> tuple[int, str]:
        now_s = asyncio.get_running_loop().time
        waited, pause = 0.0, FIRST_PAUSE_S
        while True:
            began = now_s()
            status, said, wish_s = await self._post(hook, delivery, body)
            waited += now_s() - began
            if status is not None and status not in BUSY:
                return status, said
            self.retries[str(status or "no answer")] += 1
            if waited >= self.patience_s:
                raise CannotDrill(_gave_up(self.target, status, said, waited))
            step = min(max(pause, wish_s), LONGEST_PAUSE_S)
            await self.pace.sleep(step)
            waited, pause = waited + step, pause * 2

    async def _post(self, hook: Hook, delivery: Delivery, body: bytes) -> tuple[int | None, str, float]:
        """Status (None when nothing came back), what was said, and the pause that was asked for in seconds."""
        headers = self.encoder.headers(hook, delivery, body, self.pace.now())
        request = self.session.post(hook.url, data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False)
        try:
            async with request as response:
                said = (await response.content.read(2000)).decode("utf-8", "replace")
                asked = response.headers.get("Retry-After", "")
                return response.status, said, float(asked) if asked.isdigit() else 0.0
        except (aiohttp.ClientError, TimeoutError) as error:
            return None, f"{type(error).__name__}: {error}", 0.0


def _gave_up(target: Target, status: int | None, said: str, waited_s: float) -> str:
    if status is None:
        return f"No answer from {target.base} for {waited_s:.0f} s ({said}). Is Vigie running? Start it with: make up"
    return f"{target.base} has answered {status} for {waited_s:.0f} s: {said[:200]!r}. See: vigie doctor"

"""A model on a thread of its own: it may be slow, fail, hang or lie, and nothing waits for it beyond `timeout_s`.

One thread, since a model is busy with one batch at a time anyway; a daemon, so that a hanging model cannot keep the
process from ending. While a call hangs, others are refused at once; after `ABANDON_S` it is given up and a fresh
thread, with a freshly loaded model, takes its place. Callers give small batches (`pace` says how many texts fit into a
while) and take turns in the order they came, so that no message waits behind five hundred others.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NoReturn, Protocol

from classifier.judgement import Judgement
from services import metrics
from services.workers import answers
from services.workers.pace import Pace

PROBE = "Bonjour, merci pour votre message."
ABANDON_S = 60.0
TIMEOUT_S = 5.0
"""A batch is made to take a quarter of a second: what is twenty times slower hangs, or the machine does."""
KNOCK_S = 3.0
LOADING_S = 2.0
"""What reading a model from disk is taken to cost whoever waits for it."""

Stage = Literal["first", "full"]


class Model(Protocol):
    def judge(self, texts: Sequence[str]) -> list[Judgement]: ...


class ClassifierFailed(Exception):
    """It raised, or answered what is no answer. Perhaps one of the texts is to blame."""


class ClassifierDown(Exception):
    """It does not answer in time, or could not be loaded. No text is to blame."""


Timed = tuple[list[Judgement], float]
Answer = asyncio.Future[Timed]
Work = tuple[Sequence[str], asyncio.AbstractEventLoop, Answer]


@dataclass(slots=True)
class _Call:
    """One that waits or is under way. `since`: when the thread got it."""

    expected_s: float
    since: float | None = None

    def remaining_s(self, now: float) -> float:
        """A call that has overrun is taken to need as much again."""
        gone = 0.0 if self.since is None else now - self.since
        return abs(self.expected_s - gone)


class Judging:
    """`load` makes the model; called on the thread, when first needed. `judge` may be called from one event loop.

    `stage`: which of the two readings it does, for the metrics.
    """

    def __init__(self, load: Callable[[], Model], *, timeout_s: float = TIMEOUT_S, stage: Stage = "full") -> None:
        self._load = load
        self._timeout_s = timeout_s
        self._stage = stage
        self._turn = asyncio.Lock()
        self._work: queue.SimpleQueue[Work | None] | None = None
        self._hanging: Answer | None = None
        self._hangs_since = 0.0
        self._calls: list[_Call] = []
        self._warm = False
        self._down = False
        self.pace = Pace()

    async def keep_warm(self) -> None:
        """A worker: has the model loaded before the first message comes, so that this one does not wait for it. One
        that takes its time is asked again: until it has answered, nobody counts on it."""
        while not self._warm:
            with contextlib.suppress(ClassifierDown, ClassifierFailed):
                await self.probe()
            await asyncio.sleep(0.0 if self._warm else KNOCK_S)
        await asyncio.Event().wait()

    async def judge(self, texts: Sequence[str], *, trial: bool = False) -> list[Judgement]:
        """One sound judgement a text, in order. Raises ClassifierFailed and ClassifierDown. `trial`: counted apart."""
        call = _Call(self._own_s(texts))
        self._calls.append(call)
        try:
            async with self._turn:
                call.since = asyncio.get_running_loop().time()
                found, took_s = await self._asked(texts)
        except asyncio.CancelledError:  # by somebody out of patience: it takes this long at the least
            if self._warm and call.since is not None:
                self.pace.learn(texts, asyncio.get_running_loop().time() - call.since)
            raise
        finally:
            self._calls.remove(call)
        self._warm, self._down = True, False
        self.pace.learn(texts, took_s)
        stage = "trial" if trial else self._stage
        metrics.JUDGING_SECONDS.labels(stage).observe(took_s)
        metrics.JUDGING_BATCH.labels(stage).observe(len(texts))
        return self._checked(found, len(texts))

    def expected_s(self, texts: Sequence[str]) -> float:
        """How long until these texts would be read, all that waits before them included. None of it is promised.

        0 for a model that is down: to ask it is how one learns whether it is back, and it refuses at once.
        """
        if self._down:
            return 0.0
        now = asyncio.get_running_loop().time()
        return sum(call.remaining_s(now) for call in self._calls) + self._own_s(texts)

    async def probe(self) -> Judgement:
        """What it says of a harmless text, with its name and checksum. Raises ClassifierFailed and ClassifierDown."""
        (said,) = await self.judge([PROBE])
        return said

    async def alive(self) -> bool:
        """Whether it judges a harmless text: so that a failure can be laid to the text it failed on."""
        try:
            await self.probe()
        except (ClassifierFailed, ClassifierDown):
            return False
        return True

    @property
    def idle(self) -> bool:
        """Whether no call hangs."""
        return self._hanging is None or self._hanging.done()

    def close(self) -> None:
        """The thread ends after what it is doing, and the model with it; nothing waits for it."""
        if self._work is not None:
            self._work.put(None)
            self._work = None
            self._warm = False

    async def _asked(self, texts: Sequence[str]) -> Timed:
        self._check_hanging()
        loop = asyncio.get_running_loop()
        answer: Answer = loop.create_future()
        answer.add_done_callback(_seen)
        self._thread().put((texts, loop, answer))
        try:
            async with asyncio.timeout(self._timeout_s):
                return await asyncio.shield(answer)
        except TimeoutError as error:
            self._hanging, self._hangs_since = answer, loop.time()
            if self._warm:
                self.pace.learn(texts, self._timeout_s)
            self._is_down("timeout", "no answer in time", error)
        except ClassifierDown as error:
            self._is_down("load", str(error), error)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            metrics.JUDGING_FAILURES.labels(self._stage, "raised").inc()
            raise ClassifierFailed(type(error).__name__) from error

    def _is_down(self, reason: str, told: str, error: Exception | None = None) -> NoReturn:
        self._down = True
        metrics.JUDGING_FAILURES.labels(self._stage, reason).inc()
        raise ClassifierDown(told) from error

    def _own_s(self, texts: Sequence[str]) -> float:
        return self.pace.seconds(texts) + (0.0 if self._warm else LOADING_S)

    def _check_hanging(self) -> None:
        if self._hanging is None:
            return
        if self._hanging.done():
            self._hanging = None
        elif asyncio.get_running_loop().time() - self._hangs_since > ABANDON_S:
            self._hanging = None
            self.close()
        else:
            self._is_down("hangs", "it still hangs")

    def _thread(self) -> queue.SimpleQueue[Work | None]:
        if self._work is None:
            self._work = queue.SimpleQueue()
            name = f"classifier-{self._stage}"
            threading.Thread(target=_serve, args=(self._load, self._work), name=name, daemon=True).start()
        return self._work

    def _checked(self, found: list[Judgement], wanted: int) -> list[Judgement]:
        try:
            return answers.check(found, wanted)
        except answers.NoAnswer as error:
            metrics.JUDGING_FAILURES.labels(self._stage, "nonsense").inc()
            raise ClassifierFailed(str(error)) from error


def _serve(load: Callable[[], Model], work: queue.SimpleQueue[Work | None]) -> None:
    model: Model | None = None
    while (given := work.get()) is not None:
        texts, loop, answer = given
        try:
            model = model or _loaded(load)
            started = time.perf_counter()
            result = model.judge(texts), time.perf_counter() - started
        except Exception as error:  # noqa: BLE001 — the thread's edge: whatever a model raises is its answer
            _tell(loop, answer, error)
        else:
            _tell(loop, answer, result)


def _loaded(load: Callable[[], Model]) -> Model:
    try:
        return load()
    except Exception as error:
        raise ClassifierDown(f"could not be loaded: {type(error).__name__}: {error}") from error


def _tell(loop: asyncio.AbstractEventLoop, answer: Answer, result: Timed | Exception) -> None:
    def settle() -> None:
        if answer.done():
            return
        if isinstance(result, Exception):
            answer.set_exception(result)
        else:
            answer.set_result(result)

    try:
        loop.call_soon_threadsafe(settle)
    except RuntimeError:  # the loop has closed: nobody is left to be told
        return


def _seen(answer: Answer) -> None:
    """An answer that came too late is nobody's: looked at, so that asyncio does not report it as lost."""
    if not answer.cancelled():
        answer.exception()

"""The classifier on a thread of its own: it may be slow, fail, or hang, and nothing waits for it beyond `timeout_s`.

One thread, since the model is busy with one batch at a time anyway; a daemon, so that a hanging model cannot keep the
process from ending. While a call hangs, others are refused at once; after `ABANDON_S` it is given up and a fresh
thread, with a freshly loaded model, takes its place.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import queue
import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from classifier.judgement import Judgement

PROBE = "Bonjour, merci pour votre message."
ABANDON_S = 60.0


class Model(Protocol):
    def judge(self, texts: Sequence[str]) -> list[Judgement]: ...


class ClassifierFailed(Exception):
    """It raised, or answered what is no answer. Perhaps one of the texts is to blame."""


class ClassifierDown(Exception):
    """It does not answer in time, or could not be loaded. No text is to blame."""


Answer = asyncio.Future[list[Judgement]]
Work = tuple[Sequence[str], asyncio.AbstractEventLoop, Answer]


class Judging:
    """`load` makes the model; called on the thread, when first needed. `judge` may be called from one event loop."""

    def __init__(self, load: Callable[[], Model], *, timeout_s: float = 10.0) -> None:
        self._load = load
        self._timeout_s = timeout_s
        self._turn = asyncio.Lock()
        self._work: queue.SimpleQueue[Work | None] | None = None
        self._hanging: Answer | None = None
        self._hangs_since = 0.0

    async def keep_warm(self) -> None:
        """A worker: has the model loaded before the first message comes, so that this one does not wait for it."""
        with contextlib.suppress(ClassifierDown, ClassifierFailed):
            await self.judge([PROBE])
        await asyncio.Event().wait()

    async def judge(self, texts: Sequence[str]) -> list[Judgement]:
        """One judgement a text, in order. Raises ClassifierFailed and ClassifierDown."""
        async with self._turn:
            self._check_hanging()
            loop = asyncio.get_running_loop()
            answer: Answer = loop.create_future()
            answer.add_done_callback(_seen)
            self._thread().put((texts, loop, answer))
            try:
                async with asyncio.timeout(self._timeout_s):
                    found = await asyncio.shield(answer)
            except TimeoutError as error:
                self._hanging, self._hangs_since = answer, loop.time()
                raise ClassifierDown("no answer in time") from error
            except (ClassifierDown, asyncio.CancelledError):
                raise
            except Exception as error:
                raise ClassifierFailed(type(error).__name__) from error
        return _checked(found, len(texts))

    async def alive(self) -> bool:
        """Whether it judges a harmless text: so that a failure can be laid to the text it failed on."""
        try:
            await self.judge([PROBE])
        except (ClassifierFailed, ClassifierDown):
            return False
        return True

    @property
    def idle(self) -> bool:
        """Whether no call hangs."""
        return self._hanging is None or self._hanging.done()

    def close(self) -> None:
        """The thread ends after what it is doing; nothing waits for it."""
        if self._work is not None:
            self._work.put(None)
            self._work = None

    def _check_hanging(self) -> None:
        if self._hanging is None:
            return
        if self._hanging.done():
            self._hanging = None
        elif asyncio.get_running_loop().time() - self._hangs_since > ABANDON_S:
            self._hanging = None
            self.close()
        else:
            raise ClassifierDown("it still hangs")

    def _thread(self) -> queue.SimpleQueue[Work | None]:
        if self._work is None:
            self._work = queue.SimpleQueue()
            threading.Thread(target=_serve, args=(self._load, self._work), name="classifier", daemon=True).start()
        return self._work


def _serve(load: Callable[[], Model], work: queue.SimpleQueue[Work | None]) -> None:
    model: Model | None = None
    while (given := work.get()) is not None:
        texts, loop, answer = given
        try:
            model = model or _loaded(load)
            result = model.judge(texts)
        except Exception as error:  # noqa: BLE001 — the thread's edge: whatever a model raises is its answer
            _tell(loop, answer, error)
        else:
            _tell(loop, answer, result)


def _loaded(load: Callable[[], Model]) -> Model:
    try:
        return load()
    except Exception as error:
        raise ClassifierDown(f"could not be loaded: {type(error).__name__}") from error


def _tell(loop: asyncio.AbstractEventLoop, answer: Answer, result: list[Judgement] | Exception) -> None:
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


def _checked(found: list[Judgement], wanted: int) -> list[Judgement]:
    if not isinstance(found, list) or len(found) != wanted:
        raise ClassifierFailed("not one judgement a text")
    if not all(math.isfinite(said.urgency) and 0 <= said.urgency <= 1 for said in found):
        raise ClassifierFailed("an urgency that is none")
    return found

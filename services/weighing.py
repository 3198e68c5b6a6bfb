"""Which words weighed most, asked of the classifier on a thread of its own, when somebody first wants to know.

It reads a text a few dozen times over, so one request is served at a time and none waits longer than `timeout_s`. The
model is loaded with the first request: a process that is never asked holds none. A daemon thread, so that a hanging
model cannot keep the process from ending; while it hangs others are refused at once, after `ABANDON_S` it is given up.
"""

from __future__ import annotations

import asyncio
import logging
import math
import threading
from collections.abc import Callable, Sequence
from typing import Any

from inbox.errors import Unavailable
from inbox.weighing import Weight

TIMEOUT_S = 2.0
ABANDON_S = 60.0
MOST = 8
logger = logging.getLogger(__name__)

Answer = asyncio.Future[list[Weight]]


class Weighing:
    """Called with a text: the heaviest fragments first. `load` makes the model, on the thread. One event loop only."""

    def __init__(self, load: Callable[[], object], *, timeout_s: float = TIMEOUT_S) -> None:
        self._load = load
        self._timeout_s = timeout_s
        self._turn = asyncio.Lock()
        self._model: Any = None
        self._running: Answer | None = None
        self._since = 0.0

    async def __call__(self, text: str) -> Sequence[Weight]:
        """Raises Unavailable, with words for whoever asked."""
        try:
            async with asyncio.timeout(self._timeout_s), self._turn:
                self._refuse_while_busy()
                return await asyncio.shield(self._begin(text))
        except TimeoutError as error:
            raise Unavailable("the classifier did not answer in time; it may still be loading") from error
        except (Unavailable, asyncio.CancelledError):
            raise
        except Exception as error:
            logger.warning("the classifier could not weigh a text: %s", type(error).__name__)
            raise Unavailable("the classifier cannot say at the moment") from error

    def _refuse_while_busy(self) -> None:
        if self._running is None or self._running.done():
            return
        if asyncio.get_running_loop().time() - self._since <= ABANDON_S:
            raise Unavailable("the classifier is still busy with the last request")
        self._model = None

    def _begin(self, text: str) -> Answer:
        loop = asyncio.get_running_loop()
        answer: Answer = loop.create_future()
        answer.add_done_callback(_seen)
        self._running, self._since = answer, loop.time()
        threading.Thread(target=self._work, args=(text, loop, answer), name="weighing", daemon=True).start()
        return answer

    def _work(self, text: str, loop: asyncio.AbstractEventLoop, answer: Answer) -> None:
        try:
            self._model = model = self._model or self._load()
            weigh = getattr(model, "weigh", None)
            if weigh is None:
                raise Unavailable("this classifier cannot say which words weighed most")
            found = _checked(weigh(text, most=MOST), text)
        except Exception as error:  # noqa: BLE001 — the thread's edge: whatever a model raises is its answer
            _tell(loop, answer, error)
        else:
            _tell(loop, answer, found)


def _checked(found: Sequence[Any], text: str) -> list[Weight]:
    """What lies outside the text, or is no number, is left out: a model may be wrong, the screen may not."""
    weights = [Weight(text[w.start : w.end], w.start, w.end, str(w.category), float(w.weight)) for w in found]
    sound = [w for w in weights if 0 <= w.start < w.end <= len(text) and math.isfinite(w.weight) and w.weight > 0]
    return sorted(sound, key=lambda w: -w.weight)[:MOST]


def _tell(loop: asyncio.AbstractEventLoop, answer: Answer, result: list[Weight] | Exception) -> None:
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

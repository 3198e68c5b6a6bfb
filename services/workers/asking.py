"""Asking a network something, whatever it makes of the question: an answer, or one word of why there is none."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from typing import TypeVar

from services.channels.contract import Channel, NotAsked, SweepFailed
from services.ingest.sifting import fault
from services.outbound import NoAnswer, NotSent

logger = logging.getLogger(__name__)
T = TypeVar("T")

ANSWER_WITHIN_S = 60.0
LONGEST_PAUSE_S = 3600.0


async def asked(network: Channel, question: Awaitable[T]) -> T:
    """Raises `SweepFailed`, or `NotAsked` where that is the answer. A fault of our own code is logged by kind and
    place: its words may quote a message."""
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            return await question
    except (SweepFailed, NotAsked):
        raise
    except (NotSent, NoAnswer) as error:
        raise SweepFailed(error.reason) from error
    except TimeoutError as error:
        raise SweepFailed("no_answer") from error
    except Exception as error:  # a worker's edge: one network's answer must not stop the others
        logger.error("asking %s: %s", network.id, fault(error))  # noqa: TRY400 — a traceback quotes the words
        raise SweepFailed("unclear_answer") from error


def pause_s(first_s: float, failures: int, error: SweepFailed) -> float:
    """Before the next attempt: doubled by each failure, and no shorter than the network asks for."""
    growing = min(first_s * 2.0 ** min(failures, 12), LONGEST_PAUSE_S)
    return max(growing, error.retry_after_s or 0.0)

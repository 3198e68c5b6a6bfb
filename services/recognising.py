"""Which language our own words are in: nobody classifies them, so it is asked when they are shown.

The classifier's recogniser reads a text in less than a millisecond. It is loaded with the first question, on a thread,
so that nobody waits for it who asked for something else.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Sequence

from classifier.language import Languages

LIKELY = 0.5
"""Below it the best guess is not told: what nobody knows the language of is not foreign to anybody."""

_languages = functools.cache(Languages)


async def recognise(texts: Sequence[str]) -> Sequence[str | None]:
    """As `inbox.translation.Recognise`."""
    return await asyncio.to_thread(_read, texts) if texts else []


def _read(texts: Sequence[str]) -> Sequence[str | None]:
    return [_likely(text) for text in texts]


def _likely(text: str) -> str | None:
    reading = _languages().read(text)
    if reading.brief or not reading.ranking:
        return None
    lang, share = reading.ranking[0]
    return lang if share >= LIKELY else None

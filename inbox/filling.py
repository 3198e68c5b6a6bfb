"""Words with gaps: `{name}` stands for what is known of the person or given by hand, `{name|you}` has words of its own
for when it is not. Pure.

What is missing is refused by its name: nobody ever reads an empty gap, nor a bracket.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from inbox.errors import Refused

GAP = re.compile(r"\{([a-z][a-z0-9_]{0,30})(?:\|([^{}|]*))?\}")
KNOWN = ("name", "handle", "order", "city", "brand", "channel", "promise")
"""What Vigie fills in by itself, where it knows it; any other name is given by hand."""


def gaps(text: str) -> tuple[str, ...]:
    """The names in a text, each once, in order."""
    return tuple(dict.fromkeys(found[1] for found in GAP.finditer(text)))


def missing(text: str, values: Mapping[str, str | None]) -> tuple[str, ...]:
    """The names that nothing is known for and that have no words of their own."""
    bare = (found[1] for found in GAP.finditer(text) if not (found[2] or "").strip())
    return tuple(dict.fromkeys(name for name in bare if not (values.get(name) or "").strip()))


def stand_ins(text: str, values: Mapping[str, str | None]) -> tuple[str, ...]:
    """The names that nothing is known for and whose own words stand there."""
    told = (found[1] for found in GAP.finditer(text) if (found[2] or "").strip())
    return tuple(dict.fromkeys(name for name in told if not (values.get(name) or "").strip()))


def fill(text: str, values: Mapping[str, str | None]) -> str:
    """Refused: `gap_missing` (400), with `missing`: the names."""
    if lacking := missing(text, values):
        raise gap_missing(lacking)
    return _filled(text, values)


def fill_what_is_known(text: str, values: Mapping[str, str | None]) -> str:
    """As `fill`, but gaps that nothing is known for stay, for a person to fill."""
    return _filled(text, values)


def refuse_gaps(text: str, *, every: bool) -> None:
    """Refused: `gap_missing`, for words that are to be sent. `every`: they were written with a wording; else only what
    can hardly be meant otherwise, the names of `KNOWN`, so that braces of other people's making pass."""
    if left := tuple(name for name in gaps(text) if every or name in KNOWN):
        raise gap_missing(left)


def gap_missing(names: tuple[str, ...]) -> Refused:
    told = ", ".join("{" + name + "}" for name in names)
    return Refused("gap_missing", f"Still to be filled in: {told}.", details={"missing": list(names)})


def _filled(text: str, values: Mapping[str, str | None]) -> str:
    def words(found: re.Match[str]) -> str:
        return (values.get(found[1]) or "").strip() or (found[2] or "").strip() or found[0]

    return GAP.sub(words, text)

"""Who is called by `@name` in a note. Pure.

A full name always calls, a first name where only one colleague has it. What stands in front of the sign must not be
part of a word, so that an address of mail calls nobody.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping


def called(text: str, names: Mapping[int, str]) -> list[int]:
    """Member ids, in the order of `names`."""
    firsts = Counter(name.split()[0].casefold() for name in names.values() if name.split())
    said = text.casefold()
    return [member for member, name in names.items() if any(_calls(said, one) for one in _forms(name, firsts))]


def _forms(name: str, firsts: Mapping[str, int]) -> list[str]:
    parts = name.casefold().split()
    if not parts:
        return []
    return [" ".join(parts), *([parts[0]] if firsts[parts[0]] == 1 else [])]


def _calls(said: str, form: str) -> bool:
    return re.search(rf"(?<!\w)@{re.escape(form)}(?!\w)", said) is not None

"""Who is called by `@name` in a note. Pure.

A full name always calls, a first name where only one colleague has it. Where several names fit at one sign the longest
is meant: who writes "@Ana Lopez" does not call Ana. What stands in front of the sign must not be part of a word, so
that an address of mail calls nobody.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping


def called(text: str, names: Mapping[int, str]) -> list[int]:
    """Member ids, in the order of `names`."""
    firsts = Counter(name.split()[0].casefold() for name in names.values() if name.split())
    forms = {member: _forms(name, firsts) for member, name in names.items()}
    every = sorted({form for found in forms.values() for form in found}, key=len, reverse=True)
    if not every:
        return []
    said = set(re.findall(rf"(?<!\w)@({'|'.join(map(re.escape, every))})(?!\w)", " ".join(text.casefold().split())))
    return [member for member, found in forms.items() if said & set(found)]


def _forms(name: str, firsts: Mapping[str, int]) -> list[str]:
    parts = name.casefold().split()
    if not parts:
        return []
    return [" ".join(parts), *([parts[0]] if firsts[parts[0]] == 1 else [])]

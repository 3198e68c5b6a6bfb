"""What names or reaches a person, taken out of a text that leaves the house as training material.

Addresses, numbers and the author's own name are replaced by what kind of thing they were, so that a sentence keeps its
shape. It is a net with holes, and docs/classifier-training.md says which: above all, other people's names stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

MOST_LETTERS = 20_000
SHORTEST_NAME = 3
"""Shorter parts of a name ("de", "Li") are words of the language too often."""

KINDS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"[^\s@<>()\[\],;:]{1,64}@[^\s@<>()\[\],;:]{1,190}\.[^\W\d_]{2,24}"), "[email]"),
    (re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE), "http"),
    (re.compile(r"\b(?:[\w-]{1,63}\.){1,4}(?:com|net|org|fr|eu|de|es|it|pt|co|io|me|ly|be|ch|uk)/\S*", re.IGNORECASE),
     "http"),
    (re.compile(r"(?<!\w)@[\w.-]*\w"), "@user"),
    (re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z]{4})?(?:[ -]?(?=[A-Z]{0,3}\d)[A-Z0-9]{1,4}){3,8}\b", re.IGNORECASE),
     "[iban]"),
    (re.compile(r"(?<![\w+])\d(?:[ -]?\d){12,18}(?!\w)"), "[card]"),
    (re.compile(r"(?<!\w)(?:\+|00)?\(?\d(?:[ ./()-]{0,2}\d){7,14}(?!\w)"), "[phone]"),
    (re.compile(
        r"(?<!\w)#?(?!\d{1,2}h\d\d\b)(?=(?:[\w-]*?\d){4})(?=[\w-]*(?:[^\W\d_]|-|\d{5}))[\w-]{5,40}(?!\w)"
     ), "[number]"),
)  # fmt: skip
"""In this order: what is more particular first. A year, a price and a time of four digits stay."""


def mask(text: str, names: Iterable[str | None] = ()) -> str:
    """`names`: of the author, as the network shows them, and their handle. At most `MOST_LETTERS` of the text."""
    text = text[:MOST_LETTERS]
    for pattern, kind in KINDS:
        text = pattern.sub(kind, text)
    return _without_names(text, names)


def _without_names(text: str, names: Iterable[str | None]) -> str:
    whole = [name.strip().removeprefix("@") for name in names if name]
    parts = {part for name in whole for part in (name, *re.split(r"[\s._-]+", name)) if len(part) >= SHORTEST_NAME}
    if not parts:
        return text
    any_of = "|".join(re.escape(part) for part in sorted(parts, key=len, reverse=True))
    return re.sub(rf"(?<!\w)(?:{any_of})(?!\w)", "[name]", text, flags=re.IGNORECASE)

"""Counting characters as people see them, and as Bluesky counts: an emoji of several code points is one."""

from __future__ import annotations

import unicodedata

JOINER = "\u200d"


def count(text: str) -> int:
    """By the parts of Unicode's rules that messages use: marks, joined emoji, skin tones, flags, Hangul, CR LF."""
    found, previous, flags = 0, "", 0
    for sign in text:
        flags = flags + 1 if _is_flag(sign) else 0
        found += not (_extends(sign) or previous == JOINER or _joins(previous, sign) or (flags and flags % 2 == 0))
        previous = sign
    return found


def _extends(sign: str) -> bool:
    return sign == JOINER or unicodedata.category(sign) in ("Mn", "Me", "Mc") or "\U0001f3fb" <= sign <= "\U0001f3ff"


def _is_flag(sign: str) -> bool:
    return "\U0001f1e6" <= sign <= "\U0001f1ff"


def _joins(previous: str, sign: str) -> bool:
    """A line end of two characters; the vowels and final consonants of Hangul written letter by letter."""
    return (previous == "\r" and sign == "\n") or ("\u1100" <= previous <= "\u11ff" and "\u1160" <= sign <= "\u11ff")

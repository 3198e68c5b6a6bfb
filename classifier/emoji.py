"""Emojis carry sentiment.

A thumb is praise, a vomiting face is not. Used where words are few, and as a nudge where they are many.
"""

from __future__ import annotations

from typing import Final

POSITIVE: Final = frozenset(
    "👍👌🙏😀😁😂🤣😃😄😅😆😇😉😊☺🙂😋😌😍🥰😘😗😙😚🤗🤩🥳😎❤💙💚💛🧡💜🤍💖💗💕💞💓💘💝♥🎉🎊✨🌟⭐💪👏🙌💯🏆🥇🌹🌸😺😻✅🔥"
)
NEGATIVE: Final = frozenset("👎😠😡🤬😤😞😔😟😕🙁☹😣😖😫😩😢😭😨😰😱🤢🤮💩😒🙄😑💔😿😾🤦😧😦🥺🖕❌⚠🚨")


def balance(text: str) -> tuple[int, int]:
    """How many positive and how many negative emojis *text* holds."""
    return sum(character in POSITIVE for character in text), sum(character in NEGATIVE for character in text)

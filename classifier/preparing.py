"""How a text is made ready for the encoder: the same in training and in service, or the figures do not hold.

Links and handles become placeholders (they say nothing and identify people), invisible characters go, white space is
collapsed. Look-alike letters are left to the tokenizer, which folds what Unicode calls compatible.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MOST: Final = 6_000
"""Characters read of a text: the first two thirds from its start, the rest from its end."""
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w@.])@\w[\w.\-]*(?:@[\w\-]+(?:\.[\w\-]+)+)?")
UNSEEN = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb]"
)
_SPACE = re.compile(r"\s+")


def prepared(text: str) -> str:
    """*text* as the tokenizer gets it. Any string will do; half surrogate pairs become U+FFFD."""
    if len(text) > MOST:
        text = text[: MOST * 2 // 3] + " " + text[-MOST // 3 :]
    text = text.encode("utf-8", "replace").decode("utf-8")
    text = UNSEEN.sub("", unicodedata.normalize("NFKC", text))
    return _SPACE.sub(" ", _HANDLE.sub("@user", _LINK.sub("http", text))).strip()

"""How networks count the length of a text. The composer counts alike while one writes (static/js/lengths.js); what is
refused is decided here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

from inbox.channels import Counting
from services.channels import graphemes

LINK = 23
"""What a link weighs on X and Mastodon, whatever its length."""
LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
"""Code points that weigh one on X; all others weigh two (configuration v3 of X's own counter)."""

_ENDINGS = "com|org|net|info|fr|eu|be|ch|ca|de|uk|es|it|nl|pt|us|io|co|ai|app|dev|me|tv|ly|gg|shop|store|news"
_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
_X_LINK = re.compile(rf"https?://\S+|(?<![\w@.-])(?:[a-z0-9-]+\.)+(?:{_ENDINGS})\b(?:/\S*)?", re.IGNORECASE)
"""X makes links of bare names too; of which endings there are, the usual ones."""
_MENTION = re.compile(r"(?<![\w/])(@\w+)@[\w.-]+\w")
_JOINED = re.compile("\u200d[\u2600-\u27bf\U0001f000-\U0001faff]|[\ufe0f\U0001f3fb-\U0001f3ff]")
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")


def weighted(text: str) -> int:
    """X: a link is 23, a sign of most scripts of Asia 2, an emoji or a flag 2 with all that is joined to it."""
    links = _X_LINK.findall(text)
    rest = _FLAG.sub("日", _JOINED.sub("", unicodedata.normalize("NFC", _X_LINK.sub("", text))))
    return LINK * len(links) + sum(1 if _is_light(ord(sign)) else 2 for sign in rest)


def _is_light(point: int) -> bool:
    return any(low <= point <= high for low, high in LIGHT)


def mastodon(text: str) -> int:
    """A link is 23; of a mention only the name counts, not its server."""
    return graphemes.count(_MENTION.sub(r"\1", _LINK.sub("x" * LINK, text)))


COUNTS: Mapping[Counting, Callable[[str], int]] = {
    "characters": len,
    "utf16": lambda text: len(text.encode("utf-16-le", "surrogatepass")) // 2,
    "bytes": lambda text: len(text.encode("utf-8", "surrogatepass")),
    "graphemes": graphemes.count,
    "weighted": weighted,
    "mastodon": mastodon,
}

"""Bytes to text, whatever charset a mail claims: what it says first, then what it more probably is. Never raises."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

WIDER = {
    "ascii": "utf-8", "us-ascii": "utf-8", "iso8859-1": "cp1252", "iso-8859-1": "cp1252", "latin-1": "cp1252",
    "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949", "ks_c_5601-1987": "cp949", "shift_jis": "cp932",
    "iso2022_jp": "iso2022_jp_ext", "iso8859-9": "cp1254", "tis-620": "cp874", "iso8859-11": "cp874",
}  # fmt: skip
"""What senders mean by the name of a smaller set: a superset of it, so that nothing is lost by assuming it."""

NEVER = frozenset({"punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})
"""Codecs that are no charset of a mail: slow, or meant for something else."""


def decoded(raw: bytes, charset: str | None) -> str:
    for name in _candidates(charset):
        try:
            return raw.decode(name)
        except (UnicodeDecodeError, ValueError):
            if name == "utf-8" and _was_cut(raw):
                return raw.decode(name, "replace")
    return raw.decode(known(charset) or "cp1252", "replace")


def _was_cut(raw: bytes) -> bool:
    """A text of many letters that are right in UTF-8, and one that is not: somebody cut it by bytes."""
    text = raw.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    return wrong == 1 and sum(not one.isascii() for one in text) > 8


def known(charset: str | None) -> str | None:
    """The codec of a charset's name; None for none, and for what is no charset."""
    name = (charset or "").strip("\"' \t\r\n").lower()
    if not name or len(name) > 40 or not name.isascii() or "\x00" in name:
        return None
    try:
        found = codecs.lookup(WIDER.get(name, name))
    except (LookupError, ValueError):
        return None
    if found.name.replace("-", "_") in NEVER or not getattr(found, "_is_text_encoding", True):
        return None
    return WIDER.get(found.name, found.name)


def _candidates(charset: str | None) -> Iterator[str]:
    if (said := known(charset)) is not None:
        yield said
    yield "utf-8"
    if said is None:
        yield "cp1252"

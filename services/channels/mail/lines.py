"""Words in the head of a mail: one line, which adds no header and no address of its own."""

from __future__ import annotations

import re

NAME_MOST = 60
"""Characters of a name before an address. The library loses the quotes of one that does not fit on a line,
and then brackets in it are read as an address."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def line(text: str) -> str:
    """`=?` begins an encoded word, which the library decodes, with any line break in it: so it is taken apart."""
    return " ".join(_CONTROL.sub(" ", text).replace("=?", "= ?").split())


def name(text: str) -> str:
    return line(text)[:NAME_MOST].strip()

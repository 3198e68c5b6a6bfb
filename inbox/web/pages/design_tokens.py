"""The tokens as tokens.css has them: what the page of the design system shows is what the screens are made of.

Pure but for the one file, which is read once. A token that is new there is on the page at once, in the group that its
name begins with; what begins otherwise is a colour.
"""

from __future__ import annotations

import re
from functools import cache

from inbox.web.pages.render import STATIC

_BASE = re.compile(r"(?s):root \{(.*?)\n  \}")
_TOKEN = re.compile(r"(--[\w-]+):\s*([^;]+);")
_NO_COLOUR = re.compile(r"--(?:t|lh|w|s|r|shadow|hit|font|mono|edge|quick|calm|ease)(?:-|$)")

Tokens = tuple[tuple[str, str], ...]
"""(name, value) in the order of the file."""


@cache
def all_of_them() -> Tokens:
    source = _BASE.search((STATIC / "tokens.css").read_text(encoding="utf-8"))
    assert source, "tokens.css begins with :root"
    return tuple((name, " ".join(value.split())) for name, value in _TOKEN.findall(source[1]))


def colours() -> Tokens:
    return tuple(one for one in all_of_them() if not _NO_COLOUR.match(one[0]))


def beginning(prefix: str) -> Tokens:
    """`--t-`: sizes of type; `--s-`: the step of space; `--r-`: corners; `--shadow-`: what floats."""
    return tuple(one for one in all_of_them() if one[0].startswith(prefix))


@cache
def icons() -> tuple[str, ...]:
    """The names of all drawings of icons.svg."""
    return tuple(re.findall(r'id="i-([\w-]+)"', (STATIC / "icons.svg").read_text(encoding="utf-8")))

"""HTML from strangers as the words that a person would read: the text of a message, never markup.

The parser is that of a browser (`nh3`), so what it takes for text is what a browser would show. Scripts and styles go
with what they hold; a picture is its `alt`, which is how forums send emoji. Paragraphs become empty lines, line breaks
and list entries lines of their own.

Its time grows with the square of the nesting (40,000 open tags took 25 s), so what has more tags that can nest than any
message that somebody wrote loses them by a plain search instead.
"""

from __future__ import annotations

import re
from html import unescape

import nh3

MARKUP_MOST = 200_000
"""Characters. More words than that no item can hold; a longer text is cut before it is parsed."""
NESTING_MOST = 1_000
"""Opening tags that can lie in one another: so many take half a second at worst."""

_BLOCKS = {"div", "li", "tr", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "hr"}
_KEPT = {"p", "pre", "br", "img"} | _BLOCKS
_NESTING = re.compile(r"<(?!(?:p|li|br|hr|img)\b)[a-z]", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
_PRE = re.compile(r"(<pre>.*?</pre>)", re.DOTALL)
_PICTURE = re.compile(r'<img(?: alt="([^"]*)")?[^>]*>')
_PARAGRAPH = re.compile(r" ?</?(?:p|pre)> ?")
_BLOCK = re.compile(rf"(?: ?</?(?:{'|'.join(sorted(_BLOCKS))})> ?)+")
_BREAK = re.compile(r" ?<br> ?")
_SPACE = re.compile(r"[ \t\r\n\f]+")
_MANY_LINES = re.compile(r"\n *\n[ \n]*")


def plain(markup: str) -> str:
    """The words of `markup`. Text without any markup comes back as it is, but for white space at its ends."""
    if "<" not in markup and "&" not in markup:
        return markup.strip()
    cut = markup[:MARKUP_MOST]
    if sum(1 for _ in _NESTING.finditer(cut)) > NESTING_MOST:
        return unescape(_TAG.sub(" ", cut)).strip()
    safe = nh3.clean(cut, tags=_KEPT, attributes={"img": {"alt"}}, link_rel=None, strip_comments=True)
    text = "".join(part if part.startswith("<pre>") else _SPACE.sub(" ", part) for part in _PRE.split(safe))
    return unescape(_lines(text)).strip()


def _lines(text: str) -> str:
    text = _PICTURE.sub(r"\1", text).replace("<li> ", "<li>").replace("<li>", "<li>- ")
    text = _BREAK.sub("\n", _PARAGRAPH.sub("\n\n", _BLOCK.sub("\n", text)))
    return _MANY_LINES.sub("\n\n", text)

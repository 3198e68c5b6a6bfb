"""Slack's own notation, as a person reads it: links, channels and people by their names, the three escaped characters
as such.

Slack seldom sends a name with a mention of a person: then it stays as sent (`<@U012AB3CD>`), since an id is no name.
"""

from __future__ import annotations

import re

_MARK = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_ESCAPED = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
_ESCAPES = re.compile("|".join(_ESCAPED))


def plain(text: str | None) -> str | None:
    if text is None:
        return None
    return _ESCAPES.sub(lambda found: _ESCAPED[found.group()], _MARK.sub(_shown, text))


def _shown(found: re.Match[str]) -> str:
    target, label = found.group(1), found.group(2)
    if target.startswith("#"):
        return f"#{label or target[1:]}"
    if target.startswith("@") and label:
        return f"@{label.removeprefix('@')}"
    if target.startswith("!"):
        return label or f"@{target[1:].partition('^')[0]}"
    if target.startswith(("http://", "https://", "mailto:", "tel:")):
        return _link(target, label)
    return found.group()


def _link(target: str, label: str | None) -> str:
    """Where a link leads is said, unless the label says it: labels are how people are deceived."""
    bare = target.removeprefix("mailto:").removeprefix("tel:")
    if not label or label == bare or label in (bare.partition("://")[2], bare):
        return bare
    return f"{label} ({bare})"


def escaped(text: str) -> str:
    """So that nothing in an answer is taken for a mention of everybody, or for a link in disguise."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

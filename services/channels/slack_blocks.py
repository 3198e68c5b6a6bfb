"""The words of a message of Slack that has no `text`: bots and forwarded messages have theirs in blocks, or attached.

Everything is in Slack's own notation, as `text` is, so that one reader (`slack_text`) serves both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from services.channels import reading

NESTED = ("elements", "fields", "text", "title")
DEPTH_MOST = 8
LINES = frozenset({"section", "header", "context", "rich_text_section", "rich_text_quote", "rich_text_preformatted"})
"""What stands on lines of its own."""
MENTIONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"user": ("@", "user_id"), "channel": ("#", "channel_id"), "usergroup": ("!subteam^", "usergroup_id"),
     "broadcast": ("!", "range")}
)  # fmt: skip


def words(message: dict[str, Any]) -> str | None:
    """The blocks' words; else what the attachments say."""
    shown = "".join(_said(block, DEPTH_MOST) for block in reading.tables(message.get("blocks"))).strip()
    if shown:
        return shown
    attached = (_attached(one) for one in reading.tables(message.get("attachments")))
    return "\n".join(text for text in attached if text) or None


def _said(node: Any, depth: int) -> str:
    if isinstance(node, str):
        return node
    if not isinstance(node, dict) or not depth:
        return ""
    text = _marked(node) or "".join(_inner(node, depth))
    return f"{text}\n" if node.get("type") in LINES else text


def _inner(node: dict[str, Any], depth: int) -> Iterator[str]:
    for name in NESTED:
        inner = node.get(name)
        for one in inner if isinstance(inner, list) else [inner]:
            yield _said(one, depth - 1)


def _marked(node: dict[str, Any]) -> str:
    kind = node.get("type")
    if kind == "link":
        label = node.get("text")
        return f"<{node.get('url')}|{label}>" if isinstance(label, str) else f"<{node.get('url')}>"
    if kind == "emoji":
        return f":{node.get('name')}:"
    if isinstance(kind, str) and kind in MENTIONS:
        sign, name = MENTIONS[kind]
        return f"<{sign}{node.get(name)}>"
    return ""


def _attached(attachment: dict[str, Any]) -> str | None:
    said = [attachment.get(name) for name in ("pretext", "title", "text")]
    found = "\n".join(one for one in said if isinstance(one, str) and one)
    return found or reading.shown(attachment.get("fallback"))

"""What servers that speak Mastodon's API answer and stream, taken apart into single notifications, posts and events.

An answer may be one thing, a list, a thread around a post (`ancestors`, `descendants`), a search, or, since version
4.3, notifications in groups, whose posts and people stand beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.channels import parts, polled, reading
from services.channels.contract import CannotRead

STREAMED = (b"e", b":", b"d", b"i", b"r")
"""How a stream begins, as server-sent events: `event:`, a comment, `data:`, `id:`, `retry:`."""


def listed(raw: bytes) -> Sequence[Any]:
    """Raises `CannotRead`."""
    if reading.start(raw) in STREAMED:
        return events(raw)
    content = reading.loads(raw)
    if not isinstance(content, dict | list):
        raise CannotRead("it is neither a notification nor a post")
    if isinstance(content, dict):
        if "notification_groups" in content:
            return _ungrouped(content)
        if isinstance(content.get("ancestors"), list) or isinstance(content.get("descendants"), list):
            return [*parts.rows(content, "ancestors"), *parts.rows(content, "descendants")]
    return polled.listed(content, "orderedItems", "statuses")


def _ungrouped(content: dict[str, Any]) -> list[dict[str, Any]]:
    """Each group as the notification that stands for it: of what was said there is one a group."""
    accounts = {parts.ident(one.get("id")): one for one in parts.rows(content, "accounts")}
    statuses = {parts.ident(one.get("id")): one for one in parts.rows(content, "statuses")}
    return [_notification(group, accounts, statuses) for group in parts.rows(content, "notification_groups")]


def _notification(group: dict[str, Any], accounts: dict[Any, Any], statuses: dict[Any, Any]) -> dict[str, Any]:
    people = group.get("sample_account_ids")
    first = parts.ident(people[0]) if isinstance(people, list) and people else None
    return {
        "type": group.get("type"), "created_at": group.get("latest_page_notification_at"),
        "account": accounts.get(first), "status": statuses.get(parts.ident(group.get("status_id"))),
    }  # fmt: skip


def events(raw: bytes) -> list[dict[str, Any]]:
    """The events of a stream as its server-sent form has them: `event:` and `data:` lines, an empty line after each."""
    found: list[dict[str, Any]] = []
    text = reading.clean_text(raw.decode("utf-8-sig", "replace"))
    for block in text.replace("\r\n", "\n").split("\n\n"):
        fields = [line.partition(":")[::2] for line in block.split("\n")]
        data = "\n".join(value.removeprefix(" ") for name, value in fields if name == "data")
        named = next((value.strip() for name, value in fields if name == "event"), None)
        if named:
            found.append({"event": named, "payload": data})
    return found

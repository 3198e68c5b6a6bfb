"""Where a brand's mailbox is, who signs in there, and which of its folders are read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from inbox.channels import ChannelRecord

PORT = 993
_UNSAFE = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Account:
    host: str
    port: int
    user: str
    password: str
    folder: str
    sent_folder: str | None

    @property
    def folders(self) -> tuple[str, ...]:
        return (self.folder, *((self.sent_folder,) if self.sent_folder else ()))


def host_port(given: Any, default: int) -> tuple[str, int] | None:
    """`imap.example.com` or `imap.example.com:143`; None for nothing, and for what is neither."""
    host, colon, port = str(given or "").strip().rpartition(":")
    if not colon:
        host, port = port, str(default)
    is_port = port.isascii() and port.isdigit() and 0 < len(port) < 6 and 0 < int(port) < 65_536
    return (host, int(port)) if host and is_port and not _UNSAFE.search(host) else None


def of(channel: ChannelRecord) -> Account | None:
    """None where no mailbox was set up: mails come another way then."""
    where = host_port(channel.settings.get("imap_host"), PORT)
    user = str(channel.settings.get("imap_user") or channel.account_id or "")
    password = channel.secrets.get("password", "")
    if where is None or not user or not password or _UNSAFE.search(user + password):
        return None
    folder = str(channel.settings.get("imap_folder") or "INBOX")
    sent = str(channel.settings.get("imap_sent_folder") or "")
    if _UNSAFE.search(folder + sent):
        return None
    return Account(where[0], where[1], user, password, folder, sent or None)

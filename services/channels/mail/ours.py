"""The ids of the mails that we write: they are known again, and carry the thread that they answer.

Some programs name the answered mail only, and not those before it: the thread is then read from that mail's own id.
Whoever knows such an id may put any thread into a mail; an item is of one author in one thread, so they reach no item
but their own.
"""

from __future__ import annotations

import base64
import binascii
import re
from uuid import UUID

THREAD_MOST = 300
_OURS = re.compile(r"<vigie\.[0-9a-f]{32}(?:\.([A-Za-z0-9_-]{1,600}))?@[^<>\s@]{1,255}>")


def message_id(reply_id: UUID, thread_id: str, domain: str) -> str:
    carried = base64.urlsafe_b64encode(thread_id.encode("utf-8", "replace")).decode().rstrip("=")
    return f"<vigie.{reply_id.hex}{f'.{carried}' if 0 < len(carried) <= THREAD_MOST else ''}@{domain}>"


def is_ours(ident: str) -> bool:
    return _OURS.fullmatch(ident) is not None


def thread_of(ident: str) -> str | None:
    match = _OURS.fullmatch(ident)
    if match is None or not match.group(1):
        return None
    carried = match.group(1)
    try:
        return base64.urlsafe_b64decode(carried + "=" * (-len(carried) % 4)).decode()[:THREAD_MOST] or None
    except (binascii.Error, ValueError):
        return None

"""A file of a reply, lent to a network that takes files only by fetching them: an address that nobody can guess, good
for one file and for a while.

The address holds what it stands for, sealed under the master key: nothing is stored, nothing of it can be read or made
up, and it ends by itself. Whoever holds it meanwhile can fetch the file, as the person can who gets it.
"""

from __future__ import annotations

import base64
import binascii
import struct
import uuid
from datetime import UTC, datetime, timedelta

from inbox import files
from inbox.errors import NotFound
from inbox.files import Content
from inbox.ids import BrandId
from inbox.log import seal
from inbox.log.seal import Keyring
from inbox.log.store import Log

FOR = timedelta(hours=4)
"""A network fetches at once, or when its own queue has come to the message."""
PATH = "/lent/{token}"
_FORM = struct.Struct(">Q16s16sQ")
_BOUND = b"lent file"
TOKEN_MOST = 200


def path(keyring: Keyring, brand: BrandId, item_id: uuid.UUID, file_id: uuid.UUID, *, now: datetime) -> str:
    until = int((now + FOR).timestamp())
    clear = _FORM.pack(brand, item_id.bytes, file_id.bytes, until)
    token = base64.urlsafe_b64encode(keyring.seal_settings(clear, _BOUND)).rstrip(b"=").decode()
    return PATH.replace("{token}", token)


async def content(log: Log, token: str, *, now: datetime) -> Content:
    """Raises `NotFound` for what is no address of ours, has ended, or is gone with its author."""
    brand, item_id, file_id, until = _opened(log.keyring, token)
    if now >= datetime.fromtimestamp(until, UTC):
        raise NotFound
    return await files.content(log, BrandId(brand), uuid.UUID(bytes=item_id), uuid.UUID(bytes=file_id))


def _opened(keyring: Keyring, token: str) -> tuple[int, bytes, bytes, int]:
    if len(token) > TOKEN_MOST:
        raise NotFound
    try:
        sealed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        brand, item_id, file_id, until = _FORM.unpack(keyring.open_settings(sealed, _BOUND))
    except (seal.CannotOpen, ValueError, binascii.Error, struct.error) as error:
        raise NotFound from error
    return brand, item_id, file_id, until

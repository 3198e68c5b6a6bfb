"""Looking into a mailbox by IMAP, without changing anything there: nothing is marked as read, moved or deleted.

A cursor names, for each folder, the last mail taken: its UID, and the UIDVALIDITY under which UIDs mean anything. When
a server renumbers a folder, what came since the look before is read again by date; what was taken then is not taken
twice.

A look asks (`imap`) in a thread. Of a mail that is larger than `imap.MAIL_MOST`, it takes the beginning.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from services.channels.contract import SweepFailed, Way
from services.channels.mail import imap
from services.channels.mail.account import Account

LOOK_S = 40.0
MAILS_MOST = 20
BYTES_MOST = 16 * 2**20
"""Of one look; then it is looked again."""
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Place:
    """How far a folder has been read. `at`: when it was looked into last, ISO 8601."""

    validity: int
    uid: int
    at: str


@dataclass(frozen=True, slots=True)
class Post:
    """One mail. `sent`: it lay in the folder of sent mails."""

    raw: bytes
    sent: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    posts: tuple[Post, ...]
    places: dict[str, Place]
    more: bool


def places(cursor: str | None) -> dict[str, Place]:
    return {name: Place(**place) for name, place in orjson.loads(cursor).items()} if cursor else {}


def cursor(found: dict[str, Place]) -> str:
    return orjson.dumps(found).decode()


async def look(way: Way, mailbox: Account, known: dict[str, Place], now: datetime) -> Look:
    """Raises `SweepFailed` or `NotSent`."""
    connected = await way.http.connect(mailbox.host, mailbox.port)
    try:
        async with asyncio.timeout(LOOK_S):
            return await asyncio.to_thread(_look, connected, mailbox, known, now)
    except TimeoutError as error:
        raise SweepFailed("no_answer") from error
    except imap.FAILURES as error:
        raise SweepFailed(imap.reason(error)) from error
    finally:
        with contextlib.suppress(OSError):
            connected.shutdown(socket.SHUT_RDWR)  # ends the thread, should it still wait
        connected.close()


# --- in a thread ----------------------------------------------------------------------------------------------------


def _look(connected: socket.socket, mailbox: Account, known: dict[str, Place], now: datetime) -> Look:
    with imap.signed_in(connected, mailbox) as client:
        posts: list[Post] = []
        found, more = dict(known), False
        for folder in mailbox.folders:
            taken, place, left = _folder(client, folder, known.get(folder), now, is_sent=folder == mailbox.sent_folder)
            posts += taken
            found[folder] = place
            more = more or left
        return Look(tuple(posts), found, more)


def _folder(
    client: imap.Client, folder: str, known: Place | None, now: datetime, *, is_sent: bool
) -> tuple[list[Post], Place, bool]:
    status, _ = client.select(imap.folder_name(folder), readonly=True)
    if status != "OK":
        raise client.error("there is no such folder")
    validity, following = imap.number(client, "UIDVALIDITY"), _following(client)
    at = now.isoformat()
    if known is None and is_sent:  # what we answered before the channel was connected is history
        return [], Place(validity, following - 1, at), False
    start = known if known is not None and known.validity == validity else None
    uids = _after(client, start.uid) if start else _since(client, known, now, unseen=known is None)
    posts, rest = _fetched(client, uids, is_sent=is_sent)
    reached = rest[0] - 1 if rest else max([*uids, start.uid if start else following - 1])
    return posts, Place(validity, reached, at), bool(rest)


def _following(client: imap.Client) -> int:
    """The UID that the next mail will have. A server that does not say so names its last one."""
    return imap.number(client, "UIDNEXT") or max(imap.search(client, "UID *"), default=0) + 1


def _after(client: imap.Client, uid: int) -> list[int]:
    """`n:*` always names the last mail, too, however old it is."""
    return [found for found in imap.search(client, f"UID {uid + 1}:*") if found > uid]


def _since(client: imap.Client, known: Place | None, now: datetime, *, unseen: bool) -> list[int]:
    """From the day before: of the last look, or of today for a first one, which leaves alone what was read before."""
    day = (datetime.fromisoformat(known.at) if known else now) - timedelta(days=1)
    return imap.search(client, f"SINCE {day.day}-{_MONTHS[day.month - 1]}-{day.year}" + " UNSEEN" * unseen)


def _fetched(client: imap.Client, uids: list[int], *, is_sent: bool) -> tuple[list[Post], list[int]]:
    """The mails, and which of them are left for the next look."""
    posts: list[Post] = []
    sizes, size = imap.sizes(client, uids[:MAILS_MOST]), 0
    for number, uid in enumerate(uids):
        if number >= MAILS_MOST or (size and size + min(sizes.get(uid, 0), imap.MAIL_MOST) > BYTES_MOST):
            return posts, uids[number:]
        raw = imap.raw(client, uid, sizes.get(uid, 0))
        if raw is not None:  # else it was deleted since it was found
            posts.append(Post(raw, is_sent))
            size += len(raw)
    return posts, []

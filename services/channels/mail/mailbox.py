"""Looking into a mailbox by IMAP, without changing anything there: nothing is marked as read, moved or deleted.

A cursor names, for each folder, the last mail taken: its UID, and the UIDVALIDITY under which UIDs mean anything. When
a server renumbers a folder, what came since the look before is read again by date; what was taken then is not taken
twice.

The client is the standard library's, in a thread, on a socket that the outbound guard has let through. It reads no more
than `MAIL_MOST` bytes at once, whatever the server says: of a larger mail, its beginning.
"""

from __future__ import annotations

import asyncio
import contextlib
import imaplib
import ipaddress
import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from inbox.channels import ChannelRecord
from services.channels.contract import SweepFailed, Way

PORT = 993
TLS_PORTS = frozenset({993})
STEP_S = 15.0
"""How long the server may take for one answer."""
LOOK_S = 40.0
MAILS_MOST = 20
MAIL_MOST = 8 * 2**20
BYTES_MOST = 16 * 2**20
"""Of one look; then it is looked again."""
_SIZE = re.compile(rb"UID (\d{1,10})\b.*?RFC822\.SIZE (\d{1,15})|RFC822\.SIZE (\d{1,15}).*?UID (\d{1,10})\b", re.DOTALL)
_UNSAFE = re.compile(r"[\x00-\x1f\x7f]")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


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


def host_port(given: Any, default: int) -> tuple[str, int] | None:
    """`imap.example.com` or `imap.example.com:143`; None for nothing, and for what is neither."""
    host, colon, port = str(given or "").strip().rpartition(":")
    if not colon:
        host, port = port, str(default)
    is_port = port.isascii() and port.isdigit() and 0 < len(port) < 6 and 0 < int(port) < 65_536
    return (host, int(port)) if host and is_port and not _UNSAFE.search(host) else None


def account(channel: ChannelRecord) -> Account | None:
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
    except (_Denied, imaplib.IMAP4.error, ssl.SSLError, OSError) as error:
        raise SweepFailed(_reason(error)) from error
    finally:
        with contextlib.suppress(OSError):
            connected.shutdown(socket.SHUT_RDWR)  # ends the thread, should it still wait
        connected.close()


class _Denied(Exception):
    """The server does not let us in."""


def _reason(error: Exception) -> Any:
    if isinstance(error, _Denied):
        return "not_authorised"
    if isinstance(error, ssl.SSLCertVerificationError):
        return "address_not_allowed"
    if isinstance(error, OSError | imaplib.IMAP4.abort):
        return "connection_lost"
    return "rejected"


# --- in a thread ----------------------------------------------------------------------------------------------------


class _Client(imaplib.IMAP4):
    """On a socket that is connected. Mail goes over an encrypted connection, or not at all, unless it never leaves the
    machine."""

    def __init__(self, connected: socket.socket, mailbox: Account) -> None:
        self._connected = connected
        self._context = ssl.create_default_context()
        super().__init__(mailbox.host, mailbox.port)
        if mailbox.port not in TLS_PORTS and not is_local(connected):
            self.starttls(self._context)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        self._connected.setblocking(True)
        self._connected.settimeout(STEP_S)
        if self.port not in TLS_PORTS:
            return self._connected
        return self._context.wrap_socket(self._connected, server_hostname=self.host)

    def read(self, size: int) -> bytes:
        if size > MAIL_MOST + 1024:
            raise self.abort("the server sends more than was asked for")
        return super().read(size)


def is_local(connected: socket.socket) -> bool:
    return ipaddress.ip_address(str(connected.getpeername()[0]).partition("%")[0]).is_loopback


def _look(connected: socket.socket, mailbox: Account, known: dict[str, Place], now: datetime) -> Look:
    client = _Client(connected, mailbox)
    try:
        _log_in(client, mailbox)
        posts: list[Post] = []
        found, more = dict(known), False
        for folder in mailbox.folders:
            taken, place, left = _folder(client, folder, known.get(folder), now, is_sent=folder == mailbox.sent_folder)
            posts += taken
            found[folder] = place
            more = more or left
        return Look(tuple(posts), found, more)
    finally:
        with contextlib.suppress(imaplib.IMAP4.error, OSError):
            client.logout()


def _log_in(client: _Client, mailbox: Account) -> None:
    try:
        if "AUTH=PLAIN" in client.capabilities:
            client.authenticate("PLAIN", lambda _: f"\0{mailbox.user}\0{mailbox.password}".encode())
        else:
            client.login(quoted(mailbox.user), mailbox.password)
    except imaplib.IMAP4.abort:
        raise
    except (imaplib.IMAP4.error, UnicodeEncodeError) as error:
        raise _Denied from error


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _folder(
    client: _Client, folder: str, known: Place | None, now: datetime, *, is_sent: bool
) -> tuple[list[Post], Place, bool]:
    status, _ = client.select(folder_name(folder), readonly=True)
    if status != "OK":
        raise client.error("there is no such folder")
    validity, following = _number(client, "UIDVALIDITY"), _following(client)
    at = now.isoformat()
    if known is None and is_sent:  # what we answered before the channel was connected is history
        return [], Place(validity, following - 1, at), False
    start = known if known is not None and known.validity == validity else None
    uids = _after(client, start.uid) if start else _since(client, known, now, unseen=known is None)
    posts, rest = _fetched(client, uids, is_sent=is_sent)
    reached = rest[0] - 1 if rest else max([*uids, start.uid if start else following - 1])
    return posts, Place(validity, reached, at), bool(rest)


def _following(client: _Client) -> int:
    """The UID that the next mail will have. A server that does not say so names its last one."""
    return _number(client, "UIDNEXT") or max(_search(client, "UID *"), default=0) + 1


def _number(client: _Client, name: str) -> int:
    _, found = client.response(name)
    value = found[-1] if found else None
    return int(value) if isinstance(value, bytes) and value.isdigit() and len(value) < 11 else 0


def _after(client: _Client, uid: int) -> list[int]:
    """`n:*` always names the last mail, too, however old it is."""
    return [found for found in _search(client, f"UID {uid + 1}:*") if found > uid]


def _since(client: _Client, known: Place | None, now: datetime, *, unseen: bool) -> list[int]:
    """From the day before: of the last look, or of today for a first one, which leaves alone what was read before."""
    day = (datetime.fromisoformat(known.at) if known else now) - timedelta(days=1)
    return _search(client, f"SINCE {day.day}-{_MONTHS[day.month - 1]}-{day.year}" + " UNSEEN" * unseen)


def _search(client: _Client, criteria: str) -> list[int]:
    status, found = client.uid("SEARCH", criteria)
    if status != "OK":
        raise client.error("the server does not search")
    words = b" ".join(one for one in found if isinstance(one, bytes)).split()
    return sorted({int(word) for word in words if word.isdigit() and len(word) < 11})


def _fetched(client: _Client, uids: list[int], *, is_sent: bool) -> tuple[list[Post], list[int]]:
    """The mails, and which of them are left for the next look."""
    posts: list[Post] = []
    sizes, size = _sizes(client, uids[:MAILS_MOST]), 0
    for number, uid in enumerate(uids):
        if number >= MAILS_MOST or (size and size + min(sizes.get(uid, 0), MAIL_MOST) > BYTES_MOST):
            return posts, uids[number:]
        raw = _raw(client, uid, sizes.get(uid, 0))
        if raw is not None:  # else it was deleted since it was found
            posts.append(Post(raw, is_sent))
            size += len(raw)
    return posts, []


def _sizes(client: _Client, uids: list[int]) -> dict[int, int]:
    if not uids:
        return {}
    _, found = client.uid("FETCH", ",".join(map(str, uids)), "(UID RFC822.SIZE)")
    return dict(_each_size(found))


def _each_size(found: list[Any]) -> Iterator[tuple[int, int]]:
    for one in found:
        match = _SIZE.search(one) if isinstance(one, bytes) else None
        if match is not None:
            yield int(match.group(1) or match.group(4)), int(match.group(2) or match.group(3))


def _raw(client: _Client, uid: int, size: int) -> bytes | None:
    """Without `(…PEEK…)` the server would mark it as read."""
    part = f"<0.{MAIL_MOST}>" if size > MAIL_MOST else ""
    status, found = client.uid("FETCH", str(uid), f"(UID BODY.PEEK[]{part})")
    if status != "OK":
        raise client.error("the server does not give a mail")
    return next((one[1] for one in found if isinstance(one, tuple) and len(one) > 1), None)


def folder_name(name: str) -> str:
    """As a command has it."""
    return quoted(_utf7(name))


def _utf7(name: str) -> str:
    """Folder names in the encoding of RFC 3501: Envoyés → Envoy&AOk-s."""
    return "".join(_shifted(run) for run in re.findall(r"[\x20-\x7e]+|[^\x20-\x7e]+", name))


def _shifted(run: str) -> str:
    if run.isascii():
        return run.replace("&", "&-")
    encoded = run.encode("utf-7").removeprefix(b"+").removesuffix(b"-").decode()
    return f"&{encoded.replace('/', ',')}-"

"""IMAP as we speak it: the client, what it is asked, and how the protocol writes names.

The client is the standard library's, for use in a thread, on a socket that the outbound guard has let through. It reads
no more than `MAIL_MOST` bytes at once, whatever the server says.
"""

from __future__ import annotations

import contextlib
import imaplib
import ipaddress
import re
import socket
import ssl
from collections.abc import Iterator
from typing import Any

from services.channels.mail.account import Account

TLS_PORTS = frozenset({993})
STEP_S = 15.0
"""How long the server may take for one answer."""
MAIL_MOST = 8 * 2**20
_SIZE = re.compile(rb"UID (\d{1,10})\b.*?RFC822\.SIZE (\d{1,15})|RFC822\.SIZE (\d{1,15}).*?UID (\d{1,10})\b", re.DOTALL)


class Denied(Exception):
    """The server does not let us in."""


FAILURES = (Denied, imaplib.IMAP4.error, ssl.SSLError, OSError)
"""Whatever may be raised here; `reason` tells a channel's health which it was."""


def reason(error: Exception) -> Any:
    if isinstance(error, Denied):
        return "not_authorised"
    if isinstance(error, ssl.SSLCertVerificationError):
        return "address_not_allowed"
    if isinstance(error, OSError | imaplib.IMAP4.abort):
        return "connection_lost"
    return "rejected"


class Client(imaplib.IMAP4):
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


@contextlib.contextmanager
def signed_in(connected: socket.socket, mailbox: Account) -> Iterator[Client]:
    client = Client(connected, mailbox)
    try:
        _log_in(client, mailbox)
        yield client
    finally:
        with contextlib.suppress(imaplib.IMAP4.error, OSError):
            client.logout()


def _log_in(client: Client, mailbox: Account) -> None:
    try:
        if "AUTH=PLAIN" in client.capabilities:
            client.authenticate("PLAIN", lambda _: f"\0{mailbox.user}\0{mailbox.password}".encode())
        else:
            client.login(quoted(mailbox.user), mailbox.password)
    except imaplib.IMAP4.abort:
        raise
    except (imaplib.IMAP4.error, UnicodeEncodeError) as error:
        raise Denied from error


def number(client: Client, name: str) -> int:
    _, found = client.response(name)
    value = found[-1] if found else None
    return int(value) if isinstance(value, bytes) and value.isdigit() and len(value) < 11 else 0


def search(client: Client, criteria: str) -> list[int]:
    status, found = client.uid("SEARCH", criteria)
    if status != "OK":
        raise client.error("the server does not search")
    words = b" ".join(one for one in found if isinstance(one, bytes)).split()
    return sorted({int(word) for word in words if word.isdigit() and len(word) < 11})


def sizes(client: Client, uids: list[int]) -> dict[int, int]:
    if not uids:
        return {}
    _, found = client.uid("FETCH", ",".join(map(str, uids)), "(UID RFC822.SIZE)")
    return dict(_each_size(found))


def _each_size(found: list[Any]) -> Iterator[tuple[int, int]]:
    for one in found:
        match = _SIZE.search(one) if isinstance(one, bytes) else None
        if match is not None:
            yield int(match.group(1) or match.group(4)), int(match.group(2) or match.group(3))


def raw(client: Client, uid: int, size: int) -> bytes | None:
    """Without `(…PEEK…)` the server would mark it as read."""
    part = f"<0.{MAIL_MOST}>" if size > MAIL_MOST else ""
    status, found = client.uid("FETCH", str(uid), f"(UID BODY.PEEK[]{part})")
    if status != "OK":
        raise client.error("the server does not give a mail")
    return next((one[1] for one in found if isinstance(one, tuple) and len(one) > 1), None)


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


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

"""Being told of new mail: IMAP's IDLE (RFC 2177), on a connection of its own, which only says that there is something.

What there is, the look fetches (`mailbox`). A server forgets who waits for longer than half an hour, and so do the
routers between: the wait is renewed after `RENEW_S`, which shows a dead connection as well. Not the standard
library's client: that of Python 3.11 knows no IDLE, and would keep a thread waiting for each mailbox.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import socket
import ssl
from collections.abc import AsyncGenerator, Iterator

from services.channels.contract import NothingToHear, SweepFailed, Way
from services.channels.mail import imap
from services.channels.mail.account import Account
from services.channels.mail.imap import STEP_S, TLS_PORTS

RENEW_S = 9 * 60.0
"""RFC 2177 asks for less than 29 minutes; some providers hang up after ten."""
NEWS = frozenset({"EXISTS", "RECENT"})


async def news(way: Way, account: Account) -> AsyncGenerator[None, None]:
    """Once as soon as the server listens to us, then each time that it has something. Raises `SweepFailed`, `NotSent`,
    and `NothingToHear` where the server knows no IDLE."""
    connected = await way.http.connect(account.host, account.port)
    with _meant():
        talk = await _Talk.over(connected, account)
        try:
            await talk.begin(account)
            while True:
                async for _ in talk.idle():
                    yield
        finally:
            talk.close()


@contextlib.contextmanager
def _meant() -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise SweepFailed("no_answer") from error
    except ssl.SSLCertVerificationError as error:
        raise SweepFailed("address_not_allowed") from error
    except (OSError, EOFError, ValueError) as error:  # also a line that does not end
        raise SweepFailed("connection_lost") from error


class _Talk:
    """Commands and answers, one after the other."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._number = 0
        self._can: frozenset[str] = frozenset()

    @classmethod
    async def over(cls, connected: socket.socket, account: Account) -> _Talk:
        context = ssl.create_default_context() if account.port in TLS_PORTS else None
        try:
            async with asyncio.timeout(STEP_S):
                return cls(
                    *await asyncio.open_connection(
                        sock=connected, ssl=context, server_hostname=account.host if context else None
                    )
                )
        except BaseException:
            connected.close()
            raise

    async def begin(self, account: Account) -> None:
        """Mail goes over an encrypted connection, or not at all, unless it never leaves the machine. Then: signed in,
        with the folder open for reading only."""
        async with asyncio.timeout(STEP_S):
            if not (await self._line()).startswith("* OK"):
                raise SweepFailed("rejected")
        await self._ask_what_it_can()
        if account.port not in TLS_PORTS and not self._is_local():
            await self._encrypt(ssl.create_default_context(), account.host)
        await self._sign_in(account)
        await self._ask_what_it_can()
        if "IDLE" not in self._can:
            raise NothingToHear
        await self._command(f"EXAMINE {imap.folder_name(account.folder)}")

    def _is_local(self) -> bool:
        return imap.is_local(self._writer.get_extra_info("socket"))

    async def _encrypt(self, context: ssl.SSLContext, host: str) -> None:
        await self._command("STARTTLS")
        async with asyncio.timeout(STEP_S):
            await self._writer.start_tls(context, server_hostname=host)
        await self._ask_what_it_can()

    async def _sign_in(self, account: Account) -> None:
        if "AUTH=PLAIN" in self._can:
            given = base64.b64encode(f"\0{account.user}\0{account.password}".encode()).decode()
            await self._command("AUTHENTICATE PLAIN", then=given, refused="not_authorised")
        elif (account.user + account.password).isascii():
            quoted = f"LOGIN {imap.quoted(account.user)} {imap.quoted(account.password)}"
            await self._command(quoted, refused="not_authorised")
        else:
            raise SweepFailed("not_authorised")

    async def _ask_what_it_can(self) -> None:
        told = await self._command("CAPABILITY")
        self._can = frozenset(word for line in told if line.startswith("* CAPABILITY") for word in line.upper().split())

    async def idle(self) -> AsyncGenerator[None, None]:
        """One wait, until it is to be renewed. What came while it ended is news as well."""
        tag = self._say("IDLE")
        async with asyncio.timeout(STEP_S):
            while not (line := await self._line()).startswith("+"):
                self._check(line, tag, "rejected")
        yield
        renew_at = asyncio.get_running_loop().time() + RENEW_S
        with contextlib.suppress(TimeoutError):
            while True:
                async with asyncio.timeout_at(renew_at):
                    line = await self._line()
                self._check(line, tag, "connection_lost")
                if _is_news(line):
                    yield
        self._writer.write(b"DONE\r\n")
        if any(_is_news(line) for line in await self._until(tag, "connection_lost")):
            yield

    async def _command(self, line: str, *, then: str | None = None, refused: str = "rejected") -> list[str]:
        tag = self._say(line)
        return await self._until(tag, refused, then)

    def _say(self, line: str) -> str:
        self._number += 1
        tag = f"V{self._number}"
        self._writer.write(f"{tag} {line}\r\n".encode())
        return tag

    async def _until(self, tag: str, refused: str, then: str | None = None) -> list[str]:
        """The lines before the server says that it has done what `tag` asked. `then`: what it wants to hear midway."""
        lines: list[str] = []
        async with asyncio.timeout(STEP_S):
            while not (line := await self._line()).startswith(f"{tag} OK"):
                self._check(line, tag, refused)
                if line.startswith("+") and then is not None:
                    self._writer.write(f"{then}\r\n".encode())
                lines.append(line)
        return lines

    @staticmethod
    def _check(line: str, tag: str, refused: str) -> None:
        if line.startswith("* BYE"):
            raise SweepFailed("connection_lost")
        if line.startswith(f"{tag} "):
            raise SweepFailed("not_authorised" if refused == "not_authorised" else "rejected")

    async def _line(self) -> str:
        line = await self._reader.readline()
        if not line.endswith(b"\n"):
            raise EOFError
        return line.decode("utf-8", "replace").rstrip("\r\n")

    def close(self) -> None:
        """At once: a server that has gone would be waited for."""
        self._writer.transport.abort()


def _is_news(line: str) -> bool:
    words = line.upper().split()
    return len(words) == 3 and words[0] == "*" and words[2] in NEWS

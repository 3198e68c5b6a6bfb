"""IMAP (RFC 3501), as much of it as a mailbox is asked for that is only looked into: nothing can be changed by it."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from services.demo_mail.server import Server

_SINCE = re.compile(r"SINCE \d{1,2}-[A-Z][a-z]{2}-\d{4}")
_UIDS = re.compile(r"UID (\d+|\*)(?::\*)?")


@dataclass
class Folder:
    """`mails`: by UID. `seen`: those that somebody has read."""

    mails: dict[int, bytes] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    validity: int = 7

    @property
    def following(self) -> int:
        return max(self.mails, default=0) + 1

    def add(self, *mails: bytes) -> None:
        for mail in mails:
            self.mails[self.following] = mail

    def found(self, criteria: str) -> Iterable[int]:
        """UIDs. "From n on" names the last mail in any case, as RFC 3501 has it; every mail is recent enough. Raises
        `ValueError` for another question."""
        if match := _UIDS.fullmatch(criteria):
            last = self.following - 1
            least = last if match[1] == "*" else int(match[1])
            return sorted(uid for uid in self.mails if uid >= least or uid == last)
        if not _SINCE.match(criteria):
            raise ValueError(criteria)
        return [uid for uid in self.mails if not criteria.endswith("UNSEEN") or uid not in self.seen]


@dataclass
class Imap(Server):
    """`plain`, `idles`, `tells_next`: what a server may know how to do, or not."""

    password: str
    folders: dict[str, Folder] = field(default_factory=lambda: {"INBOX": Folder()})
    plain: bool = True
    tells_next: bool = True
    idles: bool = True
    _waiting: set[asyncio.StreamWriter] = field(default_factory=set)

    def tell(self, line: str) -> None:
        """To all who wait."""
        for writer in self._waiting:
            writer.write(f"{line}\r\n".encode())

    def deliver(self, *mails: bytes) -> None:
        """Into the inbox, and those who wait are told."""
        box = self.folders["INBOX"]
        box.add(*mails)
        self.tell(f"* {len(box.mails)} EXISTS")

    def announced(self, mail: bytes) -> int:
        """How long a mail is said to be."""
        return len(mail)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK ready\r\n")
        folder: Folder | None = None
        while line := await self.line(reader):
            tag, command, rest = [*line.split(" ", 2), ""][:3]
            match command:
                case "CAPABILITY":
                    able = b" AUTH=PLAIN" * self.plain + b" IDLE" * self.idles
                    writer.write(b"* CAPABILITY IMAP4rev1" + able + b"\r\n")
                    _done(writer, tag, "OK")
                case "AUTHENTICATE":
                    writer.write(b"+ \r\n")
                    given = base64.b64decode(await reader.readline()).decode().split("\0")
                    _done(writer, tag, "OK" if given[-1] == self.password else "NO")
                case "LOGIN":
                    _done(writer, tag, "OK" if rest.endswith(f'"{self.password}"') else "NO")
                case "EXAMINE":
                    folder = self.folders.get(rest.strip('"'))
                    self._opened(writer, tag, folder)
                case "UID" if folder is not None:
                    self._asked(writer, tag, rest, folder)
                case "IDLE" if folder is not None and self.idles:
                    await self._idled(reader, writer, tag)
                case "LOGOUT":
                    writer.write(b"* BYE\r\n")
                    _done(writer, tag, "OK")
                    return
                case _:
                    _done(writer, tag, "BAD")
            await writer.drain()

    async def _idled(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, tag: str) -> None:
        writer.write(b"+ idling\r\n")
        self._waiting.add(writer)
        try:
            given = await self.line(reader)
        finally:
            self._waiting.discard(writer)
        _done(writer, tag, "OK" if given == "DONE" else "BAD")

    def _opened(self, writer: asyncio.StreamWriter, tag: str, folder: Folder | None) -> None:
        if folder is None:
            _done(writer, tag, "NO")
            return
        writer.write(f"* {len(folder.mails)} EXISTS\r\n* OK [UIDVALIDITY {folder.validity}] valid\r\n".encode())
        if self.tells_next:
            writer.write(f"* OK [UIDNEXT {folder.following}] next\r\n".encode())
        _done(writer, tag, "OK [READ-ONLY]")

    def _asked(self, writer: asyncio.StreamWriter, tag: str, rest: str, folder: Folder) -> None:
        verb, _, criteria = rest.partition(" ")
        if verb == "SEARCH":
            writer.write(f"* SEARCH {' '.join(map(str, folder.found(criteria)))}\r\n".encode())
        else:
            uids, _, parts = criteria.partition(" ")
            for uid in map(int, uids.split(",")):
                if uid in folder.mails:
                    self._given(writer, uid, parts, folder.mails[uid])
        _done(writer, tag, "OK")

    def _given(self, writer: asyncio.StreamWriter, uid: int, parts: str, mail: bytes) -> None:
        if "RFC822.SIZE" in parts:
            writer.write(f"* 1 FETCH (UID {uid} RFC822.SIZE {len(mail)})\r\n".encode())
            return
        if "BODY.PEEK[]" not in parts:  # else it would be marked as read
            raise ValueError(parts)
        if match := re.search(r"<0\.(\d+)>", parts):
            mail = mail[: int(match[1])]
        writer.write(f"* 1 FETCH (UID {uid} BODY[] {{{self.announced(mail)}}}\r\n".encode() + mail + b")\r\n")


def _done(writer: asyncio.StreamWriter, tag: str, how: str) -> None:
    writer.write(f"{tag} {how} done\r\n".encode())

"""Mail servers on loopback: IMAP with folders of mails, SMTP that keeps what it is given. Each speaks as much of its
protocol as the real ones are asked for, and refuses what they would refuse."""

from __future__ import annotations

import asyncio
import base64
import re
from dataclasses import dataclass, field
from typing import Self


class _Server:
    """On a free port; `port` once it is entered."""

    _server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._served, "127.0.0.1", 0, limit=2**22)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def _served(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self.serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raise NotImplementedError


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


@dataclass
class Imap(_Server):
    """`said`: every command; `swells`: a literal is announced larger than it is."""

    folders: dict[str, Folder] = field(default_factory=lambda: {"INBOX": Folder()})
    password: str = "pässword"
    plain: bool = True
    tells_next: bool = True
    swells: bool = False
    silent: bool = False
    idles: bool = True
    idling: asyncio.Event = field(default_factory=asyncio.Event)
    said: list[str] = field(default_factory=list)
    _waiting: set[asyncio.StreamWriter] = field(default_factory=set)

    def tell(self, line: str) -> None:
        """To all who wait."""
        for writer in self._waiting:
            writer.write(f"{line}\r\n".encode())

    def deliver(self, *mails: bytes) -> None:
        """As `add`, and those who wait are told."""
        box = self.folders["INBOX"]
        box.add(*mails)
        self.tell(f"* {len(box.mails)} EXISTS")

    def hang_up(self) -> None:
        for writer in self._waiting:
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK ready\r\n")
        folder: Folder | None = None
        while line := (await reader.readline()).decode().rstrip("\r\n"):
            self.said.append(line)
            tag, command, rest = [*line.split(" ", 2), ""][:3]
            if self.silent and command != "CAPABILITY":
                await asyncio.Event().wait()
            match command:
                case "CAPABILITY":
                    able = b" AUTH=PLAIN" * self.plain + b" IDLE" * self.idles
                    writer.write(b"* CAPABILITY IMAP4rev1" + able + b"\r\n")
                    self._done(writer, tag, "OK")
                case "AUTHENTICATE":
                    writer.write(b"+ \r\n")
                    given = base64.b64decode(await reader.readline()).decode().split("\0")
                    self._done(writer, tag, "OK" if given[2] == self.password else "NO")
                case "LOGIN":
                    self._done(writer, tag, "OK" if rest.endswith(f'"{self.password}"') else "NO")
                case "EXAMINE":
                    folder = self.folders.get(rest.strip('"'))
                    self._opened(writer, tag, folder)
                case "UID" if folder is not None:
                    self._asked(writer, tag, rest, folder)
                case "IDLE" if folder is not None and self.idles:
                    await self._idled(reader, writer, tag)
                case "LOGOUT":
                    writer.write(b"* BYE\r\n")
                    self._done(writer, tag, "OK")
                    return
                case _:
                    self._done(writer, tag, "BAD")
            await writer.drain()

    async def _idled(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, tag: str) -> None:
        writer.write(b"+ idling\r\n")
        self._waiting.add(writer)
        self.idling.set()
        try:
            given = await reader.readline()
        finally:
            self._waiting.discard(writer)
        self.said.append(given.decode().rstrip("\r\n"))
        self._done(writer, tag, "OK" if given == b"DONE\r\n" else "BAD")

    @staticmethod
    def _done(writer: asyncio.StreamWriter, tag: str, how: str) -> None:
        writer.write(f"{tag} {how} done\r\n".encode())

    def _opened(self, writer: asyncio.StreamWriter, tag: str, folder: Folder | None) -> None:
        if folder is None:
            self._done(writer, tag, "NO")
            return
        writer.write(f"* {len(folder.mails)} EXISTS\r\n* OK [UIDVALIDITY {folder.validity}] valid\r\n".encode())
        if self.tells_next:
            writer.write(f"* OK [UIDNEXT {folder.following}] next\r\n".encode())
        self._done(writer, tag, "OK [READ-ONLY]")

    def _asked(self, writer: asyncio.StreamWriter, tag: str, rest: str, folder: Folder) -> None:
        verb, _, criteria = rest.partition(" ")
        if verb == "SEARCH":
            found = " ".join(str(uid) for uid in self._found(criteria, folder))
            writer.write(f"* SEARCH {found}\r\n".encode())
        else:
            uids, _, parts = criteria.partition(" ")
            for uid in map(int, uids.split(",")):
                if uid in folder.mails:
                    self._given(writer, uid, parts, folder.mails[uid])
        self._done(writer, tag, "OK")

    @staticmethod
    def _found(criteria: str, folder: Folder) -> list[int]:
        if match := re.fullmatch(r"UID (\d+|\*)(?::\*)?", criteria):
            least = folder.following - 1 if match[1] == "*" else int(match[1])
            return sorted({uid for uid in folder.mails if uid >= least} | {folder.following - 1} & set(folder.mails))
        assert re.match(r"SINCE \d{1,2}-[A-Z][a-z]{2}-\d{4}", criteria), criteria
        return [uid for uid in folder.mails if not criteria.endswith("UNSEEN") or uid not in folder.seen]

    def _given(self, writer: asyncio.StreamWriter, uid: int, parts: str, mail: bytes) -> None:
        if "RFC822.SIZE" in parts:
            writer.write(f"* 1 FETCH (UID {uid} RFC822.SIZE {len(mail)})\r\n".encode())
            return
        assert "BODY.PEEK[]" in parts, parts
        if match := re.search(r"<0\.(\d+)>", parts):
            mail = mail[: int(match[1])]
        size = 10**9 if self.swells else len(mail)
        writer.write(f"* 1 FETCH (UID {uid} BODY[] {{{size}}}\r\n".encode() + mail + b")\r\n")


@dataclass
class Smtp(_Server):
    """`answers`: to a command, in place of the usual word; "cut" ends the connection. `mails`: what was handed over."""

    answers: dict[str, str] = field(default_factory=dict)
    mails: list[tuple[str, str, bytes]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sender = to = ""
        writer.write(b"220 ready\r\n")
        while line := (await reader.readline()).decode().rstrip("\r\n"):
            self.said.append(line)
            verb = line.split(" ")[0].upper()
            sender = line if verb == "MAIL" else sender
            to = line if verb == "RCPT" else to
            usual = {"EHLO": "250-here\r\n250 AUTH PLAIN", "AUTH": "235 in", "DATA": "354 go on", "QUIT": "221 bye"}
            if not self._says(writer, self.answers.get(verb, usual.get(verb, "250 fine"))):
                return
            if verb == "DATA" and verb not in self.answers:
                mail = await reader.readuntil(b"\r\n.\r\n")
                self.mails.append((sender, to, mail.removesuffix(b".\r\n")))
                if not self._says(writer, self.answers.get(".", "250 taken")):
                    return
            await writer.drain()

    @staticmethod
    def _says(writer: asyncio.StreamWriter, answer: str) -> bool:
        if answer != "cut":
            writer.write(answer.encode() + b"\r\n")
        return answer != "cut"

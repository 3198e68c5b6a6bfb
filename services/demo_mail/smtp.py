"""SMTP (RFC 5321) that takes every mail, and sends none any further."""

from __future__ import annotations

import asyncio

from services.demo_mail.server import Server

USUAL = {"EHLO": "250-here\r\n250 AUTH PLAIN", "AUTH": "235 in", "DATA": "354 go on", "QUIT": "221 bye"}
CUT = "cut"


class Smtp(Server):
    """`take` gets what is handed over."""

    def take(self, sender: str, to: str, mail: bytes) -> None:
        """`sender` and `to`: the lines that name them (`MAIL FROM:<…>`)."""
        raise NotImplementedError

    def answer(self, verb: str, usual: str) -> str:
        """What is said to a command, or (`.`) to a whole mail; `CUT` ends the connection."""
        return usual

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sender = to = ""
        writer.write(b"220 ready\r\n")
        while line := await self.line(reader):
            verb = line.split(" ")[0].upper()
            sender = line if verb == "MAIL" else sender
            to = line if verb == "RCPT" else to
            said = self._says(writer, self.answer(verb, USUAL.get(verb, "250 fine")))
            if said == CUT or (said.startswith("354") and not await self._data(reader, writer, sender, to)):
                return
            await writer.drain()
            if verb == "QUIT":
                return

    async def _data(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sender: str, to: str) -> bool:
        """Whether the talk goes on. A dot that a line began with was doubled on its way."""
        await writer.drain()
        mail = (await reader.readuntil(b"\r\n.\r\n")).removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")
        self.take(sender, to, mail)
        return self._says(writer, self.answer(".", "250 taken")) != CUT

    @staticmethod
    def _says(writer: asyncio.StreamWriter, answer: str) -> str:
        if answer != CUT:
            writer.write(answer.encode() + b"\r\n")
        return answer

"""Mail servers on loopback, those of the demo (`services/demo_mail`): here they remember what they were told, and can
be told to misbehave."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from services.demo_mail import imap, smtp
from services.demo_mail.imap import Folder

__all__ = ["Folder", "Imap", "Smtp"]


@dataclass
class Imap(imap.Imap):
    """`said`: every command; `swells`: a literal is announced larger than it is; `silent`: it answers nothing."""

    password: str = "pässword"
    swells: bool = False
    silent: bool = False
    said: list[str] = field(default_factory=list)

    async def heard(self, line: str) -> None:
        self.said.append(line)
        if self.silent and not line.endswith(" CAPABILITY"):
            await asyncio.Event().wait()

    def announced(self, mail: bytes) -> int:
        return 10**9 if self.swells else len(mail)

    def hang_up(self) -> None:
        for writer in self._waiting:
            writer.transport.abort()


@dataclass
class Smtp(smtp.Smtp):
    """`answers`: to a command, in place of the usual word; "cut" ends the connection. `mails`: what was handed over."""

    answers: dict[str, str] = field(default_factory=dict)
    mails: list[tuple[str, str, bytes]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    async def heard(self, line: str) -> None:
        self.said.append(line)

    def take(self, sender: str, to: str, mail: bytes) -> None:
        self.mails.append((sender, to, mail))

    def answer(self, verb: str, usual: str) -> str:
        return self.answers.get(verb, usual)

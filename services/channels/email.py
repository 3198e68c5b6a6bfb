"""A mailbox of one's own: looked into by IMAP, answered from by SMTP. Mail servers may also post mails to the hook.

A delivery is the bytes of one mail; what a look brought is kept as a list of them. Reading is slow, and hostile mails
are slower: see `mail.process`. What is ignored, and why, is said in `mail.sorts`.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

import orjson

from inbox.channels import ChannelRecord, SetupField
from inbox.clock import Clock
from services.channels import proof, reading
from services.channels.base import BaseChannel, guarded
from services.channels.contract import (
    CannotRead,
    Capabilities,
    Envelope,
    Heard,
    Inbound,
    NothingToHear,
    Outcome,
    Parsed,
    Reply,
    SweepFailed,
    Swept,
    Way,
)
from services.channels.mail import account, idling, mailbox, outgoing, setup, smtp
from services.channels.mail import reading as mail
from services.channels.mail.mailbox import Post

KEPT = b'{"mails":['
"""How what a look brought begins. No mail begins so."""


def _kept(posts: Sequence[Post]) -> bytes:
    listed = [{"raw": base64.b64encode(post.raw).decode(), "sent": post.sent} for post in posts]
    return orjson.dumps({"mails": listed})


def _unpacked(raw: bytes) -> tuple[Post, ...]:
    listed = reading.tables(reading.table(reading.loads(raw)).get("mails"))
    try:
        return tuple(Post(base64.b64decode(one["raw"], validate=True), bool(one.get("sent"))) for one in listed)
    except (KeyError, TypeError, binascii.Error, ValueError) as error:
        raise CannotRead("it is no list of mails") from error


class Email(BaseChannel):
    id = "email"
    title = "E-mail"
    capabilities = Capabilities(
        ("mailbox", "stream", "webhook"), reply=True, attachments=True, echoes=True,
        limits="Looked into when the server tells of mail, and every minute; 20 mails at a time; of mails over 8 MB the"
        " beginning; passwords, no OAuth",
        files={"email": outgoing.FILES},
    )  # fmt: skip
    slow = True
    sweep_every_s = 60.0
    setup_fields = (
        *setup.addresses(),
        SetupField(
            "imap_host", "setting",
            {"fr": "Serveur de réception (IMAP)", "en": "Incoming server (IMAP)"},
            {"fr": "imap.exemple.fr, ou imap.exemple.fr:143", "en": "imap.example.com, or imap.example.com:143"},
        ),
        SetupField(
            "imap_user", "setting",
            {"fr": "Identifiant", "en": "User name"},
            {"fr": "Vide : votre adresse.", "en": "Empty: your address."},
        ),
        SetupField(
            "password", "secret",
            {"fr": "Mot de passe de la boîte", "en": "Password of the mailbox"},
            {
                "fr": "Souvent un « mot de passe d’application », à créer chez votre fournisseur.",
                "en": "Often an “app password”, to be made at your provider's.",
            },
        ),
        SetupField(
            "imap_folder", "setting",
            {"fr": "Dossier lu", "en": "Folder to read"},
            {"fr": "Vide : INBOX.", "en": "Empty: INBOX."},
        ),
        SetupField(
            "imap_sent_folder", "setting",
            {"fr": "Dossier des messages envoyés", "en": "Folder of sent mails"},
            {
                "fr": "Donné, les réponses écrites dans un logiciel de messagerie comptent aussi.",
                "en": "Once given, answers written in a mail program count as well.",
            },
        ),
        SetupField(
            "smtp_host", "setting",
            {"fr": "Serveur d’envoi (SMTP)", "en": "Outgoing server (SMTP)"},
            {"fr": "smtp.exemple.fr, ou smtp.exemple.fr:465", "en": "smtp.example.com, or smtp.example.com:465"},
        ),
        SetupField(
            "smtp_user", "setting",
            {"fr": "Identifiant d’envoi", "en": "User name for sending"},
            {"fr": "Vide : le même.", "en": "Empty: the same."},
        ),
        SetupField(
            "smtp_password", "secret",
            {"fr": "Mot de passe d’envoi", "en": "Password for sending"},
            {"fr": "Vide : le même.", "en": "Empty: the same."},
        ),
        SetupField(
            "secret", "secret",
            {"fr": "Mot de passe du webhook", "en": "Password of the hook"},
            {
                "fr": "Pour un serveur de messagerie qui poste ses messages. Laissez vide : nous en créons un.",
                "en": "For a mail server that posts its mails. Leave empty: we make one.",
            },
            required=True, make=proof.new_token,
        ),
    )  # fmt: skip
    setup_steps: Mapping[str, Sequence[str]] = MappingProxyType(
        {
            "fr": (
                "Chez votre fournisseur, autorisez l’accès IMAP et créez un mot de passe d’application.",
                "Donnez ici l’adresse, le serveur IMAP et le mot de passe : Vigie relève la boîte dès que le"
                " serveur annonce un message, et chaque minute, sans rien y changer.",
                "Pour répondre depuis Vigie, donnez le serveur SMTP.",
                "Donnez le dossier des messages envoyés pour que les réponses faites ailleurs comptent.",
                "Ou bien : faites poster chaque message entier (message/rfc822) à {hook_url}?token= suivi du mot de"
                " passe du webhook.",
            ),
            "en": (
                "At your provider's, allow access by IMAP and make an app password.",
                "Give the address, the IMAP server and the password here: Vigie looks into the mailbox when"
                " the server tells of mail, and every minute, and changes nothing there.",
                "To answer from Vigie, give the SMTP server.",
                "Give the folder of sent mails, so that answers written elsewhere count.",
                "Or: have every whole mail (message/rfc822) posted to {hook_url}?token= followed by the password of the"
                " hook.",
            ),
        }
    )

    def verify(self, request: Inbound, channel: ChannelRecord) -> str | None:
        return proof.first(channel, lambda secret: proof.carries(request, secret))

    def split(self, raw: bytes) -> Sequence[Envelope]:
        if not raw.strip():
            raise CannotRead("the body is empty")
        posts = _unpacked(raw) if raw.startswith(KEPT) else (Post(raw),)
        return [Envelope(post) for post in posts]

    def join(self, envelopes: Sequence[Envelope]) -> bytes:
        return _kept([envelope.content for envelope in envelopes])

    def split_request(self, request: Inbound) -> Sequence[Envelope]:
        """A list of mails comes from us alone: a sender's would pass its mails off as sent by us."""
        return [Envelope(Post(request.raw))] if request.raw.startswith(KEPT) else self.split(request.raw)

    def read(self, envelope: Envelope, channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
        return (guarded(lambda post: mail.raw_read(post.raw, channel, received_at, sent=post.sent), envelope.content),)

    async def sweep(self, way: Way, channel: ChannelRecord, cursor: str | None, now: datetime) -> Swept:
        box = account.of(channel)
        if box is None:
            raise SweepFailed("not_configured")
        found = await mailbox.look(way, box, mailbox.places(cursor), now)
        envelopes = [Envelope(post) for post in found.posts]
        parsed = [one for each in envelopes for one in await asyncio.to_thread(self.read, each, channel, now)]
        raw = _kept(found.posts) if found.posts else b""
        return Swept(tuple(parsed), mailbox.cursor(found.places), more=found.more, raw=raw)

    async def listen(
        self, way: Way, channel: ChannelRecord, cursor: str | None, clock: Clock
    ) -> AsyncGenerator[Heard, None]:
        """The server says that there is something; what it is, the look finds."""
        box = account.of(channel)
        if box is None:
            raise NothingToHear
        async with contextlib.aclosing(idling.news(way, box)) as news:
            async for _ in news:
                yield Heard(look=True)

    async def reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
        return await smtp.send(way, channel, reply)


CHANNEL = Email()

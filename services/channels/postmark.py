"""Postmark's inbound webhook: mails as JSON, taken apart.

Nothing is signed: the address carries a password. The mail's own id stands among its headers; the one that Postmark
calls `MessageID` is Postmark's, and serves where the mail has none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import orjson

from inbox.channels import ChannelRecord, SetupField
from services.channels import asking, parts, posting, proof, reading
from services.channels.base import BaseChannel, guarded
from services.channels.contract import (
    CannotRead,
    Capabilities,
    Envelope,
    Ignored,
    Inbound,
    Outcome,
    Parsed,
    Probe,
    Reply,
    Way,
)
from services.channels.mail import apart, outgoing, setup, verdict
from services.channels.mail import reading as mail
from services.channels.mail.headers import Headers
from services.channels.mail.letter import File

API = "https://api.postmarkapp.com"


def _headers(content: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Those of the mail, then what Postmark tells in fields, where the mail's own are not among them."""
    listed = [(str(one.get("Name")), str(one.get("Value") or "")) for one in reading.tables(content.get("Headers"))]
    yield from listed
    named = {name.strip().lower() for name, _ in listed}
    told = (("from", _sender(content)), ("to", content.get("OriginalRecipient") or content.get("To")),
            ("subject", content.get("Subject")), ("date", content.get("Date")),
            ("reply-to", content.get("ReplyTo")))  # fmt: skip
    for name, value in told:
        if isinstance(value, str) and value and name not in named:
            yield name, value


def _sender(content: dict[str, Any]) -> str | None:
    """The name stands apart from the address, without quotes."""
    full = reading.table(content.get("FromFull"))
    address, name = full.get("Email") or content.get("From"), full.get("Name") or content.get("FromName")
    if not isinstance(address, str) or not isinstance(name, str) or not name or "<" in address:
        return address if isinstance(address, str) else None
    quoted = name.replace("\\", "").replace('"', "")
    return f'"{quoted}" <{address}>'


def _files(content: dict[str, Any]) -> list[File]:
    return [
        File(
            reading.shown(one.get("Name")),
            reading.shown(one.get("ContentType")),
            reading.count(one.get("ContentLength")),
        )
        for one in reading.tables(content.get("Attachments"))
    ]


def _token(content: dict[str, Any]) -> str | None:
    """What stood behind the plus: Postmark's own mailbox addresses are made for it."""
    token = content.get("MailboxHash")
    return token[:64] if isinstance(token, str) and token else None


def _ident(content: dict[str, Any]) -> str | None:
    return reading.ident(content.get("MessageID"))


def _parsed(content: Any, channel: ChannelRecord, received_at: datetime) -> Parsed:
    record = parts.name(parts.dig(content, "RecordType"))
    if record not in (None, "Inbound"):
        return Ignored(f"another event: {record}"[:80])
    if not isinstance(content, dict) or not {"From", "FromFull", "Headers", "TextBody"} & set(content):
        raise reading.Misread("it is no mail of Postmark's inbound webhook")
    found, words = tuple(_headers(content)), (reading.words(content.get(name)) for name in ("TextBody", "HtmlBody"))
    plain, markup = (one or "" for one in words)
    digest = hashlib.blake2b(orjson.dumps([found, plain, markup]), digest_size=20).digest()
    letter = apart.letter(found, plain, markup, _files(content), digest)
    has_own = bool(Headers(letter.headers).ids("message-id"))
    return mail.read(
        letter, channel, received_at, token=_token(content), ident=None if has_own else _ident(content),
        told=verdict.postmark(Headers(found)),
    )  # fmt: skip


class Postmark(BaseChannel):
    id = "postmark"
    title = "Postmark"
    capabilities = Capabilities(
        ("webhook",), reply=True, attachments=True,
        limits="Postmark tries 10 times in 6 hours, and not again after a 403; 35 MB a mail",
        resends_for=timedelta(hours=6), files={"email": outgoing.FILES_OF_POSTMARK}, body_most=50 * 2**20,
    )  # fmt: skip
    slow = True
    setup_fields = (
        SetupField(
            "secret", "secret",
            {"fr": "Mot de passe de l’adresse", "en": "Password of the address"},
            {"fr": "Laissez vide : nous en créons un.", "en": "Leave empty: we make one."},
            required=True, make=proof.new_token,
        ),
        *setup.addresses(),
        SetupField(
            "api_key", "secret",
            {"fr": "Jeton du serveur (Server API token)", "en": "Server API token"},
            {"fr": "Pour répondre depuis Vigie.", "en": "To answer from Vigie."},
        ),
        posting.api_url_field(API),
    )  # fmt: skip
    setup_steps: Mapping[str, Sequence[str]] = MappingProxyType(
        {
            "fr": (
                "Postmark › votre serveur › Default Inbound Stream › Settings.",
                "Webhook : {hook_url}, avec vigie:MOT-DE-PASSE@ devant le nom de la machine.",
                "Faites suivre votre adresse vers l’adresse d’arrivée de Postmark, ou réglez son domaine d’arrivée.",
                "Pour répondre : API Tokens, copiez le jeton du serveur ; votre adresse doit y être un expéditeur"
                " vérifié.",
            ),
            "en": (
                "Postmark › your server › Default Inbound Stream › Settings.",
                "Webhook: {hook_url}, with vigie:PASSWORD@ before the name of the machine.",
                "Forward your address to Postmark's inbound address, or set its inbound domain.",
                "To answer: API Tokens, copy the server token; your address must be a verified sender there.",
            ),
        }
    )

    def verify(self, request: Inbound, channel: ChannelRecord) -> str | None:
        return proof.first(channel, lambda secret: proof.carries(request, secret))

    def split(self, raw: bytes) -> Sequence[Envelope]:
        content = reading.loads(raw)
        if not isinstance(content, dict):
            raise CannotRead("the body is no object")
        return (Envelope(content),)

    def read(self, envelope: Envelope, channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
        return (guarded(lambda content: _parsed(content, channel, received_at), envelope.content),)

    def probe(self, way: Way, channel: ChannelRecord) -> Probe | None:
        token = asking.needed(channel, "api_key")
        return Probe(f"{posting.api_url(channel, API)}/server", {"x-postmark-server-token": token}, ("Name",))

    async def reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
        return await outgoing.by_postmark(way, channel, reply, posting.api_url(channel, API))


CHANNEL = Postmark()

"""Mailgun's routes: mails as forms, taken apart by Mailgun, or whole where the address ends in "mime".

Mailgun signs a time and a token, and not the body: who has seen one request could send another body with it. So a
token is remembered with a digest of what came with it, and never holds for anything else. Mailgun sends a failed
request again for eight hours, with the signature of the first time: so long a signature holds, and so long its token is
remembered, in this process.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

import orjson

from inbox.channels import ChannelRecord, SetupField
from services.channels import forms, parts, posting, proof, reading
from services.channels.base import BaseChannel, guarded
from services.channels.contract import (
    CannotRead,
    Capabilities,
    Envelope,
    Ignored,
    Inbound,
    Outcome,
    Parsed,
    Reply,
    Way,
)
from services.channels.mail import apart, outgoing, seen, setup, verdict
from services.channels.mail import reading as mail
from services.channels.mail.headers import Headers
from services.channels.mail.letter import File

API = "https://api.mailgun.net"
HOLDS_S = 9 * 3600.0
"""Mailgun tries for eight hours."""
AHEAD_S = 300.0
PROOF = frozenset({"timestamp", "token", "signature"})
RAW = "body-mime"
TOKENS = seen.Once(HOLDS_S)


def _proves(secret: str, form: forms.Form) -> bool:
    given = [form.text(name) for name in ("timestamp", "token", "signature")]
    timestamp, token, signature = (one or "" for one in given)
    if not token or len(token) > 200:
        return False
    signed = f"{timestamp}{token}".encode()
    return proof.same(signature.strip().lower(), proof.hexadecimal(secret, signed)) and _is_recent(timestamp)


def _is_recent(timestamp: str) -> bool:
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        return False
    age_s = proof.CLOCK.now().timestamp() - int(timestamp)
    return -AHEAD_S <= age_s <= HOLDS_S


def _digest(form: forms.Form) -> bytes:
    """Of all that the signature says nothing about. A request that is sent again may be cut into parts anew."""
    digest = hashlib.blake2b(digest_size=20)
    uploads = {f"file {name}": upload.data for name, upload in form.uploads.items()}
    for name, value in sorted({**form.fields, **uploads}.items()):
        if name not in PROOF:
            digest.update(f"{len(name.encode())} {name} {len(value)} ".encode() + value)
    return digest.digest()


def _headers(form: forms.Form) -> list[tuple[str, str]]:
    """Those of the mail; where there are none, what Mailgun says in fields of its own."""
    told = form.text("message-headers")
    try:
        listed = reading.loads(told.encode()) if told else []
    except CannotRead:
        listed = []
    found = apart.pairs(listed)
    named = {name.lower() for name, _ in found}
    also = (("From", form.text("from")), ("Subject", form.text("subject")), ("To", form.text("recipient")))
    return [*found, *((name, value) for name, value in also if value and name.lower() not in named)]


def _files(form: forms.Form) -> list[File]:
    """As files of the form; a route that stores the mail names them instead, each with its address."""
    named = form.text("attachments")
    try:
        listed = reading.tables(reading.loads(named.encode())) if named else []
    except CannotRead:
        listed = []
    stored = [
        File(reading.shown(one.get("name")), reading.shown(one.get("content-type")), reading.count(one.get("size")))
        for one in listed
    ]
    return [*apart.files(form.uploads.values()), *stored]


def _event(form: forms.Form) -> str | None:
    """What became of a mail of ours, in the older or the newer form; None for a mail that somebody wrote."""
    if "event-data" in form.fields:
        return parts.name(parts.dig(reading.loads(form.fields["event-data"]), "event")) or "unknown"
    has_words = any(name in form.fields for name in ("body-plain", "body-html", "stripped-text", "from"))
    return None if has_words else form.text("event")


def _parsed(form: forms.Form, channel: ChannelRecord, received_at: datetime) -> Parsed:
    if (event := _event(form)) is not None:
        return Ignored(f"another event: {event}"[:80])
    raw = form.fields.get(RAW) or (form.uploads[RAW].data if RAW in form.uploads else None)
    if raw:
        return mail.raw_read(raw, channel, received_at)
    token = (form.text("token") or "")[:200]
    found = apart.letter(
        _headers(form), form.text("body-plain") or "", form.text("body-html") or "", _files(form), _digest(form)
    )
    told = verdict.mailgun(Headers(_headers(form)), form.text("sender"))
    return mail.read(found, channel, received_at, ident=f"mailgun:{token}" if token else None, told=told)


class Mailgun(BaseChannel):
    id = "mailgun"
    title = "Mailgun"
    capabilities = Capabilities(
        ("webhook",), reply=True, attachments=True,
        limits="Mailgun tries for 8 hours; 25 MB a mail",
        resends_for=timedelta(hours=8), files={"email": outgoing.FILES}, body_most=35 * 2**20,
    )  # fmt: skip
    slow = True
    setup_fields = (
        SetupField(
            "secret", "secret",
            {"fr": "Clé de signature des webhooks", "en": "HTTP webhook signing key"},
            {"fr": "Mailgun : API Security.", "en": "Mailgun: API Security."},
            required=True,
        ),
        *setup.addresses(),
        SetupField(
            "api_key", "secret",
            {"fr": "Clé d’envoi du domaine", "en": "Sending key of the domain"},
            {"fr": "Pour répondre depuis Vigie.", "en": "To answer from Vigie."},
        ),
        posting.api_url_field(API),
    )  # fmt: skip
    setup_steps: Mapping[str, Sequence[str]] = MappingProxyType(
        {
            "fr": (
                "Mailgun › Receiving › Create route : choisissez l’adresse qui reçoit.",
                "Action Forward : {hook_url}. Pour recevoir les messages entiers, ajoutez ?mime à l’adresse.",
                "Mailgun › API Security : copiez la HTTP webhook signing key et collez-la ici.",
                "Pour répondre : une clé d’envoi (sending key) du domaine, et votre adresse.",
                "Domaine en Europe : l’adresse de l’API est https://api.eu.mailgun.net.",
            ),
            "en": (
                "Mailgun › Receiving › Create route: choose the address that receives.",
                "Action Forward: {hook_url}. To get whole messages, add ?mime to the address.",
                "Mailgun › API Security: copy the HTTP webhook signing key and paste it here.",
                "To answer: a sending key of the domain, and your address.",
                "A domain in Europe: the API's address is https://api.eu.mailgun.net.",
            ),
        }
    )

    def verify(self, request: Inbound, channel: ChannelRecord) -> str | None:
        try:
            form = forms.read(request)
        except CannotRead:
            return None
        found = proof.first(channel, lambda secret: _proves(secret, form))
        if found is None:
            return None
        key = f"{channel.channel_id} {form.text('token')}"
        return found if TOKENS.holds(key, _digest(form), proof.CLOCK.now().timestamp()) else None

    def split(self, raw: bytes) -> Sequence[Envelope]:
        return (Envelope(forms.of_bytes(raw)),)

    def split_request(self, request: Inbound) -> Sequence[Envelope]:
        return (Envelope(forms.read(request)),)

    def join(self, envelopes: Sequence[Envelope]) -> bytes:
        return orjson.dumps(apart.kept(envelopes[0].content)) if envelopes else b"{}"

    def read(self, envelope: Envelope, channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
        return (guarded(lambda form: _parsed(form, channel, received_at), envelope.content),)

    async def check(self, way: Way, channel: ChannelRecord, now: datetime) -> str | None:
        return await outgoing.let_in_by_mailgun(way, channel, posting.api_url(channel, API))

    async def reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
        return await outgoing.by_mailgun(way, channel, reply, posting.api_url(channel, API))


CHANNEL = Mailgun()

"""Twilio: text messages, WhatsApp by way of Twilio, and notes of calls. A thread is the number we talk with.

Twilio signs the address as it knows it, with the fields of the form, sorted: so the address in Vigie's settings must be
the one that people outside use. It puts no time into what it sends: a message's time is that of its arrival.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import orjson

from inbox.channels import ChannelRecord, SetupField
from services.channels import posting, proof, reading, twilio_fields, twilio_replies, twilio_sweep
from services.channels.base import BaseChannel
from services.channels.contract import (
    Answer,
    Capabilities,
    Envelope,
    Inbound,
    Outcome,
    Parsed,
    Reply,
    Swept,
    Taken,
    Way,
)
from services.channels.twilio_fields import FIELDS_MOST, WINDOW

PORTS = {"https": 443, "http": 80}


class Twilio(BaseChannel):
    id = "twilio"
    title = "Twilio (SMS, WhatsApp)"
    capabilities = Capabilities(
        ("webhook", "form"), reply=True, attachments=True, reconcile=True, window={"dm": WINDOW},
        length_most=twilio_replies.LENGTH_MOST,
        limits="1 message a second from a long number, 10 and more from other kinds; calls are noted, not answered",
        files=twilio_replies.FILES, fetches_files=True,
    )  # fmt: skip
    setup_fields = (
        SetupField(
            "secret", "secret",
            {"fr": "Jeton d’authentification (Auth Token)", "en": "Auth Token"},
            {
                "fr": "Console de Twilio : Account Info. Il signe aussi les webhooks.",
                "en": "Twilio's console: Account Info. It signs the webhooks too.",
            },
            required=True,
        ),
        SetupField(
            "account_sid", "setting",
            {"fr": "Identifiant du compte (Account SID)", "en": "Account SID"},
            {
                "fr": "Il commence par AC. Pour répondre, et pour retrouver les messages que le webhook a manqués.",
                "en": "It begins with AC. To answer, and to find the messages that the webhook missed.",
            },
        ),
        SetupField(
            "account_id", "account",
            {"fr": "Votre numéro", "en": "Your number"},
            {
                "fr": "En forme internationale, +33… Vide : prend tout numéro que personne d’autre ne réclame.",
                "en": "In international form, +33… Empty: takes any number that no other channel claims.",
            },
        ),
        SetupField(
            "messaging_service_sid", "setting",
            {"fr": "Service de messagerie (Messaging Service SID)", "en": "Messaging Service SID"},
            {
                "fr": "Il commence par MG. S’il est donné, les réponses partent par ce service.",
                "en": "It begins with MG. If given, answers leave by this service.",
            },
        ),
        posting.api_url_field(twilio_replies.API_URL),
    )  # fmt: skip
    setup_steps: Mapping[str, Sequence[str]] = MappingProxyType(
        {
            "fr": (
                "Console de Twilio : ouvrez votre numéro (ou l’expéditeur WhatsApp), onglet Messaging.",
                "« A message comes in » : Webhook, {hook_url}, HTTP POST.",
                "Pour noter les appels : « Call status changes », la même adresse, HTTP POST.",
                "L’adresse publique réglée dans Vigie (VIGIE_BASE_URL) doit être celle-là même : Twilio la signe.",
            ),
            "en": (
                "Twilio's console: open your number (or the WhatsApp sender), tab Messaging.",
                "“A message comes in”: Webhook, {hook_url}, HTTP POST.",
                "To have calls noted: “Call status changes”, the same address, HTTP POST.",
                "The public address in Vigie's settings (VIGIE_BASE_URL) must be exactly that one: Twilio signs it.",
            ),
        }
    )

    sweep_every_s = twilio_sweep.EVERY_S

    def verify(self, request: Inbound, channel: ChannelRecord) -> str | None:
        given = request.header("x-twilio-signature")
        signed = tuple(_signed(request)) if given else ()
        return proof.first(channel, lambda secret: any(proof.same(given, _digest(secret, one)) for one in signed))

    def answer(self, taken: Taken) -> Answer:
        """An empty document: "do nothing" in Twilio's own language."""
        return Answer(200, b'<?xml version="1.0" encoding="UTF-8"?><Response></Response>', "text/xml")

    def split(self, raw: bytes) -> Sequence[Envelope]:
        """A form; or the list of messages that a look brought, when it is read again."""
        fields = twilio_fields.fields_of(raw)
        if isinstance(fields.get("messages"), list):
            told = [twilio_sweep.as_form(message) for message in reading.tables(fields["messages"])]
        else:
            told = [fields]
        return [Envelope(one, twilio_fields.number(one), self.id, frozenset({self.id})) for one in told]

    def join(self, envelopes: Sequence[Envelope]) -> bytes:
        return orjson.dumps(envelopes[0].content if envelopes else {})

    def read(self, envelope: Envelope, channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
        return (twilio_fields.parsed(envelope.content, received_at),)

    async def reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
        return await twilio_replies.send(way, channel, reply)

    async def sweep(self, way: Way, channel: ChannelRecord, cursor: str | None, now: datetime) -> Swept:
        return await twilio_sweep.look(way, channel, cursor, now)


# --- proof ----------------------------------------------------------------------------------------------------------


def _signed(request: Inbound) -> Iterator[bytes]:
    """What may have been signed: the address as it is, with its usual port and without, then the form's fields."""
    query = request.query()
    if "bodySHA256" in query:
        if not proof.same(query["bodySHA256"].lower(), hashlib.sha256(request.raw).hexdigest()):
            return
        fields = ""
    else:
        found = _signed_fields(request.raw)
        if found is None:
            return
        fields = found
    for url in _addresses(request.url):
        yield (url + fields).encode("utf-8", "surrogateescape")


def _signed_fields(raw: bytes) -> str | None:
    """Of a name that comes several times each value once, sorted."""
    try:
        pairs = parse_qsl(
            raw.decode("utf-8", "surrogateescape"), keep_blank_values=True, errors="surrogateescape",
            max_num_fields=FIELDS_MOST,
        )  # fmt: skip
    except ValueError:
        return None
    return "".join(name + value for name, value in sorted(set(pairs)))


def _addresses(url: str) -> Sequence[str]:
    parts = urlsplit(url)
    usual = PORTS.get(parts.scheme)
    try:
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        return (url,)
    if usual is None or port not in (None, usual):
        return (url,)
    host = f"[{host}]" if ":" in host else host
    return (
        url,
        urlunsplit(parts._replace(netloc=host if port else f"{host}:{usual}")),
    )


def _digest(secret: str, signed: bytes) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), signed, hashlib.sha1)).decode()


CHANNEL = Twilio()

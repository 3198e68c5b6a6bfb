"""WhatsApp, by Meta's Cloud API: messages to a business's number. A thread is the person we talk with, or the group.

Who a person is, is what a message says of its sender: the business-scoped id (`from_user_id`, as `US.1349…`) where it
gives one, which people keep when they hide their number behind a user name; else the phone number. The list of contacts
beside the messages is no table of senders: it has its own order, and numbers of its own form. It is asked for names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import orjson

from inbox.channels import ChannelRecord, SetupField
from services.channels import meta, posting, reading, whatsapp_messages, whatsapp_replies
from services.channels.base import guarded
from services.channels.contract import (
    EVERY,
    CannotRead,
    Capabilities,
    Deed,
    Envelope,
    Ignored,
    Outcome,
    Parsed,
    Reply,
    Unreadable,
    Way,
)

NETWORKS = frozenset({"whatsapp"})
FIELDS = frozenset({"messages", "smb_message_echoes", "message_echoes"})


class WhatsApp(meta.App):
    id = "whatsapp"
    title = "WhatsApp"
    capabilities = Capabilities(
        ("webhook",), reply=True, attachments=True, edits=True, withdrawals=True, echoes=True,
        window={"dm": whatsapp_messages.WINDOW}, length_most=whatsapp_replies.LENGTH_MOST, like=True, gestures_on=EVERY,
        limits="80 messages a second from a number, about 1 in 6 seconds to the same person",
        resends_for=timedelta(hours=168), files={"dm": whatsapp_replies.FILES},
    )  # fmt: skip
    setup_fields = (
        *meta.APP_FIELDS[:2],
        SetupField(
            "access_token", "secret",
            {"fr": "Jeton d’accès", "en": "Access token"},
            {
                "fr": "D’un utilisateur système, avec whatsapp_business_messaging. Pour répondre depuis Vigie.",
                "en": "Of a system user, with whatsapp_business_messaging. To answer from Vigie.",
            },
        ),
        SetupField(
            "account_id", "account",
            {"fr": "Identifiant du numéro (phone number ID)", "en": "Phone number ID"},
            {
                "fr": "Il faut l’indiquer pour répondre. Vide : prend tout numéro que personne d’autre ne réclame.",
                "en": "Needed to answer. Empty: takes any number that no other channel claims.",
            },
        ),
        posting.api_url_field("https://graph.facebook.com/v23.0"),
    )  # fmt: skip
    setup_steps: Mapping[str, Sequence[str]] = MappingProxyType(
        {
            "fr": (
                "Dans la console de Meta, ajoutez le produit WhatsApp à votre app.",
                "WhatsApp › Configuration › Webhook : {hook_url} — jeton de vérification : {verify_token}",
                "Abonnez-vous au champ messages, et à smb_message_echoes si l’on répond aussi depuis un téléphone.",
                "Abonnez le compte WhatsApp Business à l’app : POST /{waba-id}/subscribed_apps.",
                "Une réponse part dans les 24 heures qui suivent le dernier message de la personne.",
            ),
            "en": (
                "In Meta's console, add the product WhatsApp to your app.",
                "WhatsApp › Configuration › Webhook: {hook_url} — verify token: {verify_token}",
                "Subscribe to the field messages, and to smb_message_echoes if people also answer from a phone.",
                "Subscribe the WhatsApp Business account to the app: POST /{waba-id}/subscribed_apps.",
                "A reply can leave within 24 hours of the person's last message.",
            ),
        }
    )

    def split(self, raw: bytes) -> Sequence[Envelope]:
        """One envelope a change: an entry is of a business account, which may have many numbers."""
        content = meta.whole(reading.loads(raw), "whatsapp_business_account")
        if not isinstance(content, dict) or not isinstance(content.get("entry"), list):
            raise CannotRead("there are no entries in it")
        return [part for entry in content["entry"] for part in _envelopes(content.get("object"), entry)]

    def read(self, envelope: Envelope, channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
        named, _, change = envelope.content
        if named != "whatsapp_business_account":
            return (Unreadable("it is about an object that is no WhatsApp account"),)
        field, value = reading.table(change).get("field"), reading.table(change).get("value")
        if not isinstance(field, str) or not isinstance(value, dict):
            return (Unreadable("a change without a field or a value"),)
        if field not in FIELDS:
            return (Ignored(f"a change of another field: {field}"[:80]),)
        return _everything(value, received_at) or (Ignored("a change without messages"),)

    def join(self, envelopes: Sequence[Envelope]) -> bytes:
        parts = [envelope.content for envelope in envelopes]
        entries = [{"id": ident, "changes": [change]} for _, ident, change in parts]
        return orjson.dumps({"object": parts[0][0] if parts else None, "entry": entries})

    async def reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
        return await whatsapp_replies.send(way, channel, reply)

    async def gesture(self, way: Way, channel: ChannelRecord, deed: Deed) -> Outcome:
        return await whatsapp_replies.gesture(way, channel, deed)


def _envelopes(named: Any, entry: Any) -> list[Envelope]:
    """The console's test names the entry "0", and a number that is nobody's."""
    ident = reading.table(entry).get("id")
    changes = reading.table(entry).get("changes")
    if not isinstance(changes, list):
        return [Envelope((named, ident, None), None, "whatsapp", NETWORKS)]
    return [
        Envelope(
            (named, ident, change),
            meta.TEST_ENTRY if ident == meta.TEST_ENTRY else _number(change),
            "whatsapp",
            NETWORKS,
        )
        for change in changes
    ]


def _number(change: Any) -> str | None:
    metadata = reading.table(reading.table(change).get("value")).get("metadata")
    try:
        return reading.ident(reading.table(metadata).get("phone_number_id"))
    except reading.Misread:
        return None


def _everything(value: dict[str, Any], received_at: datetime) -> tuple[Parsed, ...]:
    people = whatsapp_messages.People(value)
    readers: Mapping[str, Callable[[Any], Parsed]] = {
        "messages": lambda message: whatsapp_messages.message(message, people, received_at),
        "message_echoes": lambda message: whatsapp_messages.echo(message, people, received_at),
        "statuses": lambda status: whatsapp_messages.status(status, received_at),
        "errors": lambda _: Ignored("an error of the network"),
    }
    found: list[Parsed] = []
    for name, read in readers.items():
        listed = value.get(name)
        if isinstance(listed, list):
            found += [guarded(read, part) for part in listed]
        elif listed is not None:
            found.append(Unreadable(f"{name} is not a list"))
    return tuple(found)


CHANNEL = WhatsApp()

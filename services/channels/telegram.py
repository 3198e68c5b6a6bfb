"""Telegram: messages to a bot, in private chats, groups, channels and the business chats that a bot was given.

A message's number counts within its chat alone, so its id here is "chat:number". Telegram proves a delivery by sending
the secret back that `setWebhook` was given; the body is not signed. It tells bots nothing of deleted messages but in
business chats.
"""

from __future__ import annotations

import re
import secrets as randomness
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from inbox.channels import ChannelRecord, SetupField
from services.channels import asking, posting, proof, reading, telegram_messages, telegram_replies
from services.channels.base import BaseChannel
from services.channels.contract import (
    EVERY,
    Capabilities,
    Deed,
    Envelope,
    Inbound,
    Outcome,
    Parsed,
    Probe,
    Reply,
    Way,
)

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
"""What Telegram takes as a secret; it can never send another."""


class Telegram(BaseChannel):
    id = "telegram"
    title = "Telegram"
    capabilities = Capabilities(
        ("webhook",), reply=True, attachments=True, edits=True, withdrawals=True, echoes=True,
        length_most=telegram_replies.LENGTH_MOST, counting="utf16", like=True, gestures_on=EVERY,
        limits="30 messages a second, 1 a second in a chat, 20 a minute in a group",
        resends_for=timedelta(hours=24), files=dict.fromkeys(EVERY, telegram_replies.FILES),
    )  # fmt: skip
    setup_fields = (
        SetupField(
            "secret", "secret",
            {"fr": "Jeton secret du webhook", "en": "Webhook's secret token"},
            {
                "fr": "Laissez vide : nous en créons un, à donner à setWebhook comme secret_token.",
                "en": "Leave empty: we make one; give it to setWebhook as secret_token.",
            },
            required=True, make=lambda: randomness.token_urlsafe(32),
        ),
        SetupField(
            "bot_token", "secret",
            {"fr": "Jeton du bot", "en": "Bot token"},
            {
                "fr": "Celui de @BotFather, pour répondre depuis Vigie. Sans lui, on répond à la main.",
                "en": "The one of @BotFather, to answer from Vigie. Without it, you answer by hand.",
            },
        ),
        SetupField(
            "business_connection_id", "setting",
            {"fr": "Identifiant de la connexion professionnelle", "en": "Business connection ID"},
            {
                "fr": "Seulement si le bot répond au nom d’un compte Telegram Business.",
                "en": "Only where the bot answers in the name of a Telegram Business account.",
            },
        ),
        posting.api_url_field(telegram_replies.API_URL),
    )  # fmt: skip
    setup_steps: Mapping[str, Sequence[str]] = MappingProxyType(
        {
            "fr": (
                "Dans Telegram, créez un bot auprès de @BotFather et copiez son jeton ci-dessous.",
                "Appelez setWebhook avec l’adresse {hook_url} et le jeton secret ci-dessous comme secret_token.",
                "Pour un groupe : ajoutez-y le bot et coupez son mode privé (/setprivacy auprès de @BotFather).",
            ),
            "en": (
                "In Telegram, make a bot with @BotFather and copy its token below.",
                "Call setWebhook with the address {hook_url} and the secret token below as secret_token.",
                "For a group: add the bot to it and turn its privacy mode off (/setprivacy with @BotFather).",
            ),
        }
    )

    def verify(self, request: Inbound, channel: ChannelRecord) -> str | None:
        given = request.header("x-telegram-bot-api-secret-token")
        return proof.first(channel, lambda secret: bool(_SECRET.fullmatch(secret)) and proof.same(given, secret))

    def read(self, envelope: Envelope, channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
        return telegram_messages.parsed(envelope.content, channel, received_at)

    def probe(self, way: Way, channel: ChannelRecord) -> Probe | None:
        token = asking.needed(channel, "bot_token")
        url = f"{posting.api_url(channel, telegram_replies.API_URL)}/bot{token}/getMe"
        return Probe(url, {}, ("result", "username"), "ok")

    def split(self, raw: bytes) -> Sequence[Envelope]:
        """An update as a hook gets it, or the list of them that `getUpdates` answers."""
        content = reading.loads(raw)
        listed = content.get("result") if isinstance(content, dict) and content.get("ok") is True else None
        return [Envelope(one) for one in (listed if isinstance(listed, list) else [content])]

    async def reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
        return await telegram_replies.send(way, channel, reply)

    async def gesture(self, way: Way, channel: ChannelRecord, deed: Deed) -> Outcome:
        return await telegram_replies.gesture(way, channel, deed)


CHANNEL = Telegram()

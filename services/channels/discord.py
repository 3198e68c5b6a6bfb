"""Discord: webhook events of an app (messages in lobbies and game chats), and messages in the form of its gateway.

Discord sends what is written in a server's channels through its gateway only, a connection that somebody's bot holds.
Vigie asks for it instead (`sweep`); or such a bot passes on what it gets, as it gets it (`MESSAGE_CREATE` and its like,
with or without the gateway's own envelope), signed like Discord signs, with a key of its own.

Discord itself sends wrong signatures now and then, and takes the address away from an app that accepts one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from inbox.channels import ChannelRecord, SetupField
from services.channels import discord_messages, discord_replies, discord_sweep, posting, reading
from services.channels.base import BaseChannel
from services.channels.contract import (
    EVERY,
    Answer,
    CannotRead,
    Capabilities,
    Deed,
    Envelope,
    Inbound,
    Outcome,
    Parsed,
    Reply,
    Swept,
    Taken,
    Way,
)

PING, EVENT = 0, 1


class Discord(BaseChannel):
    id = "discord"
    title = "Discord"
    capabilities = Capabilities(
        ("webhook", "poll"), reply=True, attachments=True, edits=True, withdrawals=True, echoes=True,
        length_most=discord_replies.LENGTH_MOST, like=True, gestures_on=EVERY,
        limits="5 messages in 5 seconds in a channel", files=dict.fromkeys(EVERY, discord_replies.FILES),
    )  # fmt: skip
    setup_fields = (
        SetupField(
            "secret", "secret",
            {"fr": "Clé publique de l’application", "en": "Application's public key"},
            {
                "fr": "Portail des développeurs : General Information. 64 chiffres hexadécimaux.",
                "en": "Developer portal: General Information. 64 hexadecimal digits.",
            },
            required=True,
        ),
        SetupField(
            "account_id", "account",
            {"fr": "Identifiant de l’application", "en": "Application ID"},
            {
                "fr": "C’est aussi celui de son bot, dont les messages ne deviennent alors pas des messages reçus.",
                "en": "Also that of its bot, whose messages then do not become messages received.",
            },
        ),
        SetupField(
            "bot_token", "secret",
            {"fr": "Jeton du bot", "en": "Bot token"},
            {
                "fr": "Pour répondre depuis Vigie, et pour suivre les canaux d’un serveur.",
                "en": "To answer from Vigie, and to follow the channels of a server.",
            },
        ),
        SetupField(
            "channel_ids", "setting",
            {"fr": "Canaux d’un serveur à suivre", "en": "A server's channels to follow"},
            {
                "fr": "Leurs identifiants, séparés par des virgules. Vigie les relève par le bot toutes les 30 s.",
                "en": "Their IDs, comma separated. Vigie asks for them through the bot, every 30 seconds.",
            },
        ),
        posting.api_url_field(discord_replies.API_URL),
    )  # fmt: skip
    setup_steps: Mapping[str, Sequence[str]] = MappingProxyType(
        {
            "fr": (
                "Sur discord.com/developers, ouvrez votre application et copiez sa clé publique ci-dessous.",
                "Webhooks › Endpoint URL : {hook_url}. Discord vérifie aussitôt l’adresse.",
                "Activez les événements LOBBY_MESSAGE_* et GAME_DIRECT_MESSAGE_*.",
                "Les canaux d’un serveur n’y sont pas : invitez-y le bot, activez son « Message Content Intent » (sans"
                " lui, les messages arrivent vides) et indiquez leurs identifiants ci-dessous.",
            ),
            "en": (
                "On discord.com/developers, open your application and copy its public key below.",
                "Webhooks › Endpoint URL: {hook_url}. Discord checks the address at once.",
                "Turn on the events LOBBY_MESSAGE_* and GAME_DIRECT_MESSAGE_*.",
                "A server's channels are not among them: invite the bot to it, turn on its Message Content Intent"
                " (without it messages come empty) and give their IDs below.",
            ),
        }
    )

    sweep_every_s = discord_sweep.EVERY_S

    # --- proof ---

    def verify(self, request: Inbound, channel: ChannelRecord) -> str | None:
        at, given = request.header("x-signature-timestamp"), request.header("x-signature-ed25519")
        signature = _hex(given, 64)
        if at is None or not at.isascii() or signature is None:
            return None
        signed = at.encode() + request.raw
        return next((key for key in channel.valid_secrets() if _proves(key, signature, signed)), None)

    def greet(self, request: Inbound, channel: ChannelRecord) -> Answer | None:
        """Events and interactions are pinged by different numbers, and want different answers."""
        try:
            content = reading.table(reading.loads(request.raw))
        except CannotRead:
            return None
        kind = content.get("type")
        if isinstance(kind, bool) or "event" in content or "content" in content or "t" in content:
            return None
        if kind == PING:
            return Answer(204)
        return Answer(200, b'{"type":1}', "application/json") if kind == EVENT else None

    def answer(self, taken: Taken) -> Answer:
        return Answer(204)

    # --- reading ---

    def read(self, envelope: Envelope, channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
        parts = envelope.content if isinstance(envelope.content, list) else [envelope.content]
        told = (discord_messages.each(part) for part in parts)
        return tuple(discord_messages.parsed(one, channel.account_id, received_at) for many in told for one in many)

    async def reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
        return await discord_replies.send(way, channel, reply)

    async def gesture(self, way: Way, channel: ChannelRecord, deed: Deed) -> Outcome:
        return await discord_replies.gesture(way, channel, deed)

    async def sweep(self, way: Way, channel: ChannelRecord, cursor: str | None, now: datetime) -> Swept:
        return await discord_sweep.look(way, channel, cursor, now)


def _hex(text: str | None, length: int) -> bytes | None:
    if text is None or len(text) != 2 * length or not text.isascii():
        return None
    try:
        return bytes.fromhex(text)
    except ValueError:
        return None


def _proves(key: str, signature: bytes, signed: bytes) -> bool:
    known = _hex(key.strip(), 32)
    if known is None:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(known).verify(signature, signed)
    except (InvalidSignature, ValueError):
        return False
    return True


CHANNEL = Discord()

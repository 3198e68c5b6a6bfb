"""Slack: messages in channels that an app was added to, mentions of the app, direct messages to it (Events API).

A message is its channel and its `ts`, which is a key and never a number. All that a person writes in one channel is one
item: who writes to us at the top of a channel goes on in the thread of our answer, and must not become another item.
A mention comes as `app_mention` and as `message`; both are the same message, so it is there once.

An old outgoing webhook of Slack, or one of a chat server that imitates it, is a form with a token in it, and unsigned:
it is taken only where that token is set.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl

from inbox.channels import ChannelRecord, SetupField
from services.channels import asking, posting, proof, reading, slack_messages, slack_replies
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
    Probe,
    Reply,
    Way,
)

FIELDS_MOST = 200


class Slack(BaseChannel):
    id = "slack"
    title = "Slack"
    capabilities = Capabilities(
        ("webhook",), reply=True, attachments=True, edits=True, withdrawals=True, echoes=True,
        length_most=slack_replies.LENGTH_MOST, like=True, gestures_on=EVERY,
        limits="about 1 message a second in a channel, 30,000 events an hour",
        files=dict.fromkeys(EVERY, slack_replies.FILES),
    )  # fmt: skip
    setup_fields = (
        SetupField(
            "secret", "secret",
            {"fr": "Secret de signature", "en": "Signing secret"},
            {
                "fr": "Dans la configuration de l’app : Basic Information › App Credentials.",
                "en": "In the app's configuration: Basic Information › App Credentials.",
            },
            required=True,
        ),
        SetupField(
            "account_id", "account",
            {"fr": "Identifiant de l’espace de travail", "en": "Workspace ID"},
            {
                "fr": "Il commence par T. Vide : prend tout espace de l’app que personne d’autre ne réclame.",
                "en": "It begins with T. Empty: takes any workspace of the app that no other channel claims.",
            },
        ),
        SetupField(
            "bot_token", "secret",
            {"fr": "Jeton du bot", "en": "Bot token"},
            {
                "fr": "Il commence par xoxb-. Pour répondre depuis Vigie ; sans lui, on répond à la main.",
                "en": "It begins with xoxb-. To answer from Vigie; without it, you answer by hand.",
            },
        ),
        SetupField(
            "staff_ids", "setting",
            {"fr": "Identifiants de votre équipe", "en": "IDs of your own people"},
            {
                "fr": "Séparés par des virgules (U012AB3CD, …). Ce qu’ils écrivent dans un fil compte comme réponse.",
                "en": "Comma separated (U012AB3CD, …). What they write in a thread counts as an answer.",
            },
        ),
        SetupField(
            "outgoing_token", "secret",
            {"fr": "Jeton de webhook sortant (ancien)", "en": "Outgoing webhook token (old)"},
            {
                "fr": "Seulement pour les anciens webhooks sortants, qui ne sont pas signés.",
                "en": "Only for old outgoing webhooks, which are not signed.",
            },
        ),
        posting.api_url_field(slack_replies.API_URL),
    )  # fmt: skip
    setup_steps: Mapping[str, Sequence[str]] = MappingProxyType(
        {
            "fr": (
                "Sur api.slack.com/apps, créez une app et copiez son secret de signature ci-dessous.",
                "Event Subscriptions : activez-les avec l’adresse {hook_url}.",
                "Abonnez le bot à app_mention, message.channels, message.groups et message.im.",
                "OAuth & Permissions : ajoutez app_mentions:read, chat:write et les droits *:history ; reactions:write"
                " pour aimer, files:write pour joindre des fichiers. Puis installez l’app.",
                "Invitez l’app dans chaque canal à suivre (/invite).",
            ),
            "en": (
                "On api.slack.com/apps, make an app and copy its signing secret below.",
                "Event Subscriptions: turn them on with the address {hook_url}.",
                "Subscribe the bot to app_mention, message.channels, message.groups and message.im.",
                "OAuth & Permissions: add app_mentions:read, chat:write and the *:history scopes; reactions:write to"
                " like, files:write to send files. Then install the app.",
                "Invite the app to each channel to be followed (/invite).",
            ),
        }
    )

    # --- proof ---

    def verify(self, request: Inbound, channel: ChannelRecord) -> str | None:
        signed = next((s for s in channel.valid_secrets() if _signed(s, request)), None)
        return signed or next((t for t in channel.valid_secrets("outgoing_token") if _holds(t, request)), None)

    def knows(self, channel: ChannelRecord, secret: str) -> bool:
        return secret in (*channel.valid_secrets(), *channel.valid_secrets("outgoing_token"))

    def greet(self, request: Inbound, channel: ChannelRecord) -> Answer | None:
        try:
            content = _content(request.raw)
        except CannotRead:
            return None
        challenge = content.get("challenge")
        if content.get("type") != "url_verification" or not isinstance(challenge, str):
            return None
        return Answer(200, challenge.encode("utf-8", "replace"))

    # --- reading ---

    def split(self, raw: bytes) -> Sequence[Envelope]:
        content = _content(raw)
        try:
            team = reading.ident(content.get("team_id"))
        except reading.Misread:
            team = None
        return (Envelope(content, team, self.id, frozenset({self.id})),)

    def read(self, envelope: Envelope, channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
        return (slack_messages.parsed(envelope.content, channel),)

    def probe(self, way: Way, channel: ChannelRecord) -> Probe | None:
        token = asking.needed(channel, "bot_token")
        url = posting.api_url(channel, slack_replies.API_URL) + "/auth.test"
        return Probe(url, asking.bearer(token), ("team",), "ok")

    async def reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
        return await slack_replies.send(way, channel, reply)

    async def gesture(self, way: Way, channel: ChannelRecord, deed: Deed) -> Outcome:
        return await slack_replies.gesture(way, channel, deed)


def _signed(secret: str, request: Inbound) -> bool:
    at, given = request.header("x-slack-request-timestamp") or "", request.header("x-slack-signature") or ""
    if not proof.fresh(at):
        return False
    return proof.same(given, "v0=" + proof.hexadecimal(secret, b"v0:" + at.encode() + b":" + request.raw))


def _holds(token: str, request: Inbound) -> bool:
    try:
        given = _content(request.raw).get("token")
    except CannotRead:
        return False
    return isinstance(given, str) and proof.same(given, token)


def _content(raw: bytes) -> dict[str, Any]:
    """JSON, or a form. Told apart by the body itself, so that a stored one is read as it was the first time."""
    is_form = reading.start(raw) not in (b"{", b"[") and b"=" in raw
    content = _form(raw) if is_form else reading.loads(raw)
    if not isinstance(content, dict):
        raise CannotRead("it is no event of Slack")
    inner = content.get("payload")  # what came by a socket has an envelope around it
    return inner if "envelope_id" in content and isinstance(inner, dict) else content


def _form(raw: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(raw.decode().strip(), keep_blank_values=True, max_num_fields=FIELDS_MOST)
    except ValueError as error:
        raise CannotRead("the body is neither JSON nor a form") from error
    return {reading.clean_text(name): reading.clean_text(value) for name, value in pairs}


CHANNEL = Slack()

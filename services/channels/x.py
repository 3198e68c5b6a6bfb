"""X: mentions, answers to our posts and quotes of them, direct messages. Two APIs tell of them, in two shapes.

The X Activity API wraps one event in `data`; the older Account Activity API sends lists of events by kind. Both sign
alike and challenge alike (CRC), name the subscribed user that an event is for, and may come to the same hook. One post
that concerns two subscribed users comes twice, once for each.

X has no edits: an edited post is a new one that names those before it. It is known here by the first of them. So it is
told twice, as a message and as its edit: whichever of the two the log has not, it takes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

import orjson

from inbox.channels import ChannelRecord, SetupField
from services.channels import posting, proof, reading, x_account, x_activity, x_files, x_replies, x_sweep
from services.channels.base import BaseChannel
from services.channels.contract import (
    PROBLEM_TYPE,
    PUBLIC,
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
    Way,
    problem,
)

TOKEN_MOST = 1000
_TOKEN = re.compile(r"[A-Za-z0-9_.+/=-]+", re.ASCII)


class X(BaseChannel):
    id = "x"
    title = "X"
    capabilities = Capabilities(
        ("webhook",), reply=True, attachments=True, edits=True, withdrawals=True, echoes=True, reconcile=True,
        length_most=x_replies.LENGTH_MOST, counting="weighted", hide=True, like=True,
        lengths={"dm": x_replies.DIRECT_LENGTH_MOST},
        limits="100 posts in 15 minutes for a user; what is subscribed is paid for",
        files={**dict.fromkeys(PUBLIC, x_files.POST_FILES), "dm": x_files.DIRECT_FILES},
    )  # fmt: skip
    setup_fields = (
        SetupField(
            "secret", "secret",
            {"fr": "Secret du consommateur (API Key Secret)", "en": "Consumer secret (API Key Secret)"},
            {
                "fr": "Dans le portail des développeurs : Keys and tokens.",
                "en": "In the developer portal: Keys and tokens.",
            },
            required=True,
        ),
        SetupField(
            "account_id", "account",
            {"fr": "Identifiant numérique du compte", "en": "Numeric ID of the account"},
            {
                "fr": "Nécessaire pour aimer, masquer et retrouver ce que le webhook a manqué. Vide : prend tout compte"
                " abonné que personne d’autre ne réclame.",
                "en": "Needed to like, to hide and to find what the webhook missed. Empty: takes any subscribed account"
                " that no other channel claims.",
            },
        ),
        SetupField(
            "consumer_key", "secret",
            {"fr": "Clé du consommateur (API Key)", "en": "Consumer key (API Key)"},
            {
                "fr": "Avec les deux jetons qui suivent, pour répondre depuis Vigie.",
                "en": "With the two tokens below, to answer from Vigie.",
            },
        ),
        SetupField(
            "access_token", "secret",
            {"fr": "Jeton d’accès du compte", "en": "Access token of the account"},
            {"fr": "Avec les droits d’écriture.", "en": "With the right to write."},
        ),
        SetupField(
            "access_token_secret", "secret",
            {"fr": "Secret du jeton d’accès", "en": "Access token secret"},
            {"fr": "Il est donné avec le jeton.", "en": "It is given with the token."},
        ),
        posting.api_url_field(x_replies.API_URL),
    )  # fmt: skip
    setup_steps: Mapping[str, Sequence[str]] = MappingProxyType(
        {
            "fr": (
                "Dans le portail des développeurs de X, créez une app et copiez son secret ci-dessous.",
                "Déclarez le webhook {hook_url} (POST /2/webhooks) : X vérifie aussitôt l’adresse.",
                "X Activity API : abonnez le compte à post.mention.create, post.reply.create, post.quote.create,"
                " post.create, post.delete, dm.received et dm.sent.",
                "Ou Account Activity API (ancienne) : abonnez le compte, tous ses événements arrivent.",
                "L’adresse doit être en https et sans numéro de port.",
            ),
            "en": (
                "In X's developer portal, make an app and copy its secret below.",
                "Register the webhook {hook_url} (POST /2/webhooks): X checks the address at once.",
                "X Activity API: subscribe the account to post.mention.create, post.reply.create, post.quote.create,"
                " post.create, post.delete, dm.received and dm.sent.",
                "Or Account Activity API (the older one): subscribe the account, and all its events come.",
                "The address must be https and without a port.",
            ),
        }
    )

    sweep_every_s = x_sweep.EVERY_S

    # --- proof ---

    def verify(self, request: Inbound, channel: ChannelRecord) -> str | None:
        algorithm, _, given = (request.header("x-twitter-webhooks-signature") or "").partition("=")
        if algorithm != "sha256":
            return None
        return proof.first(channel, lambda secret: proof.same(given, proof.base64d(secret, request.raw)))

    def handshake(self, query: Mapping[str, str], channel: ChannelRecord) -> Answer | None:
        """The challenge is answered with the newest secret: X asks again every hour, with the app's secret of then."""
        token, secrets = query.get("crc_token", ""), channel.valid_secrets()
        # X signs bodies with the same secret by the same formula: whatever is answered here can be sent as proven.
        # A token has no braces, no quotes and no spaces, so nothing that we answer for can be a body with an event.
        if not secrets or len(token) > TOKEN_MOST or not _TOKEN.fullmatch(token):
            return Answer(403, problem(403, "bad_challenge", "There is no challenge, or no secret yet."), PROBLEM_TYPE)
        digest = proof.base64d(secrets[0], token.encode("utf-8", "surrogateescape"))
        return Answer(200, orjson.dumps({"response_token": f"sha256={digest}"}), "application/json")

    # --- reading ---

    def split(self, raw: bytes) -> Sequence[Envelope]:
        content = reading.loads(raw)
        parts = content if isinstance(content, list) else [content]
        if not parts or not all(isinstance(part, dict) for part in parts):
            raise CannotRead("there is no event in it")
        events = [event for part in parts for event in x_activity.events(part)]
        return [Envelope(event, _account(event), self.id, frozenset({self.id})) for event in events]

    def read(self, envelope: Envelope, channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
        own = frozenset(i for i in (channel.account_id, envelope.account_id) if i)
        if isinstance(envelope.content.get("data"), dict):
            return x_activity.parsed(envelope.content["data"], own, received_at)
        return x_account.parsed(envelope.content, own, received_at)

    async def reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
        return await x_replies.send(way, channel, reply)

    async def gesture(self, way: Way, channel: ChannelRecord, deed: Deed) -> Outcome:
        return await x_replies.gesture(way, channel, deed)

    async def sweep(self, way: Way, channel: ChannelRecord, cursor: str | None, now: datetime) -> Swept:
        return await x_sweep.look(way, channel, cursor, now)


def _account(content: dict[str, Any]) -> str | None:
    """Whom it is for. An event of the Activity API may be filtered by a word instead, and is for nobody then."""
    data = reading.table(content.get("data"))
    found = reading.table(data.get("filter")).get("user_id") if data else content.get("for_user_id")
    try:
        return reading.ident(found)
    except reading.Misread:
        return None


CHANNEL = X()

"""TikTok for Business: comments on the account's videos, and direct messages.

A delivery is one event of one account (`tiktok_messages` reads it). One app's secret signs for all accounts that have
authorised it, so the account (`user_openid`) says whose an event is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from inbox.channel_state import Term
from inbox.channels import ChannelRecord, SetupField
from services.channels import asking, parts, posting, proof, reading, tiktok_access, tiktok_files
from services.channels.base import BaseChannel, guarded
from services.channels.contract import (
    Capabilities,
    Deed,
    Envelope,
    Inbound,
    Outcome,
    Parsed,
    RefusalReason,
    Refused,
    Reply,
    Sent,
    SweepFailed,
    Tended,
    Uncertain,
    Unreadable,
    Way,
)
from services.channels.tiktok_messages import WINDOW, parsed

API = "https://business-api.tiktok.com"
COMMENT_MOST = 150
MESSAGE_MOST = 6000
UNCLEAR = "?"
"""In place of an id: 200 without a `code`, which says nothing."""
CODES: Mapping[int, RefusalReason] = {
    40001: "not_authorised", 40100: "too_many", 40101: "not_authorised", 40102: "not_authorised",
    40104: "not_authorised", 40105: "not_authorised", 40133: "too_many", 61000: "too_many",
}  # fmt: skip


# --- proof ----------------------------------------------------------------------------------------------------------


def signed(secret: str, request: Inbound) -> bool:
    """`Tiktok-Signature: t=<seconds>,s=<hex>` over "t.body", not older than five minutes."""
    fields = dict(part.strip().partition("=")[::2] for part in (request.header("tiktok-signature") or "").split(","))
    timestamp = fields.get("t", "")
    expected = proof.hexadecimal(secret, timestamp.encode("utf-8", "surrogatepass") + b"." + request.raw)
    return proof.same(fields.get("s", "").lower(), expected) and proof.fresh(timestamp)


# --- replying -------------------------------------------------------------------------------------------------------


def _call(channel: ChannelRecord, reply: Reply, token: str) -> posting.Call:
    base, account = posting.api_url(channel, API), channel.account_id
    headers = {"access-token": token}
    if reply.kind == "dm":
        body = {"business_id": account, "recipient_type": "CONVERSATION", "recipient": reply.thread_id,
                "message_type": "TEXT", "text": {"body": reply.text}}  # fmt: skip
        return posting.Call(f"{base}/open_api/v1.3/business/message/send/", body, headers)
    body = {"business_id": account, "video_id": reply.thread_id, "comment_id": reply.in_reply_to, "text": reply.text}
    return posting.Call(f"{base}/open_api/v1.3/business/comment/reply/create/", body, headers)


def _posted(said: Any) -> Any:
    if parts.dig(said, "code") != 0:
        return UNCLEAR
    data = parts.table(said, "data")
    return parts.dig(data, "message", "message_id") or data.get("message_id") or data.get("comment_id")


def _surely(said: Any) -> Any:
    ident = _posted(said)
    return None if ident == UNCLEAR else ident


def _refusal(said: Any) -> Outcome | None:
    """TikTok answers 200 whatever happened; its `code` is 0 where something was posted."""
    code = parts.dig(said, "code")
    if not isinstance(code, int) or code == 0:
        return None
    if 50000 <= code < 60000:
        return Uncertain("server_error")
    reason = CODES.get(code, "rejected")
    return Refused(reason, again=reason == "too_many")


class TikTok(BaseChannel):
    id = "tiktok"
    tends = True
    title = "TikTok"
    capabilities = Capabilities(
        receives=("webhook",), reply=True, withdrawals=True, echoes=True, hide=True, like=True,
        gestures_on=frozenset({"comment"}), length_most=COMMENT_MOST, lengths={"dm": MESSAGE_MOST},
        window=MappingProxyType({"dm": WINDOW}),
        limits="A reply to a comment has at most 150 characters; ten direct messages within 48 hours of the person's.",
        resends_for=timedelta(hours=72), files=MappingProxyType({"dm": tiktok_files.FILES}),
    )  # fmt: skip
    setup_fields = (
        SetupField(
            "secret", "secret",
            {"fr": "Secret client (client secret)", "en": "Client secret"},
            {"fr": "Console TikTok › votre app.", "en": "TikTok's console › your app."},
            required=True,
        ),
        SetupField(
            "account_id", "account",
            {"fr": "Open ID du compte professionnel", "en": "Open ID of the business account"},
            {"fr": "Nécessaire pour répondre.", "en": "Needed to reply."},
        ),
        SetupField(
            "own_identifier", "setting",
            {"fr": "Identifiant unique du compte", "en": "The account's unique identifier"},
            {
                "fr": "Conseillé : vos propres commentaires ne deviennent alors pas des messages.",
                "en": "Advised: your own comments then do not become messages.",
            },
        ),
        SetupField(
            "access_token", "secret",
            {"fr": "Jeton d’accès", "en": "Access token"},
            {"fr": "Pour répondre depuis Vigie.", "en": "To reply from Vigie."},
        ),
        SetupField(
            "client_key", "secret",
            {"fr": "Identifiant de l’app", "en": "The app's ID"},
            {"fr": "Pour renouveler l’accès : à côté du secret client.", "en": "To renew access: beside the secret."},
        ),
        SetupField(
            "refresh_token", "secret",
            {"fr": "Jeton d’actualisation", "en": "Refresh token"},
            {
                "fr": "L’accès dure un jour ; avec ce jeton, il est renouvelé de lui-même.",
                "en": "Access lasts a day; with this token it is renewed by itself.",
            },
        ),
        posting.api_url_field(API),
    )  # fmt: skip
    setup_steps: Mapping[str, Sequence[str]] = MappingProxyType(
        {
            "fr": (
                "Dans la console TikTok for Business, donnez à votre app les droits comment.list, comment.list.manage"
                " et message.list.",
                "Enregistrez l’adresse {hook_url} par POST /business/webhook/update/ pour COMMENT, puis pour"
                " DIRECT_MESSAGE.",
                "Faites autoriser l’app par le compte professionnel ; notez son open_id et le jeton d’accès.",
            ),
            "en": (
                "In TikTok for Business's console, give your app the scopes comment.list, comment.list.manage and"
                " message.list.",
                "Register the address {hook_url} with POST /business/webhook/update/ for COMMENT, then for"
                " DIRECT_MESSAGE.",
                "Let the business account authorise the app; note its open_id and the access token.",
            ),
        }
    )

    async def check(self, way: Way, channel: ChannelRecord, now: datetime) -> str | None:
        """TikTok answers 200 to everybody, and says in `code` what it thinks."""
        headers = {"access-token": asking.needed(channel, "access_token")}
        url = asking.address(
            f"{posting.api_url(channel, API)}/open_api/v1.3/business/get/", business_id=channel.account_id,
            fields='["username","display_name"]',
        )  # fmt: skip
        said = await asking.get(way, url, headers)
        code = parts.dig(said, "code")
        if code != 0:
            raise SweepFailed(CODES.get(code, "rejected") if isinstance(code, int) else "unclear_answer")
        data = parts.table(said, "data")
        return parts.name(data.get("display_name")) or parts.name(data.get("username"))

    async def tend(
        self, way: Way, channel: ChannelRecord, hook: str, terms: Sequence[Term], now: datetime
    ) -> Tended:  # fmt: skip
        return await tiktok_access.tend(way, channel, API, terms, now)

    def verify(self, request: Inbound, channel: ChannelRecord) -> str | None:
        return proof.first(channel, lambda secret: signed(secret, request))

    def split(self, raw: bytes) -> Sequence[Envelope]:
        content = reading.loads(raw)
        events = content if isinstance(content, list) else [content]
        return [
            Envelope(event, parts.ident(parts.dig(event, "user_openid")), self.id, frozenset({self.id}))
            for event in events
        ]

    def read(self, envelope: Envelope, channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
        if not isinstance(envelope.content, dict) or "event" not in envelope.content:
            return (Unreadable("it is no event"),)
        return (guarded(lambda event: parsed(event, channel, received_at), envelope.content),)

    async def gesture(self, way: Way, channel: ChannelRecord, deed: Deed) -> Outcome:
        token = channel.secrets.get("access_token")
        if not token or not channel.account_id:
            return Refused("not_configured")
        edge = "hide" if deed.gesture in ("hide", "unhide") else "like"
        body = {"business_id": channel.account_id, "comment_id": deed.external_id, "action": deed.gesture.upper()}
        if edge == "hide":
            body["video_id"] = deed.thread_id
        url = f"{posting.api_url(channel, API)}/open_api/v1.3/business/comment/{edge}/"
        return await posting.done(way, posting.Call(url, body, {"access-token": token}), _refusal)

    async def reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
        token = channel.secrets.get("access_token")
        if not token or not channel.account_id:
            return Refused("not_configured")
        if len(reply.text) > (MESSAGE_MOST if reply.kind == "dm" else COMMENT_MOST):
            return Refused("too_long")
        call = _call(channel, reply, token)
        if reply.files:
            base = posting.api_url(channel, API)
            outcome = await asking.carefully(tiktok_files.send(way, base, call, reply, _surely, _refusal))
        else:
            outcome = await posting.send(way, call, _posted, _refusal)
        return Uncertain("unclear_answer") if outcome == Sent(UNCLEAR) else outcome


CHANNEL = TikTok()

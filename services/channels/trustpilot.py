"""Trustpilot: service and product reviews, as they are written, changed and deleted.

Trustpilot signs nothing. The secret comes along in the address instead (basic authentication, or `?token=`), and TLS
keeps it from others; whoever learns the address can send reviews, so it is to be kept like a password.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

import orjson

from inbox.channels import ChannelRecord, SetupField
from services.channels import asking, parts, posting, proof, reading
from services.channels.base import BaseChannel, guarded
from services.channels.contract import (
    CannotRead,
    Capabilities,
    Edited,
    Envelope,
    Ignored,
    Inbound,
    Outcome,
    Parsed,
    Received,
    Refused,
    Reply,
    SweepFailed,
    Unreadable,
    Way,
    Withdrawn,
)
from services.outbound import NoAnswer, NotSent

API = "https://api.trustpilot.com"
PRODUCT = "product-review:"
"""Before the id in the thread of a product review: those are answered at another address."""


# --- reading --------------------------------------------------------------------------------------------------------


def _event(event: dict[str, Any], received_at: datetime) -> Parsed:
    named, review = event.get("eventName"), event.get("eventData")
    about, _, verb = named.rpartition("-") if isinstance(named, str) else ("", "", "")
    if about not in ("service-review", "product-review"):
        return Ignored(f"another event: {named}"[:80])
    if not isinstance(review, dict):
        raise reading.Misread("a review is not an object")
    ident = reading.need(review.get("id"), "the review's id")
    thread = ident if about == "service-review" else PRODUCT + ident
    if verb == "created":
        return _written(review, ident, thread, received_at)
    if verb == "updated":
        return _changed(review, ident, thread, received_at)
    if verb == "deleted":
        author = _consumer(review)
        gone_at = _at(review, ("deletedAt",), received_at)
        return Withdrawn(ident, gone_at, thread if author else None, author, _written_at(review))
    return Ignored(f"another event: {named}"[:80])


def _single(content: Any) -> list[dict[str, Any]] | None:
    """An event by itself; or reviews as the API lists them, as the events that each would have been."""
    if parts.dig(content, "eventName") is not None:
        return [content]
    for listed, about in (("reviews", "service-review"), ("productReviews", "product-review")):
        if isinstance(parts.dig(content, listed), list):
            return [{"eventName": f"{about}-created", "eventData": one} for one in content[listed]]
    return None


def _written(review: dict[str, Any], ident: str, thread: str, received_at: datetime) -> Received:
    return Received(
        kind="review", external_id=ident, thread_id=thread, text=_words(review), author=_consumer(review),
        sent_at=_at(review, ("createdAt",), received_at), permalink=_page(review, ident, thread),
        title=parts.stars(review.get("stars")),
    )  # fmt: skip


def _changed(review: dict[str, Any], ident: str, thread: str, received_at: datetime) -> Edited:
    text, author = _words(review), _consumer(review)
    updated = review.get("updatedAt")
    sent_at, version = parts.at_or(updated, received_at), parts.version(updated, text)
    return Edited(ident, sent_at, version, text, (), thread if author else None, author, _written_at(review))


def _written_at(review: dict[str, Any]) -> datetime | None:
    return parts.at(review["createdAt"]) if review.get("createdAt") else None


def _words(review: dict[str, Any]) -> str | None:
    said = review.get("text")
    return parts.titled(review.get("title"), reading.words(review.get("content") if said is None else said))


def _consumer(review: dict[str, Any]) -> Any:
    consumer = parts.table(review, "consumer")
    return parts.person(consumer.get("id"), called=consumer.get("name") or consumer.get("displayName"))


def _at(review: dict[str, Any], names: Sequence[str], otherwise: datetime) -> datetime:
    return parts.at_or(next((review[name] for name in names if review.get(name)), None), otherwise)


def _page(review: dict[str, Any], ident: str, thread: str) -> str | None:
    given = reading.link(review.get("link"))
    if given or thread.startswith(PRODUCT):
        return given
    return reading.link(f"https://www.trustpilot.com/reviews/{posting.segment(ident)}")


# --- replying -------------------------------------------------------------------------------------------------------


async def _token(way: Way, channel: ChannelRecord) -> str | Outcome:
    """An access token for this one reply, or why there is none: then nothing was posted."""
    key, secret = str(channel.settings.get("api_key")), channel.secrets["api_secret"]
    credentials = base64.b64encode(f"{key}:{secret}".encode()).decode()
    url = f"{posting.api_url(channel, API)}/v1/oauth/oauth-business-users-for-applications/accesstoken"
    headers = {"authorization": f"Basic {credentials}", "content-type": "application/x-www-form-urlencoded"}
    try:
        response = await way.http.request("POST", url, body=b"grant_type=client_credentials", headers=headers)
    except (NotSent, NoAnswer):
        return Refused("unreachable", again=True)
    token = parts.dig(posting.content(response), "access_token")
    if response.status == 200 and isinstance(token, str) and token:
        return token
    refused = posting.outcome(response, lambda _: None)
    return refused if isinstance(refused, Refused) else Refused("unreachable", again=True)


def _call(channel: ChannelRecord, reply: Reply, token: str) -> posting.Call:
    kind = "product-reviews" if reply.thread_id.startswith(PRODUCT) else "reviews"
    url = f"{posting.api_url(channel, API)}/v1/private/{kind}/{posting.segment(reply.in_reply_to)}/reply"
    return posting.Call(url, {"message": reply.text}, {"authorization": f"Bearer {token}"})


class Trustpilot(BaseChannel):
    id = "trustpilot"
    title = "Trustpilot"
    capabilities = Capabilities(
        receives=("webhook",), reply=True, edits=True, withdrawals=True,
        limits="One reply a review. Nothing is signed: keep the address secret.",
    )  # fmt: skip
    setup_fields = (
        SetupField(
            "secret", "secret",
            {"fr": "Mot de passe de l’adresse", "en": "Password of the address"},
            {"fr": "Laissez vide : nous en créons un.", "en": "Leave empty: we make one."},
            required=True, make=proof.new_token,
        ),
        SetupField(
            "api_key", "setting",
            {"fr": "Clé d’API", "en": "API key"},
            {"fr": "Pour répondre depuis Vigie.", "en": "To reply from Vigie."},
        ),
        SetupField(
            "api_secret", "secret",
            {"fr": "Secret d’API", "en": "API secret"},
            {"fr": "Celui de la clé.", "en": "That of the key."},
        ),
        posting.api_url_field(API),
    )  # fmt: skip
    setup_steps: Mapping[str, Sequence[str]] = MappingProxyType(
        {
            "fr": (
                "Trustpilot Business › Integrations › Webhooks : collez l’adresse {hook_url} suivie de ?token= et du"
                " mot de passe.",
                "Cochez les événements service-review-created, -updated et -deleted (et product-review si vous en"
                " avez).",
                "Pour répondre : Integrations › API, créez une clé et collez-la ici avec son secret.",
            ),
            "en": (
                "Trustpilot Business › Integrations › Webhooks: paste the address {hook_url} followed by ?token= and"
                " the password.",
                "Tick the events service-review-created, -updated and -deleted (and product-review if you have those).",
                "To reply: Integrations › API, make a key and paste it here with its secret.",
            ),
        }
    )

    def verify(self, request: Inbound, channel: ChannelRecord) -> str | None:
        return proof.first(channel, lambda secret: proof.carries(request, secret))

    def split(self, raw: bytes) -> Sequence[Envelope]:
        content = reading.loads(raw)
        found = parts.dig(content, "events")
        if found is None:
            found = _single(content)
        if not isinstance(found, list):
            raise CannotRead("there are no events in it")
        return [Envelope(event) for event in found]

    def read(self, envelope: Envelope, channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
        if not isinstance(envelope.content, dict):
            return (Unreadable("an event is not an object"),)
        return (guarded(lambda event: _event(event, received_at), envelope.content),)

    def join(self, envelopes: Sequence[Envelope]) -> bytes:
        return orjson.dumps({"events": [envelope.content for envelope in envelopes]})

    async def check(self, way: Way, channel: ChannelRecord, now: datetime) -> str | None:
        """Who gets a token by our key has access; whose it is, Trustpilot does not tell."""
        asking.needed(channel, "api_secret")
        if not channel.settings.get("api_key"):
            raise SweepFailed("not_configured")
        token = await _token(way, channel)
        if isinstance(token, Refused):  # it was asked for with the key alone, so no token has run out
            reason = "not_authorised" if token.reason == "token_expired" else token.reason
            raise SweepFailed(reason, token.retry_after_s)
        return None

    async def reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
        if not channel.settings.get("api_key") or not channel.secrets.get("api_secret"):
            return Refused("not_configured")
        token = await _token(way, channel)
        if not isinstance(token, str):
            return token
        return await posting.send(way, _call(channel, reply, token), lambda said: parts.dig(said, "id"))


CHANNEL = Trustpilot()

"""Mastodon, and servers that speak its API: notifications, the stream, hooks of one's own server, and answers.

What a server tells of posts is read by `mastodon_posts`.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

import orjson

from inbox.channels import ChannelRecord, SetupField
from inbox.clock import Clock
from services.channels import asking, mastodon_answers, mastodon_files, parts, posting, proof, reading
from services.channels.base import BaseChannel, guarded_all
from services.channels.contract import (
    EVERY,
    CannotRead,
    Capabilities,
    Deed,
    Envelope,
    Heard,
    Inbound,
    Outcome,
    Parsed,
    Reply,
    SweepFailed,
    Swept,
    Way,
)
from services.channels.mastodon_posts import Reader

LIMIT = 40
NOTHING_YET = "0"
"""Where the next look goes on after a first one that found an account of which nobody had spoken: all that comes is
news, however many pages it fills."""


class Mastodon(BaseChannel):
    id = "mastodon"
    title = "Mastodon"
    slow = True
    sweep_every_s = 60.0
    capabilities = Capabilities(
        ("stream", "poll", "webhook"), reply=True, attachments=True, edits=True, withdrawals=True, echoes=True,
        length_most=500, counting="mastodon", like=True,
        limits="300 requests in five minutes; the server's own limit of length may differ",
        files=dict.fromkeys(EVERY, mastodon_files.FILES),
    )  # fmt: skip
    setup_fields = (
        posting.api_url_field("https://mastodon.social", required=True),
        SetupField(
            "account_id", "account",
            {"fr": "Identifiant du compte", "en": "Account ID"},
            {
                "fr": "Le nombre « id » de GET /api/v1/accounts/verify_credentials.",
                "en": "The number “id” of GET /api/v1/accounts/verify_credentials.",
            },
            required=True,
        ),
        SetupField(
            "access_token", "secret",
            {"fr": "Jeton d’accès", "en": "Access token"},
            {
                "fr": "Préférences › Développement › Nouvelle application › votre jeton d’accès.",
                "en": "Preferences › Development › New application › your access token.",
            },
            required=True,
        ),
        SetupField(
            "secret", "secret",
            {"fr": "Secret du webhook", "en": "Webhook secret"},
            {
                "fr": "Seulement si le serveur est le vôtre : Administration › Webhooks.",
                "en": "Only where the server is yours: Administration › Webhooks.",
            },
            make=lambda: secrets.token_urlsafe(24),
        ),
    )  # fmt: skip
    setup_steps: Mapping[str, Sequence[str]] = MappingProxyType(
        {
            "fr": (
                "Sur votre serveur : Préférences › Développement › Nouvelle application, avec read et write:statuses ;"
                " write:favourites pour aimer, write:media pour joindre des fichiers.",
                "Collez ici l’adresse du serveur, le jeton d’accès et l’identifiant du compte.",
                "Mentions, réponses, modifications et suppressions arrivent aussitôt par le flux du serveur ; une"
                " lecture chaque minute rattrape le reste.",
                "Si le serveur est le vôtre et n’a pas de flux, un webhook d’administration vers {hook_url} suffit.",
            ),
            "en": (
                "On your server: Preferences › Development › New application, with read and write:statuses;"
                " write:favourites to like, write:media to send files.",
                "Paste the server's address, the access token and the account's ID here.",
                "Mentions, answers, edits and deletions come at once by the server's stream; a look every minute"
                " catches what it missed.",
                "Where the server is yours and has no stream, an administration webhook to {hook_url} takes its place.",
            ),
        }
    )

    def verify(self, request: Inbound, channel: ChannelRecord) -> str | None:
        given = proof.after(request.header("x-hub-signature"), "sha256=")
        return proof.first(channel, lambda secret: proof.same(given, proof.hexadecimal(secret, request.raw)))

    def split(self, raw: bytes) -> Sequence[Envelope]:
        return [Envelope(one) for one in mastodon_answers.listed(raw)]

    def read(self, envelope: Envelope, channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
        try:
            return guarded_all(Reader(channel, received_at).part, envelope.content)
        except CannotRead as error:  # the JSON inside an event
            return (error.unreadable,)

    # --- asking and answering ---

    async def sweep(self, way: Way, channel: ChannelRecord, cursor: str | None, now: datetime) -> Swept:
        """Notifications from the oldest unseen on; a first look takes the newest page only."""
        kinds = urlencode([("types[]", kind) for kind in ("mention", "quote", "update", "quoted_update")])
        since = urlencode({"min_id": cursor} if cursor else {})
        url = f"{posting.api_url(channel, '')}/api/v1/notifications?limit={LIMIT}&{kinds}&{since}"
        content = await asking.get(way, url, _headers(channel))
        with asking.understood():
            idents = [reading.need(one.get("id"), "the notification's id") for one in content]
            parsed = [one for part in content for one in guarded_all(Reader(channel, now).part, part)]
            newest = max(idents, key=_rank, default=cursor or NOTHING_YET)
            more = cursor is not None and len(idents) >= LIMIT
            return Swept(tuple(parsed), newest, more=more, raw=orjson.dumps(content))

    async def listen(
        self, way: Way, channel: ChannelRecord, cursor: str | None, clock: Clock
    ) -> AsyncGenerator[Heard, None]:
        """The stream keeps no place: what was said while it was closed is looked for as soon as it stands."""
        headers = _headers(channel)
        url = await _streaming(way, channel) + "/api/v1/streaming?stream=user"
        async with asking.stream(way, url, headers) as said:
            yield Heard(look=True)
            async for raw in said:
                parsed = await asyncio.to_thread(self._told, raw, channel, clock.now())
                yield Heard(tuple(parsed), raw=raw)

    def _told(self, raw: bytes, channel: ChannelRecord, now: datetime) -> list[Parsed]:
        try:
            return [one for envelope in self.split(raw) for one in self.read(envelope, channel, now)]
        except CannotRead as error:
            return [error.unreadable]

    async def gesture(self, way: Way, channel: ChannelRecord, deed: Deed) -> Outcome:
        return await asking.carefully(self._favourite(way, channel, deed))

    async def _favourite(self, way: Way, channel: ChannelRecord, deed: Deed) -> Outcome:
        headers, verb = _headers(channel), "favourite" if deed.gesture == "like" else "unfavourite"
        url = f"{posting.api_url(channel, '')}/api/v1/statuses/{posting.segment(deed.external_id)}/{verb}"
        return await posting.done(way, posting.Call(url, {}, headers))

    async def reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
        return await asking.carefully(self._reply(way, channel, reply))

    async def _reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
        """As visible as what it answers, and naming who wrote that: without the name, nobody is told of the answer."""
        api, headers = posting.api_url(channel, "") + "/api/v1/statuses", _headers(channel)
        answered = await asking.get(way, f"{api}/{posting.segment(reply.in_reply_to)}", headers)
        body: dict[str, Any] = {
            "status": addressed(reply.text, parts.name(answered["account"]["acct"]) or ""),
            "in_reply_to_id": reply.in_reply_to,
            "visibility": answered.get("visibility") or "unlisted",
        }
        if reply.files:
            body["media_ids"] = await mastodon_files.handed_in(way, posting.api_url(channel, ""), reply, headers)
        call = posting.Call(api, body, {**headers, "idempotency-key": str(reply.reply_id)})
        return await posting.send(way, call, lambda content: content["id"])


def addressed(text: str, handle: str) -> str:
    return text if not handle or f"@{handle}".lower() in text.lower() else f"@{handle} {text}"


async def _streaming(way: Way, channel: ChannelRecord) -> str:
    """Where the server streams, often under a name of its own. A secure server that names an open stream is not
    followed: the token would go in the clear."""
    api = posting.api_url(channel, "")
    secure = api.startswith("https:")
    for path, *names in (("v2", "configuration", "urls", "streaming"), ("v1", "urls", "streaming_api")):
        with contextlib.suppress(SweepFailed):
            found = parts.dig(await asking.get(way, f"{api}/api/{path}/instance"), *names)
            if isinstance(found, str) and found.startswith("wss:" if secure else "ws"):
                return found.rstrip("/")
    return f"ws{api.removeprefix('http')}"


def _rank(ident: str) -> tuple[int, str]:
    """Ids are numbers that outgrow a float: the longer is the newer."""
    return len(ident), ident


def _headers(channel: ChannelRecord) -> dict[str, str]:
    token = channel.secrets.get("access_token")
    if not token or not posting.api_url(channel, ""):
        raise SweepFailed("not_configured")
    return asking.bearer(token)


CHANNEL = Mastodon()

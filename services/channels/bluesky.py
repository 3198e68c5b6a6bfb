"""Bluesky: commits as Jetstream streams them (its first and its second form), and notifications.

A message is a post that answers us, mentions us or quotes us. A post is named by its address (`at://did/collection/key`)
and a person by their DID, for handles change. The address alone is not enough to answer: the network wants the digests
of the post and of its thread's root as well, so both are asked for first.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

import orjson

from inbox.channels import ChannelRecord, SetupField
from inbox.clock import Clock
from inbox.events import Author
from services.channels import (
    asking,
    bluesky_files,
    bluesky_posts,
    bluesky_stream,
    graphemes,
    parts,
    polled,
    posting,
    reading,
)
from services.channels.base import BaseChannel, guarded
from services.channels.bluesky_posts import POSTS, Reader
from services.channels.contract import (
    PUBLIC,
    CannotRead,
    Capabilities,
    Deed,
    Envelope,
    Heard,
    NothingToHear,
    Outcome,
    Parsed,
    Received,
    Refused,
    Reply,
    Sent,
    SweepFailed,
    Swept,
    Way,
)
from services.channels.tokens import Shelf
from services.outbound import NoAnswer, NotSent

API = "https://bsky.social"
LIKES = "app.bsky.feed.like"
STREAM = "wss://jetstream2.us-east.bsky.network/subscribe"
NO_STREAM = "-"
LENGTH_MOST = 300
SESSION_S = 3600.0
LIMIT = 50
_shelf = Shelf()


class Bluesky(BaseChannel):
    id = "bluesky"
    title = "Bluesky"
    sweep_every_s = 60.0
    capabilities = Capabilities(
        ("stream", "poll"), reply=True, attachments=True, edits=True, withdrawals=True, echoes=True,
        length_most=LENGTH_MOST, counting="graphemes", like=True,
        limits="5,000 points an hour, a reply costs 3; characters are counted as people see them",
        files=dict.fromkeys(PUBLIC, bluesky_files.FILES),
    )  # fmt: skip
    setup_fields = (
        SetupField(
            "account_id", "account",
            {"fr": "DID du compte", "en": "DID of the account"},
            {
                "fr": "Commence par « did: ». GET /xrpc/com.atproto.identity.resolveHandle?handle=… le donne.",
                "en": "Begins with “did:”. GET /xrpc/com.atproto.identity.resolveHandle?handle=… tells it.",
            },
            required=True,
        ),
        SetupField(
            "app_password", "secret",
            {"fr": "Mot de passe d’application", "en": "App password"},
            {
                "fr": "Paramètres › Confidentialité et sécurité › Mots de passe d’application.",
                "en": "Settings › Privacy and security › App passwords.",
            },
            required=True,
        ),
        posting.api_url_field(API),
        SetupField(
            "stream_url", "setting",
            {"fr": "Adresse du flux Jetstream", "en": "Address of the Jetstream"},
            {
                "fr": f"Vide : {STREAM} pour un compte de bsky.social. Un tiret (-) : ne pas l’écouter (il coûte"
                " quelques gigaoctets par jour, une fois pour tous les comptes).",
                "en": f"Empty: {STREAM} for an account of bsky.social. A dash (-): do not listen (it costs some"
                " gigabytes a day, once for all accounts).",
            },
        ),
    )  # fmt: skip
    setup_steps: Mapping[str, Sequence[str]] = MappingProxyType(
        {
            "fr": (
                "Dans Bluesky : Paramètres › Confidentialité et sécurité › Mots de passe d’application › Ajouter.",
                "Collez ici le DID du compte et ce mot de passe.",
                "Réponses, mentions, citations et suppressions arrivent aussitôt par le flux public ; une lecture"
                " chaque minute rattrape le reste. Aucune adresse n’est à donner à Bluesky.",
            ),
            "en": (
                "In Bluesky: Settings › Privacy and security › App passwords › Add.",
                "Paste the account's DID and that password here.",
                "Answers, mentions, quotes and deletions come at once by the public stream; a look every minute catches"
                " what it missed. Bluesky needs no address of ours.",
            ),
        }
    )

    def split(self, raw: bytes) -> Sequence[Envelope]:
        return [Envelope(one) for one in bluesky_posts.listed(raw)]

    def read(self, envelope: Envelope, channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
        return (guarded(Reader(channel, received_at).part, envelope.content),)

    # --- asking and answering ---

    async def sweep(self, way: Way, channel: ChannelRecord, cursor: str | None, now: datetime) -> Swept:
        at = polled.Cursor.of(cursor)
        url = asking.address(_call(channel, "app.bsky.notification.listNotifications"), limit=LIMIT, cursor=at.page)
        content = await asking.get(way, url, await _session(way, channel))
        with asking.understood():
            found = parts.rows(content, "notifications")
            parsed = [guarded(Reader(channel, now).part, one) for one in found]
            times = [polled.gmt(one["indexedAt"]) for one in found]
            return at.swept(parsed, times, content.get("cursor"), orjson.dumps(content))

    async def listen(
        self, way: Way, channel: ChannelRecord, cursor: str | None, clock: Clock
    ) -> AsyncGenerator[Heard, None]:
        url = _stream(channel)
        if url is None or channel.account_id is None:
            raise NothingToHear

        def read(content: Any, now: datetime) -> Parsed:
            return Reader(channel, now).part(content)

        said = bluesky_stream.listen(way, url, channel.account_id, cursor, clock, read)
        async with contextlib.aclosing(said):
            async for heard in said:
                yield replace(heard, parsed=tuple([await _named(way, channel, one) for one in heard.parsed]))

    async def gesture(self, way: Way, channel: ChannelRecord, deed: Deed) -> Outcome:
        return await asking.carefully(self._like(way, channel, deed))

    async def _like(self, way: Way, channel: ChannelRecord, deed: Deed) -> Outcome:
        """A like is a record of our own: the post tells whether there is one already, and which."""
        headers = await _session(way, channel)
        url = asking.address(_call(channel, "app.bsky.feed.getPosts"), uris=deed.external_id)
        found = parts.rows(await asking.get(way, url, headers), "posts")
        if not found:
            return Refused("gone")
        mine = parts.name(parts.dig(found[0], "viewer", "like"))
        if bool(mine) == (deed.gesture == "like"):
            return Sent()
        body: dict[str, Any] = {"repo": channel.account_id, "collection": LIKES}
        if mine:
            verb, body = "deleteRecord", body | {"rkey": mine.rpartition("/")[2]}
        else:
            at = deed.now.isoformat(timespec="milliseconds")
            subject = {"uri": deed.external_id, "cid": found[0]["cid"]}
            verb, body = "createRecord", body | {"record": {"$type": LIKES, "subject": subject, "createdAt": at}}
        call = posting.Call(_call(channel, f"com.atproto.repo.{verb}"), body, headers)
        return await posting.done(way, call, _refusal)

    async def reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
        if graphemes.count(reply.text) > LENGTH_MOST:
            return Refused("too_long")
        return await asking.carefully(self._reply(way, channel, reply))

    async def _reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
        headers = await _session(way, channel)
        record: dict[str, Any] = {
            "$type": POSTS, "text": reply.text, "createdAt": reply.now.isoformat(timespec="milliseconds"),
            "reply": await _place(way, channel, reply, headers),
        }  # fmt: skip
        if reply.files:
            blobs = _call(channel, "com.atproto.repo.uploadBlob")
            record["embed"] = await bluesky_files.embedded(way, blobs, reply, headers, _refusal)
        body = {"repo": channel.account_id, "collection": POSTS, "record": record}
        call = posting.Call(_call(channel, "com.atproto.repo.createRecord"), body, headers)
        return await posting.send(way, call, lambda content: content["uri"], _refusal)


def _stream(channel: ChannelRecord) -> str | None:
    """None: not to be listened to. A network of one's own has a stream of its own, if any."""
    given = str(channel.settings.get("stream_url") or "").strip()
    if given == NO_STREAM or (not given and posting.api_url(channel, API) != API):
        return None
    return given or STREAM


async def _named(way: Way, channel: ChannelRecord, said: Parsed) -> Parsed:
    """The stream names nobody but by their DID. Who it is can be asked; where that fails, the DID has to do."""
    if not isinstance(said, Received) or said.author is None:
        return said
    with contextlib.suppress(SweepFailed, NotSent, NoAnswer, CannotRead, *reading.MISREAD):
        url = asking.address(_call(channel, "app.bsky.actor.getProfile"), actor=said.author.id)
        person = await asking.get(way, url, await _session(way, channel))
        author = Author(
            id=said.author.id, handle=parts.name(person.get("handle")), name=parts.name(person.get("displayName")),
            avatar_url=reading.link(person.get("avatar")), followers=reading.count(person.get("followersCount")),
        )  # fmt: skip
        return replace(said, author=author)
    return said


async def _place(way: Way, channel: ChannelRecord, reply: Reply, headers: Mapping[str, str]) -> dict[str, Any]:
    """Where the answer goes: under the post, in the thread of its root. A post that is gone cannot be answered."""
    url = asking.address(_call(channel, "app.bsky.feed.getPosts"), uris=reply.in_reply_to)
    found = parts.rows(await asking.get(way, url, headers), "posts")
    if not found:
        raise SweepFailed("gone")
    parent = {"uri": found[0]["uri"], "cid": found[0]["cid"]}
    return {"root": parts.dig(found[0], "record", "reply", "root") or parent, "parent": parent}


def _refusal(content: Any) -> Refused | None:
    error = parts.dig(content, "error")
    if error in ("ExpiredToken", "InvalidToken", "AuthMissing", "AccountTakedown", "AccountDeactivated"):
        return Refused("not_authorised")
    return Refused("too_many", again=True) if error == "RateLimitExceeded" else None


def _call(channel: ChannelRecord, method: str) -> str:
    return f"{posting.api_url(channel, API)}/xrpc/{method}"


async def _session(way: Way, channel: ChannelRecord) -> dict[str, str]:
    password = channel.secrets.get("app_password")
    if not password or not channel.account_id:
        raise SweepFailed("not_configured")
    url, body = (
        _call(channel, "com.atproto.server.createSession"),
        {"identifier": channel.account_id, "password": password},
    )

    async def ask() -> tuple[str, float]:
        call = posting.Call(url, body, {})
        content = asking.content(await posting.request(way, call))
        with asking.understood():
            return reading.need(content["accessJwt"], "the token"), SESSION_S

    return asking.bearer(await _shelf.get((url, channel.account_id, password), ask))


CHANNEL = Bluesky()

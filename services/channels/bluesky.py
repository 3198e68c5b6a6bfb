"""Bluesky: commits as Jetstream streams them (its first and its second form), and notifications.

A message is a post that answers us, mentions us or quotes us. A post is named by its address (`at://did/collection/key`)
and a person by their DID, for handles change. The address alone is not enough to answer: the network wants the digests
of the post and of its thread's root as well, so both are asked for first.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import orjson

from inbox.channels import ChannelRecord, SetupField
from inbox.clock import Clock
from inbox.events import Attachment, Author, Kind
from services.channels import asking, bluesky_stream, graphemes, parts, polled, posting, reading
from services.channels.base import BaseChannel, guarded
from services.channels.contract import (
    CannotRead,
    Capabilities,
    Deed,
    Echoed,
    Edited,
    Envelope,
    Heard,
    Ignored,
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
    Withdrawn,
)
from services.channels.tokens import Shelf
from services.outbound import NoAnswer, NotSent

API = "https://bsky.social"
POSTS = "app.bsky.feed.post"
LIKES = "app.bsky.feed.like"
REACTIONS = frozenset({"app.bsky.feed.like", "app.bsky.feed.repost"})
SPOKEN = frozenset({"reply", "mention", "quote"})
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STREAM = "wss://jetstream2.us-east.bsky.network/subscribe"
NO_STREAM = "-"
LENGTH_MOST = 300
SESSION_S = 3600.0
LIMIT = 50
_shelf = Shelf()


class Reader:
    """Reads what one channel was sent. Everything may raise `reading.MISREAD`."""

    def __init__(self, channel: ChannelRecord, received_at: datetime) -> None:
        self._own = channel.account_id
        self._received_at = received_at

    def part(self, content: Any) -> Parsed:
        if "reason" in content and "record" in content:
            return self._notification(content)
        event = _event(content)
        if "operation" not in event:
            return Ignored(f"an event of another kind: {content.get('kind') or content.get('$type')}"[:80])
        return self._commit(event)

    def _notification(self, content: Any) -> Parsed:
        if content["reason"] not in SPOKEN:
            return Ignored("a reaction" if "like" in content["reason"] or "repost" in content["reason"] else "a notice")
        person = content["author"]
        author = Author(
            id=reading.need(person.get("did"), "the author's DID"), handle=parts.name(person.get("handle")),
            name=parts.name(person.get("displayName")), avatar_url=reading.link(person.get("avatar")),
        )  # fmt: skip
        return self._said(reading.need(content.get("uri"), "the post's address"), content["record"], author, told=True)

    def _commit(self, event: Mapping[str, Any]) -> Parsed:
        collection, did = event["collection"], reading.need(event.get("did"), "the DID")
        if collection != POSTS:
            return Ignored("a reaction" if collection in REACTIONS else f"a record of another kind: {collection}"[:80])
        key = reading.need(event.get("rkey"), "the key")
        uri = reading.need(f"at://{did}/{collection}/{key}", "the post's address")
        if event["operation"] == "delete":
            return Ignored("own") if did == self._own else Withdrawn(uri, self._at(event), author=Author(id=did))
        if event["operation"] == "update":
            return self._edit(uri, did, event)
        return self._said(uri, event["record"], Author(id=did), told=False, otherwise=self._at(event))

    def _edit(self, uri: str, did: str, event: Mapping[str, Any]) -> Parsed:
        record, at = event["record"], self._at(event)
        if did == self._own:
            return Ignored("own")
        version = reading.ident(event.get("cid")) or at.isoformat()
        text, written_at = reading.words(record.get("text")), self._sent(record, at)
        return Edited(uri, at, version, text, _pictures(record, did), author=Author(id=did), written_at=written_at)

    def _said(
        self, uri: str, record: Any, author: Author, *, told: bool, otherwise: datetime | None = None
    ) -> Parsed:  # fmt: skip
        """`told`: the network itself says that it is for us."""
        root, parent = _address(record, "reply", "root"), _address(record, "reply", "parent")
        at, text = self._sent(record, otherwise), reading.words(record.get("text"))
        if author.id == self._own:
            return Ignored("own") if parent is None else Echoed(uri, at, text, parent)
        kind = self._kind(record, root, parent)
        if not told and (kind == "post" or not self._is_for_us(record, root, parent)):
            return Ignored("a post that is not addressed to us")
        return Received(
            kind, uri, root or uri, at, text, author, parent, _permalink(uri), _pictures(record, author.id)
        )  # fmt: skip

    def _kind(self, record: Any, root: str | None, parent: str | None) -> Kind:
        if parent is not None and (self._own is None or _by(parent, self._own) or _by(root, self._own)):
            return "comment"
        if _mentioned(record) or _quoted(record):
            return "mention"
        return "comment" if parent is not None else "post"

    def _is_for_us(self, record: Any, root: str | None, parent: str | None) -> bool:
        """A channel that does not know its account takes whatever is addressed to somebody."""
        if self._own is None:
            return True
        addressed = any(_by(address, self._own) for address in (root, parent, _quoted(record)))
        return addressed or self._own in _mentioned(record)

    def _sent(self, record: Any, otherwise: datetime | None) -> datetime:
        """As the author's own software says; where that is no time, as the network does."""
        try:
            return polled.gmt(record.get("createdAt"))
        except reading.Misread:
            return otherwise or self._received_at

    def _at(self, event: Mapping[str, Any]) -> datetime:
        """When the network saw it: microseconds in the first form, ISO 8601 in the second."""
        micros, said = event.get("time_us"), event.get("time")
        if isinstance(micros, int):
            return reading.instant_of((EPOCH + timedelta(microseconds=micros)).isoformat())
        return self._received_at if said is None else polled.gmt(said)


def _event(content: Any) -> Mapping[str, Any]:
    """Both forms of a commit, flat: the first has it under `commit`, the second in `payload`, flat or not."""
    inner = content.get("payload", content)
    commit = inner.get("commit")
    return {**inner, **commit} if isinstance(commit, dict) else inner


def _address(record: Any, *path: str) -> str | None:
    return reading.ident(parts.dig(record, *path, "uri"))


def _by(address: str | None, did: str) -> bool:
    return address is not None and address.startswith(f"at://{did}/")


def _quoted(record: Any) -> str | None:
    """The post that this one shows: directly, or beside pictures."""
    return _address(record, "embed", "record") or _address(record, "embed", "record", "record")


def _mentioned(record: Any) -> set[str]:
    features = (feature for facet in parts.rows(record, "facets") for feature in parts.rows(facet, "features"))
    return {did for feature in features if isinstance(did := feature.get("did"), str)}


def _permalink(uri: str) -> str | None:
    did, _, key = uri.removeprefix("at://").split("/", 2)
    return reading.link(f"https://bsky.app/profile/{did}/post/{key}")


def _pictures(record: Any, did: str) -> tuple[Attachment, ...]:
    embed = parts.table(record, "embed")
    shown = [*parts.rows(embed, "images"), *parts.rows(embed, "media", "images")]
    images = [_blob(one.get("image"), one.get("alt"), did) for one in shown]
    videos = [parts.table(one, "video") for one in (embed, parts.table(embed, "media"))]
    return (*images, *(_blob(video, None, did) for video in videos if video))[: parts.ATTACHMENTS_MOST]


def _blob(blob: Any, alt: Any, did: str) -> Attachment:
    kind, cid = parts.name(parts.dig(blob, "mimeType")), parts.dig(blob, "ref", "$link")
    shown = isinstance(cid, str) and (kind or "").startswith("image/")
    url = f"https://cdn.bsky.app/img/feed_fullsize/plain/{did}/{cid}@jpeg" if shown else None
    return Attachment(
        url=reading.link(url), content_type=kind, bytes=reading.count(parts.dig(blob, "size")), name=parts.name(alt)
    )


class Bluesky(BaseChannel):
    id = "bluesky"
    title = "Bluesky"
    sweep_every_s = 60.0
    capabilities = Capabilities(
        ("stream", "poll"), reply=True, attachments=True, edits=True, withdrawals=True, echoes=True,
        length_most=LENGTH_MOST, counting="graphemes", like=True,
        limits="5,000 points an hour, a reply costs 3; characters are counted as people see them",
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
                " quelques gigaoctets par jour).",
                "en": f"Empty: {STREAM} for an account of bsky.social. A dash (-): do not listen (it costs some"
                " gigabytes a day).",
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
        """One event, a list of them, one a line (as a stream that was recorded), or a page of notifications."""
        lines = raw.splitlines() if raw[:1] == b"{" and b"}\n{" in raw.replace(b"\r", b"") else [raw]
        contents = [reading.loads(line) for line in lines if line.strip()]
        if not all(isinstance(content, dict | list) for content in contents):
            raise CannotRead("it is neither an event nor a notification")
        return [Envelope(one) for content in contents for one in polled.listed(content, "notifications")]

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
        record = {
            "$type": POSTS, "text": reply.text, "createdAt": reply.now.isoformat(timespec="milliseconds"),
            "reply": await _place(way, channel, reply, headers),
        }  # fmt: skip
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

"""YouTube: comments of a channel's videos, as its Data API shows them, and videos as WebSub announces them.

YouTube tells nobody of comments, so they are asked for. What WebSub announces is a video's upload, change of title or
end: our own are no messages; those of a channel that somebody follows on purpose are posts.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

from inbox.channel_state import Term
from inbox.channels import ChannelRecord, SetupField
from inbox.events import Author
from services.channels import asking, google, parts, polled, posting, proof, reading, youtube_videos, youtube_websub
from services.channels.base import BaseChannel, guarded_all
from services.channels.contract import (
    Answer,
    CannotRead,
    Capabilities,
    Deed,
    Echoed,
    Envelope,
    Ignored,
    Inbound,
    Outcome,
    Parsed,
    Received,
    Reply,
    Swept,
    Tended,
    Way,
    Withdrawn,
)

API = "https://www.googleapis.com"
CHALLENGE_MOST = 1000
PAGE = 50
ALGORITHMS = frozenset({"sha1", "sha256", "sha384", "sha512"})


def comments(item: Any, channel: ChannelRecord) -> Iterator[Parsed]:
    """A thread is its first comment and those of its answers that came along. Raises `reading.MISREAD`."""
    kind = item.get("kind")
    if kind == "youtube#commentThread":
        snippet = item["snippet"]
        yield from _comment(snippet["topLevelComment"], snippet.get("videoId"), channel)
        for answer in parts.rows(item, "replies", "comments"):
            yield from guarded_all(lambda one: _comment(one, snippet.get("videoId"), channel), answer)
    elif kind == "youtube#comment":
        yield from _comment(item, None, channel)
    else:
        yield Ignored(f"a thing of another kind: {kind}"[:80])


def _comment(comment: Any, video: Any, channel: ChannelRecord) -> tuple[Parsed, ...]:
    snippet, ident = comment["snippet"], reading.need(comment.get("id"), "the comment's id")
    video = reading.ident(snippet.get("videoId") or video)
    top, _, answer = ident.partition(".")
    parent = reading.ident(snippet.get("parentId")) or (top if answer else None)
    author, at = _author(snippet), reading.instant(snippet["publishedAt"])
    text = reading.words(snippet.get("textOriginal"))
    text = parts.plain(snippet.get("textDisplay")) if text is None else text
    if author is not None and author.id == channel.account_id:
        return (Ignored("own") if parent is None else Echoed(ident, at, text, parent),)
    if snippet.get("moderationStatus") == "rejected":
        return (Ignored("a comment that was rejected"),)
    message = Received(
        "comment", ident, video or parent or ident, at, text, author, parent,
        reading.link(f"https://www.youtube.com/watch?v={video}&lc={ident}") if video else None,
    )  # fmt: skip
    edited = snippet.get("updatedAt")
    return polled.as_it_stands(message, reading.instant(edited) if edited else None)


def _author(snippet: dict[str, Any]) -> Author | None:
    name = snippet.get("authorDisplayName")
    return parts.person(
        parts.dig(snippet, "authorChannelId", "value"), called=name,
        handle=name if isinstance(name, str) and name.startswith("@") else None,
        avatar=snippet.get("authorProfileImageUrl"),
    )  # fmt: skip


def video(entry: Any, channel: ChannelRecord, received_at: datetime) -> tuple[Parsed, ...]:
    """Raises `reading.MISREAD`."""
    owner, ident = reading.ident(entry.get("channel")), reading.need(entry.get("id"), "the video's id")
    if channel.account_id is None or owner in (None, channel.account_id):
        return (Ignored("a video of ours"),)
    if entry.get("deleted"):
        at = entry.get("when")
        return (Withdrawn(ident, reading.instant(at) if at else received_at),)
    author = parts.person(owner, called=entry.get("name"))
    message = Received(
        "post", ident, reading.ident(entry.get("video")) or ident, reading.instant(entry["published"]),
        reading.words(entry.get("title")), author, permalink=reading.link(entry.get("link")),
    )  # fmt: skip
    edited = entry.get("updated")
    return polled.as_it_stands(message, reading.instant(edited) if edited else None)


class YouTube(BaseChannel):
    id = "youtube"
    title = "YouTube"
    slow = True
    sweep_every_s = 300.0
    tends = True
    capabilities = Capabilities(
        ("poll", "webhook"), reply=True, hide=True, edits=True, echoes=True, length_most=10_000,
        limits="10,000 units of quota a day: one a look, 50 a reply",
    )  # fmt: skip
    setup_fields = (
        SetupField(
            "account_id", "account",
            {"fr": "Identifiant de la chaîne YouTube", "en": "YouTube channel ID"},
            {
                "fr": "Commence par UC : youtube.com › Paramètres › Paramètres avancés.",
                "en": "Begins with UC: youtube.com › Settings › Advanced settings.",
            },
            required=True,
        ),
        SetupField(
            "api_key", "secret",
            {"fr": "Clé d’API", "en": "API key"},
            {
                "fr": "Pour lire les commentaires. Console Google Cloud › Identifiants.",
                "en": "To read comments. Google Cloud console › Credentials.",
            },
        ),
        *google.oauth_fields(),
        SetupField(
            "secret", "secret",
            {"fr": "Secret WebSub", "en": "WebSub secret"},
            {"fr": "Laissez vide : nous en créons un.", "en": "Leave empty: we make one."},
            make=lambda: secrets.token_urlsafe(24),
        ),
        SetupField(
            "followed", "setting",
            {"fr": "Chaînes suivies", "en": "Followed channels"},
            {
                "fr": "Identifiants d’autres chaînes dont les nouvelles vidéos deviennent des messages, séparés par des"
                " espaces.",
                "en": "IDs of other channels whose new videos become messages, separated by spaces.",
            },
        ),
        posting.api_url_field(API),
    )  # fmt: skip
    setup_steps: Mapping[str, Sequence[str]] = MappingProxyType(
        {
            "fr": (
                "Dans la console Google Cloud, activez « YouTube Data API v3 » et créez une clé d’API.",
                "Collez ici la clé et l’identifiant de la chaîne : les commentaires sont lus toutes les cinq minutes.",
                "Pour répondre, créez un client OAuth et un jeton d’actualisation de portée youtube.force-ssl.",
                "Pour suivre les vidéos d’autres chaînes, donnez leurs identifiants : Vigie s’abonne de lui-même, et"
                " renouvelle l’abonnement. {hook_url} doit être joignable d’Internet.",
            ),
            "en": (
                "In the Google Cloud console, enable “YouTube Data API v3” and make an API key.",
                "Paste the key and the channel's ID here: comments are read every five minutes.",
                "To answer, make an OAuth client and a refresh token with the scope youtube.force-ssl.",
                "To follow other channels' videos, give their IDs: Vigie subscribes by itself, and renews. {hook_url}"
                " must be within reach of the internet.",
            ),
        }
    )

    def verify(self, request: Inbound, channel: ChannelRecord) -> str | None:
        """WebSub's signature; the hub of YouTube uses SHA-1."""
        algorithm, _, digest = (request.header("x-hub-signature") or "").partition("=")
        if algorithm not in ALGORITHMS:
            return None
        made = getattr(hashlib, algorithm)
        return proof.first(
            channel, lambda secret: proof.same(digest.lower(), hmac.new(secret.encode(), request.raw, made).hexdigest())
        )

    def handshake(self, query: Mapping[str, str], channel: ChannelRecord) -> Answer | None:
        """The hub asks whether we did subscribe to this topic; 404 says no."""
        topic = parse_qs(urlsplit(query.get("hub.topic", "")).query).get("channel_id", [""])[0]
        granted = youtube_websub.granted(channel, topic, query) if topic in _followed(channel) else None
        if query.get("hub.mode") == "denied":
            return Answer(200, granted=granted)
        challenge = query.get("hub.challenge", "")
        if topic not in _topics(channel) or not 0 < len(challenge) <= CHALLENGE_MOST:
            return Answer(404)
        return Answer(200, challenge.encode("utf-8", "replace"), granted=granted)

    async def tend(
        self, way: Way, channel: ChannelRecord, hook: str, terms: Sequence[Term], now: datetime
    ) -> Tended:  # fmt: skip
        return await youtube_websub.tend(way, channel, hook, _followed(channel), terms, now)

    def split(self, raw: bytes) -> Sequence[Envelope]:
        if reading.start(raw) == b"<":
            return (Envelope(youtube_videos.feed(raw)),)
        content = reading.loads(raw)
        if not isinstance(content, dict):
            raise CannotRead("it is no answer of the API")
        return (Envelope(content),)

    def read(self, envelope: Envelope, channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
        content = envelope.content
        if "videos" in content:
            return _each(lambda one: video(one, channel, received_at), polled.listed(content, "videos"))
        return _each(lambda one: comments(one, channel), polled.listed(content, "items"))

    # --- asking and answering ---

    async def gesture(self, way: Way, channel: ChannelRecord, deed: Deed) -> Outcome:
        return await asking.carefully(self._moderate(way, channel, deed))

    async def _moderate(self, way: Way, channel: ChannelRecord, deed: Deed) -> Outcome:
        """Hidden is what is held for review: `rejected` could not be taken back."""
        status = "heldForReview" if deed.gesture == "hide" else "published"
        url = asking.address(
            posting.api_url(channel, API) + "/youtube/v3/comments/setModerationStatus", id=deed.external_id,
            moderationStatus=status,
        )  # fmt: skip
        headers = asking.bearer(await google.token(way, channel))
        return await posting.done(way, posting.Call(url, b"", headers), google.refusal)

    async def reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
        return await asking.carefully(self._reply(way, channel, reply))

    async def _reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
        """An answer to an answer goes under the comment that began the thread: there is no deeper level."""
        token = await google.token(way, channel)
        snippet = {"parentId": reply.in_reply_to.partition(".")[0], "textOriginal": reply.text}
        url = posting.api_url(channel, API) + "/youtube/v3/comments?part=snippet"
        call = posting.Call(url, {"snippet": snippet}, asking.bearer(token))
        return await posting.send(way, call, lambda content: content["id"], google.refusal)

    async def sweep(self, way: Way, channel: ChannelRecord, cursor: str | None, now: datetime) -> Swept:
        at = polled.Cursor.of(cursor)
        key = channel.secrets.get("api_key")
        headers = {"x-goog-api-key": key} if key else asking.bearer(await google.token(way, channel))
        url = asking.address(
            posting.api_url(channel, API) + "/youtube/v3/commentThreads", part="snippet,replies", order="time",
            maxResults=PAGE, textFormat="plainText", allThreadsRelatedToChannelId=channel.account_id, pageToken=at.page,
        )  # fmt: skip
        content = await asking.get(way, url, headers, google.refusal)
        raw = orjson.dumps(content)
        with asking.understood():
            parsed = [one for part in self.split(raw) for one in self.read(part, channel, now)]
            return at.swept(parsed, _times(content), content.get("nextPageToken"), raw)


def _followed(channel: ChannelRecord) -> set[str]:
    """Our own videos are no messages, so nobody need tell us of them."""
    return set(str(channel.settings.get("followed") or "").replace(",", " ").split()) - {channel.account_id}


def _topics(channel: ChannelRecord) -> set[str]:
    return _followed(channel) | ({channel.account_id} if channel.account_id else set())


def _each(read: Callable[[Any], Iterable[Parsed]], found: Any) -> list[Parsed]:
    return [parsed for one in found for parsed in guarded_all(read, one)]


def _times(content: Any) -> list[datetime]:
    """When each thread began: the order they come in."""
    tops = [
        parts.dig(item, "snippet", "topLevelComment", "snippet", "publishedAt") for item in parts.rows(content, "items")
    ]
    return [reading.instant(top) for top in tops if top]


CHANNEL = YouTube()

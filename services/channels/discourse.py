"""Discourse forums: posts, as the forum's webhooks tell of them.

A post answers another by its number within the topic, not by its id. Our own answers are therefore hints: the post they
answer is looked up. Edits and deletions name the post alone, for a moderator may have moved it to another topic.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

import orjson

from inbox.channels import ChannelRecord, SetupField
from inbox.events import Author, Kind
from services.channels import asking, parts, posting, proof, reading
from services.channels.base import BaseChannel, guarded
from services.channels.contract import (
    CannotRead,
    Capabilities,
    Deed,
    Echoed,
    Edited,
    Envelope,
    Hint,
    Ignored,
    Inbound,
    Outcome,
    Parsed,
    Probe,
    Received,
    Refused,
    Reply,
    SweepFailed,
    Way,
    Withdrawn,
)

REGULAR = 1
LIKE = 2
"""Discourse's number for it among the kinds of actions on a post."""
CREATED, EDITED, DESTROYED = "post_created", "post_edited", "post_destroyed"
OTHERS = {
    "post_recovered": "a deleted post that was put back",
    "post_liked": "a reaction",
    "ping": "a ping",
    "accepted_solution": "a solution was chosen",
    "unaccepted_solution": "a solution was chosen no longer",
}
BY_KEY = {"like": "post_liked", "solved": "accepted_solution", "ping": "ping"}
"""What an event is by what it brings, where the header that names it is not there."""


class Reader:
    """Reads what one channel was sent. Everything may raise `reading.MISREAD`."""

    def __init__(self, channel: ChannelRecord, received_at: datetime, instance: str) -> None:
        self._own = _own(channel)
        self._received_at = received_at
        self._instance = instance or posting.api_url(channel, "")

    def event(self, named: str, body: Any) -> Parsed:
        if named in OTHERS:
            return Ignored(OTHERS[named])
        if named.startswith("topic_") or ("topic" in body and "post" not in body):
            return Ignored("a topic; its first post comes by itself")
        if "post" not in body or named not in (CREATED, EDITED, DESTROYED):
            return Ignored(f"an event of another kind: {named}"[:80])
        return self._post(named, body["post"])

    def _post(self, named: str, post: Any) -> Parsed:
        ident = reading.need(post.get("id"), "the post's id")
        if post.get("post_type", REGULAR) != REGULAR or _is_the_forums(post):
            return Ignored("a notice of the forum")
        if str(post.get("username") or "").lower() in self._own:
            return self._ours(named, post, ident)
        if named == CREATED:
            return self._received(post, ident)
        return self._changed(named, post, ident)

    def _changed(self, named: str, post: Any, ident: str) -> Parsed:
        author, thread = self._author(post), reading.ident(post.get("topic_id"))
        written_at = reading.instant(post["created_at"]) if post.get("created_at") else None
        if named == DESTROYED:
            at = post.get("deleted_at")
            gone_at = reading.instant(at) if at else self._received_at
            return Withdrawn(ident, gone_at, thread, author, written_at)
        at = reading.instant(post.get("updated_at") or post["created_at"])
        version = reading.ident(post.get("version")) or at.isoformat()
        return Edited(ident, at, version, _text(post), (), thread, author, written_at)

    def _received(self, post: Any, ident: str) -> Received:
        thread = reading.need(post.get("topic_id"), "the topic's id")
        return Received(
            _kind(post), ident, thread, reading.instant(post["created_at"]), _text(post), self._author(post),
            permalink=reading.link(f"{self._instance}{self._path(post, thread)}"),
        )  # fmt: skip

    @staticmethod
    def _path(post: Any, thread: str) -> str:
        told = post.get("post_url")
        if isinstance(told, str) and told.startswith("/"):
            return told
        return (
            f"/t/{posting.segment(parts.name(post.get('topic_slug')) or '-')}/{thread}/{post.get('post_number') or 1}"
        )

    def _author(self, post: Any) -> Author | None:
        template = post.get("avatar_template")
        shown = template.replace("{size}", "96") if isinstance(template, str) else None
        avatar = f"{self._instance}{shown}" if shown and shown.startswith("/") else shown
        return parts.person(
            post.get("user_id"), called=post.get("name") or post.get("username"), handle=post.get("username"),
            avatar=avatar,
        )  # fmt: skip

    def _ours(self, named: str, post: Any, ident: str) -> Parsed:
        if named != CREATED or not post.get("reply_to_post_number"):
            return Ignored("own")
        return Hint("own answer", ident, reading.ident(post.get("topic_id")))


def _guess(body: Any) -> str:
    """What happened to a post, where no header tells."""
    post = parts.table(body, "post")
    version = post.get("version")
    changed = isinstance(version, int) and version > 1
    return DESTROYED if post.get("deleted_at") else EDITED if changed else CREATED


def _kind(post: Any) -> Kind:
    if post.get("topic_archetype") == "private_message":
        return "dm"
    return "post" if post.get("post_number") == 1 else "comment"


def _is_the_forums(post: Any) -> bool:
    """The system and its guide have ids below zero."""
    user = post.get("user_id")
    return isinstance(user, int) and user < 0


def _text(post: Any) -> str | None:
    """As it was typed, where the forum sends that; else as it is shown, in words."""
    raw = post.get("raw")
    text = reading.words(raw) if raw is not None else parts.plain(post.get("cooked"))
    return parts.titled(post.get("topic_title") if post.get("post_number") == 1 and text else None, text)


def _own(channel: ChannelRecord) -> set[str]:
    more = str(channel.settings.get("own_users") or "").replace(",", " ").split()
    return {name.removeprefix("@").lower() for name in (*more, str(channel.settings.get("api_user") or "")) if name}


class Discourse(BaseChannel):
    id = "discourse"
    title = "Discourse"
    capabilities = Capabilities(
        ("webhook",), reply=True, like=True, edits=True, withdrawals=True, echoes=True, fetches=True,
        length_most=32_000,
        limits="60 requests a minute; answers shorter than the forum's minimum (20 characters) are refused",
    )  # fmt: skip
    setup_fields = (
        posting.api_url_field("https://forum.example", required=True),
        SetupField(
            "secret", "secret",
            {"fr": "Secret du webhook", "en": "Webhook secret"},
            {"fr": "Laissez vide : nous en créons un.", "en": "Leave empty: we make one."},
            required=True, make=lambda: secrets.token_urlsafe(24),
        ),
        SetupField(
            "api_key", "secret",
            {"fr": "Clé d’API", "en": "API key"},
            {
                "fr": "Pour répondre depuis Vigie. Sans elle, on répond à la main.",
                "en": "To answer from Vigie. Without it, you answer by hand.",
            },
        ),
        SetupField(
            "api_user", "setting",
            {"fr": "Utilisateur qui répond", "en": "User who answers"},
            {"fr": "Son nom sur le forum.", "en": "Their user name on the forum."},
        ),
        SetupField(
            "own_users", "setting",
            {"fr": "Autres utilisateurs à nous", "en": "Other users of ours"},
            {
                "fr": "Noms séparés par des espaces : leurs messages ne sont pas des demandes.",
                "en": "User names, separated by spaces: what they write asks nothing of us.",
            },
        ),
    )  # fmt: skip
    setup_steps: Mapping[str, Sequence[str]] = MappingProxyType(
        {
            "fr": (
                "Sur le forum : Administration › API › Webhooks › Nouveau webhook.",
                "Adresse : {hook_url} — type de contenu application/json — le secret ci-dessous.",
                "Événements : ceux des messages (post). Ceux des sujets n’apportent rien de plus.",
                "Pour répondre : Administration › API › Clés, limitée à l’utilisateur qui répond.",
            ),
            "en": (
                "On the forum: Admin › API › Webhooks › New webhook.",
                "Payload URL: {hook_url} — content type application/json — the secret shown here.",
                "Events: those of posts. Those of topics bring nothing more.",
                "To answer: Admin › API › Keys, for the one user who answers.",
            ),
        }
    )

    def verify(self, request: Inbound, channel: ChannelRecord) -> str | None:
        given = proof.after(request.header("x-discourse-event-signature"), "sha256=")
        return proof.first(channel, lambda secret: proof.same(given, proof.hexadecimal(secret, request.raw)))

    def split(self, raw: bytes) -> Sequence[Envelope]:
        return self._envelopes(raw, None, None)

    def split_request(self, request: Inbound) -> Sequence[Envelope]:
        headers = (request.header(f"x-discourse-{name}") for name in ("event", "instance"))
        return self._envelopes(request.raw, *headers)

    @staticmethod
    def _envelopes(raw: bytes, event: str | None, instance: str | None) -> Sequence[Envelope]:
        body = reading.loads(raw)
        if not isinstance(body, dict):
            raise CannotRead("it is no event of a forum")
        named = event or next((name for key, name in BY_KEY.items() if key in body), None) or _guess(body)
        return (Envelope({"event": named, "instance": reading.link(instance) or "", "body": body}),)

    def read(self, envelope: Envelope, channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
        content = envelope.content
        reader = Reader(channel, received_at, content["instance"].rstrip("/"))
        return (guarded(lambda body: reader.event(content["event"], body), content["body"]),)

    def join(self, envelopes: Sequence[Envelope]) -> bytes:
        return orjson.dumps(envelopes[0].content["body"])

    # --- asking and answering ---

    async def fetch(self, way: Way, channel: ChannelRecord, hint: Hint, now: datetime) -> Sequence[Parsed]:
        """Our own answer, with the id of what it answers."""
        try:
            post = await _post(way, channel, f"/posts/{posting.segment(hint.ref)}.json")
            with asking.understood():
                topic, number = int(post["topic_id"]), int(post["reply_to_post_number"])
            answered = await _post(way, channel, f"/posts/by_number/{topic}/{number}.json")
        except SweepFailed as error:
            if error.reason == "gone":
                return ()
            raise
        with asking.understood():
            parent = reading.need(answered["id"], "the answered post's id")
            return (Echoed(hint.ref, reading.instant(post["created_at"]), _text(post), parent),)

    def probe(self, way: Way, channel: ChannelRecord) -> Probe | None:
        url = posting.api_url(channel, "") + "/session/current.json"
        return Probe(url, _headers(channel), ("current_user", "username"), ok="current_user")

    async def gesture(self, way: Way, channel: ChannelRecord, deed: Deed) -> Outcome:
        return await asking.carefully(self._like(way, channel, deed))

    async def _like(self, way: Way, channel: ChannelRecord, deed: Deed) -> Outcome:
        api, headers = posting.api_url(channel, "") + "/post_actions", _headers(channel)
        if deed.gesture == "like":
            call = posting.Call(f"{api}.json", {"id": deed.external_id, "post_action_type_id": LIKE}, headers)
        else:
            url = f"{api}/{posting.segment(deed.external_id)}.json?post_action_type_id={LIKE}"
            call = posting.Call(url, {}, headers, "DELETE")
        return await posting.done(way, call, _refusal)

    async def reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
        return await asking.carefully(self._reply(way, channel, reply))

    async def _reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
        answered = await _post(way, channel, f"/posts/{posting.segment(reply.in_reply_to)}.json")
        body = {
            "topic_id": answered["topic_id"], "raw": reply.text, "reply_to_post_number": answered["post_number"],
        }  # fmt: skip
        call = posting.Call(posting.api_url(channel, "") + "/posts.json", body, _headers(channel))
        return await posting.send(way, call, lambda content: content["id"], _refusal)


def _refusal(content: Any) -> Refused | None:
    kind = parts.dig(content, "error_type")
    if kind == "rate_limit":
        wait = parts.dig(content, "extras", "wait_seconds")
        return Refused("too_many", again=True, retry_after_s=float(wait) if isinstance(wait, int) else None)
    return Refused("not_authorised") if kind == "invalid_access" else None


async def _post(way: Way, channel: ChannelRecord, path: str) -> Any:
    return reading.table(await asking.get(way, posting.api_url(channel, "") + path, _headers(channel)))


def _headers(channel: ChannelRecord) -> dict[str, str]:
    key, user = channel.secrets.get("api_key"), channel.settings.get("api_user")
    if not key or not user or not posting.api_url(channel, ""):
        raise SweepFailed("not_configured")
    return {"api-key": key, "api-username": str(user)}


CHANNEL = Discourse()

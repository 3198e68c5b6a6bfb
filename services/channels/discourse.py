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
from services.channels import asking, discourse_files, parts, posting, proof, reading
from services.channels.base import BaseChannel, guarded
from services.channels.contract import (
    EVERY,
    CannotRead,
    Capabilities,
    Deed,
    Echoed,
    Envelope,
    Hint,
    Inbound,
    Outcome,
    Parsed,
    Probe,
    Refused,
    Reply,
    SweepFailed,
    Way,
)
from services.channels.discourse_posts import BY_KEY, Reader, guess, text_of

LIKE = 2
"""Discourse's number for it among the kinds of actions on a post."""


class Discourse(BaseChannel):
    id = "discourse"
    title = "Discourse"
    capabilities = Capabilities(
        ("webhook",), reply=True, like=True, edits=True, withdrawals=True, echoes=True, fetches=True,
        length_most=32_000,
        limits="60 requests a minute; answers shorter than the forum's minimum (20 characters) are refused",
        files=dict.fromkeys(EVERY, discourse_files.FILES),
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
        named = event or next((name for key, name in BY_KEY.items() if key in body), None) or guess(body)
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
            return (Echoed(hint.ref, reading.instant(post["created_at"]), text_of(post), parent),)

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
        api, headers, words = posting.api_url(channel, ""), _headers(channel), reply.text
        if reply.files:
            words = await discourse_files.under(words, way, f"{api}/uploads.json", reply.files, headers, _refusal)
        place = {"topic_id": answered["topic_id"], "reply_to_post_number": answered["post_number"]}
        call = posting.Call(f"{api}/posts.json", {**place, "raw": words}, headers)
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

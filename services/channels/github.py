"""GitHub: issues, pull requests, discussions, what is said under them, and reviews of code.

A channel is one repository; a hook of an organisation serves several, and each delivery goes to the channel of its
repository. A thread is the number that GitHub shows: issues, pull requests and discussions of a repository share one
count. Ids are node ids, which are the same in both of GitHub's APIs.

The `X-GitHub-Event` header names what a payload is; without it (a stored file) its fields tell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import orjson

from inbox.channels import ChannelRecord, SetupField
from inbox.events import Author, Kind
from services.channels import asking, github_replies, github_sweep, parts, posting, proof, reading
from services.channels.base import BaseChannel, guarded
from services.channels.contract import (
    Answer,
    CannotRead,
    Capabilities,
    Echoed,
    Edited,
    Envelope,
    Ignored,
    Inbound,
    Outcome,
    Parsed,
    Probe,
    Received,
    Reply,
    Swept,
    Unreadable,
    Way,
    Withdrawn,
)

BODY_MOST = 65_536
WRITTEN = frozenset({"created", "opened", "submitted"})


class Shape(NamedTuple):
    """Where in a payload stands what was said (`thing`), and what it was said under (`under`)."""

    thing: str
    under: str
    kind: Kind


SHAPES: Mapping[str, Shape] = {
    "pull_request_review_comment": Shape("comment", "pull_request", "comment"),
    "pull_request_review": Shape("review", "pull_request", "comment"),
    "discussion_comment": Shape("comment", "discussion", "comment"),
    "issue_comment": Shape("comment", "issue", "comment"),
    "pull_request": Shape("pull_request", "pull_request", "post"),
    "discussion": Shape("discussion", "discussion", "post"),
    "issues": Shape("issue", "issue", "post"),
    "commit_comment": Shape("comment", "comment", "comment"),
}
"""By event; the more telling fields first, so that a payload without its header is known by them."""


# --- reading --------------------------------------------------------------------------------------------------------


def _payload(raw: bytes) -> dict[str, Any]:
    """The body, which is JSON, or a form whose field `payload` is."""
    if reading.start(raw) != b"{":
        try:
            raw = parse_qs(raw.decode(), max_num_fields=10)["payload"][0].encode()
        except (ValueError, KeyError) as error:
            raise CannotRead("the body is neither JSON nor a form with a payload") from error
    content = reading.loads(raw)
    if not isinstance(content, dict):
        raise CannotRead("it is not an object")
    return content


def _named(payload: Mapping[str, Any]) -> str:
    if "zen" in payload:
        return "ping"
    return next((event for event, shape in SHAPES.items() if {shape.thing, shape.under} <= payload.keys()), "unknown")


def _said(event: str, payload: dict[str, Any], own: frozenset[str], received_at: datetime) -> Parsed:
    shape, action = SHAPES.get(event), payload.get("action")
    if shape is None:
        return Ignored(f"another event: {event}"[:80])
    thing, under = payload[shape.thing], payload[shape.under]
    ident = reading.need(thing.get("node_id") or thing.get("id"), "the id")
    # A commit has no number; what is said of it stands together by its hash.
    thread = reading.need(under.get("number") or thing.get("commit_id"), "the number")
    author = _author(thing.get("user"))
    if parts.dig(thing, "user", "type") == "Bot":
        return Ignored("a bot")
    if author is not None and (author.handle or "").lower() in own:
        return _ours(action, thing, under, ident, thread, own)
    text = parts.titled(thing.get("title"), reading.words(thing.get("body")))
    if action in WRITTEN:
        return _written(shape.kind, thing, ident, thread, author, text, received_at)
    if action == "edited":
        at, version = parts.at_or(thing.get("updated_at"), received_at), parts.version(thing.get("updated_at"), text)
        return Edited(ident, at, version, text, (), thread if author else None, author, _written_at(thing))
    if action == "deleted":
        # The payload has the times of what was deleted only, not of the deletion.
        return Withdrawn(ident, received_at, thread if author else None, author, _written_at(thing))
    return Ignored(f"a change of state: {action}"[:80])


def _written_at(thing: dict[str, Any]) -> datetime | None:
    at = thing.get("created_at") or thing.get("submitted_at")
    return parts.at(at) if at else None


def _written(
    kind: Kind, thing: dict[str, Any], ident: str, thread: str, author: Author | None, text: str | None,
    received_at: datetime,
) -> Parsed:  # fmt: skip
    if not text and "state" in thing and kind == "comment":
        return Ignored("a review without words")
    return Received(
        kind=kind, external_id=ident, thread_id=thread, sent_at=_written_at(thing) or received_at, text=text,
        author=author, permalink=reading.link(thing.get("html_url")),
    )  # fmt: skip


def _ours(
    action: Any, thing: dict[str, Any], under: dict[str, Any], ident: str, thread: str, own: frozenset[str]
) -> Parsed:
    """What our team says under something answers whoever opened it; GitHub does not say which comment it answers."""
    opener = _author(under.get("user"))
    if action not in WRITTEN or opener is None or (opener.handle or "").lower() in own:
        return Ignored("own")
    at = reading.instant(thing.get("created_at") or thing.get("submitted_at"))
    return Echoed(ident, at, reading.words(thing.get("body")), None, thread, opener)


def _author(user: Any) -> Author | None:
    found = user if isinstance(user, dict) else {}
    return parts.person(found.get("id"), handle=found.get("login"), avatar=found.get("avatar_url"))


def _own(channel: ChannelRecord) -> frozenset[str]:
    listed = str(channel.settings.get("own_logins") or "")
    return frozenset(login.strip().lstrip("@").lower() for login in listed.split(",") if login.strip())


class GitHub(BaseChannel):
    id = "github"
    title = "GitHub"
    sweep_every_s = 600.0
    capabilities = Capabilities(
        receives=("webhook",), reply=True, edits=True, withdrawals=True, echoes=True, reconcile=True,
        length_most=BODY_MOST,
        limits="5000 requests an hour, 80 comments a minute. What failed is not sent again: redeliver by hand.",
    )  # fmt: skip
    setup_fields = (
        SetupField(
            "secret", "secret",
            {"fr": "Secret du webhook", "en": "Webhook secret"},
            {"fr": "Laissez vide : nous en créons un.", "en": "Leave empty: we make one."},
            required=True, make=proof.new_token,
        ),
        SetupField(
            "account_id", "account",
            {"fr": "Dépôt", "en": "Repository"},
            {"fr": "proprietaire/nom, comme dans son adresse.", "en": "owner/name, as in its address."},
            required=True,
        ),
        SetupField(
            "own_logins", "setting",
            {"fr": "Comptes de l’équipe", "en": "The team's accounts"},
            {
                "fr": "Séparés par des virgules. Ce qu’ils écrivent compte comme réponse, pas comme message.",
                "en": "Separated by commas. What they write counts as an answer, not as a message.",
            },
        ),
        SetupField(
            "access_token", "secret",
            {"fr": "Jeton d’accès", "en": "Access token"},
            {
                "fr": "Droits Issues, Pull requests et Discussions en écriture : pour répondre, et pour retrouver ce"
                " qu’aucun webhook n’a apporté (GitHub ne renvoie rien de lui-même).",
                "en": "With write access to issues, pull requests and discussions: to reply, and to find what no"
                " webhook brought (GitHub sends nothing again by itself).",
            },
        ),
        posting.api_url_field(github_replies.API),
    )  # fmt: skip
    setup_steps: Mapping[str, Sequence[str]] = MappingProxyType(
        {
            "fr": (
                "Dépôt › Settings › Webhooks › Add webhook : adresse {hook_url}, type application/json, et le secret.",
                "Choisissez les événements Issues, Issue comments, Pull requests, Pull request reviews, Pull request"
                " review comments, Discussions, Discussion comments et Commit comments.",
                "Pour répondre, créez un jeton d’accès à granularité fine pour ce dépôt et collez-le ici.",
            ),
            "en": (
                "Repository › Settings › Webhooks › Add webhook: address {hook_url}, type application/json, and the"
                " secret.",
                "Choose the events Issues, Issue comments, Pull requests, Pull request reviews, Pull request review"
                " comments, Discussions, Discussion comments and Commit comments.",
                "To reply, make a fine-grained access token for this repository and paste it here.",
            ),
        }
    )

    def verify(self, request: Inbound, channel: ChannelRecord) -> str | None:
        given = proof.after(request.header("x-hub-signature-256"), "sha256=")
        return proof.first(channel, lambda secret: proof.same(given, proof.hexadecimal(secret, request.raw)))

    def greet(self, request: Inbound, channel: ChannelRecord) -> Answer | None:
        return Answer(200, b"pong") if request.header("x-github-event") == "ping" else None

    def split(self, raw: bytes) -> Sequence[Envelope]:
        payload = _payload(raw)
        return (self._envelope(_named(payload), payload),)

    def split_request(self, request: Inbound) -> Sequence[Envelope]:
        payload = _payload(request.raw)
        return (self._envelope(request.header("x-github-event") or _named(payload), payload),)

    def _envelope(self, event: str, payload: dict[str, Any]) -> Envelope:
        repository = parts.ident(parts.dig(payload, "repository", "full_name"))
        return Envelope((event, payload), repository, self.id, frozenset({self.id}))

    def read(self, envelope: Envelope, channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
        event, payload = envelope.content
        if event == "ping":
            return (Ignored("a ping"),)
        if event == "unknown":
            return (Unreadable("nothing tells what event it is"),)
        return (guarded(lambda content: _said(event, content, _own(channel), received_at), payload),)

    def join(self, envelopes: Sequence[Envelope]) -> bytes:
        return orjson.dumps(envelopes[0].content[1] if envelopes else {})

    def probe(self, way: Way, channel: ChannelRecord) -> Probe | None:
        token = asking.needed(channel, "access_token")
        return Probe(f"{posting.api_url(channel, github_replies.API)}/user", asking.bearer(token), ("login",))

    async def reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
        return await github_replies.send(way, channel, reply)

    async def sweep(self, way: Way, channel: ChannelRecord, cursor: str | None, now: datetime) -> Swept:
        token, own = channel.secrets.get("access_token"), _own(channel)
        if not token or not channel.account_id:
            return Swept((), cursor)
        return await github_sweep.look(
            way, github_replies.repository(channel), github_replies.headers(token), channel, cursor, now,
            lambda event, payload: guarded(lambda content: _said(event, content, own, now), payload),
        )  # fmt: skip


CHANNEL = GitHub()

"""LinkedIn pages: comments, mentions and shares, as organisation social action notifications.

One app's secret signs for all organisations that its members administer; each of a delivery's (at most ten)
notifications names the organisation it is for. LinkedIn names people by URN only, never by name.

The answer to the challenge is a digest under the same secret that signs notifications, so the challenge must have the
form of a UUID: else anybody could have the signature of a notification of their own computed here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import orjson

from inbox.channel_state import Term
from inbox.channels import ChannelRecord, SetupField
from inbox.events import Author
from services.channels import asking, linkedin_access, linkedin_likes, parts, posting, proof, reading
from services.channels.base import BaseChannel, guarded
from services.channels.contract import (
    PROBLEM_TYPE,
    Answer,
    CannotRead,
    Capabilities,
    Deed,
    Echoed,
    Edited,
    Envelope,
    Ignored,
    Inbound,
    Outcome,
    Parsed,
    Probe,
    Received,
    Refused,
    Reply,
    SweepFailed,
    Tended,
    Unreadable,
    Way,
    Withdrawn,
    problem,
)

API = "https://api.linkedin.com"
API_VERSION = "202610"
COMMENT_MOST = 1250
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_SHORT = re.compile(r"\((activity|share|ugcPost):", re.ASCII)


# --- proof ----------------------------------------------------------------------------------------------------------


def signed(secret: str, request: Inbound) -> bool:
    """`X-LI-Signature: <hex>`; the words "hmacsha256=" stand before the body in what is signed, and, with some
    senders, before the digest in the header as well."""
    given = (request.header("x-li-signature") or "").lower().removeprefix("hmacsha256=")
    return proof.same(given, proof.hexadecimal(secret, b"hmacsha256=" + request.raw))


# --- reading --------------------------------------------------------------------------------------------------------


def _notification(content: dict[str, Any], received_at: datetime) -> Parsed:
    action = content.get("action")
    sent_at = parts.at_or(content.get("lastModifiedAt"), received_at)
    if action == "LIKE":
        return Ignored("a reaction")
    if action in ("COMMENT", "ADMIN_COMMENT", "COMMENT_EDIT", "COMMENT_DELETE"):
        return _comment(content, action, sent_at)
    if action in ("SHARE", "SHARE_MENTION"):
        return _share(content, action, sent_at)
    return Ignored(f"another action: {action}"[:80])


def _comment(content: dict[str, Any], action: str, sent_at: datetime) -> Parsed:
    found = parts.table(content, "decoratedGeneratedActivity", "comment")
    ident = _urn(found.get("entity")) or _urn(content.get("generatedActivity"))
    if ident is None:
        raise reading.Misread("the comment's URN is missing")
    author, parent, text = parts.person(found.get("owner")), _parent(found), reading.words(found.get("text"))
    thread = _urn(content.get("sourcePost")) or _post_of(ident)
    if action == "ADMIN_COMMENT" or (author is not None and author.id == content.get("organizationalEntity")):
        ours = parent is not None and action in ("COMMENT", "ADMIN_COMMENT")
        return Echoed(ident, sent_at, text, parent) if ours else Ignored("own")
    if action == "COMMENT_DELETE":
        return Withdrawn(ident, sent_at, thread if author else None, author)
    if action == "COMMENT_EDIT":
        version = parts.version(content.get("lastModifiedAt"), text)
        return Edited(ident, sent_at, version, text, (), thread if author else None, author)
    return Received(
        kind="comment", external_id=ident, thread_id=thread, sent_at=sent_at, text=text, author=author,
        parent_id=parent, permalink=_page_of(thread),
    )  # fmt: skip


def _share(content: dict[str, Any], action: str, sent_at: datetime) -> Parsed:
    """A post that names the page, or shares a post of it. Shared without words, there is nothing to answer."""
    found = parts.table(content, "decoratedGeneratedActivity", "share")
    ident = _urn(found.get("entity")) or _urn(content.get("generatedActivity"))
    if ident is None:
        raise reading.Misread("the post's URN is missing")
    author: Author | None = parts.person(found.get("owner"))
    if author is not None and author.id == content.get("organizationalEntity"):
        return Ignored("own")
    text = reading.words(found.get("text"))
    if action == "SHARE" and not text:
        return Ignored("a share without words")
    return Received(
        kind="mention", external_id=ident, thread_id=ident, sent_at=sent_at, text=text, author=author,
        permalink=_page_of(ident),
    )  # fmt: skip


def _parent(comment: dict[str, Any]) -> str | None:
    """The comment that this one answers: named as such, or as what it was written to."""
    named = _urn(comment.get("parentComment"))
    written_to = _urn(comment.get("object"))
    return named or (written_to if written_to and written_to.startswith("urn:li:comment:") else None)


def _urn(value: Any) -> str | None:
    """One form for one thing: "urn:li:comment:(activity:1,2)" is "urn:li:comment:(urn:li:activity:1,2)"."""
    urn = reading.ident(value)
    return None if urn is None else _SHORT.sub(r"(urn:li:\1:", urn)


def _post_of(comment: str) -> str:
    return comment.partition("(")[2].partition(",")[0] or comment


def _page_of(post: str) -> str | None:
    return reading.link(f"https://www.linkedin.com/feed/update/{post}/")


# --- replying -------------------------------------------------------------------------------------------------------


def _call(channel: ChannelRecord, reply: Reply, token: str) -> posting.Call:
    target = reply.in_reply_to
    body: dict[str, Any] = {
        "actor": channel.account_id, "object": reply.thread_id, "message": {"text": reply.text},
    }  # fmt: skip
    if target.startswith("urn:li:comment:"):
        body["parentComment"] = target
    base = posting.api_url(channel, API)
    url = f"{base}/rest/socialActions/{posting.segment(target)}/comments"
    return posting.Call(url, body, _headers(channel, token))


def _headers(channel: ChannelRecord, token: str) -> dict[str, str]:
    version = channel.settings.get("api_version")
    return {
        "authorization": f"Bearer {token}", "x-restli-protocol-version": "2.0.0",
        "linkedin-version": version if isinstance(version, str) and version else API_VERSION,
    }  # fmt: skip


def _posted(said: Any) -> Any:
    return _urn(parts.dig(said, "commentUrn")) or _urn(parts.dig(said, "$URN"))


def _refusal(said: Any) -> Refused | None:
    return Refused("duplicate") if parts.dig(said, "code") == "DUPLICATE_POST" else None


class LinkedIn(BaseChannel):
    id = "linkedin"
    tends = True
    title = "LinkedIn"
    capabilities = Capabilities(
        receives=("webhook",), reply=True, edits=True, withdrawals=True, echoes=True, like=True,
        length_most=COMMENT_MOST,
        limits="Public posts only; notifications are kept by LinkedIn for 60 days; daily limits by app and member.",
        resends_for=timedelta(hours=8),
    )  # fmt: skip
    setup_fields = (
        SetupField(
            "secret", "secret",
            {"fr": "Secret client (client secret)", "en": "Client secret"},
            {"fr": "Portail LinkedIn › votre app › Auth.", "en": "LinkedIn's portal › your app › Auth."},
            required=True,
        ),
        SetupField(
            "account_id", "account",
            {"fr": "URN de l’organisation", "en": "URN of the organisation"},
            {"fr": "urn:li:organization:… Nécessaire pour répondre.", "en": "urn:li:organization:… Needed to reply."},
        ),
        SetupField(
            "access_token", "secret",
            {"fr": "Jeton d’accès", "en": "Access token"},
            {"fr": "Avec w_organization_social, pour répondre.", "en": "With w_organization_social, to reply."},
        ),
        SetupField(
            "client_id", "secret",
            {"fr": "Identifiant client (client ID)", "en": "Client ID"},
            {"fr": "Pour renouveler l’accès : à côté du secret client.", "en": "To renew access: beside the secret."},
        ),
        SetupField(
            "refresh_token", "secret",
            {"fr": "Jeton d’actualisation", "en": "Refresh token"},
            {
                "fr": "Donné aux apps approuvées : l’accès, qui dure soixante jours, est alors renouvelé de lui-même.",
                "en": "Given to approved apps: access, which lasts sixty days, is then renewed by itself.",
            },
        ),
        SetupField(
            "api_version", "setting",
            {"fr": "Version de l’API", "en": "API version"},
            {"fr": f"AAAAMM. Vide : {API_VERSION}", "en": f"YYYYMM. Empty: {API_VERSION}"},
        ),
        posting.api_url_field(API),
    )  # fmt: skip
    setup_steps: Mapping[str, Sequence[str]] = MappingProxyType(
        {
            "fr": (
                "Faites approuver votre app pour la Community Management API, avec les webhooks.",
                "Portail › votre app › Webhooks › Create : adresse {hook_url}. LinkedIn la vérifie aussitôt, puis"
                " toutes les deux heures.",
                "Abonnez l’organisation : PUT /rest/eventSubscriptions, type ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS,"
                " avec le jeton d’un administrateur de la page.",
            ),
            "en": (
                "Have your app approved for the Community Management API, with webhooks.",
                "Portal › your app › Webhooks › Create: address {hook_url}. LinkedIn checks it at once, then every two"
                " hours.",
                "Subscribe the organisation: PUT /rest/eventSubscriptions, type"
                " ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS, with the token of an administrator of the page.",
            ),
        }
    )

    def verify(self, request: Inbound, channel: ChannelRecord) -> str | None:
        return proof.first(channel, lambda secret: signed(secret, request))

    def handshake(self, query: Mapping[str, str], channel: ChannelRecord) -> Answer | None:
        code, secret = query.get("challengeCode", ""), next(iter(channel.valid_secrets()), "")
        if not secret or not _UUID.fullmatch(code):
            return Answer(403, problem(403, "bad_challenge", "The challenge is not one of LinkedIn's."), PROBLEM_TYPE)
        body = {"challengeCode": code, "challengeResponse": proof.hexadecimal(secret, code.encode())}
        return Answer(200, orjson.dumps(body), "application/json")

    def probe(self, way: Way, channel: ChannelRecord) -> Probe | None:
        """The organisation itself, which is told by its name to who may see it."""
        number = (channel.account_id or "").rpartition(":")[2]
        if not number.isdigit():
            raise SweepFailed("not_configured")
        url = f"{posting.api_url(channel, API)}/rest/organizations/{posting.segment(number)}"
        return Probe(url, _headers(channel, asking.needed(channel, "access_token")), ("localizedName",))

    async def tend(
        self, way: Way, channel: ChannelRecord, hook: str, terms: Sequence[Term], now: datetime
    ) -> Tended:  # fmt: skip
        return await linkedin_access.tend(way, channel, terms, now)

    def split(self, raw: bytes) -> Sequence[Envelope]:
        """As it is pushed, as the pull API answers (`elements`), or one notification alone."""
        content = reading.loads(raw)
        if not isinstance(content, dict):
            raise CannotRead("it is not an object")
        found = content.get("notifications", content.get("elements"))
        if found is None and "action" in content:
            found = [content]
        if not isinstance(found, list):
            raise CannotRead("there are no notifications in it")
        return [Envelope(one, _account(one), self.id, frozenset({self.id})) for one in found]

    def read(self, envelope: Envelope, channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
        if not isinstance(envelope.content, dict):
            return (Unreadable("a notification is not an object"),)
        return (guarded(lambda content: _notification(content, received_at), envelope.content),)

    def join(self, envelopes: Sequence[Envelope]) -> bytes:
        return orjson.dumps({"notifications": [envelope.content for envelope in envelopes]})

    async def reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
        token = channel.secrets.get("access_token")
        if not token or not channel.account_id:
            return Refused("not_configured")
        return await posting.send(way, _call(channel, reply, token), _posted, _refusal)

    async def gesture(self, way: Way, channel: ChannelRecord, deed: Deed) -> Outcome:
        token = channel.secrets.get("access_token")
        if not token or not channel.account_id:
            return Refused("not_configured")
        base = posting.api_url(channel, API)
        return await linkedin_likes.gesture(way, base, channel.account_id, deed, _headers(channel, token))


def _account(notification: Any) -> str | None:
    return parts.ident(parts.dig(notification, "organizationalEntity"))


CHANNEL = LinkedIn()

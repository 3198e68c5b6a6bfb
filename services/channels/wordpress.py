"""WordPress: comments as its REST API shows them, and as plug-ins post them (HookPress: a form, signed by nobody).

WordPress itself tells nobody of a comment. What one says is read by `wordpress_comments`.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import orjson

from inbox.channels import ChannelRecord, SetupField
from services.channels import asking, feed, parts, polled, posting, proof, reading
from services.channels.base import BaseChannel, guarded
from services.channels.contract import (
    CannotRead,
    Capabilities,
    Deed,
    Envelope,
    Inbound,
    Outcome,
    Parsed,
    Refused,
    Reply,
    SweepFailed,
    Swept,
    Way,
)
from services.channels.wordpress_comments import Reader, form

PAGE = 50
OVERLAP = timedelta(seconds=1)


class WordPress(BaseChannel):
    id = "wordpress"
    title = "WordPress"
    slow = True
    sweep_every_s = 120.0
    capabilities = Capabilities(
        ("poll", "webhook"), reply=True, hide=True, edits=True, withdrawals=True, echoes=True, length_most=65_525,
        limits="as the site allows; WordPress refuses a second comment within 15 seconds",
    )  # fmt: skip
    setup_fields = (
        posting.api_url_field("https://blog.example", required=True),
        SetupField(
            "user", "setting",
            {"fr": "Utilisateur qui répond", "en": "User who answers"},
            {"fr": "Son identifiant de connexion.", "en": "Their login name."},
        ),
        SetupField(
            "app_password", "secret",
            {"fr": "Mot de passe d’application", "en": "Application password"},
            {
                "fr": "Utilisateurs › Profil › Mots de passe d’application. Sans lui, on répond à la main.",
                "en": "Users › Profile › Application Passwords. Without it, you answer by hand.",
            },
        ),
        SetupField(
            "own_users", "setting",
            {"fr": "Utilisateurs à nous", "en": "Users of ours"},
            {
                "fr": "Numéros séparés par des espaces : leurs commentaires ne sont pas des demandes.",
                "en": "User numbers, separated by spaces: what they write asks nothing of us.",
            },
        ),
        SetupField(
            "secret", "secret",
            {"fr": "Secret de l’adresse", "en": "Secret of the address"},
            {"fr": "Laissez vide : nous en créons un.", "en": "Leave empty: we make one."},
            make=lambda: secrets.token_urlsafe(24),
        ),
    )  # fmt: skip
    setup_steps: Mapping[str, Sequence[str]] = MappingProxyType(
        {
            "fr": (
                "Collez ici l’adresse du site : les commentaires sont lus toutes les deux minutes.",
                "Pour répondre : Utilisateurs › Profil › Mots de passe d’application.",
                "Pour aller plus vite, une extension (HookPress) peut envoyer comment_post à {hook_url}?token=… avec le"
                " secret de l’adresse.",
            ),
            "en": (
                "Paste the site's address here: comments are read every two minutes.",
                "To answer: Users › Profile › Application Passwords.",
                "To be faster, a plug-in (HookPress) can post comment_post to {hook_url}?token=… with the secret of the"
                " address.",
            ),
        }
    )

    def verify(self, request: Inbound, channel: ChannelRecord) -> str | None:
        """Plug-ins sign nothing: the secret stands in the address."""
        return proof.first(channel, lambda secret: proof.carries(request, secret))

    def split(self, raw: bytes) -> Sequence[Envelope]:
        start = reading.start(raw)
        if start == b"<":
            return [Envelope({"entry": entry}) for entry in feed.entries(raw)]
        content = reading.loads(raw) if start in (b"{", b"[") else form(raw)
        if not isinstance(content, dict | list) or not content:
            raise CannotRead("there is no comment in it")
        return [Envelope(one) for one in polled.listed(content, "comments")]

    def read(self, envelope: Envelope, channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
        entry = reading.table(envelope.content).get("entry")
        if isinstance(entry, dict):
            return feed.CHANNEL.read(Envelope(entry), channel, received_at)
        return (guarded(Reader(channel, received_at).part, envelope.content),)

    # --- asking and answering ---

    async def sweep(self, way: Way, channel: ChannelRecord, cursor: str | None, now: datetime) -> Swept:
        """The oldest unseen first; a first look takes the newest page. Comments that wait for approval are shown to
        who may see them. The cursor is a time; a page follows it while more than one was written in a second."""
        since, _, page = (cursor or "").partition(" ")
        order = {"after": since, "order": "asc", "page": page or None} if since else {"order": "desc"}
        url = asking.address(
            posting.api_url(channel, "") + "/wp-json/wp/v2/comments", per_page=PAGE, orderby="date_gmt", **order
        )
        content = await asking.get(way, url, _credentials(channel))
        with asking.understood():
            parsed = [guarded(Reader(channel, now).part, one) for one in content]
            times = [polled.gmt(one["date_gmt"]) for one in content]
            more = bool(since) and len(content) >= PAGE
            return Swept(tuple(parsed), _onward(since, page, times, more=more), more=more, raw=orjson.dumps(content))

    async def gesture(self, way: Way, channel: ChannelRecord, deed: Deed) -> Outcome:
        """Hidden is what waits for approval again."""
        headers = _credentials(channel)
        if not headers:
            return Refused("not_configured")
        url = f"{posting.api_url(channel, '')}/wp-json/wp/v2/comments/{posting.segment(deed.external_id)}"
        body = {"status": "hold" if deed.gesture == "hide" else "approved"}
        return await posting.done(way, posting.Call(url, body, headers), _refusal)

    async def reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
        return await asking.carefully(self._reply(way, channel, reply))

    async def _reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
        headers = _credentials(channel)
        if not headers:
            raise SweepFailed("not_configured")
        url = posting.api_url(channel, "") + "/wp-json/wp/v2/comments"
        answered = await asking.get(way, f"{url}/{posting.segment(reply.in_reply_to)}", headers)
        body = {"post": answered["post"], "parent": answered["id"], "content": reply.text}
        return await posting.send(way, posting.Call(url, body, headers), lambda content: content["id"], _refusal)


def _onward(since: str, page: str, times: Sequence[datetime], *, more: bool) -> str:
    """`after` is exclusive and counts whole seconds: the last one is looked at again. One that fills a page (comments
    that were imported) is gone through page by page."""
    latest = max(times, default=None)
    onward = (latest - OVERLAP).isoformat() if latest else since or polled.BEGINNING
    return f"{onward} {int(page or 1) + 1}" if more and onward == since else onward


def _refusal(content: Any) -> Refused | None:
    code = parts.dig(content, "code")
    if code == "comment_duplicate":
        return Refused("duplicate")
    if code == "comment_flood":
        return Refused("too_many", again=True, retry_after_s=15.0)
    return Refused("gone") if code == "rest_comment_closed" else None


def _credentials(channel: ChannelRecord) -> dict[str, str]:
    user, password = channel.settings.get("user"), channel.secrets.get("app_password")
    if not user or not password:
        return {}
    return {"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


CHANNEL = WordPress()

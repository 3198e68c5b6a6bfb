"""WordPress: comments as its REST API shows them, and as plug-ins post them (HookPress: a form, signed by nobody).

WordPress itself tells nobody of a comment. Who comments without an account has no id, but the picture that WordPress
shows is addressed by a digest of their e-mail address: that digest is who they are. Without it, each comment is by
somebody else.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs

import orjson

from inbox.channels import ChannelRecord, SetupField
from inbox.events import Author, Kind
from services.channels import asking, feed, parts, polled, posting, proof, reading
from services.channels.base import BaseChannel, guarded
from services.channels.contract import (
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
    Received,
    Refused,
    Reply,
    SweepFailed,
    Swept,
    Way,
    Withdrawn,
)

PAGE = 50
FIELDS_MOST = 200
OVERLAP = timedelta(seconds=1)
GONE = frozenset({"trash", "spam"})
KINDS: Mapping[str, Kind] = MappingProxyType({"comment": "comment", "": "comment", "review": "review"})
"""By WordPress's type of a comment; a shop keeps its reviews among them."""
LINKS = frozenset({"pingback", "trackback", "webmention"})
_PICTURE = re.compile(r"/avatar/([0-9a-f]{32,64})", re.ASCII | re.IGNORECASE)


class Reader:
    """Reads what one channel was sent. Everything may raise `reading.MISREAD`."""

    def __init__(self, channel: ChannelRecord, received_at: datetime) -> None:
        more = str(channel.settings.get("own_users") or "").replace(",", " ").split()
        self._own = set(more)
        self._received_at = received_at

    def part(self, content: Any) -> Parsed:
        if "comment_ID" in content:
            return self._hooked(content)
        if content.get("deleted") is True and isinstance(content.get("previous"), dict):
            return Withdrawn(reading.need(content["previous"].get("id"), "the comment's id"), self._received_at)
        if "hook" in content:
            return Ignored(f"a hook of another kind: {content['hook']}"[:80])
        if "post_title" in content or "post" not in content:
            return Ignored("not a comment")
        return self._comment(content)

    def _comment(self, content: Any) -> Parsed:
        """As the REST API shows it."""
        kind = content.get("type") or "comment"
        if kind not in KINDS:
            return _no_comment(kind)
        ident, status = reading.need(content.get("id"), "the comment's id"), content.get("status")
        if status in GONE:
            return Withdrawn(ident, self._received_at)
        shown = parts.table(content, "content")
        text = parts.plain(shown.get("rendered") if shown.get("raw") is None else shown["raw"])
        pictures = parts.table(content, "author_avatar_urls")
        author = _author(content.get("author"), content.get("author_name"), next(iter(pictures.values()), None), ident)
        return self._said(
            ident, _none(content.get("post")), _none(content.get("parent")),
            polled.gmt(content.get("date_gmt") or content["date"]), text, author, reading.link(content.get("link")),
            KINDS[kind],
        )  # fmt: skip

    def _hooked(self, content: Any) -> Parsed:
        """As a plug-in posts it: the fields of the database's own row."""
        ident, hook = reading.need(content["comment_ID"], "the comment's id"), str(content.get("hook") or "")
        state = str(content.get("comment_approved") or "")
        if "delete" in hook or "trash" in hook or "spam" in hook or state in GONE:
            return Withdrawn(ident, self._received_at)
        kind = content.get("comment_type") or "comment"
        if kind not in KINDS:
            return _no_comment(kind)
        text = parts.plain(content.get("comment_content"))
        if "edit" in hook:
            return Edited(ident, self._received_at, parts.digest(text or ""), text)
        author = _author(content.get("user_id"), content.get("comment_author"), _picture_of(content), ident)
        link = content.get("comment_link") or content.get("post_url")
        return self._said(
            ident, _none(content.get("comment_post_ID")), _none(content.get("comment_parent")), self._sent(content),
            text, author, reading.link(link), KINDS[kind],
        )  # fmt: skip

    def _sent(self, content: Any) -> datetime:
        """Without the time in UTC ours is nearer: the site's own is in a zone that nobody names."""
        at = content.get("comment_date_gmt")
        return polled.gmt(at) if isinstance(at, str) and not at.startswith("0000") else self._received_at

    def _said(
        self, ident: str, post: str | None, parent: str | None, at: datetime, text: str | None, author: Author | None,
        link: str | None, kind: Kind,
    ) -> Parsed:  # fmt: skip
        if author is not None and author.id in self._own:
            return Ignored("own") if parent is None else Echoed(ident, at, text, parent)
        return Received(kind, ident, post or parent or ident, at, text, author, parent, link)


def _no_comment(kind: Any) -> Ignored:
    return Ignored("a link from another site" if kind in LINKS else f"a note of another kind: {kind}"[:80])


def _author(user: Any, name: Any, picture: Any, ident: str) -> Author | None:
    account, shown = _none(user), parts.name(name)
    if account is None and shown is None:
        return None
    match = _PICTURE.search(picture) if isinstance(picture, str) else None
    known = account or (f"picture:{match.group(1).lower()}" if match else f"unknown:{ident}")
    return Author(id=known, name=shown, avatar_url=reading.link(picture))


def _picture_of(content: Any) -> str | None:
    """The address of the picture as WordPress makes it (since 6.8, of SHA-256), where a plug-in sends only the e-mail
    address."""
    email = content.get("comment_author_email")
    if not isinstance(email, str) or not email.strip():
        return None
    digest = hashlib.sha256(email.strip().lower().encode("utf-8", "replace")).hexdigest()
    return f"https://secure.gravatar.com/avatar/{digest}"


def _none(value: Any) -> str | None:
    """An id; WordPress writes 0 for none."""
    ident = reading.ident(value)
    return None if ident == "0" else ident


def form(raw: bytes) -> dict[str, Any]:
    """The fields of a form, the first of each name. Raises `CannotRead`."""
    try:
        fields = parse_qs(raw.decode(), keep_blank_values=True, max_num_fields=FIELDS_MOST)
    except ValueError as error:
        raise CannotRead("the form cannot be read") from error
    if not {"hook", "comment_ID"} & fields.keys():
        raise CannotRead("there is no comment in the form")
    return reading.table(reading.cleaned({name: values[0] for name, values in fields.items()}))


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

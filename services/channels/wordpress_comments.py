"""A comment of WordPress, as its REST API shows it or as a plug-in posts it, and what it is to an inbox.

Who comments without an account has no id, but the picture that WordPress shows is addressed by a digest of their e-mail
address: that digest is who they are. Without it, each comment is by somebody else.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs

from inbox.channels import ChannelRecord
from inbox.events import Author, Kind
from services.channels import parts, polled, reading
from services.channels.contract import CannotRead, Echoed, Edited, Ignored, Parsed, Received, Withdrawn

FIELDS_MOST = 200
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

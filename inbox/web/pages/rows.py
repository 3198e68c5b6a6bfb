"""A row of the queue as HTML: the same partial for a page of the list and for the live stream."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from inbox.clock import SystemClock
from inbox.views.row import Row
from inbox.web import frames, words
from inbox.web.i18n import RTL, Speech
from inbox.web.pages import faces, render

SOON_CLOSING_S = 6 * 3600
PROMISE_SOON = timedelta(minutes=15)


def author_name(row: Row, say: Speech) -> str:
    if row.forgotten:
        return say("Forgotten author")
    author = row.author
    if author is None:
        return say("Unknown author")
    return author.name or author.handle or say("Person …%(id)s", id=author.id[-4:])


def meta(row: Row, say: Speech) -> str:
    """What stands beside the name: the handle, the reach, and what kind of message it was."""
    author = row.author
    handle = author.handle if author and author.handle and author.handle != author_name(row, say) else None
    followers = author.followers if author else None
    parts = [
        f"@{handle.removeprefix('@')}" if handle else None,
        say.many("%(num)s follower", "%(num)s followers", followers, num=say.compact(followers))
        if followers is not None
        else None,
        words.kind(row.kind, say) if followers is None or row.kind not in {"comment", "mention", "post"} else None,
    ]
    return " · ".join(part for part in parts if part)


def text_direction(lang: str | None) -> str:
    """Explicit where the language is written from right to left, else as the text itself begins."""
    return "rtl" if lang in RTL else "auto"


def two_faces(row: Row, now: datetime, say: Speech) -> list[faces.Face]:
    void = row.status == "withdrawn"
    over = row.status in {"answered", "resolved", "withdrawn"}
    ack = faces.face(
        "ack", start_at=row.ack_started, due_at=row.ack_due_at, warn_at=row.warn_ack_at,
        stopped_at=row.acknowledged_at, void=void or (over and row.acknowledged_at is None), now=now, say=say,
    )  # fmt: skip
    response = faces.face(
        "response", start_at=row.ack_started, due_at=row.response_due_at, warn_at=row.warn_response_at,
        stopped_at=row.responded_at, void=void or (over and row.responded_at is None), now=now, say=say,
    )  # fmt: skip
    return [face for face in (ack, response) if face is not None]


def promise_face(until: datetime | None, now: datetime, say: Speech) -> faces.Face | None:
    """The countdown of a promise that runs, or how long ago it was broken."""
    warn_at = None if until is None else until - PROMISE_SOON
    return faces.face(
        "promise", start_at=None, due_at=until, warn_at=warn_at, stopped_at=None, void=False, now=now, say=say
    )


def window_words(row: Row, now: datetime, say: Speech) -> str | None:
    """The network's reply window, once it is about to close on somebody who waits."""
    if not row.waiting or row.reply_possible_until is None:
        return None
    left = (row.reply_possible_until - now).total_seconds()
    if left < 0:
        return say("reply window closed")
    return say("window: %(time)s", time=say.duration(left, coarse=True)) if left < SOON_CLOSING_S else None


def render_row(
    row: Row,
    lang: str,
    names: Mapping[int, str],
    *,
    base: str = "",
    query: str = "",
    zone: str = "Europe/Paris",
    now: datetime | None = None,
    current: bool = False,
    more: int = 0,
    list_of: str = "",
) -> str:
    """The `<li>` of a row; of one that stands for `more` others of its wave, with the way to all of them (`list_of`).
    For the live stream `base` and `query` are left out: the browser adds them to the link, and
    marks what is the viewer's own; its clocks are set going there, too, so that `now` need not be exact."""
    now = now or SystemClock().now().astimezone(UTC)
    say = Speech(lang, zone)
    return render.html(
        "row.html",
        say,
        row=row,
        names=names,
        author=author_name(row, say),
        meta=meta(row, say),
        text_dir=text_direction(row.lang),
        faces=two_faces(row, now, say),
        promise=promise_face(row.promise_until, now, say),
        now=now,
        window=window_words(row, now, say),
        rank=frames.millis(row.rank_due_at),
        href=f"{base}/items/{row.id}{query}" if base else f"items/{row.id}",
        current=current,
        base=base,
        more=more,
        list_of=list_of,
    )

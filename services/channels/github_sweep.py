"""Looking for what no webhook of GitHub's brought: GitHub does not send again by itself what we failed to take.

Three lists of a repository, each by the time of its last change, from where the look before ended: issues and pull
requests, comments under them, comments on code. What was written before the channel was connected is left alone. An
issue's own time of change moves with every label and comment, so edits are found of comments only; discussions are not
listed by this API.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson

from inbox.channels import ChannelRecord
from services.channels import asking, parts, reading
from services.channels.contract import Ignored, Parsed, SweepFailed, Swept, Way

PAGE = 100
SKEW = timedelta(minutes=5)
"""How far GitHub's clock may be behind ours at the first look."""

Read = Callable[[str, dict[str, Any]], Parsed]
"""Reads what a webhook of that event would have held."""


class _List(NamedTuple):
    event: str
    path: str
    thing: str
    under: str


LISTS = (
    _List("issues", "issues?state=all&", "issue", "issue"),
    _List("issue_comment", "issues/comments?", "comment", "issue"),
    _List("pull_request_review_comment", "pulls/comments?", "comment", "pull_request"),
)


async def look(
    way: Way,
    url: str,
    headers: Mapping[str, str],
    channel: ChannelRecord,
    cursor: str | None,
    now: datetime,
    read: Read,
) -> Swept:
    """`url`: of the repository in the API. Raises `SweepFailed`, `NotSent` or `NoAnswer`."""
    since: dict[str, str] = orjson.loads(cursor) if cursor else {}
    found: list[Parsed] = []
    raws, more, gap = [], False, False
    for listed in LISTS:
        start = since.get(listed.event, _stamp(now - SKEW))
        query = f"sort=updated&direction=asc&per_page={PAGE}&since={start}"
        rows = await asking.get(way, f"{url}/{listed.path}{query}", headers)
        if not isinstance(rows, list):
            raise SweepFailed("unclear_answer")
        with asking.understood():
            found += [one for row in rows for one in _read(listed, row, channel, read)]
            since[listed.event] = max([start, *(_stamp(reading.instant(row["updated_at"])) for row in rows)])
        raws.append(rows)
        full = len(rows) == PAGE
        more, gap = more or (full and since[listed.event] > start), gap or (full and since[listed.event] == start)
    return Swept(tuple(found), orjson.dumps(since).decode(), more=more, raw=orjson.dumps(raws), gap=gap)


def _read(listed: _List, row: dict[str, Any], channel: ChannelRecord, read: Read) -> Iterator[Parsed]:
    if reading.instant(row["created_at"]) < channel.created_at:
        yield Ignored("older than the channel")
        return
    under = row if listed.under == listed.thing else {"number": _number(row)}
    payload = {listed.thing: row, listed.under: under}
    yield read(listed.event, {"action": "created", **payload})
    if listed.thing == "comment" and row["updated_at"] != row["created_at"]:
        yield read(listed.event, {"action": "edited", **payload})


def _number(comment: dict[str, Any]) -> str:
    """A listed comment names what it is under by address only."""
    address = comment.get("issue_url") or comment.get("pull_request_url")
    return reading.need(parts.name(str(address or "").rpartition("/")[2]), "the number")


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")

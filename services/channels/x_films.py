"""Films and moving pictures on X: begun, handed in by parts, ended, and worked on by X before a post may name them.

An attempt lasts seconds, X's work up to minutes. What an attempt has done is remembered in this process: the next one
goes on there, so that a film is not handed in twice. https://docs.x.com/x-api/media/quickstart/media-upload-chunked
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from services.channels import asking, oauth1, parts, posting, reading, uploading
from services.channels.contract import File, Reply, SweepFailed, Way

SORTS: Mapping[str, str] = MappingProxyType({"image/gif": "gif", "video/mp4": "video"})
"""Content type → what X calls it."""
PART = 1_000_000
LEAST_S, MOST_S = 0.1, 5.0
"""Between two questions whether X is done; who is told to wait for longer comes again with the next attempt."""
BEGUN_MOST = 200


@dataclass(slots=True)
class _Begun:
    """`handed`: bytes that X has; `work`: what it says of its work; empty before the end was told, and when nothing
    is left to be done."""

    ident: str
    handed: int = 0
    work: dict[str, Any] = field(default_factory=dict)


_begun: dict[tuple[Any, ...], _Begun] = {}


async def handed_in(
    way: Way, url: str, file: File, reply: Reply, signing: oauth1.Keys, refusal: posting.Refusal
) -> str:  # fmt: skip
    """Its id, once X has worked on it. Raises as `asking.get`: `busy` where that takes longer than this attempt."""
    upload = _Upload(way, url, file, reply, signing, refusal)
    key = (url, reply.reply_id, file.name, file.content_type, len(file.body))
    film = _begun.get(key) or await upload.begin()
    if len(_begun) >= BEGUN_MOST:
        _begun.pop(next(iter(_begun)))
    _begun[key] = film
    try:
        await upload.go_on(film)
    except SweepFailed as error:
        if error.reason not in ("busy", "too_many"):
            _begun.pop(key, None)
        raise
    return film.ident


@dataclass(frozen=True, slots=True)
class _Upload:
    way: Way
    url: str
    file: File
    reply: Reply
    signing: oauth1.Keys
    refusal: posting.Refusal

    async def begin(self) -> _Begun:
        place = "dm" if self.reply.kind == "dm" else "tweet"
        said = await self._call(
            "/initialize",
            {
                "media_type": self.file.content_type, "total_bytes": len(self.file.body),
                "media_category": f"{place}_{SORTS[self.file.content_type]}",
            },
        )  # fmt: skip
        return _Begun(reading.need(said["data"]["id"], "the file's id"))

    async def go_on(self, film: _Begun) -> None:
        while film.handed < len(self.file.body):
            await self._hand(film)
        film.work = _work(await (self._status(film) if film.work else self._end(film)))
        while (state := film.work.get("state")) in ("pending", "in_progress"):
            await _pause(film.work)
            film.work = _work(await self._status(film))
        if state == "failed":
            raise SweepFailed("rejected")

    async def _end(self, film: _Begun) -> Any:
        return await self._call(f"/{posting.segment(film.ident)}/finalize", b"")

    async def _hand(self, film: _Begun) -> None:
        part = self.file.body[film.handed : film.handed + PART]
        url = f"{self.url}/{posting.segment(film.ident)}/append"
        shown = File(self.file.name, "application/octet-stream", part)
        fields = {"segment_index": str(film.handed // PART)}
        made = uploading.call(url, fields, [("media", shown)], self._signed("POST", url))
        response = await posting.request(self.way, made)
        asking.checked(response)  # it may be empty
        film.handed += len(part)

    async def _status(self, film: _Begun) -> Any:
        url = asking.address(self.url, command="STATUS", media_id=film.ident)
        return await asking.get(self.way, url, self._signed("GET", url))

    async def _call(self, path: str, body: Any) -> Any:
        call = posting.Call(self.url + path, body, self._signed("POST", self.url + path))
        return await uploading.given(self.way, call, self.refusal)

    def _signed(self, method: str, url: str) -> dict[str, str]:
        return {"authorization": oauth1.header(method, url, self.signing, self.reply.now)}


def _work(said: Any) -> dict[str, Any]:
    return parts.table(said, "data", "processing_info")


async def _pause(work: dict[str, Any]) -> None:
    asked_s = reading.count(work.get("check_after_secs")) or 0
    if asked_s > MOST_S:
        raise SweepFailed("busy", asked_s)
    await asyncio.sleep(max(asked_s, LEAST_S))

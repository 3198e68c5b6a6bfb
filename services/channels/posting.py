"""Replying by one HTTP call to a network's JSON API: what its answer means, in our small vocabulary.

A network's own codes come first where it has them (`refusal`); else the HTTP status speaks. An error of the server's
own (5xx) says nothing about whether the reply was posted: uncertain, and never sent again by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from urllib.parse import quote

import orjson

from inbox.channels import ChannelRecord, SetupField
from services.channels import reading
from services.channels.contract import CannotRead, Outcome, RefusalReason, Refused, Sent, Uncertain, Way
from services.outbound import NoAnswer, NotSent, Response

_Found = TypeVar("_Found")
ANSWER_MOST = 1_000_000
"""Bytes of an answer: some networks answer with the whole conversation, and the id of what was posted stands in it."""
STATUSES: Mapping[int, RefusalReason] = {401: "not_authorised", 403: "not_authorised", 404: "gone", 410: "gone"}


@dataclass(frozen=True, slots=True)
class Call:
    """`body`: sent as JSON. Secrets go into headers: addresses end up in logs."""

    url: str
    body: Any
    headers: Mapping[str, str]
    method: str = "POST"


def api_url(channel: ChannelRecord, default: str) -> str:
    """The base address of the network's API, without a slash at its end."""
    given = channel.settings.get("api_url")
    return (given if isinstance(given, str) and given else default).rstrip("/")


def api_url_field(example: str, *, required: bool = False) -> SetupField:
    return SetupField(
        "api_url", "setting",
        {"fr": "Adresse de l’API", "en": "API address"},
        {"fr": f"Vide : {example}", "en": f"Empty: {example}"} if not required
        else {"fr": f"Par exemple {example}", "en": f"For example {example}"},
        required=required, kind="url",
    )  # fmt: skip


def segment(ident: str) -> str:
    """An id as one segment of a path."""
    return quote(ident, safe="")


async def send(
    way: Way,
    call: Call,
    posted: Callable[[Any], Any],
    refusal: Callable[[Any], Outcome | None] = lambda _: None,
) -> Outcome:
    """`posted` finds the id of what was posted in the answer, `refusal` the network's own word that nothing was, or
    that it does not know."""
    try:
        response = await request(way, call)
    except NotSent as error:
        return Refused(error.reason, again=error.reason == "unreachable")
    except NoAnswer as error:
        return Uncertain(error.reason)
    return outcome(response, posted, refusal)


async def request(way: Way, call: Call) -> Response:
    """Raises `NotSent` or `NoAnswer`."""
    headers = {"content-type": "application/json", "accept": "application/json", **call.headers}
    body = orjson.dumps(call.body)
    return await way.http.request(call.method, call.url, body=body, headers=headers, most=ANSWER_MOST)


def outcome(
    response: Response,
    posted: Callable[[Any], Any],
    refusal: Callable[[Any], Outcome | None] = lambda _: None,
) -> Outcome:
    status, said = response.status, content(response)
    if status < 500 and (refused := _guarded(refusal, said)) is not None:
        return _waiting(refused, response.retry_after_s)
    if 200 <= status < 300:
        return Sent(_ident(_guarded(posted, said)))
    if status == 429 or (status == 503 and response.retry_after_s is not None):
        return Refused("too_many" if status == 429 else "busy", again=True, retry_after_s=response.retry_after_s)
    if 300 <= status < 400:
        return Refused("redirected")
    if 400 <= status < 500:
        return Refused(STATUSES.get(status, "rejected"))
    return Uncertain("server_error")


def _waiting(refused: Outcome, asked_s: float | None) -> Outcome:
    """A network's own words seldom say how long to wait; its headers may."""
    if isinstance(refused, Refused) and refused.again and refused.retry_after_s is None:
        return replace(refused, retry_after_s=asked_s)
    return refused


def content(response: Response) -> Any:
    """The answer's JSON; None where it is none."""
    try:
        return reading.loads(response.body)
    except CannotRead:
        return None


def _guarded(find: Callable[[Any], _Found], said: Any) -> _Found | None:
    try:
        return find(said)
    except reading.MISREAD:
        return None


def _ident(value: Any) -> str | None:
    try:
        return reading.ident(value)
    except reading.Misread:
        return None

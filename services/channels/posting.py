"""Posting by one HTTP call to a network's API, a reply above all: what its answer means, in our small vocabulary.

A network's own codes come first where it has them (`refusal`); else the HTTP status speaks. An error of the server's
own (5xx) says nothing about whether the reply was posted: uncertain, and never sent again by itself. A redirect is
never followed. How long a limit lasts is told by `limits`, from the headers of any answer.
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
LARGE = 200_000
LARGE_WITHIN_S = 25.0
"""A body of files takes its time; still less than a claim on a reply holds."""
ANSWER_MOST = 1_000_000
"""Bytes of an answer: some networks answer with the whole conversation, and the id of what was posted stands in it."""
STATUSES: Mapping[int, RefusalReason] = {
    401: "token_expired", 402: "blocked_by_network", 403: "not_authorised", 404: "gone", 410: "gone",
    413: "too_long",
}  # fmt: skip
"""402: what was paid for is used up."""

Posted = Callable[[Any], Any]
"""Finds the id of what was posted in the answer."""

Refusal = Callable[[Any], Outcome | None]
"""The network's own word that nothing was posted, or that it does not know; None where it says neither."""


def _silent(_: Any) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Call:
    """`body`: sent as JSON; bytes as they are, of the content type that `headers` name. Secrets go into headers:
    addresses end up in logs."""

    url: str
    body: Any
    headers: Mapping[str, str]
    method: str = "POST"


def api_url(channel: ChannelRecord, default: str) -> str:
    """The base address of the network's API, without a slash at its end."""
    given = channel.settings.get("api_url")
    return (given if isinstance(given, str) and given else default).rstrip("/")


def api_url_field(example: str, *, required: bool = False) -> SetupField:
    """`required`: of a network that is many sites, each with an API of its own."""
    return SetupField(
        "api_url", "setting",
        {"fr": "Adresse de l’API", "en": "API address"} if not required
        else {"fr": "Adresse du site", "en": "Address of the site"},
        {"fr": f"Vide : {example}", "en": f"Empty: {example}"} if not required
        else {"fr": f"Par exemple {example}", "en": f"For example {example}"},
        required=required, kind="url",
    )  # fmt: skip


def segment(ident: str) -> str:
    """An id as one segment of a path."""
    return quote(ident, safe="")


async def send(way: Way, call: Call, posted: Posted, refusal: Refusal = _silent, *, named: bool = False) -> Outcome:
    """`named`: this network always names what it posted, so that a good answer without a name leaves a doubt: it may
    come from something in between."""
    try:
        response = await request(way, call)
    except NotSent as error:
        return Refused(error.reason, again=error.reason == "unreachable")
    except NoAnswer as error:
        return Uncertain(error.reason)
    return outcome(response, posted, refusal, named=named)


async def done(way: Way, call: Call, refusal: Refusal = _silent, *, already: Refusal = _silent) -> Outcome:
    """A gesture, of which the network gives no id. `already`: its word that the message stood so before; that is
    good."""

    def known(said: Any) -> Outcome | None:
        return _guarded(already, said) or _guarded(refusal, said)

    return await send(way, call, lambda _: None, known)


async def request(way: Way, call: Call) -> Response:
    """Raises `NotSent` or `NoAnswer`."""
    headers = {"content-type": "application/json; charset=utf-8", "accept": "application/json", **call.headers}
    body = call.body if isinstance(call.body, bytes) else orjson.dumps(call.body)
    within_s = LARGE_WITHIN_S if len(body) > LARGE else None
    return await way.http.request(
        call.method, call.url, body=body, headers=headers, most=ANSWER_MOST, within_s=within_s
    )


def outcome(response: Response, posted: Posted, refusal: Refusal = _silent, *, named: bool = False) -> Outcome:
    status, said = response.status, content(response)
    if status < 500 and (refused := _guarded(refusal, said)) is not None:
        return _waiting(refused, response.retry_after_s)
    if 200 <= status < 300:
        ident = _ident(_guarded(posted, said))
        return Sent(ident) if ident is not None or not named else Uncertain("unclear_answer")
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

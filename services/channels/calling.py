"""Posting a reply by one plain HTTP call, and what came of it: what the networks with such an API share.

A network says where it posts, how it names what was posted, and what its refusals mean. That a status of the server's
own (5xx) says nothing about whether the reply was posted, and that a redirect is never followed, holds for all. Unlike
with `posting`, a good answer that does not name what was posted leaves a doubt: these networks always name it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from services.channels import reading
from services.channels.contract import CannotRead, Outcome, Refused, Sent, Uncertain, Way
from services.outbound import NoAnswer, NotSent, Response

THROTTLED_S = 60.0
"""Where a network says "too many" and not for how long."""

Posted = Callable[[Mapping[str, Any]], str | None]
"""The network's id of what was posted, from its answer; None where the answer does not name it."""

Refusal = Callable[[Mapping[str, Any], Response], Refused]
"""What an answer of 4xx means."""


async def post(
    way: Way, url: str, body: bytes, headers: Mapping[str, str], judge: Callable[[Response], Outcome]
) -> Outcome:
    try:
        return judge(await way.http.post(url, body, headers))
    except NotSent as error:
        return Refused(error.reason, again=error.reason == "unreachable")
    except NoAnswer as error:
        return Uncertain(error.reason)


async def post_json(
    way: Way, url: str, content: Mapping[str, Any], headers: Mapping[str, str], judge: Callable[[Response], Outcome]
) -> Outcome:
    named = {"content-type": "application/json; charset=utf-8", **headers}
    return await post(way, url, orjson.dumps(content), named, judge)


def outcome(response: Response, posted: Posted, refusal: Refusal) -> Outcome:
    content = answered(response)
    if 200 <= response.status < 300:
        return sent(posted, content)
    if 300 <= response.status < 400:
        return Refused("redirected")
    if response.status == 429:
        return too_many(response.retry_after_s)
    if 400 <= response.status < 500:
        return refusal(content, response)
    return Uncertain("server_error")


def sent(posted: Posted, content: Mapping[str, Any]) -> Outcome:
    """An answer that says yes and names nothing leaves us in doubt: it may come from something in between."""
    try:
        ident = posted(content)
    except reading.MISREAD:
        ident = None
    return Sent(ident) if ident else Uncertain("unclear_answer")


def too_many(retry_after_s: float | None = None) -> Refused:
    return Refused("too_many", again=True, retry_after_s=retry_after_s or THROTTLED_S)


def answered(response: Response) -> dict[str, Any]:
    """The object that was answered; an empty one where it was none."""
    try:
        return reading.table(reading.loads(response.body))
    except (CannotRead, json.JSONDecodeError):
        return {}

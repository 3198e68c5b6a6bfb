"""Asking a network's API: what is new, and what a reply needs first (a token, the thread's root).

As long as only questions were asked nothing was posted, so whatever fails then may be tried again: `carefully` says so.
Only the post itself (`posting`) may leave us not knowing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from urllib.parse import urlencode

from inbox.channels import ChannelRecord
from services.channels import parts, posting, reading
from services.channels.contract import (
    CannotRead,
    NothingToHear,
    Outcome,
    Probe,
    RefusalReason,
    Refused,
    SweepFailed,
    Way,
)
from services.outbound import NoAnswer, NotOpened, NotSent, Response

JSON = "application/json"
LIST_MOST = 4_000_000
"""Bytes of a list that is asked for."""
NO_STREAM = frozenset({404, 405, 501})
FORM = "application/x-www-form-urlencoded"


def address(url: str, **query: str | int | None) -> str:
    given = {name: str(value) for name, value in query.items() if value is not None}
    return f"{url}?{urlencode(given)}" if given else url


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def get(
    way: Way,
    url: str,
    headers: Mapping[str, str] | None = None,
    refusal: Callable[[Any], Refused | None] = lambda _: None,
) -> Any:
    """The JSON at `url`. `refusal`: what the network's own words mean, where they say more than the status. Raises
    `SweepFailed`, `NotSent` or `NoAnswer`."""
    response = await way.http.request("GET", url, headers={"accept": JSON, **(headers or {})}, most=LIST_MOST)
    if not 200 <= response.status < 300 and (refused := refusal(posting.content(response))) is not None:
        raise SweepFailed(refused.reason, response.retry_after_s or refused.retry_after_s)
    return content(response)


async def form(way: Way, url: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Any:
    """The JSON that a token's endpoint answers. Raises as `get`; 400 there says that what we have is worth nothing
    (RFC 6749, 5.2)."""
    body = urlencode(fields).encode()
    response = await way.http.post(url, body, {"content-type": FORM, "accept": JSON, **(headers or {})})
    if response.status == 400:
        raise SweepFailed("not_authorised")
    return content(response)


async def probed(way: Way, probe: Probe) -> str | None:
    """The name that the network knows us by, as far as it tells. Raises as `get`."""
    said = await get(way, probe.url, probe.headers)
    if probe.ok is not None and not parts.dig(said, probe.ok):
        raise SweepFailed("not_authorised")
    return parts.name(parts.dig(said, *probe.name)) if probe.name else None


def needed(channel: ChannelRecord, name: str) -> str:
    """A secret without which the network cannot be asked. Raises `SweepFailed`."""
    value = channel.secrets.get(name)
    if not value:
        raise SweepFailed("not_configured")
    return value


@asynccontextmanager
async def stream(way: Way, url: str, headers: Mapping[str, str] | None = None) -> AsyncIterator[AsyncIterator[bytes]]:
    """As the way's own. Raises `SweepFailed`, or `NothingToHear` where the network has no stream there."""
    try:
        async with way.http.stream(url, headers) as said:
            yield said
    except NotOpened as error:
        if error.response.status in NO_STREAM:
            raise NothingToHear from error
        checked(error.response)
        raise SweepFailed("unclear_answer") from error


def content(response: Response) -> Any:
    """Raises `SweepFailed` unless the answer is good, and JSON."""
    checked(response)
    try:
        return reading.loads(response.body)
    except CannotRead as error:
        raise SweepFailed("unclear_answer") from error


def checked(response: Response) -> Response:
    """Raises `SweepFailed` unless the answer is good."""
    if 200 <= response.status < 300:
        return response
    raise SweepFailed(_reason(response), response.retry_after_s)


@contextmanager
def understood() -> Iterator[None]:
    """An answer of another form than we know is an answer all the same: the look has failed, and is made again."""
    try:
        yield
    except (CannotRead, *reading.MISREAD) as error:
        raise SweepFailed("unclear_answer") from error


def _reason(response: Response) -> RefusalReason:
    if response.status == 429:
        return "too_many"
    if response.status >= 500:
        return "busy"
    if 300 <= response.status < 400:
        return "redirected"
    if response.status == 401:  # whether it ran out or never held, a look cannot tell
        return "not_authorised"
    return posting.STATUSES.get(response.status, "rejected")


async def carefully(steps: Awaitable[Outcome]) -> Outcome:
    """The outcome of a reply whose questions may raise as `get` does: then nothing was posted."""
    try:
        return await steps
    except NotSent as error:
        return Refused(error.reason, again=error.reason == "unreachable")
    except NoAnswer:
        return Refused("unreachable", again=True)
    except SweepFailed as error:
        return _refused(error)
    except reading.MISREAD:  # a question was answered in another form than we know
        return Refused("rejected")


def _refused(error: SweepFailed) -> Refused:
    match error.reason:
        case "too_many" | "busy" | "unreachable":
            return Refused(error.reason, again=True, retry_after_s=error.retry_after_s)
        case "no_answer" | "connection_lost" | "server_error" | "unclear_answer" | "interrupted":
            return Refused("busy", again=True, retry_after_s=error.retry_after_s)
        case _:
            return Refused(error.reason)

"""Fetches an attachment through the one way out: the same guard, no redirects, up to `MOST` bytes."""

from __future__ import annotations

from inbox.errors import Refused, Unavailable
from inbox.opening import MOST, Opened, kind_of
from services.outbound import NoAnswer, NotSent, Outbound


class Open:
    def __init__(self, http: Outbound) -> None:
        self._http = http

    async def __call__(self, url: str) -> Opened:
        try:
            response = await self._http.request("GET", url, most=MOST + 1)
        except NotSent as error:
            if error.reason == "address_not_allowed":
                raise Refused("file_not_allowed", "That address may not be called.", status=409) from error
            raise Unavailable("The network does not answer.") from error
        except NoAnswer as error:
            raise Unavailable("The network does not answer.") from error
        if response.status >= 500 or response.status == 429:
            raise Unavailable("The network cannot give it at the moment.")
        if response.status != 200:
            raise Refused("file_gone", "The network does not give this file (any more).", status=409)
        if len(response.body) > MOST:
            raise Refused("file_too_large", f"The file is larger than {MOST // 1_000_000} MB.", status=409)
        return Opened(kind_of(response.headers.get("content-type")), response.body)

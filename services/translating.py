"""Asks a brand's translation service, in the protocol that it speaks, through the one way out.

LibreTranslate: `POST /translate` with `q`, `source`, `target`, `format`, `api_key`; DeepL: `POST /v2/translate` with
`text`, `target_lang`, `source_lang`, and its key in a header. Each is asked once and never again by itself: a request
that was lost may have been counted. Neither the words nor what came of them are kept or logged here.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from inbox.translation import Reason, Service, Untranslated
from services import metrics
from services.outbound import NoAnswer, NotSent, Outbound, Response

WITHIN_S = 20.0
MOST_ANSWER = 1_000_000
AT_ONCE = 4
"""Requests of this process to one service: on somebody's own machine each takes seconds, and one that hangs is waited
for by those alone who asked it."""
LIBRE: Mapping[str, str] = {"no": "nb"}
DEEPL: Mapping[str, str] = {"no": "NB"}
DEEPL_TARGETS: Mapping[str, str] = {"en": "EN-GB", "pt": "PT-BR", "no": "NB"}
"""Where a service has its own word for a language. Of those that DeepL writes in two ways, the one of our own pages and
the one that most people read."""
STATUSES: Mapping[int, Reason] = {
    401: "key_refused", 403: "key_refused", 413: "too_long", 429: "busy", 456: "quota", 503: "busy", 529: "busy",
}  # fmt: skip
TOLD: Mapping[str, Reason] = {"not supported": "pair", "not available": "pair", "text limit": "too_long"}
"""What a 400 means, by words of its message."""


class Translate:
    """An `inbox.translation.Translating`."""

    def __init__(self, http: Outbound) -> None:
        self._http = http
        self._places: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(AT_ONCE))

    async def __call__(
        self, service: Service, texts: Sequence[str], target: str, source: str | None = None
    ) -> tuple[str, ...]:
        began, outcome = time.perf_counter(), "interrupted"
        try:
            async with self._places[service.address]:
                answer = await self._post(service, texts, target, source)
            said = _read(service, answer, len(texts))
            outcome = "done"
            return said
        except Untranslated as error:
            outcome = error.reason
            raise
        finally:
            metrics.TRANSLATION_SECONDS.labels(service.kind, outcome).observe(time.perf_counter() - began)

    async def languages(self, service: Service) -> frozenset[str]:
        if service.kind == "deepl":
            answer = await self._request("GET", f"{service.address}/v2/languages?type=source", _headers(service))
            name = "language"
        else:
            answer, name = await self._request("GET", f"{service.address}/languages", {}), "code"
        try:
            return frozenset(str(one[name]).lower().split("-")[0] for one in _json(answer))
        except (KeyError, TypeError) as error:
            raise Untranslated("nonsense") from error

    async def _post(self, service: Service, texts: Sequence[str], target: str, source: str | None) -> Response:
        if service.kind == "deepl":
            asked: dict[str, Any] = {"text": list(texts), "target_lang": DEEPL_TARGETS.get(target, target.upper())}
            if source is not None:
                asked["source_lang"] = DEEPL.get(source, source.upper())
            return await self._request("POST", f"{service.address}/v2/translate", _headers(service), asked)
        asked = {
            "q": texts[0] if len(texts) == 1 else list(texts), "target": LIBRE.get(target, target), "format": "text",
            "source": LIBRE.get(source, source) if source else "auto",
        }  # fmt: skip
        if service.key:
            asked["api_key"] = service.key
        return await self._request("POST", f"{service.address}/translate", {}, asked)

    async def _request(self, method: str, url: str, headers: Mapping[str, str], asked: object = None) -> Response:
        body = None if asked is None else orjson.dumps(asked)
        named = {**headers, "Accept": "application/json"}
        if body is not None:
            named["Content-Type"] = "application/json"
        try:
            answer = await self._http.request(
                method, url, body=body, headers=named, most=MOST_ANSWER, within_s=WITHIN_S
            )  # fmt: skip
        except (NotSent, NoAnswer) as error:
            raise Untranslated(error.reason) from error
        if answer.status != 200:
            raise Untranslated(_why(answer))
        return answer


def _headers(service: Service) -> dict[str, str]:
    return {"Authorization": f"DeepL-Auth-Key {service.key}"}


def _why(answer: Response) -> Reason:
    if answer.status in STATUSES:
        return STATUSES[answer.status]
    if 300 <= answer.status < 400:
        return "redirected"
    if answer.status >= 500:
        return "failed"
    said = answer.body[:2000].decode("utf-8", "replace").lower()
    return next((reason for words, reason in TOLD.items() if words in said), "refused")


def _read(service: Service, answer: Response, count: int) -> tuple[str, ...]:
    found = _json(answer)
    try:
        if service.kind == "deepl":
            said = [one["text"] for one in found["translations"]]
        else:
            said = found["translatedText"] if count > 1 else [found["translatedText"]]
            said = said[0] if count == 1 and isinstance(said[0], list) else said
    except (KeyError, TypeError, IndexError) as error:
        raise Untranslated("nonsense") from error
    if not isinstance(said, list) or len(said) != count or not all(isinstance(one, str) for one in said):
        raise Untranslated("nonsense")
    return tuple(said)


def _json(answer: Response) -> Any:
    try:
        return orjson.loads(answer.body)
    except ValueError as error:
        raise Untranslated("nonsense") from error

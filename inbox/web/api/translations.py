"""Has the brand's service translate one message of an item, for scripts. Nothing of it is kept."""

from __future__ import annotations

from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from inbox import corrections, history, translation, translators
from inbox.errors import NotFound, Refused
from inbox.state import Item, Message
from inbox.translation import PASSING, Reason, Untranslated
from inbox.web import reading_words
from inbox.web.api import asked, bodies
from inbox.web.api.answer import as_json
from inbox.web.api.described import Operation
from inbox.web.api.items import PATH
from inbox.web.api.shapes import TranslationShape
from inbox.web.context import deps
from inbox.web.routes import Route
from inbox.web.security import brand_of

RETRY_AFTER_S = 60
REMEDY = "A lead can set one up under Settings, Translation."
OF_THE_WORDS: frozenset[Reason] = frozenset({"pair", "too_long"})


class TranslationOrder(BaseModel):
    """`message`: the `external_id` of a message of the author; `into`: the language, two or three letters of ISO
    639."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    message: Annotated[str, Field(min_length=1, max_length=512)]
    into: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]


async def translated(request: web.Request) -> web.StreamResponse:
    """Refused: `no_translator`, as `translation.checked`, and `untranslated`."""
    asked.only(request)
    own, brand = deps(request), brand_of(request)
    past = await history.load(own.log, brand, asked.item_id(request))
    body = await bodies.read(request, TranslationOrder)
    message = _named(past.item, body.message)
    service = await translators.in_force(own.log, brand)
    if service is None:
        raise Refused("no_translator", f"{reading_words.REFUSALS['no_translator']} {REMEDY}", status=409)
    source = corrections.language(message, past.item)
    try:
        (text,) = await own.translate(service, translation.checked([message.text or ""]), body.into, source)
    except Untranslated as error:
        raise _refused(error.reason) from error
    return as_json(
        {"message": message.external_id, "source": source, "into": body.into, "text": text, "service": service.kind}
    )


def _named(item: Item, external_id: str) -> Message:
    found = next((message for message in item.messages if message.external_id == external_id), None)
    if found is None:
        raise NotFound
    return found


def _refused(reason: Reason) -> Refused:
    """503: it may be over in a moment; 422: of these words or languages; 502: somebody must see to the service."""
    details: dict[str, object] = {"reason": reason}
    status = 502
    if reason in PASSING:
        status, details = 503, details | {"retry_after_s": RETRY_AFTER_S}
    elif reason in OF_THE_WORDS:
        status = 422
    return Refused("untranslated", reading_words.REASONS[reason], status=status, details=details)


ROUTES = [Route("POST", PATH + "/{item_id}/translate", translated, "personal", "api", "api.translate")]
OPERATIONS = {
    "api.translate": Operation(
        "Have the brand's service translate one message of the author; nothing of it is kept", "Items",
        body=TranslationOrder, answers=TranslationShape, problems=(404, 408, 409, 413, 415, 422, 502),
    )
}  # fmt: skip

"""Which words of an item weighed most, for scripts."""

from __future__ import annotations

from dataclasses import asdict

from aiohttp import web

from inbox import history
from inbox.web import weights
from inbox.web.api import asked
from inbox.web.api.answer import as_json
from inbox.web.api.described import Operation, Parameter
from inbox.web.api.items import PATH
from inbox.web.api.shapes import WeightsShape
from inbox.web.context import deps
from inbox.web.routes import Route
from inbox.web.security import brand_of


async def shown(request: web.Request) -> web.StreamResponse:
    asked.only(request, "message")
    own = deps(request)
    past = await history.load(own.log, brand_of(request), asked.item_id(request))
    message, heavy = await weights.of(own, brand_of(request), past.item, asked.one(request, "message"))
    return as_json({"message": message.external_id, "weights": [asdict(weight) for weight in heavy]})


ROUTES = [Route("GET", PATH + "/{item_id}/weights", shown, "personal", "api", "api.weights")]
OPERATIONS = {
    "api.weights": Operation(
        "The words that weighed most in the classifier's reading", "Items",
        parameters=(
            Parameter("message", "A message's `external_id`. Default: the one that gave the item its place."),
        ),
        answers=WeightsShape, problems=(404, 409),
    )
}  # fmt: skip

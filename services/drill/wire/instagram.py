"""Instagram's webhooks: comments (`comments`, which carry no time of their own) and direct messages (`messaging`)."""

from __future__ import annotations

from services.drill.wire import graph
from services.drill.wire.graph import Body
from services.drill.wire.moment import Moment


def encode(account: str, moments: list[Moment]) -> bytes:
    return graph.raw("instagram", graph.merged([_entry(account, moment) for moment in moments]))


def _entry(account: str, moment: Moment) -> Body:
    move = moment.move
    if move.line.kind == "dm":
        return graph.direct(account, moment)
    value: Body = {
        "id": move.message_id,
        "from": {"id": move.author.id, "username": move.author.handle},
        "media": {"id": move.thread_id, "media_product_type": "FEED"},
        "text": move.text,
    }
    return graph.change(account, moment, "comments", value)

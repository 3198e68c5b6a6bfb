"""Facebook's webhooks: comments and posts (`feed`), mentions of the page (`mention`), Messenger (`messaging`)."""

from __future__ import annotations

from services.drill.wire import graph
from services.drill.wire.graph import Body
from services.drill.wire.moment import Moment

PAGE_NAME = "Brizéo"
VERBS = {"message": "add", "edit": "edited", "delete": "remove", "echo": "add"}


def encode(page: str, moments: list[Moment]) -> bytes:
    return graph.raw("page", graph.merged([_entry(page, moment) for moment in moments]))


def _entry(page: str, moment: Moment) -> Body:
    match moment.move.line.kind:
        case "dm":
            return graph.direct(page, moment)
        case "mention":
            return graph.change(page, moment, "mention", _mention(moment))
        case "post":
            return graph.change(page, moment, "feed", _post(moment))
        case _:
            return graph.change(page, moment, "feed", _comment(page, moment))


def _comment(page: str, moment: Moment) -> Body:
    move = moment.move
    post = f"{page}_{move.thread_id}"
    echo = move.verb == "echo"
    value: Body = {
        "item": "comment",
        "verb": VERBS[move.verb],
        "comment_id": move.echo_id if echo else move.message_id,
        "post_id": post,
        "parent_id": move.message_id if echo else post,
        "from": {"id": page, "name": PAGE_NAME} if echo else {"id": move.author.id, "name": move.author.name},
    }
    if move.verb == "delete":  # a removal tells neither the text nor the time
        return value
    return {**value, "created_time": moment.said_s if echo else moment.created_s, "message": move.text}


def _post(moment: Moment) -> Body:
    move = moment.move
    return {
        "item": "status",
        "verb": "add",
        "post_id": move.message_id,
        "from": {"id": move.author.id, "name": move.author.name},
        "published": 1,
        "created_time": moment.created_s,
        "message": move.text,
    }


def _mention(moment: Moment) -> Body:
    """Under a stranger's post. Facebook often leaves out who wrote it."""
    move = moment.move
    value: Body = {
        "item": "comment",
        "verb": "add",
        "post_id": f"{move.author.id}_{move.thread_id}",
        "comment_id": move.message_id,
        "created_time": moment.created_s,
        "message": move.text,
    }
    return value if move.line.anonymous else {**value, "from": {"id": move.author.id, "name": move.author.name}}

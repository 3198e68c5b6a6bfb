"""What Facebook and Instagram share: the envelope, direct messages, and the escaped bytes that Meta signs.

Meta writes everything beyond ASCII as lower-case `\\uXXXX` and slashes as `\\/`: whoever checks the signature over
anything but the raw bytes fails on the first accent.
"""

from __future__ import annotations

import json
from typing import Any

from services.drill.wire.moment import Moment

Body = dict[str, Any]
BUSINESS_INBOX_APP_ID = 263902037430900


def raw(object_: str, entries: list[Body]) -> bytes:
    body = {"object": object_, "entry": entries}
    return json.dumps(body, ensure_ascii=True, separators=(",", ":")).replace("/", "\\/").encode("ascii")


def merged(entries: list[Body]) -> list[Body]:
    """Changes of one account in one second travel in one entry, as Meta does; the rest stays apart."""
    result: list[Body] = []
    for entry in entries:
        last = result[-1] if result else {}
        if "changes" in last and "changes" in entry and (last["id"], last["time"]) == (entry["id"], entry["time"]):
            last["changes"] += entry["changes"]
        else:
            result.append(entry)
    return result


def change(account: str, moment: Moment, field: str, value: Body) -> Body:
    return {"id": account, "time": moment.sent_s, "changes": [{"field": field, "value": value}]}


def direct(account: str, moment: Moment) -> Body:
    """A direct message, its edit, its unsending, or the echo of a reply typed in the network's own inbox."""
    move = moment.move
    sender, recipient = (account, move.author.id) if move.verb == "echo" else (move.author.id, account)
    event: Body = {"sender": {"id": sender}, "recipient": {"id": recipient}, "timestamp": moment.said_ms}
    match move.verb:
        case "message":
            event["message"] = {"mid": move.message_id, "text": move.text}
        case "edit":
            event["message_edit"] = {"mid": move.message_id, "text": move.text, "num_edit": move.edition}
        case "delete":
            event["message"] = {"mid": move.message_id, "is_deleted": True}
        case "echo":
            event["message"] = {
                "mid": move.echo_id, "text": move.text, "is_echo": True, "app_id": BUSINESS_INBOX_APP_ID
            }  # fmt: skip
    return {"id": account, "time": moment.sent_ms, "messaging": [event]}

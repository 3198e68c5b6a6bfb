"""Public networks and messengers that a drill speaks when it is asked to (`vigie drill --channels x,telegram`): what
somebody says there, as the network's hook brings it, one message a request.

The script is written for Facebook, Instagram and the generic channel; its lines are recast (`services.drill.recast`),
and have ids as `services.drill.shapes` makes them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

import orjson

from services.drill.target import Hook
from services.drill.wire import graph, sign
from services.drill.wire.moment import Moment
from services.drill.wire.tongue import FORM, JSON, Tongue, hubs, mac, typed

BOT = "U0BRIZEO"


# --- Meta ---------------------------------------------------------------------------------------------------------


def _messenger(hook: Hook, moment: Moment) -> bytes:
    return graph.raw("page", [graph.direct(hook.account or "104382905117746", moment)])


def _whatsapp(hook: Hook, moment: Moment) -> bytes:
    person, number = moment.move.author, hook.account or "106540352242922"
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "33639980000", "phone_number_id": number},
        "contacts": [{"profile": {"name": person.name}, "wa_id": person.id}],
        "messages": [
            {
                "from": person.id, "id": moment.move.message_id, "timestamp": str(moment.said_s), "type": "text",
                "text": {"body": moment.move.text},
            }
        ],
    }  # fmt: skip
    return graph.raw("whatsapp_business_account", [{"id": "1", "changes": [{"field": "messages", "value": value}]}])


def _signed_by_meta(hook: Hook, body: bytes, moment: Moment) -> sign.Headers:
    return sign.meta(hook.secret, body)


# --- public networks ----------------------------------------------------------------------------------------------


def _x(hook: Hook, moment: Moment) -> bytes:
    """A mention by the Activity API."""
    move, person = moment.move, moment.move.author
    user = {"id": person.id, "name": person.name, "username": person.handle, "verified": person.verified}
    post = {
        "id": move.message_id, "author_id": person.id, "conversation_id": move.message_id, "text": move.text,
        "created_at": moment.said.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "edit_history_tweet_ids": [move.message_id],
    }  # fmt: skip
    data = {
        "event_uuid": move.message_id, "event_type": "post.mention.create", "filter": {"user_id": hook.account or "1"},
        "tag": "mentions", "payload": post, "includes": {"users": [user]},
    }  # fmt: skip
    return orjson.dumps({"data": data})


def _signed_by_x(hook: Hook, body: bytes, moment: Moment) -> sign.Headers:
    digest = base64.b64encode(mac(hook.secret, body)).decode()
    return {"Content-Type": JSON, "x-twitter-webhooks-signature": f"sha256={digest}"}


def _tiktok(hook: Hook, moment: Moment) -> bytes:
    """A comment; what it says stands in a string of JSON, and its ids are numbers."""
    move = moment.move
    content = {
        "comment_id": int(move.message_id), "video_id": 7000000000000000000, "comment_action": "insert",
        "comment_type": "comment", "timestamp": moment.said_ms, "unique_identifier": move.author.id, "text": move.text,
    }  # fmt: skip
    event = {"client_key": "k", "event": "comment.update", "create_time": moment.said_s, "user_openid": "brizeo"}
    return orjson.dumps({**event, "content": json.dumps(content)})


def _signed_by_tiktok(hook: Hook, body: bytes, moment: Moment) -> sign.Headers:
    digest = mac(hook.secret, f"{moment.sent_s}.".encode() + body).hex()
    return {"Content-Type": JSON, "Tiktok-Signature": f"t={moment.sent_s},s={digest}"}


def _trustpilot(hook: Hook, moment: Moment) -> bytes:
    move = moment.move
    review = {
        "id": move.message_id, "stars": 1, "text": move.text, "createdAt": moment.said.isoformat(),
        "consumer": {"id": move.author.id, "name": move.author.name},
    }  # fmt: skip
    return orjson.dumps({"events": [{"eventName": "service-review-created", "version": "1", "eventData": review}]})


def _discourse(hook: Hook, moment: Moment) -> bytes:
    move, person = moment.move, moment.move.author
    number = int(move.message_id)
    post = {
        "id": number, "topic_id": number, "topic_title": "Cargo 2", "post_number": 2, "post_type": 1,
        "user_id": int(person.id), "username": person.handle, "name": person.name, "raw": move.text,
        "created_at": moment.said.isoformat(), "version": 1,
    }  # fmt: skip
    return orjson.dumps({"post": post})


# --- messengers ---------------------------------------------------------------------------------------------------


def _telegram(hook: Hook, moment: Moment) -> bytes:
    move, person = moment.move, moment.move.author
    chat, _, number = move.message_id.partition(":")
    message = {
        "message_id": int(number), "date": moment.said_s, "chat": {"id": int(chat), "type": "private"},
        "from": {"id": int(chat), "is_bot": False, "first_name": person.name, "username": person.handle},
        "text": move.text,
    }  # fmt: skip
    return orjson.dumps({"update_id": int(number), "message": message})


def _telling_telegrams_secret(hook: Hook, body: bytes, moment: Moment) -> sign.Headers:
    return {"Content-Type": JSON, "X-Telegram-Bot-Api-Secret-Token": hook.secret}


def _slack(hook: Hook, moment: Moment) -> bytes:
    move = moment.move
    channel, _, ts = move.message_id.partition(":")
    event = {
        "type": "app_mention", "channel": channel, "ts": ts, "event_ts": ts, "user": move.author.id,
        "user_profile": {"real_name": move.author.name, "name": move.author.handle},
        "text": f"<@{BOT}> {move.text}",
    }  # fmt: skip
    outside = {"type": "event_callback", "team_id": "T0BRIZEO", "api_app_id": "A0", "event_id": f"Ev{ts}"}
    return orjson.dumps({**outside, "event": event, "authorizations": [{"user_id": BOT, "is_bot": True}]})


def _signed_by_slack(hook: Hook, body: bytes, moment: Moment) -> sign.Headers:
    digest = mac(hook.secret, f"v0:{moment.sent_s}:".encode() + body).hex()
    return {
        "Content-Type": JSON, "X-Slack-Request-Timestamp": str(moment.sent_s), "X-Slack-Signature": f"v0={digest}",
    }  # fmt: skip


def _twilio(hook: Hook, moment: Moment) -> bytes:
    move = moment.move
    sent_by = f"+{move.author.id[-12:].lstrip('0')}"
    fields = {"MessageSid": move.message_id, "From": sent_by, "To": "+33639980000", "Body": move.text, "NumMedia": "0"}
    return urlencode(fields).encode()


def _signed_by_twilio(hook: Hook, body: bytes, moment: Moment) -> sign.Headers:
    """Over the whole address and the form's fields in their order, by name."""
    fields = "".join(name + value for name, value in sorted(parse_qsl(body.decode(), keep_blank_values=True)))
    digest = base64.b64encode(mac(hook.secret, (str(hook.url) + fields).encode(), "sha1")).decode()
    return {"Content-Type": FORM, "X-Twilio-Signature": digest}


TONGUES: Mapping[str, Tongue] = {
    "messenger": Tongue(_messenger, _signed_by_meta),
    "whatsapp": Tongue(_whatsapp, _signed_by_meta),
    "x": Tongue(_x, _signed_by_x),
    "tiktok": Tongue(_tiktok, _signed_by_tiktok),
    "trustpilot": Tongue(_trustpilot, typed(JSON), in_address=True),
    "discourse": Tongue(_discourse, hubs("X-Discourse-Event-Signature", X_Discourse_Event="post_created")),
    "telegram": Tongue(_telegram, _telling_telegrams_secret),
    "slack": Tongue(_slack, _signed_by_slack),
    "twilio": Tongue(_twilio, _signed_by_twilio),
}

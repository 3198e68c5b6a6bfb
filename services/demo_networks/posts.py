"""What the networks say to an answer, a gesture or a question, whose messages come by a hook and are not kept here.

Each in its own form, at its own address. A network that lists what its hook may have failed to bring lists nothing:
its hook brings all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from services.demo_networks import asked as asking
from services.demo_networks.asked import Asked, refused

Says = Callable[[Asked], Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """`says`: JSON, or a refusal; of what is asked for by `pattern`, the whole path."""

    method: str
    pattern: re.Pattern[str]
    says: Says
    status: int = 200


def _rule(method: str, pattern: str, says: Says, status: int = 200) -> Rule:
    return Rule(method, re.compile(pattern, re.ASCII), says, status)


def _named(*path: str) -> Says:
    """An object with the id of what was posted, so deep."""

    def says(asked: Asked) -> Any:
        found: Any = asking.number()
        for name in reversed(path):
            found = {name: found}
        return found

    return says


def _always(content: Any) -> Says:
    return lambda asked: content


def _slack(asked: Asked) -> Any:
    now = asked.now.timestamp()
    return {"ok": True, "channel": asked.content.get("channel"), "ts": f"{now:.6f}"}


def _forum_post(asked: Asked) -> Any:
    ident = int(re.sub(r"\D", "", asked.path) or 1)
    return {"id": ident, "topic_id": ident, "post_number": 2, "username": "someone", "raw": ""}


def _conversation(asked: Asked) -> Any:
    parts = [{"type": "conversation_part", "id": asking.number(), "part_type": "comment"}]
    return {"type": "conversation", "conversation_parts": {"conversation_parts": parts}}


def _zendesk(asked: Asked) -> Any:
    return {"ticket": {}, "audit": {"events": [{"id": int(asking.number()), "type": "Comment"}]}}


def _linkedin(asked: Asked) -> Any:
    return {"commentUrn": f"urn:li:comment:({asked.content.get('object')},{asking.number()})"}


def _telegram(asked: Asked) -> Any:
    chat = asked.content.get("chat_id")
    return {"ok": True, "result": {"message_id": int(asking.number()[-8:]), "chat": {"id": chat, "type": "private"}}}


def _mail(asked: Asked) -> Any:
    """A mail to nobody is how a key is tried that may only send."""
    if "to" not in asked.form:
        return web.json_response({"message": "to parameter is missing"}, status=400)
    return {"id": f"<{asking.number()}@mail.example>", "message": "Queued. Thank you."}


DONE: Says = _always({})
OK: Says = _always({"ok": True, "result": True})
FINE: Says = _always({"code": 0, "message": "OK", "data": {}})

RULES: Mapping[str, Sequence[Rule]] = {
    "whatsapp": [
        _rule("POST", r"/\d+/messages", lambda asked: {"messages": [{"id": f"wamid.{asking.number()}"}]}),
    ],
    "x": [
        _rule("POST", r"/2/tweets", _named("data", "id"), 201),
        _rule("POST", r"/2/dm_conversations/with/\d+/messages", _named("data", "dm_event_id"), 201),
        _rule("GET", r"/2/users/\d+/mentions", _always({"meta": {"result_count": 0}})),
        _rule("GET", r"/2/users/me", _always({"data": {"id": "1", "username": "brizeo", "name": "Brizéo"}})),
        _rule("POST|DELETE", r"/2/users/\d+/likes(/\d+)?", _always({"data": {"liked": True}})),
        _rule("PUT", r"/2/tweets/\d+/hidden", _always({"data": {"hidden": True}})),
    ],
    "tiktok": [
        _rule("POST", r"/open_api/v1\.3/business/comment/reply/create/",
              lambda asked: {"code": 0, "message": "OK", "data": {"comment_id": asking.number()}}),
        _rule("POST", r"/open_api/v1\.3/business/comment/(like|hide)/", FINE),
        _rule("GET", r"/open_api/v1\.3/business/get/", _always({"code": 0, "data": {"display_name": "Brizéo"}})),
    ],
    "trustpilot": [
        _rule("POST", r"/v1/oauth/oauth-business-users-for-applications/accesstoken",
              lambda asked: {"access_token": asking.issued(asked.channel.secrets["api_secret"]), "expires_in": "3600"}),
        _rule("POST", r"/v1/private/(reviews|product-reviews)/[^/]+/reply", DONE),
    ],
    "discourse": [
        _rule("GET", r"/posts/\d+\.json", _forum_post),
        _rule("POST", r"/posts\.json", lambda asked: {"id": int(asking.number()[-9:])}),
        _rule("GET", r"/session/current\.json", _always({"current_user": {"username": "brizeo"}})),
        _rule("POST|DELETE", r"/post_actions(/\d+)?\.json", DONE),
    ],
    "telegram": [
        _rule("POST", r"/bot[^/]+/sendMessage", _telegram),
        _rule("POST", r"/bot[^/]+/setMessageReaction", OK),
        _rule("GET", r"/bot[^/]+/getMe", _always({"ok": True, "result": {"username": "brizeo_bot"}})),
    ],
    "slack": [
        _rule("POST", r"/chat\.postMessage", _slack),
        _rule("GET", r"/conversations\.replies", _always({"ok": True, "messages": []})),
        _rule("GET|POST", r"/auth\.test", _always({"ok": True, "team": "Brizéo"})),
        _rule("POST", r"/reactions\.(add|remove)", OK),
    ],
    "discord": [
        _rule("POST", r"/channels/\w+/messages", _named("id")),
        _rule("GET", r"/channels/\w+/messages", _always([])),
        _rule("GET", r"/users/@me", _always({"id": "1", "username": "brizeo"})),
        _rule("PUT|DELETE", r"/channels/\w+/messages/\w+/reactions/.+", DONE),
    ],
    "twilio": [
        _rule("POST", r"/2010-04-01/Accounts/\w+/Messages\.json", lambda asked: {"sid": f"SM{asking.number()}"}, 201),
        _rule("GET", r"/2010-04-01/Accounts/\w+/Messages\.json", _always({"messages": [], "next_page_uri": None})),
    ],
    "linkedin": [
        _rule("POST", r"/rest/socialActions/.+/comments", _linkedin, 201),
        _rule("POST", r"/oauth/v2/introspectToken", _always({"active": True, "expires_at": 4102444800})),
        _rule("GET", r"/rest/organizations/\d+", _always({"localizedName": "Brizéo"})),
        _rule("POST|DELETE", r"/rest/reactions.*", DONE),
    ],
    "github": [
        _rule("POST", r"/repos/[\w-]+/[\w-]+/issues/\d+/comments", _named("node_id"), 201),
        _rule("GET", r"/repos/[\w-]+/[\w-]+/(issues|issues/comments|pulls/comments)", _always([])),
        _rule("GET", r"/user", _always({"login": "brizeo"})),
    ],
    "mailgun": [_rule("POST", r"/v3/[\w.-]+/messages", _mail)],
    "sendgrid": [
        _rule("POST", r"/v3/mail/send", DONE, 202),
        _rule("GET", r"/v3/scopes", _always({"scopes": ["mail.send"]})),
    ],
    "postmark": [
        _rule("POST", r"/email", lambda asked: {"ErrorCode": 0, "Message": "OK", "MessageID": asking.number()}),
        _rule("GET", r"/server", _always({"Name": "Brizéo"})),
    ],
    "zendesk": [
        _rule("PUT", r"/api/v2/tickets/\d+\.json", _zendesk),
        _rule("GET", r"/api/v2/users/me\.json", _always({"user": {"id": 1, "name": "Brizéo"}})),
    ],
    "intercom": [
        _rule("POST", r"/conversations/\w+/reply", _conversation),
        _rule("GET", r"/me", _always({"app": {"name": "Brizéo"}})),
    ],
    "front": [
        _rule("POST", r"/conversations/\w+/messages", _named("message_uid"), 202),
        _rule("GET", r"/me", _always({"name": "Brizéo"})),
    ],
    "chatwoot": [
        _rule("POST", r"/api/v1/accounts/\w+/conversations/\w+/messages", lambda asked: {"id": int(asking.number())}),
        _rule("GET", r"/api/v1/profile", _always({"name": "Brizéo"})),
    ],
}  # fmt: skip


async def answer(asked: Asked) -> web.StreamResponse:
    rules = RULES.get(asked.channel.network, ())
    fitting = (rule for rule in rules if asked.method in rule.method.split("|") and rule.pattern.fullmatch(asked.path))
    rule = next(fitting, None)
    if rule is None:
        return refused(404)
    if not asked.is_proven():
        return refused()
    said = rule.says(asked)
    return said if isinstance(said, web.Response) else web.json_response(said, status=rule.status)

"""Answers in Slack: in the thread of the message, in a direct message below it.

An answer must name the root of its thread, and what we answer may stand deep in one: its root is asked for first. Where
that cannot be told, the message itself is taken for the root.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from inbox import file_rules
from inbox.channels import ChannelRecord
from inbox.file_rules import FileRule
from services.channels import asking, posting, reading, uploading
from services.channels.contract import (
    Deed,
    File,
    Outcome,
    RefusalReason,
    Refused,
    Reply,
    Sent,
    SweepFailed,
    Uncertain,
    Way,
)
from services.channels.slack_text import escaped
from services.outbound import NoAnswer, NotSent

API_URL = "https://slack.com/api"
LENGTH_MOST = 40_000
FILES = FileRule({file_rules.ANY: file_rules.MOST_BYTES}, count=10)
ERRORS: Mapping[RefusalReason, frozenset[str]] = MappingProxyType(
    {
        "gone": frozenset(
            {"channel_not_found", "is_archived", "thread_not_found", "message_not_found", "user_not_found"}
        ),
        "not_authorised": frozenset(
            {
                "missing_scope",
                "no_permission", "not_allowed_token_type", "not_in_channel", "access_denied", "restricted_action",
                "restricted_action_read_only_channel", "restricted_action_thread_only_channel", "ekm_access_denied",
                "restricted_action_non_threadable_channel", "org_login_required", "team_access_not_granted",
            }
        ),
        "token_expired": frozenset(
            {"not_authed", "invalid_auth", "account_inactive", "token_revoked", "token_expired"}
        ),
        "too_long": frozenset({"msg_too_long"}),
        "author_blocked_us": frozenset({"user_disabled", "cannot_dm_bot", "messages_tab_disabled"}),
        "too_many": frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"}),
        "cannot_reply": frozenset({"cannot_reply_to_message"}),
        "busy": frozenset({"team_added_to_org"}),
    }
)  # fmt: skip
REFUSALS: Mapping[str, RefusalReason] = MappingProxyType(
    {error: reason for reason, errors in ERRORS.items() for error in errors}
)
DOUBTS = frozenset({"internal_error", "fatal_error", "request_timeout", "service_unavailable"})


async def send(way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
    token = channel.secrets.get("bot_token")
    if not token:
        return Refused("not_configured")
    place, _, ts = reply.in_reply_to.partition(":")
    text = escaped(reply.text)
    if len(text) > LENGTH_MOST:
        return Refused("too_long")
    api, headers = posting.api_url(channel, API_URL), {"authorization": f"Bearer {token}"}
    content = {"channel": place, "text": text, "unfurl_links": False}
    if reply.kind != "dm":
        content["thread_ts"] = await _root(way, f"{api}/conversations.replies", place, ts, headers)
    if reply.files:
        return await asking.carefully(_with_files(way, api, reply, content, headers))
    call = posting.Call(f"{api}/chat.postMessage", content, headers)
    return await posting.send(way, call, _posted, _refusal, named=True)


async def _with_files(
    way: Way, api: str, reply: Reply, content: Mapping[str, Any], headers: Mapping[str, str]
) -> Outcome:  # fmt: skip
    """Each is handed in at an address of its own; the last call shows them all, under the words. Slack names the files
    then and not always the message, which is known again by its words."""
    async with uploading.in_time():
        named = [{"id": await _handed_in(way, api, file, headers), "title": file.name} for file in reply.files]
    shown = {"files": named, "channel_id": content["channel"], "initial_comment": content["text"]}
    if "thread_ts" in content:
        shown["thread_ts"] = content["thread_ts"]
    call = posting.Call(f"{api}/files.completeUploadExternal", shown, headers)
    return await posting.send(way, call, lambda said: _shared(said, content["channel"]), _refusal)


async def _handed_in(way: Way, api: str, file: File, headers: Mapping[str, str]) -> str:
    asked = urlencode({"filename": file.name, "length": len(file.body)}).encode()
    form = {**headers, "content-type": asking.FORM}
    given = await uploading.given(way, posting.Call(f"{api}/files.getUploadURLExternal", asked, form), _refusal)
    if given.get("ok") is not True:
        raise SweepFailed(REFUSALS.get(str(given.get("error")), "rejected"))
    kind = {"content-type": file.content_type}
    asking.checked(await posting.request(way, posting.Call(str(given["upload_url"]), file.body, kind)))
    return reading.need(given["file_id"], "the file's id")


def _shared(said: Any, place: str) -> str | None:
    shares = reading.tables(said["files"])[0]["shares"]
    ts = next(shares[seen][place][0]["ts"] for seen in ("public", "private") if place in shares.get(seen, {}))
    return f"{place}:{ts}"


async def gesture(way: Way, channel: ChannelRecord, deed: Deed) -> Outcome:
    token = channel.secrets.get("bot_token")
    if not token:
        return Refused("not_configured")
    place, _, ts = deed.external_id.partition(":")
    verb = "add" if deed.gesture == "like" else "remove"
    url = f"{posting.api_url(channel, API_URL)}/reactions.{verb}"
    call = posting.Call(
        url, {"channel": place, "timestamp": ts, "name": "+1"}, {"authorization": f"Bearer {token}"}
    )  # fmt: skip
    return await posting.done(way, call, _refusal, already=_already)


def _already(said: Any) -> Outcome | None:
    return Sent() if said.get("error") in {"already_reacted", "no_reaction"} else None


async def _root(way: Way, url: str, place: str, ts: str, headers: Mapping[str, str]) -> str:
    asked = f"{url}?{urlencode({'channel': place, 'ts': ts, 'limit': 1})}"
    try:
        answer = reading.table(posting.content(await way.http.request("GET", asked, headers=headers)))
    except (NotSent, NoAnswer):
        return ts
    found = reading.tables(answer.get("messages"))[:1]
    root = found[0].get("thread_ts") if found else None
    return root if isinstance(root, str) and root else ts


def _posted(said: Any) -> str | None:
    return f"{reading.need(said['channel'], 'channel')}:{reading.need(said['ts'], 'ts')}"


def _refusal(said: Any) -> Outcome | None:
    if said.get("ok") is not False:
        return None
    if said.get("error") in DOUBTS:
        return Uncertain("server_error")
    reason = REFUSALS.get(str(said.get("error")), "rejected")
    return Refused(reason, again=reason in {"busy", "too_many"})

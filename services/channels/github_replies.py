"""Answering on GitHub: issues, pull requests and commits take a comment by the REST API, discussions by GraphQL only.

A discussion is known by its number here and by its node id there, so it is looked up first. Asking posts nothing: what
fails then may be tried again.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from inbox.channels import ChannelRecord
from services.channels import parts, posting
from services.channels.contract import Outcome, Refused, Reply, Sent, Uncertain, Way

API = "https://api.github.com"

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
"""A commit's hash, which no issue's number is as long as."""
_FIND = "query($o:String!,$n:String!,$k:Int!){repository(owner:$o,name:$n){discussion(number:$k){id}}}"
_ADD = "mutation($d:ID!,$b:String!){addDiscussionComment(input:{discussionId:$d,body:$b}){comment{id}}}"


def _is_discussion(node_id: str) -> bool:
    """Node ids name their type: "D_…", "DC_…", and in base64 the older ones."""
    if node_id.startswith(("D_", "DC_")):
        return True
    try:
        return b":Discussion" in base64.b64decode(node_id, validate=True)
    except (binascii.Error, ValueError):
        return False


def headers(token: str) -> dict[str, str]:
    return {
        "authorization": f"Bearer {token}", "accept": "application/vnd.github+json",
        "x-github-api-version": "2022-11-28",
    }  # fmt: skip


def _refusal(said: Any) -> Outcome | None:
    """Limits come as 403; GraphQL's errors as 200."""
    message, errors = parts.dig(said, "message"), parts.rows(said, "errors")
    if isinstance(message, str) and "rate limit" in message.lower():
        return Refused("too_many", again=True)
    kinds = {error.get("type") for error in errors}
    if kinds & {"FORBIDDEN", "INSUFFICIENT_SCOPES"}:
        return Refused("not_authorised")
    if kinds & {"RATE_LIMITED"}:
        return Refused("too_many", again=True)
    if errors and "data" in said:
        return Refused("gone" if "NOT_FOUND" in kinds else "rejected")
    return None


def repository(channel: ChannelRecord) -> str:
    path = "/".join(posting.segment(part) for part in (channel.account_id or "").split("/"))
    return f"{posting.api_url(channel, API)}/repos/{path}"


async def _to_discussion(way: Way, channel: ChannelRecord, reply: Reply, token: str) -> Outcome:
    owner, _, name = (channel.account_id or "").partition("/")
    url = posting.api_url(channel, API).removesuffix("/v3") + "/graphql"
    asked = {"query": _FIND, "variables": {"o": owner, "n": name, "k": int(reply.thread_id)}}
    found = await posting.send(
        way, posting.Call(url, asked, headers(token)),
        lambda said: parts.dig(said, "data", "repository", "discussion", "id"), _refusal,
    )  # fmt: skip
    if isinstance(found, Refused):
        return found
    ident = getattr(found, "external_id", None)
    if ident is None:  # asking posts nothing, so it may be asked again
        return Refused("unreachable", again=True)
    said = {"query": _ADD, "variables": {"d": ident, "b": reply.text}}
    added = await posting.send(
        way, posting.Call(url, said, headers(token)),
        lambda said: parts.dig(said, "data", "addDiscussionComment", "comment", "id"), _refusal,
    )  # fmt: skip
    # 200 alone says nothing here: without the comment's id, nobody knows.
    return Uncertain("unclear_answer") if added == Sent(None) else added


async def _to_issue(way: Way, channel: ChannelRecord, reply: Reply, token: str) -> Outcome:
    """Pull requests take comments as issues do."""
    url = f"{repository(channel)}/issues/{posting.segment(reply.thread_id)}/comments"
    call = posting.Call(url, {"body": reply.text}, headers(token))
    return await posting.send(way, call, lambda said: said["node_id"], _refusal)


async def _to_commit(way: Way, channel: ChannelRecord, reply: Reply, token: str) -> Outcome:
    """What is said of a commit stands together by its hash, and so does the answer."""
    url = f"{repository(channel)}/commits/{posting.segment(reply.thread_id)}/comments"
    call = posting.Call(url, {"body": reply.text}, headers(token))
    return await posting.send(way, call, lambda said: said["node_id"], _refusal)


async def send(way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
    token = channel.secrets.get("access_token")
    if not token or "/" not in (channel.account_id or ""):
        return Refused("not_configured")
    if _COMMIT.fullmatch(reply.thread_id):
        return await _to_commit(way, channel, reply, token)
    if not reply.thread_id.isdigit():
        return Refused("not_configured")
    post = _to_discussion if _is_discussion(reply.in_reply_to) else _to_issue
    return await post(way, channel, reply, token)

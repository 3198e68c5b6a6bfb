"""What Facebook pages, Messenger and Instagram share: one app, one secret, one way of signing, one batch format.

A delivery holds up to a thousand entries, each of one account; an entry holds changes (comments, mentions, ratings) or
messaging events (direct messages, also as `standby` while another app has the floor). A page's hook brings both kinds,
whether the page was connected as Facebook, as Messenger or as both, so either channel can read both.

Nothing carries a time of sending that could be checked, so a captured request can be played again: the log's keys make
that harmless.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson

from inbox.channel_state import Term
from inbox.channels import ChannelRecord, SetupField
from services.channels import asking, meta_access, meta_direct, meta_replies, posting, reading
from services.channels.base import BaseChannel, guarded
from services.channels.contract import (
    PROBLEM_TYPE,
    Answer,
    CannotRead,
    Capabilities,
    Deed,
    Envelope,
    Ignored,
    Inbound,
    Outcome,
    Parsed,
    Probe,
    Reply,
    Taken,
    Tended,
    Unreadable,
    Way,
    problem,
)

PAGE_NETWORKS = frozenset({"facebook", "messenger"})
CHALLENGE_MOST = 1000
SIGNATURE_HEX = 64
TEST_ENTRY = "0"


class Context:
    """Where a change or messaging event stands: its entry's account and time, and the channel that reads it."""

    __slots__ = ("account_id", "entry_time", "own_ids")

    def __init__(self, entry: Mapping[str, Any], channel: ChannelRecord, received_at: datetime) -> None:
        self.account_id = reading.need(entry.get("id"), "the entry's id")
        at = entry.get("time")
        self.entry_time = received_at if at is None else reading.instant(at)
        self.own_ids = frozenset(i for i in (channel.account_id, channel.settings.get("page_id")) if i)


Change = Callable[[str, Any, Context], Parsed]
"""Reads one change: its field, its value, where it stands. May raise `reading.MISREAD`."""


class App(BaseChannel):
    """What holds for every product of a Meta app: one secret that signs, one token that shakes hands."""

    tends = True

    # --- proof ---

    def verify(self, request: Inbound, channel: ChannelRecord) -> str | None:
        return next((s for s in channel.valid_secrets() if _signed(s, request)), None)

    def handshake(self, query: Mapping[str, str], channel: ChannelRecord) -> Answer | None:
        token, asked = channel.secrets.get("verify_token", ""), query.get("hub.verify_token", "")
        challenge = query.get("hub.challenge", "")
        proven = bool(token) and hmac.compare_digest(token.encode(), asked.encode("utf-8", "surrogateescape"))
        if query.get("hub.mode") != "subscribe" or not proven or not 0 < len(challenge) <= CHALLENGE_MOST:
            return Answer(403, problem(403, "bad_verify_token", "The verify token does not match."), PROBLEM_TYPE)
        return Answer(200, challenge.encode("utf-8", "replace"))

    def probe(self, way: Way, channel: ChannelRecord) -> Probe | None:
        token = asking.needed(channel, "access_token")
        account = posting.segment(str(channel.settings.get("page_id") or channel.account_id or "me"))
        return Probe(f"{way.meta_graph_url.rstrip('/')}/{account}?fields=id", asking.bearer(token))

    async def tend(
        self, way: Way, channel: ChannelRecord, hook: str, terms: Sequence[Term], now: datetime
    ) -> Tended:  # fmt: skip
        return await meta_access.tend(way, channel, now)

    def answer(self, taken: Taken) -> Answer:
        """Anything but 200 makes Meta send all of it again, and in time disable the hook: what we could not read is
        kept, not refused."""
        return Answer(200, b"EVENT_RECEIVED")


class Meta(App):
    """One of Meta's networks: what they share, around what `change` reads of its own changes."""

    def __init__(
        self,
        ident: str,
        title: str,
        change: Change,
        length_most: int,
        limits: str,
        account: SetupField,
        steps: Mapping[str, Sequence[str]],
        more: Sequence[SetupField] = (),
        able: Mapping[str, Any] | None = None,
    ) -> None:
        self.id = ident
        self.title = title
        self.capabilities = Capabilities(
            ("webhook",), reply=True, attachments=True, edits=True, withdrawals=True, echoes=True,
            window={"dm": meta_direct.WINDOW}, length_most=length_most, limits=limits, **(able or {}),
            resends_for=timedelta(hours=36),
        )  # fmt: skip
        self._change = change
        self.setup_fields = (*APP_FIELDS, account, *more)
        self.setup_steps = steps

    # --- reading ---

    def split(self, raw: bytes) -> Sequence[Envelope]:
        content = whole(reading.loads(raw), "instagram" if self.id == "instagram" else "page")
        told = content if isinstance(content, list) else [content]
        if not told or not all(isinstance(one, dict) and isinstance(one.get("entry"), list) for one in told):
            raise CannotRead("there are no entries in it")
        return [
            part for one in told for entry in one["entry"] for part in _envelopes(one.get("object"), _changed(entry))
        ]

    def read(self, envelope: Envelope, channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
        named, entry = envelope.content
        if not isinstance(named, str):
            return (Unreadable("nothing tells what object it is about"),)
        if named not in ("page", "instagram"):
            return (Ignored(f"about another object: {named}"[:80]),)
        try:
            context = Context(entry, channel, received_at)
        except reading.MISREAD:
            return (Unreadable("an entry has no id or no valid time"),)
        changes = _each(entry, "changes", lambda change: self._one_change(change, context))
        direct = [
            parsed
            for name in ("messaging", "standby")
            for parsed in _each(entry, name, lambda event: _direct(event, context))
        ]
        return (*changes, *direct)

    def _one_change(self, change: Any, context: Context) -> Parsed:
        field, value = change["field"], change.get("value")
        if field == "messages":  # the console's test of direct messages comes in the wrong place
            return _direct(value, context)
        return self._change(field, value, context)

    def join(self, envelopes: Sequence[Envelope]) -> bytes:
        named = envelopes[0].content[0] if envelopes else None
        return orjson.dumps({"object": named, "entry": [envelope.content[1] for envelope in envelopes]})

    # --- replying ---

    async def reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
        return await meta_replies.send(way, channel, reply)

    async def gesture(self, way: Way, channel: ChannelRecord, deed: Deed) -> Outcome:
        return await meta_replies.gesture(way, channel, deed)


def _signed(secret: str, request: Inbound) -> bool:
    given = request.header("x-hub-signature-256") or ""
    algorithm, _, digest = given.partition("=")
    if algorithm != "sha256" or len(digest) != SIGNATURE_HEX or not digest.isascii():
        return False
    expected = hmac.new(secret.encode(), request.raw, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, digest.lower())


def whole(content: Any, named: str) -> Any:
    """What the console shows as an example is a change without its entry; its tests name the entry "0"."""
    if isinstance(content, dict) and "entry" not in content and {"field", "value"} <= content.keys():
        return {"object": named, "entry": [{"id": TEST_ENTRY, "changes": [content]}]}
    return content


def _changed(entry: Any) -> Any:
    """Instagram's own log-in has an entry hold its one change bare."""
    if not isinstance(entry, dict) or "field" not in entry or "changes" in entry:
        return entry
    change = {name: entry.get(name) for name in ("field", "value")}
    return {**{name: value for name, value in entry.items() if name not in change}, "changes": [change]}


def _envelopes(named: Any, entry: Any) -> Iterator[Envelope]:
    """An entry, in two where it holds comments and direct messages: they may belong to two channels."""
    if not isinstance(entry, dict):
        yield Envelope((named, {}))
        return
    try:
        account = reading.ident(entry.get("id"))
    except ValueError:
        account = None
    if named != "page":
        yield Envelope((named, entry), account, "instagram", frozenset({"instagram"}))
        return
    direct = {name: value for name, value in entry.items() if name != "changes"}
    feed = {name: value for name, value in entry.items() if name not in ("messaging", "standby")}
    if entry.get("messaging") or entry.get("standby"):
        yield Envelope((named, direct), account, "messenger", PAGE_NETWORKS)
        if not entry.get("changes"):
            return
    yield Envelope((named, feed), account, "facebook", PAGE_NETWORKS)


def _direct(event: Any, context: Context) -> Parsed:
    return meta_direct.parsed(event, context.account_id, context.entry_time)


def _each(entry: Mapping[str, Any], name: str, read: Callable[[Any], Parsed]) -> list[Parsed]:
    """One part of unexpected shape is unreadable; its neighbours are not."""
    found = entry.get(name)
    if found is None:
        return []
    if not isinstance(found, list):
        return [Unreadable(f"{name} is not a list")]
    return [guarded(read, part) for part in found]


APP_FIELDS = (
    SetupField(
        "secret", "secret",
        {"fr": "Clé secrète de l’app", "en": "App secret"},
        {
            "fr": "Dans la console de Meta : Paramètres de l’app › Général.",
            "en": "In Meta's console: App settings › Basic.",
        },
        required=True,
    ),
    SetupField(
        "verify_token", "secret",
        {"fr": "Jeton de vérification", "en": "Verify token"},
        {
            "fr": "Laissez vide : nous en créons un, à recopier dans la console.",
            "en": "Leave empty: we make one for you to copy into the console.",
        },
        required=True, make=lambda: secrets.token_urlsafe(24),
    ),
    SetupField(
        "access_token", "secret",
        {"fr": "Jeton d’accès de la page", "en": "Page access token"},
        {
            "fr": "Pour répondre depuis Vigie. Sans lui, on répond à la main.",
            "en": "To answer from Vigie. Without it, you answer by hand.",
        },
    ),
)  # fmt: skip

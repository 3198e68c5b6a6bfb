"""Reddit: listings of comments, private messages and submissions, as its API shows them, and answers to them.

What a listing holds is read by `reddit_things`.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

import orjson

from inbox.channels import ChannelRecord, SetupField
from services.channels import asking, parts, polled, posting, reading
from services.channels.base import BaseChannel, guarded_all
from services.channels.contract import (
    CannotRead,
    Capabilities,
    Envelope,
    Outcome,
    Parsed,
    RefusalReason,
    Refused,
    Reply,
    SweepFailed,
    Swept,
    Uncertain,
    Way,
)
from services.channels.reddit_things import Reader, children, things
from services.channels.tokens import Shelf
from services.outbound import NoAnswer, NotSent

API, TOKENS = "https://oauth.reddit.com", "https://www.reddit.com"
LIMIT = 50
ERRORS: Mapping[str, RefusalReason] = {
    "RATELIMIT": "too_many", "DELETED_COMMENT": "gone", "DELETED_LINK": "gone", "THREAD_LOCKED": "gone",
    "COMMENT_DELETED": "gone", "USER_REQUIRED": "not_authorised", "SUBREDDIT_NOTALLOWED": "not_authorised",
    "USER_BLOCKED": "blocked_by_network", "SUBREDDIT_OUTBOUND_LINKING_DISALLOWED": "blocked_by_network",
}  # fmt: skip
_shelf = Shelf()


class Reddit(BaseChannel):
    id = "reddit"
    title = "Reddit"
    sweep_every_s = 60.0
    capabilities = Capabilities(
        ("poll",), reply=True, edits=True, withdrawals=True, echoes=True, length_most=10_000,
        limits="100 requests a minute; commercial use needs Reddit's approval",
    )  # fmt: skip
    setup_fields = (
        SetupField(
            "account_id", "account",
            {"fr": "Nom du compte", "en": "Account name"},
            {"fr": "Sans u/.", "en": "Without u/."},
            required=True,
        ),
        SetupField(
            "client_id", "secret",
            {"fr": "Identifiant de l’application", "en": "App ID"},
            {"fr": "reddit.com/prefs/apps › créer une application « script ».",
             "en": "reddit.com/prefs/apps › create an app of type “script”."},
            required=True,
        ),
        SetupField(
            "client_secret", "secret",
            {"fr": "Secret de l’application", "en": "App secret"},
            {"fr": "À côté de l’identifiant.", "en": "Beside the ID."},
            required=True,
        ),
        SetupField(
            "refresh_token", "secret",
            {"fr": "Jeton d’actualisation", "en": "Refresh token"},
            {"fr": "De portée privatemessages, read et submit, permanent.",
             "en": "With the scopes privatemessages, read and submit, permanent."},
            required=True,
        ),
        SetupField(
            "subreddit", "setting",
            {"fr": "Subreddit suivi", "en": "Subreddit followed"},
            {"fr": "Sans r/. Vide : seulement les réponses, mentions et messages privés.",
             "en": "Without r/. Empty: only answers, mentions and private messages."},
        ),
        posting.api_url_field(API),
    )  # fmt: skip
    setup_steps: Mapping[str, Sequence[str]] = MappingProxyType(
        {
            "fr": (
                "Avec le compte qui répond : reddit.com/prefs/apps › créer une application « script ».",
                "Obtenez un jeton d’actualisation permanent, de portée privatemessages, read et submit.",
                "Collez ici le nom du compte, l’identifiant, le secret et le jeton.",
                "Pour un usage commercial, demandez d’abord l’accord de Reddit.",
            ),
            "en": (
                "With the account that answers: reddit.com/prefs/apps › create an app of type “script”.",
                "Get a permanent refresh token with the scopes privatemessages, read and submit.",
                "Paste the account's name, the ID, the secret and the token here.",
                "For commercial use, ask Reddit for approval first.",
            ),
        }
    )

    def split(self, raw: bytes) -> Sequence[Envelope]:
        content = reading.loads(raw)
        if not isinstance(content, dict | list):
            raise CannotRead("it is no listing")
        listings = content if isinstance(content, list) else [content]
        return [Envelope(thing) for listing in listings for thing in things(listing)]

    def read(self, envelope: Envelope, channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
        return guarded_all(Reader(channel, received_at).thing, envelope.content)

    # --- asking and answering ---

    async def sweep(self, way: Way, channel: ChannelRecord, cursor: str | None, now: datetime) -> Swept:
        """The inbox, then, where a subreddit is followed, its comments: each with a cursor of its own, in turns."""
        at = reading.table(orjson.loads(cursor)) if cursor else {}
        places = ["/message/inbox", *_followed(channel)]
        place = at["turn"] if at.get("turn") in places else places[0]
        seen = polled.Cursor.of(at.get(place))
        url = asking.address(
            posting.api_url(channel, API) + place, limit=LIMIT, raw_json=1, after=seen.page
        )  # fmt: skip
        content = await asking.get(way, url, await _headers(way, channel))
        with asking.understood():
            found = children(content)
            parsed = [one for thing in found for one in guarded_all(Reader(channel, now).thing, thing)]
            times = [reading.instant(thing["data"]["created_utc"]) for thing in found]
            swept = seen.swept(parsed, times, content["data"].get("after"), orjson.dumps(content))
        turn = place if swept.more else places[(places.index(place) + 1) % len(places)]
        onward = orjson.dumps({**at, place: swept.cursor, "turn": turn}).decode()
        return Swept(swept.parsed, onward, more=swept.more or turn != places[0], raw=swept.raw, gap=swept.gap)

    async def reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
        return await asking.carefully(self._reply(way, channel, reply))

    async def _reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
        headers = {**await _headers(way, channel), "content-type": asking.FORM}
        body = urlencode({"api_type": "json", "thing_id": reply.in_reply_to, "text": reply.text}).encode()
        try:
            response = await way.http.post(posting.api_url(channel, API) + "/api/comment", body, headers)
        except NotSent as error:
            return Refused(error.reason, again=error.reason == "unreachable")
        except NoAnswer as error:
            return Uncertain(error.reason)
        return posting.outcome(response, _posted, _refusal)  # Reddit says 200, and lists errors in the body


def _posted(content: Any) -> Any:
    return content["json"]["data"]["things"][0]["data"]["name"]


def _refusal(content: Any) -> Refused | None:
    errors = parts.dig(content, "json", "errors")
    if not isinstance(errors, list) or not errors:
        return None
    reason = ERRORS.get(str(errors[0][0]), "rejected")
    return Refused(reason, again=reason == "too_many", retry_after_s=60.0 if reason == "too_many" else None)


def _followed(channel: ChannelRecord) -> list[str]:
    named = str(channel.settings.get("subreddit") or "").strip().removeprefix("/").removeprefix("r/")
    return [f"/r/{posting.segment(named)}/comments"] if named else []


async def _headers(way: Way, channel: ChannelRecord) -> dict[str, str]:
    names = ("client_id", "client_secret", "refresh_token")
    ident, secret, refresh = (channel.secrets.get(name) or "" for name in names)
    if not (ident and secret and refresh):
        raise SweepFailed("not_configured")
    url = posting.api_url(channel, TOKENS) + "/api/v1/access_token"
    proof = {"authorization": "Basic " + base64.b64encode(f"{ident}:{secret}".encode()).decode()}

    async def ask() -> tuple[str, float]:
        content = await asking.form(way, url, {"grant_type": "refresh_token", "refresh_token": refresh}, proof)
        with asking.understood():
            return reading.need(content["access_token"], "the token"), float(content.get("expires_in", 3600))

    return asking.bearer(await _shelf.get((url, ident, secret, refresh), ask))


CHANNEL = Reddit()

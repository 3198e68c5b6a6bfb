"""Reviews of a business on Google: Pub/Sub says that there is one, the Business Profile API says what it says.

A push holds nothing but names, so each is a hint, and the review is fetched. A reviewer is shown by name at most, never
by an id: every review is a person of its own.
"""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import orjson

from inbox.channels import ChannelRecord, SetupField
from inbox.events import Author
from services.channels import asking, google, google_push, parts, polled, posting, proof, reading
from services.channels.base import BaseChannel, guarded_all
from services.channels.contract import (
    CannotRead,
    Capabilities,
    Echoed,
    Envelope,
    Hint,
    Ignored,
    Inbound,
    Outcome,
    Parsed,
    Received,
    Reply,
    SweepFailed,
    Swept,
    Way,
)

API = "https://mybusiness.googleapis.com"
PAGE = 50
NAME_MOST = 500
"""Characters, so that the name of its answer is no longer than an id may be."""
REVIEWS = frozenset({"NEW_REVIEW", "UPDATED_REVIEW"})
NOTICE = frozenset({"type", "notificationType", "notification_type", "reviewName", "review_name", "review"})
_REVIEW = re.compile(r"((?:accounts/[\w-]+/)?locations/[\w-]+)/reviews/[\w-]+", re.ASCII)


def location(name: Any) -> str:
    """The location that a review's name begins with. Raises `Misread`: a name becomes part of an address."""
    match = _REVIEW.fullmatch(name) if isinstance(name, str) else None
    if match is None or len(match.group()) > NAME_MOST:
        raise reading.Misread("a review has no name that we know")
    return match.group(1)


def notice(content: Any) -> Parsed:
    """What a push says: in version 4 `reviewName`, in version 1 `review_name`, with or without `type`."""
    kind = content.get("type") or content.get("notificationType") or content.get("notification_type")
    name = content.get("reviewName") or content.get("review_name") or content.get("review")
    if kind not in REVIEWS and (kind or not name):
        return Ignored(f"a notice of another kind: {kind}"[:80])
    return Hint("review", str(name), location(name))


def review(content: Any) -> tuple[Parsed, ...]:
    """A review as it stands, with our answer where there is one. Raises `reading.MISREAD`."""
    if content is None:
        return (Ignored("an empty place in a list"),)
    name, at = content["name"], reading.instant(content["createTime"])
    thread, person = location(name), parts.table(content, "reviewer")
    shown = parts.name(person.get("displayName"))
    author = Author(id=name, name=shown, avatar_url=reading.link(person.get("profilePhotoUrl"))) if shown else None
    given = parts.stars(content.get("starRating"))
    message = Received("review", name, thread, at, reading.words(content.get("comment")), author, title=given)
    edited = content.get("updateTime")
    return (*polled.as_it_stands(message, reading.instant(edited) if edited else None), *_answer(content, name))


def _answer(content: Any, name: str) -> tuple[Parsed, ...]:
    ours = content.get("reviewReply")
    if not isinstance(ours, dict):
        return ()
    return (Echoed(f"{name}/reply", reading.instant(ours["updateTime"]), reading.words(ours.get("comment")), name),)


class GoogleReviews(BaseChannel):
    id = "google_reviews"
    title = "Google"
    sweep_every_s = 600.0
    capabilities = Capabilities(
        ("webhook", "poll"), reply=True, edits=True, echoes=True, reconcile=True, fetches=True,
        length_most=4096, counting="bytes",
        limits="300 requests a minute, once Google has approved the project",
        resends_for=timedelta(hours=168),
    )  # fmt: skip
    setup_fields = (
        SetupField(
            "account_id", "account",
            {"fr": "Établissement", "en": "Location"},
            {"fr": "De la forme accounts/1234/locations/5678.", "en": "As accounts/1234/locations/5678."},
            required=True,
        ),
        *google.oauth_fields(
            {
                "fr": "Pour lire les avis, dont le push ne dit que le nom, et pour y répondre. Sans lui, rien"
                " n’arrive.",
                "en": "To read the reviews, of which the push tells the name only, and to answer them. Without it"
                " nothing comes.",
            }
        ),
        SetupField(
            "push_account", "setting",
            {"fr": "Compte de service du push", "en": "Service account of the push"},
            {
                "fr": "L’adresse e-mail choisie sous « Activer l’authentification ». Les jetons signés par Google sont"
                " alors exigés.",
                "en": "The e-mail address chosen under “Enable authentication”. Tokens signed by Google are then"
                " required.",
            },
        ),
        SetupField(
            "audience", "setting",
            {"fr": "Audience", "en": "Audience"},
            {"fr": "Vide : l’adresse du hook.", "en": "Empty: the address of the hook."},
        ),
        SetupField(
            "secret", "secret",
            {"fr": "Secret de l’adresse", "en": "Secret of the address"},
            {
                "fr": "Sans compte de service : ajoutez ?token=… à l’adresse. Vide : nous en créons un.",
                "en": "Without a service account: add ?token=… to the address. Empty: we make one.",
            },
            make=lambda: secrets.token_urlsafe(24),
        ),
        posting.api_url_field(API),
    )  # fmt: skip
    setup_steps: Mapping[str, Sequence[str]] = MappingProxyType(
        {
            "fr": (
                "Faites approuver votre projet Google Cloud pour l’API Business Profile : avant, le quota est nul.",
                "Créez un sujet Pub/Sub où mybusiness-api-pubsub@system.gserviceaccount.com peut publier.",
                "Créez un abonnement push vers {hook_url}, avec authentification par un compte de service.",
                "Indiquez le sujet dans les réglages de notification du compte Business Profile : NEW_REVIEW et"
                " UPDATED_REVIEW.",
                "Créez un client OAuth et un jeton d’actualisation de portée business.manage.",
            ),
            "en": (
                "Have your Google Cloud project approved for the Business Profile API: until then its quota is zero.",
                "Make a Pub/Sub topic to which mybusiness-api-pubsub@system.gserviceaccount.com may publish.",
                "Make a push subscription to {hook_url}, with authentication by a service account.",
                "Name the topic in the notification settings of the Business Profile account: NEW_REVIEW and"
                " UPDATED_REVIEW.",
                "Make an OAuth client and a refresh token with the scope business.manage.",
            ),
        }
    )

    # --- proof ---

    async def prepare(self, way: Way, request: Inbound, channel: ChannelRecord) -> None:
        token = google_push.bearer(request)
        ident = google_push.key_of(token) if token else None
        if ident and channel.settings.get("push_account"):
            await _keys(channel).refresh(way, ident)

    def verify(self, request: Inbound, channel: ChannelRecord) -> str | None:
        account = str(channel.settings.get("push_account") or "")
        if not account:
            return proof.first(channel, lambda secret: proof.same(request.query().get("token"), secret))
        token = google_push.bearer(request)
        told = channel.settings.get("audience")
        audiences = (str(told),) if told else (request.url, request.url.partition("?")[0])
        held = token and google_push.proves(token, _keys(channel), audiences=audiences, account=account)
        return _signer(account, channel) if held else None

    def knows(self, channel: ChannelRecord, secret: str) -> bool:
        """Locations of one Google account share the subscription, and so the service account that pushes."""
        account = channel.settings.get("push_account")
        return secret == _signer(str(account), channel) if account else secret in channel.valid_secrets()

    # --- reading ---

    def split(self, raw: bytes) -> Sequence[Envelope]:
        content = reading.loads(raw)
        if isinstance(content, dict) and "message" in content:
            content = _pushed(content["message"])
        if not isinstance(content, dict | list):
            raise CannotRead("it is neither a push nor a list of reviews")
        return [Envelope(one, _account(one)) for one in polled.listed(content, "reviews")]

    def read(self, envelope: Envelope, channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
        if NOTICE & reading.table(envelope.content).keys():
            return guarded_all(lambda content: (notice(content),), envelope.content)
        return guarded_all(review, envelope.content)

    def join(self, envelopes: Sequence[Envelope]) -> bytes:
        return orjson.dumps([envelope.content for envelope in envelopes])

    # --- asking and answering ---

    async def fetch(self, way: Way, channel: ChannelRecord, hint: Hint, now: datetime) -> Sequence[Parsed]:
        """Google tells nobody that a review was taken away: it is merely no longer there."""
        with asking.understood():
            location(hint.ref)
        try:
            content = await asking.get(way, f"{_api(channel)}/{hint.ref}", await _headers(way, channel), google.refusal)
        except SweepFailed as error:
            if error.reason == "gone":
                return ()
            raise
        return guarded_all(review, content)

    async def sweep(self, way: Way, channel: ChannelRecord, cursor: str | None, now: datetime) -> Swept:
        at = polled.Cursor.of(cursor)
        url = asking.address(
            f"{_api(channel)}/{channel.account_id}/reviews", pageSize=PAGE, orderBy="updateTime desc", pageToken=at.page
        )
        content = await asking.get(way, url, await _headers(way, channel), google.refusal)
        with asking.understood():
            found = parts.rows(content, "reviews")
            times = [reading.instant(one.get("updateTime") or one["createTime"]) for one in found]
            parsed = [one for part in found for one in guarded_all(review, part)]
            return at.swept(parsed, times, content.get("nextPageToken"), orjson.dumps(content))

    async def reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
        return await asking.carefully(self._reply(way, channel, reply))

    async def _reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
        """A review has one answer at most: another replaces it."""
        location(reply.in_reply_to)
        url, answer = f"{_api(channel)}/{reply.in_reply_to}/reply", f"{reply.in_reply_to}/reply"
        call = posting.Call(url, {"comment": reply.text}, await _headers(way, channel), "PUT")
        return await posting.send(way, call, lambda said: answer if said["comment"] else None, google.refusal)


def _keys(channel: ChannelRecord) -> google_push.Keys:
    return google_push.keys(posting.api_url(channel, google_push.KEYS))


def _signer(account: str, channel: ChannelRecord) -> str:
    """Who proved a push, by whose keys: a channel that asks another address for keys vouches for itself alone."""
    return f"push of {account} by the keys of {posting.api_url(channel, google_push.KEYS)}"


def _api(channel: ChannelRecord) -> str:
    return posting.api_url(channel, API) + "/v4"


async def _headers(way: Way, channel: ChannelRecord) -> dict[str, str]:
    return asking.bearer(await google.token(way, channel))


def _pushed(message: Any) -> Any:
    try:
        return reading.loads(base64.b64decode(message["data"], validate=True))
    except reading.MISREAD as error:
        raise CannotRead("the push holds no data") from error


def _account(content: Any) -> str | None:
    named = reading.table(content)
    names = (named.get(name) for name in ("name", "reviewName", "review_name", "review"))
    match = next((match for name in names if isinstance(name, str) and (match := _REVIEW.fullmatch(name))), None)
    return match.group(1) if match else None


CHANNEL = GoogleReviews()

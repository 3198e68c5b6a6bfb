"""What YouTube and Google reviews share: tokens of OAuth, and Google's reasons for a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inbox.channels import ChannelRecord, SetupField, Words
from services.channels import asking, parts, posting, reading
from services.channels.contract import RefusalReason, Refused, SweepFailed, Way
from services.channels.tokens import Shelf

TOKENS = "https://oauth2.googleapis.com"
REASONS: Mapping[str, RefusalReason] = {
    "quotaExceeded": "too_many", "rateLimitExceeded": "too_many", "userRateLimitExceeded": "too_many",
    "RESOURCE_EXHAUSTED": "too_many", "UNAUTHENTICATED": "not_authorised", "PERMISSION_DENIED": "not_authorised",
    "authError": "not_authorised", "forbidden": "not_authorised", "insufficientPermissions": "not_authorised",
    "NOT_FOUND": "gone", "commentNotFound": "gone", "parentCommentNotFound": "gone", "commentsDisabled": "gone",
    "videoNotFound": "gone", "parentCommentIsPrivate": "gone", "ineligibleAccount": "not_authorised",
}  # fmt: skip
QUOTA_S = 3600.0
_shelf = Shelf()


async def token(way: Way, channel: ChannelRecord) -> str:
    """An access token: the one given, else by the refresh token. Raises `SweepFailed`, `NotSent` or `NoAnswer`."""
    given = channel.secrets.get("access_token")
    if given:
        return given
    fields = {name: channel.secrets.get(name) or "" for name in ("client_id", "client_secret", "refresh_token")}
    if not all(fields.values()):
        raise SweepFailed("not_configured")
    url = posting.api_url(channel, TOKENS) + "/token"

    async def ask() -> tuple[str, float]:
        answered = await asking.form(way, url, {**fields, "grant_type": "refresh_token"})
        return reading.need(answered["access_token"], "the token"), float(answered.get("expires_in", 3600))

    try:
        return await _shelf.get((url, *fields.values()), ask)
    except reading.MISREAD as error:
        raise SweepFailed("unclear_answer") from error


def refusal(content: Any) -> Refused | None:
    """By the reasons in Google's error object, which say more than the status."""
    error = parts.table(content, "error")
    named = [*(row.get("reason") for row in parts.rows(error, "errors")), error.get("status")]
    reason = next((REASONS[name] for name in named if isinstance(name, str) and name in REASONS), None)
    if reason == "too_many":
        return Refused(reason, again=True, retry_after_s=QUOTA_S)
    return Refused(reason) if reason else None


FOR_ANSWERS: Words = {
    "fr": "Pour répondre depuis Vigie. Sans lui, on répond à la main.",
    "en": "To answer from Vigie. Without it, you answer by hand.",
}


def oauth_fields(why: Words = FOR_ANSWERS) -> tuple[SetupField, ...]:
    """`why`: what the refresh token is needed for."""
    return (
        SetupField(
            "client_id", "secret",
            {"fr": "Identifiant client OAuth", "en": "OAuth client ID"},
            {"fr": "Console Google Cloud › Identifiants.", "en": "Google Cloud console › Credentials."},
        ),
        SetupField(
            "client_secret", "secret",
            {"fr": "Secret client OAuth", "en": "OAuth client secret"},
            {"fr": "À côté de l’identifiant.", "en": "Beside the ID."},
        ),
        SetupField(
            "refresh_token", "secret",
            {"fr": "Jeton d’actualisation", "en": "Refresh token"},
            why,
        ),
    )  # fmt: skip

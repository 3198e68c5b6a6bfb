"""Proof of a Pub/Sub push: a token that Google signed (OpenID Connect), for the account that the push was set up with.

Google's public keys change every few days. They are fetched before they are needed, through the one client, and kept;
a token that names an unknown key makes us look again, at most once a minute, so that nobody can make us ask Google at
their pace.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import jwt

from services.channels import asking, proof, reading
from services.channels.contract import Inbound, SweepFailed, Way
from services.outbound import NoAnswer, NotSent

KEYS = "https://www.googleapis.com"
PATH = "/oauth2/v3/certs"
ISSUERS = ("https://accounts.google.com", "accounts.google.com")
CLAIMS = ("exp", "iat", "aud", "iss")
FRESH_S = 6 * 3600.0
AGAIN_S = 60.0
LEEWAY_S = 60.0
TOKEN_MOST = 8192


@dataclass(slots=True)
class Keys:
    """The keys of one address, by id."""

    url: str
    _by_id: dict[str, jwt.PyJWK] = field(default_factory=dict)
    _asked_at: float | None = None

    def get(self, ident: str) -> jwt.PyJWK | None:
        return self._by_id.get(ident)

    async def refresh(self, way: Way, ident: str) -> None:
        """Asks when the keys are old, or when `ident` is none of them; keeps what it has when nobody answers."""
        now = asyncio.get_running_loop().time()
        age = None if self._asked_at is None else now - self._asked_at
        if age is not None and age < (FRESH_S if ident in self._by_id else AGAIN_S):
            return
        self._asked_at = now
        try:
            self._by_id = _known(await asking.get(way, self.url)) or self._by_id
        except (SweepFailed, NotSent, NoAnswer, jwt.PyJWTError, *reading.MISREAD):
            return


def _known(content: Any) -> dict[str, jwt.PyJWK]:
    found = [key for key in content["keys"] if key.get("kty") == "RSA" and isinstance(key.get("kid"), str)]
    return {key["kid"]: jwt.PyJWK.from_dict(key, algorithm="RS256") for key in found}


_kept: dict[str, Keys] = {}


def keys(base: str) -> Keys:
    return _kept.setdefault(base, Keys(base + PATH))


def bearer(request: Inbound) -> str | None:
    scheme, _, token = (request.header("authorization") or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and 0 < len(token) <= TOKEN_MOST else None


def key_of(token: str) -> str | None:
    """The id of the key that a token says it is signed with."""
    try:
        ident = jwt.get_unverified_header(token).get("kid")
    except (jwt.PyJWTError, *reading.MISREAD):
        return None
    return ident if isinstance(ident, str) else None


def proves(token: str, known: Keys, *, audiences: tuple[str, ...], account: str) -> bool:
    """Whether Google says in it, not long ago and to us, that `account` sent this."""
    key = known.get(key_of(token) or "")
    if key is None or not account or not all(audiences):
        return False
    try:
        claims = jwt.decode(
            token, key, algorithms=["RS256"], audience=audiences, issuer=ISSUERS,
            options={"require": list(CLAIMS), "verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )  # fmt: skip
        return _timely(claims) and claims.get("email_verified") is True and proof.same(claims.get("email"), account)
    except (jwt.PyJWTError, *reading.MISREAD):
        return False


def _timely(claims: dict[str, Any]) -> bool:
    """By the clock that all proofs go by."""
    now = proof.CLOCK.now().timestamp()
    return float(claims["iat"]) - LEEWAY_S <= now <= float(claims["exp"]) + LEEWAY_S

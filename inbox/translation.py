"""Reading other languages: what a brand's translation service is, whose words are foreign to whom, and what may come of
asking. No I/O here: `translators` keeps the setting, `services.translating` asks the service."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from yarl import URL

from inbox import subscription
from inbox.errors import Refused

Kind = Literal["libretranslate", "deepl"]
"""Whose protocol it speaks."""
Reason = Literal[
    "address_not_allowed", "unreachable", "no_answer", "connection_lost", "redirected", "key_refused", "busy", "quota",
    "pair", "too_long", "refused", "failed", "nonsense",
]  # fmt: skip
"""Why there is no translation. Of the way: the first four. Of the answer: a 3xx; 401 or 403; 429, 503 or 529; 456; a
language it does not know; a text longer than it takes; another 4xx; a 5xx; one that nobody can read."""
PASSING: frozenset[Reason] = frozenset({"unreachable", "no_answer", "connection_lost", "busy", "failed"})
"""What may be over in a moment."""

MOST_TEXT = 10_000
"""Characters of one message that are sent to be translated."""
MOST_ALTOGETHER = 30_000
MOST_AT_ONCE = 50
MOST_KEY = 500
ENDINGS = ("/v2/translate", "/translate", "/languages")
"""What people copy along from a service's documentation."""


@dataclass(frozen=True, slots=True)
class Service:
    """`key`: empty where the service asks for none."""

    kind: Kind
    address: str
    enabled: bool
    key: str = field(default="", repr=False)


class Untranslated(Exception):
    """The service gave no translation."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class Translating(Protocol):
    """Whoever calls out. Both raise `Untranslated`, and ask once: what was sent may have been counted and paid for."""

    async def __call__(
        self, service: Service, texts: Sequence[str], target: str, source: str | None = None
    ) -> tuple[str, ...]:
        """As many texts as were given, in their order. Languages are ISO 639; `source` None: the service finds out."""
        ...

    async def languages(self, service: Service) -> frozenset[str]:
        """Those it can read."""
        ...


Recognise = Callable[[Sequence[str]], Awaitable[Sequence[str | None]]]
"""Which language (ISO 639) each of these texts is in; None where it is too short, or of no one language."""


async def unrecognised(texts: Sequence[str]) -> Sequence[str | None]:
    """In a process that has no classifier."""
    return [None] * len(texts)


class NotHere:
    """In a process that does not call out."""

    async def __call__(
        self, service: Service, texts: Sequence[str], target: str, source: str | None = None
    ) -> tuple[str, ...]:
        raise Untranslated("unreachable")

    async def languages(self, service: Service) -> frozenset[str]:
        raise Untranslated("unreachable")


def is_foreign(lang: str | None, read: Collection[str]) -> bool:
    """Whether whoever reads `read` (ISO 639) cannot read this. What nobody knows the language of is not foreign."""
    return bool(lang) and str(lang).split("-")[0] not in read


def checked(texts: Sequence[str]) -> Sequence[str]:
    """Refused: `nothing_to_translate`, `too_long_to_translate`, `too_many_to_translate`."""
    if not any(text.strip() for text in texts):
        raise Refused("nothing_to_translate", "There are no words here to translate.", status=409)
    if any(len(text) > MOST_TEXT for text in texts):
        raise Refused("too_long_to_translate", f"At most {MOST_TEXT} characters are sent to be translated.", status=409)
    if len(texts) > MOST_AT_ONCE or sum(map(len, texts)) > MOST_ALTOGETHER:
        raise Refused(
            "too_many_to_translate",
            "That is more than is translated at once: translate message by message.",
            status=409,
        )
    return texts


def clean_address(address: str, allow: Sequence[str] = ()) -> str:
    """As of webhooks, without what follows the service's base. Refused: as `inbox.subscription.clean_address`."""
    url = URL(subscription.clean_address(address, allow)).with_query(None)
    path = url.path.rstrip("/")
    for ending in ENDINGS:
        path = path.removesuffix(ending)
    return str(url.with_path(path.rstrip("/"))).rstrip("/")


def clean_key(key: str) -> str:
    """Refused: `key_bad`."""
    key = key.strip()
    if len(key) > MOST_KEY or not (key.isascii() and key.isprintable()) or " " in key:
        raise Refused("key_bad", f"A key is at most {MOST_KEY} signs, without blanks.")
    return key


def goes_elsewhere(old: Service, kind: Kind, address: str) -> bool:
    """Whether the key of the old one would be shown to somebody it was not given for."""
    return kind != old.kind or URL(address).origin() != URL(old.address).origin()

"""A wording: words prepared beforehand that a team agreed on, with gaps, in several languages and for several networks.

Pure. `pick` says which of its variants fits a person, `ranked` which wordings are worth offering first.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field

from inbox import categories as known
from inbox import filling
from inbox.correcting import LANGUAGE
from inbox.decisions import MAX_TEXT
from inbox.errors import Refused

MOST_VARIANTS = 40
MOST_TITLE = 120


class Variant(BaseModel):
    """`lang`: ISO 639, None for any; `network`: an id such as "x", None for any."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    text: str = Field(max_length=MAX_TEXT)
    lang: str | None = None
    network: str | None = None


class Draft(BaseModel):
    """What a lead writes. `owner`: the member who keeps it true; `expires_on`: its last day, in the brand's zone."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    title: str
    categories: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()
    owner: int | None = None
    expires_on: date | None = None
    approved: bool = False


@dataclass(frozen=True, slots=True)
class Wording:
    """`version` rises with each change. `used`: how many replies were written with it."""

    wording_id: uuid.UUID
    draft: Draft
    version: int
    changed_by: int
    changed_at: datetime
    approved_by: int | None
    approved_at: datetime | None
    used: int = 0

    def in_force(self, today: date) -> bool:
        return self.draft.expires_on is None or today <= self.draft.expires_on


def checked(draft: Draft, networks: Collection[str]) -> Draft:
    """The draft as it is kept. Refused: `title_bad`, `no_variant`, `variant_twice`, `no_such_category`,
    `no_such_language`, `no_such_network`, `text_too_long`."""
    title = " ".join(draft.title.split())
    if not 1 <= len(title) <= MOST_TITLE:
        raise Refused("title_bad", f"A title has 1 to {MOST_TITLE} characters.")
    if set(draft.categories) - known.LEVEL_OF.keys():
        raise Refused("no_such_category", f"Categories are {', '.join(known.LEVEL_OF)}.")
    said = tuple(one for one in draft.variants if one.text.strip())
    if not 1 <= len(said) <= MOST_VARIANTS:
        raise Refused("no_variant", f"A wording has 1 to {MOST_VARIANTS} variants with words in them.")
    _check_variants(said, networks)
    changed = {"title": title, "categories": known.in_order(draft.categories), "variants": said}
    return draft.model_copy(update=changed)


def _check_variants(variants: Sequence[Variant], networks: Collection[str]) -> None:
    if len({(one.lang, one.network) for one in variants}) < len(variants):
        raise Refused("variant_twice", "Two variants are for the same language and network.")
    for one in variants:
        if one.lang is not None and not LANGUAGE.fullmatch(one.lang):
            raise Refused("no_such_language", "A language is two or three letters of ISO 639, such as fr or tr.")
        if one.network is not None and one.network not in networks:
            raise Refused("no_such_network", f"There is no network {one.network!r} here.")


def pick(variants: Iterable[Variant], lang: str | None, network: str) -> Variant | None:
    """The variant for that language and network: its own before one for any. None where none is meant for both."""
    fits = [one for one in variants if one.lang in {lang, None} and one.network in {network, None}]
    return max(fits, key=lambda one: (one.lang is not None, one.network is not None), default=None)


def nearest(variants: Iterable[Variant], lang: str | None, network: str) -> Variant | None:
    """As `pick`, else one for the network in another language, for a person to look at."""
    rest = [one for one in variants if one.network in {network, None}]
    return pick(rest, lang, network) or next(iter(rest), None)


def ranked(
    wordings: Iterable[Wording],
    *,
    about: Collection[str],
    lang: str | None,
    network: str,
    in_wave: Mapping[uuid.UUID, int],
) -> list[Wording]:
    """Those that can be sent there, the likeliest first: used in the same wave, then by what it is about, then whether
    it speaks the person's language, then what is used most."""

    def weight(one: Wording) -> tuple[int, int, bool, bool, int]:
        shared = len(set(one.draft.categories) & set(about))
        speaks = pick(one.draft.variants, lang, network) is not None
        return in_wave.get(one.wording_id, 0), shared, speaks, one.draft.approved, one.used

    offered = [one for one in wordings if nearest(one.draft.variants, lang, network) is not None]
    return sorted(offered, key=weight, reverse=True)


def suggested(
    wordings: Iterable[Wording],
    *,
    about: Mapping[str, int],
    networks: Collection[str],
    in_waves: Mapping[uuid.UUID, int],
) -> list[Wording]:
    """Those likely to fit many at once, the likeliest first: used in the same waves, then by how many are about it.
    `about`: how many are, by category; `networks`: where they wrote."""

    def weight(one: Wording) -> tuple[int, int, bool, int]:
        shared = sum(about.get(category, 0) for category in one.draft.categories)
        return in_waves.get(one.wording_id, 0), shared, one.draft.approved, one.used

    can_be_sent = [one for one in wordings if any(v.network in {None, *networks} for v in one.draft.variants)]
    return sorted((one for one in can_be_sent if any(weight(one)[:2])), key=weight, reverse=True)


def gaps(draft: Draft) -> tuple[str, ...]:
    """The names in all its variants, each once."""
    return tuple(dict.fromkeys(name for one in draft.variants for name in filling.gaps(one.text)))

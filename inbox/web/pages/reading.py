"""What the pane offers to whoever does not read a language: which words are foreign to them, who would translate, and
what was translated without scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol

from babel import Locale, UnknownLocaleError

from inbox import corrections, translation
from inbox.errors import Refused
from inbox.state import Item, Message, Note, Reply
from inbox.translation import Recognise, Service, Untranslated
from inbox.web import reading_words, words
from inbox.web.i18n import Speech, direction
from inbox.web.pages import render


@dataclass(frozen=True, slots=True)
class Told:
    """A translation, or (`error`) why there is none. `by`: who made it, in words."""

    text: str = ""
    lang: str = ""
    by: str = ""
    error: str | None = None

    @property
    def dir(self) -> str:
        return direction(self.lang)


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody said in the thread. `mark` names the words as they are: other words, another mark, so that no
    translation stands below what it is not of. `ours`: a reply or a note; `original`: the words that a reply was
    translated from."""

    mark: str
    text: str
    lang: str | None
    ours: bool = False
    original: str | None = None
    original_lang: str | None = None


class Said(Protocol):
    """An entry of the thread."""

    @property
    def words(self) -> Words | None: ...
    @property
    def fold(self) -> Sequence[str]: ...


@dataclass(frozen=True)
class Reading:
    """`read`: languages of whoever reads; `target`: the one they have things translated into. `told`: what was
    translated for a page without scripts, by mark."""

    read: frozenset[str]
    target: str
    service: Service | None
    told: Mapping[str, Told] = field(default_factory=dict)

    def foreign(self, lang: str | None) -> bool:
        return translation.is_foreign(lang, self.read)

    def offers(self, said: Words) -> bool:
        """Whether it is to be translated for whoever reads: not where they read what it was translated from."""
        meant = said.original is not None and not self.foreign(said.original_lang)
        return bool(said.text) and self.foreign(said.lang) and not meant

    def whole(self, thread: Sequence[Said]) -> list[Words]:
        """What is translated when the whole conversation is: all that is foreign and does not stay folded."""
        return [one.words for one in thread if one.words is not None and not one.fold and self.offers(one.words)]

    @staticmethod
    def own_name(lang: str) -> str:
        """As those call it who speak it."""
        try:
            return str(Locale.parse(lang.replace("-", "_")).display_name or lang)
        except (ValueError, UnknownLocaleError):
            return lang


async def languages(recognise: Recognise, item: Item) -> dict[str, str]:
    """Words of ours in the item → their language, where it can be told."""
    proposed = [text for one in item.proposals if one.state == "waiting" for text in (*one.variants, one.original)]
    replied = [text for reply in item.replies for text in (reply.text, reply.original)]
    ours = [text for text in (*replied, *(note.text for note in item.notes), *proposed) if text]
    found = zip(ours, await recognise(ours), strict=True)
    return {text: lang for text, lang in found if lang}


def of(world: render.World, service: Service | None, told: Mapping[str, Told] | None = None) -> Reading:
    spoken = next((member.langs for member in world.members if member.id == world.me), ())
    return Reading(frozenset({world.say.lang, *spoken}), world.say.lang, service, told or {})


def why_not(error: Untranslated | Refused, say: Speech) -> str:
    """In words that a person can act on."""
    return say(reading_words.REASONS[error.reason]) if isinstance(error, Untranslated) else words.refusal(error, say)


def words_of(message: Message, item: Item) -> Words:
    """Of the author."""
    text = message.text or ""
    return Words(_mark(message.external_id, text), text, corrections.language(message, item))


def of_reply(reply: Reply, item: Item, spoken: Mapping[str, str]) -> Words:
    """`spoken`: as of `languages`. What was translated is in the language of the item, unless it can be told."""
    text, original = reply.text or "", reply.original
    lang = spoken.get(text) or (item.lang if original else None)
    return Words(_mark(f"reply {reply.at}", text), text, lang, True, original, spoken.get(original or ""))


def of_note(note: Note, spoken: Mapping[str, str]) -> Words:
    text = note.text or ""
    return Words(_mark(f"note {note.at}", text), text, spoken.get(text), True)


def ours(item: Item, spoken: Mapping[str, str]) -> list[Words]:
    replies = [of_reply(one, item, spoken) for one in item.replies]
    return [*replies, *(of_note(one, spoken) for one in item.notes)]


def _mark(ident: str, text: str) -> str:
    return sha256(f"{ident}\0{text}".encode()).hexdigest()[:16]


def by_service(service: Service, texts: Sequence[str], lang: str, say: Speech) -> list[Told]:
    return [Told(text, lang, reading_words.by_service(service.kind, say)) for text in texts]

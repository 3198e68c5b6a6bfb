"""What somebody types into the search field, read: `p:1 is:unacknowledged since:2h -lang:en "remboursement" colis`.

Terms all hold together; values joined by commas are alternatives, as are those of a key that is said twice; a `-` in
front turns a term around. The rest is words: in quotes whole, else all must occur and the last is a beginning. `said`
gives the one canonical text of what was read, so that a filter is a link that anybody can open: `read(said(asked))` is
`asked` again. What the values mean to a brand is decided in `inbox.views.meaning`. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from inbox.errors import Refused

KEYS = (
    "p", "is", "channel", "network", "lang", "assignee", "category", "wave", "author", "has", "since", "before",
)  # fmt: skip
"""In the order of the canonical text."""
ALIASES: Mapping[str, str] = {
    "priority": "p", "priorité": "p", "priorite": "p", "status": "is", "est": "is", "canal": "channel",
    "réseau": "network", "reseau": "network", "langue": "lang", "language": "lang", "to": "assignee",
    "assigné": "assignee", "assigne": "assignee", "tag": "category", "catégorie": "category", "categorie": "category",
    "vague": "wave", "from": "author", "auteur": "author", "de": "author", "avec": "has", "depuis": "since",
    "avant": "before",
}  # fmt: skip
MOST_LETTERS = 2000
MOST_VALUES = 50

_KEY = re.compile(r"(-?)([^\W\d_]+):(?!//)")
_PLAIN = re.compile(r'[^\s,"\\]+')


class BadFilter(Refused):
    """`problem` names what is wrong, `word` the word that it is about; screens say both with the remedy, in the
    reader's language (`inbox.web.filter_words`)."""

    def __init__(self, problem: str, word: str, choices: tuple[str, ...] = ()) -> None:
        super().__init__("bad_filter", f"The search cannot be read at “{word}” ({problem}).")
        self.problem, self.word, self.choices = problem, word, choices


@dataclass(frozen=True, slots=True)
class Term:
    """`key` is one of `KEYS`; `values` are alternatives, as typed, each once and in order."""

    key: str
    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked: `words` as typed, the last as a beginning; `phrases` and `without` are whole words."""

    terms: tuple[Term, ...] = ()
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def personal(self) -> bool:
        """Whether it looks into what people said or are called."""
        return bool(self.phrases or self.without or self.words) or any(term.key == "author" for term in self.terms)

    def values(self, key: str) -> tuple[str, ...]:
        return next((term.values for term in self.terms if term.key == key and not term.negated), ())


def read(text: str) -> Asked:
    """Raises BadFilter."""
    if len(text) > MOST_LETTERS:
        raise BadFilter("too_long", f"{text[:20]}…")
    terms: dict[tuple[str, bool], dict[str, None]] = {}
    phrases: dict[str, None] = {}
    without: dict[str, None] = {}
    loose: list[str] = []
    for token in _tokens(text):
        if isinstance(token, Term):
            terms.setdefault((token.key, token.negated), {}).update(dict.fromkeys(token.values))
        elif token.negated:
            without[token.text] = None
        elif token.quoted:
            phrases[token.text] = None
        else:
            loose.append(token.text)
    found = [Term(key, tuple(sorted(values)), negated) for (key, negated), values in terms.items()]
    if any(len(term.values) > MOST_VALUES for term in found):
        raise BadFilter("too_many", next(term.key for term in found if len(term.values) > MOST_VALUES))
    found.sort(key=lambda term: (KEYS.index(term.key), term.negated))
    return Asked(tuple(found), tuple(phrases), tuple(without), tuple(loose))


def said(asked: Asked) -> str:
    """The canonical text."""
    parts = [f"{'-' if term.negated else ''}{term.key}:{','.join(map(_value, term.values))}" for term in asked.terms]
    parts += [_quoted(phrase) for phrase in asked.phrases]
    parts += ["-" + _quoted(word) for word in asked.without]
    return " ".join([*parts, *asked.words])


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    quoted: bool = False
    negated: bool = False


def _tokens(text: str) -> Iterator[Term | _Word]:
    at, end = 0, len(text)
    while at < end:
        if text[at].isspace():
            at += 1
            continue
        key = _KEY.match(text, at)
        if key:
            name, negated = _known(key[2]), bool(key[1])
            values, at = _values(text, key.end())
            if not values:
                raise BadFilter("no_value", key[0])
            yield Term(name, tuple(values), negated)
            continue
        negated = text[at] == "-" and at + 1 < end and not text[at + 1].isspace()
        at += negated
        if text[at] == '"':
            phrase, at = _in_quotes(text, at)
            if phrase.strip():
                yield _Word(phrase, True, negated)
            continue
        word = text[at:].split(maxsplit=1)[0]
        at += len(word)
        yield _Word(word, False, negated)


def _known(name: str) -> str:
    key = name.casefold()
    key = ALIASES.get(key, key)
    if key not in KEYS:
        raise BadFilter("unknown_key", f"{name}:", KEYS)
    return key


def _values(text: str, at: int) -> tuple[list[str], int]:
    """Values with commas between them, up to a blank."""
    values: list[str] = []
    while at < len(text) and not text[at].isspace():
        if text[at] == ",":
            at += 1
            continue
        if text[at] == '"':
            value, at = _in_quotes(text, at)
        else:
            end = at
            while end < len(text) and not text[end].isspace() and text[end] != ",":
                end += 1
            value, at = text[at:end], end
        if value.strip():
            values.append(value.strip())
    return values, at


def _in_quotes(text: str, at: int) -> tuple[str, int]:
    """What stands in the quotes that open here, and where it goes on. Quotes that nobody closed end with the text:
    somebody is still typing."""
    found: list[str] = []
    at += 1
    while at < len(text) and text[at] != '"':
        if text[at] == "\\" and at + 1 < len(text):
            at += 1
        found.append(text[at])
        at += 1
    return "".join(found), at + 1


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _value(value: str) -> str:
    return value if _PLAIN.fullmatch(value) else _quoted(value)

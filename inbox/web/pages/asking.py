"""What of the queue is asked for, as the address says it: a view, and a search within it.

The search is the whole truth of what narrows the view: what somebody picks in the form of filters becomes a term of it,
so that any list is one link that means the same to a colleague.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from inbox.views import grammar, meaning, queue
from inbox.views.grammar import Asked, BadFilter, Term
from inbox.views.meaning import Places
from inbox.web import words
from inbox.web.searching import MOST_LETTERS

FIRST_VIEW = "waiting"
PICKED: Mapping[str, str] = {
    "priority": "p", "channel": "channel", "network": "network", "lang": "lang", "assignee": "assignee",
}  # fmt: skip
"""Fields of the form of filters, and the key of the search that each writes."""
NOTHING_ASKED = Asked()
NOTHING_FITS = queue.Filter(priorities=meaning.NO_PRIORITY)


@dataclass(frozen=True)
class Chosen:
    """`q`: the search in its canonical text, or as typed where it cannot be read (`bad` says why)."""

    view: str
    q: str = ""
    asked: Asked = NOTHING_ASKED
    bad: BadFilter | None = None

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Chosen:
        view = query.get("view", FIRST_VIEW)
        view = view if view in queue.VIEWS and view in words.VIEWS else FIRST_VIEW
        typed = _plain(query.get("q", ""))
        try:
            asked = _picked(grammar.read(typed[: MOST_LETTERS + 1]), query)
        except BadFilter as bad:
            return cls(view, typed[:MOST_LETTERS], bad=bad)
        return cls(view, grammar.said(asked), asked)

    def query(self, **more: str) -> str:
        return "?" + urlencode({"view": self.view, **({"q": self.q} if self.q else {}), **more})

    def without(self, key: str) -> Chosen:
        """The same list, no longer narrowed to anything by this key."""
        asked = replace(self.asked, terms=tuple(term for term in self.asked.terms if term.key != key or term.negated))
        return replace(self, q=grammar.said(asked), asked=asked)

    def picked(self, field: str) -> str:
        """The value in a field of the form, commas between several; "" for none."""
        values = self.asked.values(PICKED[field])
        return ",".join(value.upper().removeprefix("P") if field == "priority" else value for value in values)


@dataclass(frozen=True)
class Read:
    """`filter` fits nothing where the search cannot be read."""

    chosen: Chosen
    filter: queue.Filter
    bad: BadFilter | None = None


def read(query: Mapping[str, str], places: Places) -> Read:
    """Raises BadFilter."""
    found = look(Chosen.of(query), places)
    if found.bad is not None:
        raise found.bad
    return found


def look(chosen: Chosen, places: Places) -> Read:
    """For a page, which says itself what is wrong."""
    if chosen.bad is not None:
        return Read(chosen, NOTHING_FITS, chosen.bad)
    try:
        return Read(chosen, filter_of(chosen.view, chosen.asked, places))
    except BadFilter as bad:
        return Read(chosen, NOTHING_FITS, bad)


def filter_of(view: str, asked: Asked, places: Places) -> queue.Filter:
    """Raises BadFilter."""
    return meaning.within(_view(view, places.me, places.now), meaning.of(asked, places))


def _view(name: str, me: int, now: datetime) -> queue.Filter:
    return queue.VIEWS[name](me, now)


def _picked(asked: Asked, query: Mapping[str, str]) -> Asked:
    """With the fields of the form in the place of the terms of their keys; "" takes a term away."""
    for field, key in PICKED.items():
        if field in query:
            value = _plain(query[field])[:200]
            terms = [term for term in asked.terms if term.key != key or term.negated]
            asked = replace(asked, terms=(*terms, Term(key, tuple(value.split(",")))) if value else tuple(terms))
    return grammar.read(grammar.said(asked))


def _plain(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "ignore").decode().strip()

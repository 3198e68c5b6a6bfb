"""Casting: who says a line. Everybody is invented, new in each run, and the same for the same seed."""

from __future__ import annotations

import random
import re
import unicodedata
from dataclasses import dataclass, field

from services.drill.scenario import Lang, Line, Names, Network


@dataclass(frozen=True, slots=True)
class Person:
    """`followers` is None where the network or the kind of message does not tell the reach."""

    id: str
    name: str
    handle: str
    followers: int | None = None
    verified: bool = False


def plain(name: str) -> str:
    """A name as it goes into a handle: `Élodie Le Goff` → `elodielegoff`."""
    folded = unicodedata.normalize("NFKD", name.lower().replace("ı", "i").replace("ł", "l").replace("ß", "ss"))
    return re.sub(r"[^a-z0-9]", "", folded)


def _pairs(names: Names, rng: random.Random) -> list[tuple[str, str, str]]:
    """Every given with every family name, shuffled: (name, given for the handle, family for the handle)."""
    given = list(zip(names.given, names.given_latin or names.given, strict=True))
    family = list(zip(names.family, names.family_latin or names.family, strict=True))
    pairs = [(f"{g} {f}", plain(g_latin), plain(f_latin)) for g, g_latin in given for f, f_latin in family]
    rng.shuffle(pairs)
    return pairs


def _handle(line: Line, given: str, family: str, count: int, rng: random.Random) -> str:
    if line.kind == "email":
        return f"{given}.{family}@mail.example"
    if line.kind in {"sms", "call"}:
        return f"+3363998{count % 10_000:04d}"  # the French regulator keeps these numbers for fiction
    number = rng.randint(1, 99)
    styles = (f"{given}.{family}", f"{given}_{family[:3]}{number}", f"{given[:1]}{family}", f"{family}.{given}")
    return rng.choice(styles)


def _followers(line: Line, rng: random.Random) -> int | None:
    if line.network != "generic" or line.kind not in {"comment", "mention"}:
        return None
    return line.followers if line.followers is not None else int(rng.lognormvariate(4.6, 1.1))


@dataclass(slots=True)
class Cast:
    """Gives each line its author. Lines with the same written-out name on one network are one person."""

    run: str
    people: dict[Lang, Names]
    rng: random.Random
    _pool: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)
    _by_name: dict[tuple[Network, str], Person] = field(default_factory=dict)
    _by_key: dict[str, Person] = field(default_factory=dict)
    _count: int = 0

    def author(self, line: Line) -> Person:
        known = self._by_key.get(line.same_as or "") or self._by_name.get((line.network, line.name or ""))
        person = known or self._newcomer(line)
        if line.key:
            self._by_key[line.key] = person
        if line.name:
            self._by_name[line.network, line.name] = person
        return person

    def _newcomer(self, line: Line) -> Person:
        self._count += 1
        name, given, family = self._name(line)
        return Person(
            id=f"drill-{self.run}-a{self._count}" if line.network == "generic" else f"9{self.run}{self._count:04d}",
            name=name,
            handle=line.handle or _handle(line, given, family, self._count, self.rng),
            followers=_followers(line, self.rng),
            verified=line.verified,
        )

    def _name(self, line: Line) -> tuple[str, str, str]:
        if line.name:
            given, _, family = line.name.partition(" ")
            return line.name, plain(given), plain(family)
        pool = self._pool.get(line.lang)
        if not pool:  # a very long drill goes round again: namesakes, with ids of their own
            pool = self._pool[line.lang] = _pairs(self.people[line.lang], self.rng)
        return pool.pop()

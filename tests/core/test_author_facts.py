"""What mass replies go by, of an author and of whoever is the same person."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from inbox import author_card
from inbox.author_card import Facts, Told
from inbox.author_events import AuthorCitySaid, AuthorOptOutSaid
from inbox.errors import Refused

ANA = uuid.UUID(int=1)
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


def opt_out(opted_out: bool | None = True, after: int = 0) -> AuthorOptOutSaid:
    return AuthorOptOutSaid(subject_id=ANA, by=1, at=AT + timedelta(hours=after), opted_out=opted_out)


def city(name: str | None, after: int = 0) -> AuthorCitySaid:
    return AuthorCitySaid(subject_id=ANA, by=1, at=AT + timedelta(hours=after), city=name)


def test_what_was_said_last_stands() -> None:
    brest, out = city("Brest", 1), opt_out(after=1)
    assert author_card.facts([opt_out(), city("Le Mans"), brest, out]) == Facts(out, brest)
    assert author_card.facts([opt_out(), city("Le Mans"), city(None, 1), opt_out(None, 1)]) == Facts()


def test_whoever_of_a_person_opted_out_did_so_for_all_of_them() -> None:
    assert author_card.told(Facts(), [Facts(), Facts(opt_out())]) == Told(opted_out=True)
    assert author_card.told(Facts(opt_out()), []) == Told(opted_out=True)
    assert author_card.told(Facts(), [Facts()]) == Told()


def test_a_city_is_the_authors_own_else_the_one_that_the_others_agree_on() -> None:
    brest, mans = Facts(city=city("Brest")), Facts(city=city("Le Mans"))
    assert author_card.told(brest, [mans]).city == "Brest"
    assert author_card.told(Facts(), [mans, Facts(), mans]).city == "Le Mans"
    assert author_card.told(Facts(), [mans, brest]).city is None


def test_a_city_is_a_short_line_without_braces() -> None:
    assert author_card.checked_city("  Saint-Denis\t(93) ") == "Saint-Denis (93)"
    assert author_card.checked_city(" ") is None
    assert author_card.checked_city("x" * 80) == "x" * 80
    for bad in ("x" * 81, "{name}", "a|b", "a\u200bb", "a\x07b"):
        with pytest.raises(Refused) as refused:
            author_card.checked_city(bad)
        assert refused.value.code == "city_bad", bad

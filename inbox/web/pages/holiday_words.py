"""Countries and regions whose public holidays the library knows, by name in the reader's language. Pure."""

from __future__ import annotations

from functools import cache

import holidays

from inbox.web.i18n import Speech

Options = list[tuple[str, str]]


@cache
def _codes() -> dict[str, list[str]]:
    """Countries by their two letters, each with its regions."""
    return holidays.list_supported_countries(include_aliases=False)


def countries(say: Speech) -> Options:
    """By name, as the reader's language orders them closely enough: accents count as their letter."""
    named = say.locale.territories
    return sorted(((code, str(named.get(code, code))) for code in _codes()), key=lambda one: say.sorting(one[1]))


def regions(country: str, say: Speech) -> Options:
    """Of a country; none for one that has none, or that nobody knows."""
    codes = _codes().get(country, [])
    if not codes:
        return []
    known: dict[str, list[str]] = holidays.country_holidays(country).get_subdivision_aliases()
    return sorted(((code, _region(code, known.get(code, []))) for code in codes), key=lambda one: say.sorting(one[1]))


def _region(code: str, aliases: list[str]) -> str:
    """The longest of its names: the others are codes."""
    return max(aliases, key=len, default=code)


def parted(holidays_of: str | None) -> tuple[str, str]:
    """ "DE-BY" → its country and its region."""
    country, _, region = (holidays_of or "").partition("-")
    return country, region


def joined(country: str, region: str) -> str | None:
    """None: no public holidays. A region of another country, left over in the form, is none. ValueError: unknown."""
    country = country.strip().upper()
    if not country:
        return None
    if country not in _codes():
        raise ValueError(country)
    return f"{country}-{region}" if region in _codes()[country] else country

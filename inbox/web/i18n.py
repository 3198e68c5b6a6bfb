"""One language and one time zone: every word, number, date and duration of a screen comes through a `Speech`.

Source strings are English and stand in templates and Python (`_("…")`, `say("…")`, `N_("…")`); the French ones in
`locale/fr/LC_MESSAGES/vigie.po`. A compiled `.mo` is used where it is not older than its `.po` (the build hook makes
it); else the `.po` itself is read, so that nothing needs compiling while one works on the screens.
"""

from __future__ import annotations

import io
import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from babel.messages import mofile, pofile
from babel.support import Translations

LANGUAGES = ("fr", "en")
DOMAIN = "vigie"
FOLDER = Path(__file__).with_name("locale")
RTL = frozenset({"ar", "he", "fa", "ur", "ps", "sd", "ckb", "yi"})
HARD = "\u00a0"


def N_(message: str) -> str:  # noqa: N802  the name that gettext's tools and readers know
    """Marks a message for extraction where its language is not known yet."""
    return message


@cache
def translations(lang: str) -> Translations:
    """The catalogue of a language; English is the source and has none."""
    po = FOLDER / lang / "LC_MESSAGES" / f"{DOMAIN}.po"
    mo = po.with_suffix(".mo")
    if mo.is_file() and (not po.is_file() or mo.stat().st_mtime >= po.stat().st_mtime):
        return Translations(io.BytesIO(mo.read_bytes()), DOMAIN)
    if not po.is_file():
        return Translations(None, DOMAIN)
    compiled = io.BytesIO()
    mofile.write_mo(compiled, pofile.read_po(io.BytesIO(po.read_bytes()), locale=lang, domain=DOMAIN))
    compiled.seek(0)
    return Translations(compiled, DOMAIN)


def negotiate(accept_language: str | None) -> str:
    """The language a browser asks for, French when it asks for none of ours."""
    wanted: list[tuple[float, str]] = []
    for entry in (accept_language or "")[:500].split(","):
        tag, _, weight = entry.partition(";")
        lang = tag.strip().lower().split("-")[0]
        try:
            quality = float(weight.strip().removeprefix("q=")) if weight.strip() else 1.0
        except ValueError:
            quality = 0.0
        if lang in LANGUAGES and quality > 0:
            wanted.append((quality, lang))
    return max(wanted, key=lambda pair: pair[0])[1] if wanted else LANGUAGES[0]


_BEFORE = re.compile(r" (?=[:;!?»](?:\s|$))|(?<=«) ")


def typeset(text: str, lang: str) -> str:
    """French words as French prints them: the blank before : ; ! ? and within « » is narrow, and breaks no line."""
    return _BEFORE.sub("\u202f", text) if lang == "fr" else text


def direction(lang: str | None) -> str:
    """`rtl` or `ltr` where the language is known, `auto` where it is not."""
    return "auto" if not lang else "rtl" if lang.split("-")[0] in RTL else "ltr"


@dataclass(frozen=True)
class Speech:
    """`lang` of the member who reads. `zone` of the brand: its days and hours are reckoned by it. `reads`: the zone of
    the reader, in which moments are told, "" where that is the brand's."""

    lang: str
    zone: str = "Europe/Paris"
    reads: str = ""

    def __call__(self, message: str, **params: object) -> str:
        said = translations(self.lang).gettext(message)
        return said % params if params else said

    def many(self, one: str, more: str, count: int, **params: object) -> str:
        said = translations(self.lang).ngettext(one, more, count)
        return said % {"num": self.number(count), **params}

    @property
    def locale(self) -> Locale:
        return Locale.parse("en_GB" if self.lang == "en" else self.lang)

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def told_in(self) -> str:
        """The name of the zone of `time`, `day`, `moment` and `stamp`."""
        return self.reads or self.zone

    @property
    def there(self) -> Speech:
        """For what goes by the brand's clock: what its customers are told, hours of a report."""
        return replace(self, reads="")

    def local(self, at: datetime) -> datetime:
        """By the brand's clock."""
        return at.astimezone(self.tz)

    def here(self, at: datetime) -> datetime:
        """By the reader's clock."""
        return at.astimezone(ZoneInfo(self.told_in))

    def time(self, at: datetime, *, seconds: bool = False) -> str:
        return dates.format_time(self.here(at), "HH:mm:ss" if seconds else "HH:mm", locale=self.locale)

    def day(self, at: datetime | date) -> str:
        return self._date(self.here(at).date() if isinstance(at, datetime) else at, "MMMd")

    def long_day(self, at: datetime | date) -> str:
        return self._date(self.here(at).date() if isinstance(at, datetime) else at, "yMMMMd")

    def weekday(self, when: date, *, year: bool = False) -> str:
        """A day with the weekday that people argue about: `Fri 25 Dec`."""
        said = dates.format_date(when, "EEE d MMM y" if year else "EEE d MMM", locale=self.locale)
        return said.replace(" 1 ", " 1er ", 1) if self.lang == "fr" and when.day == 1 else said

    def days(self, first: date, last: date) -> tuple[str, str]:
        """The two ends of a stretch, the year once where it is the same."""
        return self._date(first, "MMMMd" if first.year == last.year else "yMMMMd"), self.long_day(last)

    def _date(self, when: date, fields: str) -> str:
        """`fields`: a skeleton of CLDR; the language has its own order and signs (`25. Nov.`, `25 de nov.`).
        The first of a month is an ordinal in French, which CLDR leaves out."""
        if fields == "yMMMMd":
            said = dates.format_date(when, "long", locale=self.locale)
        else:
            said = dates.format_skeleton(fields, when, locale=self.locale)
        return f"1er{said[1:]}" if self.lang == "fr" and when.day == 1 and said.startswith("1") else said

    def moment(self, at: datetime, now: datetime) -> str:
        """The hour alone for today, with its day otherwise, with its year when that is another one."""
        then, today = self.here(at), self.here(now)
        if then.date() == today.date():
            return self.time(at)
        fields = "MMMd" if then.year == today.year else "yMMMd"
        return f"{self._date(then.date(), fields)}, {self.time(at)}"

    def stamp(self, at: datetime) -> str:
        """Day, year, hour and seconds: for what must be found again."""
        return f"{self._date(self.here(at).date(), 'yMMMd')}, {self.time(at, seconds=True)}"

    def duration(self, seconds: float, *, coarse: bool = False) -> str:
        """`45 s`, `2 min 41`, `24 min`, `4 h 10`, `22 h`, `1 d 16 h`. The same rule is in `static/js/clocks.js`.

        `coarse`: no seconds from one minute on.
        """
        whole = int(abs(seconds))
        minutes, rest = divmod(whole, 60)
        if whole < 60:
            return f"{whole}{HARD}s"
        if whole < 300 and not coarse:
            return f"{minutes}{HARD}min{HARD}{rest:02d}"
        if whole < 3600:
            return f"{minutes}{HARD}min"
        hours, minutes = divmod(minutes, 60)
        if hours < 24:
            return f"{hours}{HARD}h{HARD}{minutes:02d}" if hours < 10 and minutes else f"{hours}{HARD}h"
        days, hours = divmod(hours, 24)
        unit = self("d")
        return f"{days}{HARD}{unit}{HARD}{hours}{HARD}h" if days < 10 and hours else f"{days}{HARD}{unit}"

    def number(self, value: float) -> str:
        return numbers.format_decimal(value, locale=self.locale)

    def decimal(self, value: float, digits: int = 2) -> str:
        return numbers.format_decimal(value, format=f"0.{'0' * digits}", locale=self.locale)

    def compact(self, value: int) -> str:
        """2,1 k; 1,3 M."""
        return numbers.format_compact_decimal(value, locale=self.locale, fraction_digits=1)

    def percent(self, share: float) -> str:
        return numbers.format_percent(
            share, format="#,##0.0 %" if self.lang == "fr" else "#,##0.0%", locale=self.locale
        )

    def size(self, count: int) -> str:
        """Of a file: 840 B; 12 kB; 1.2 MB."""
        if count < 1000:
            figure, unit = str(count), self("B")
        elif count < 1_000_000:
            figure, unit = self.number(round(count / 1000)), self("kB")
        else:
            figure, unit = self.decimal(count / 1_000_000, 1), self("MB")
        return f"{figure}{HARD}{unit}"

    def sorting(self, name: str) -> str:
        """What names are put in order by: an accent does not part a letter from its neighbours."""
        return unicodedata.normalize("NFKD", name).casefold()

    def language(self, code: str | None) -> str:
        if not code:
            return self("unknown language")
        try:
            return Locale.parse(code.replace("-", "_")).get_display_name(self.locale) or code
        except (ValueError, LookupError):
            return code

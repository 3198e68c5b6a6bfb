"""What the times and hours in the form would mean, before they are saved: shown beside the form as it is filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from inbox import rehearsal
from inbox.calendars import CalendarNeverOpens
from inbox.policy import Policy
from inbox.web.i18n import N_, Speech

ARRIVES: Mapping[rehearsal.When, str] = {
    "now": N_("if it came now"), "before_closing": N_("just before you close"), "closed": N_("while you are closed"),
}  # fmt: skip
DAYS_OFF_SHOWN = 4
A_DAY = timedelta(hours=25)


@dataclass(frozen=True)
class Line:
    """`arrives`: when a message would come; `due`: by priority, until when it is to be acknowledged and answered."""

    why: str
    arrives: str
    due: list[tuple[int, str, str]]


def shown(policy: Policy | None, now: datetime, say: Speech) -> dict[str, Any]:
    """What the template needs. None: the form cannot be read yet."""
    if policy is None:
        return {
            "lines": [],
            "days_off": [],
            "ahead": [],
            "trouble": say("Mend the fields in red, and this shows what they mean."),
        }
    try:
        rehearsed = rehearsal.rehearse(policy, now)
    except CalendarNeverOpens:
        return {
            "lines": [], "days_off": [], "ahead": [],
            "trouble": say("With these hours and days off the brand would never open."),
        }  # fmt: skip
    local = replace(say, zone=policy.calendar.zone, reads="")
    lines = [
        Line(
            say(ARRIVES[one.when]), _moment(one.at, local),
            [(p, _moment(ack, local), _moment(answer, local)) for p, (ack, answer) in one.due.items()],
        )
        for one in rehearsed
    ]  # fmt: skip
    coming = rehearsal.days_off(policy.calendar, rehearsal.today(policy.calendar, now), DAYS_OFF_SHOWN, say.lang)
    days = [(say.weekday(one.day, year=True), one) for one in coming]
    ahead = [_day(one, local) for one in rehearsal.fortnight(policy.calendar, now, say.lang)]
    return {"lines": lines, "days_off": days, "ahead": ahead, "trouble": None}


def _day(one: rehearsal.OpenDay, say: Speech) -> dict[str, Any]:
    """`moved`: what its clocks do."""
    forward = one.moved.total_seconds() > 0
    moved = say("clocks go forward") if forward else say("clocks go back")
    return {
        "day": say.weekday(one.day), "off": one.off, "moved": moved if one.moved else "",
        "open": [_span(opens, closes, say) for opens, closes in one.open],
        "lasts": say.duration(one.lasts.total_seconds(), coarse=True) if one.open else "",
    }  # fmt: skip


def _span(opens: datetime, closes: datetime, say: Speech) -> str:
    """An end past midnight says so; midnight itself ends the day."""
    till, ends = say.local(closes), say.time(closes)
    if till.date() == say.local(opens).date():
        return f"{say.time(opens)}–{ends}"
    if ends == "00:00" and closes - opens <= A_DAY:
        return f"{say.time(opens)}–24:00"
    return say("%(from)s–%(to)s the next day", **{"from": say.time(opens), "to": ends})


def _moment(at: datetime, say: Speech) -> str:
    return f"{say.weekday(say.local(at).date())}, {say.time(at)}"

"""What the times and hours in the form would mean, before they are saved: shown beside the form as it is filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from babel import dates

from inbox import rehearsal
from inbox.calendars import CalendarNeverOpens
from inbox.policy import Policy
from inbox.web.i18n import N_, Speech

ARRIVES: Mapping[rehearsal.When, str] = {
    "now": N_("if it came now"), "before_closing": N_("just before you close"), "closed": N_("while you are closed"),
}  # fmt: skip
DAYS_OFF_SHOWN = 4


@dataclass(frozen=True)
class Line:
    """`arrives`: when a message would come; `due`: by priority, until when it is to be acknowledged and answered."""

    why: str
    arrives: str
    due: list[tuple[int, str, str]]


def shown(policy: Policy | None, now: datetime, say: Speech) -> dict[str, Any]:
    """What the template needs. None: the form cannot be read yet."""
    if policy is None:
        return {"lines": [], "days_off": [], "trouble": say("Mend the fields in red, and this shows what they mean.")}
    try:
        rehearsed = rehearsal.rehearse(policy, now)
    except CalendarNeverOpens:
        return {
            "lines": [], "days_off": [],
            "trouble": say("With these hours and days off the brand would never open."),
        }  # fmt: skip
    local = replace(say, zone=policy.calendar.zone)
    lines = [
        Line(
            say(ARRIVES[one.when]), _moment(one.at, local),
            [(p, _moment(ack, local), _moment(answer, local)) for p, (ack, answer) in one.due.items()],
        )
        for one in rehearsed
    ]  # fmt: skip
    coming = rehearsal.days_off(policy.calendar, rehearsal.today(policy.calendar, now), DAYS_OFF_SHOWN, say.lang)
    days = [(dates.format_date(one.day, "EEE d MMM y", locale=say.locale), one.name) for one in coming]
    return {"lines": lines, "days_off": days, "trouble": None}


def _moment(at: datetime, say: Speech) -> str:
    """With its weekday, which is what the argument is about: “Mon 9 Nov, 09:40”."""
    day = dates.format_date(say.local(at).date(), "EEE d MMM", locale=say.locale)
    return f"{day}, {say.time(at)}"

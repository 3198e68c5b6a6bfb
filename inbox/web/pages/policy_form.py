"""The SLA policy as a form: from a policy to its fields and back, every refusal beside the field it is about. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from inbox.policy import BANDS, Policy
from inbox.web.i18n import N_, Speech
from inbox.web.pages import calendar_form

PRIORITIES = (1, 2, 3, 4)
MINUTE = 60

BAD_NUMBER = N_("A whole number above 0.")
MESSAGES: tuple[tuple[str, str], ...] = (
    ("response target must not be shorter", N_("The response must not be due before the acknowledgement.")),
    ("unknown time zone", N_("There is no time zone of that name.")),
    ("edges must rise", N_("The three numbers must rise.")),
    ("less than or equal", N_("That is too long: at most 90 days.")),
)


def fields_of(policy: Policy) -> dict[str, str]:
    """What the form shows. Checkboxes are "yes" or missing."""
    shown: dict[str, str] = {
        "warn_share": str(round(policy.warn_share * 100)),
        "claim_limit": str(policy.claim_limit_s // MINUTE),
        **calendar_form.fields_of(policy.calendar),
    }
    if policy.claim_counts:
        shown["claim_counts"] = "yes"
    for number in PRIORITIES:
        target = policy.targets[number]
        shown[f"ack-{number}"] = _minutes(target.ack_s)
        shown[f"response-{number}"] = _minutes(target.response_s)
        if target.round_the_clock:
            shown[f"clock-{number}"] = "yes"
    for urgency in BANDS:
        for impact in BANDS:
            shown[f"matrix-{urgency}-{impact}"] = str(policy.matrix[urgency][impact])
    for index in range(3):
        shown[f"impact-{index}"] = str(policy.impact_edges[index])
        shown[f"spread-{index}"] = str(policy.spread_edges[index])
    return shown


def _minutes(seconds: int) -> str:
    return str(seconds // MINUTE) if seconds % MINUTE == 0 else f"{seconds / MINUTE:.2f}"


def policy_of(fields: Mapping[str, str], say: Speech) -> tuple[Policy | None, dict[str, str]]:
    """The policy, or None and what is wrong with which field."""
    read = _Reader(fields, say)
    calendar, read.errors = calendar_form.read(fields, say)
    raw: dict[str, Any] = {
        "targets": {
            number: {
                "ack_s": read.seconds(f"ack-{number}"),
                "response_s": read.seconds(f"response-{number}"),
                "round_the_clock": fields.get(f"clock-{number}") == "yes",
            }
            for number in PRIORITIES
        },
        "matrix": {u: {i: read.whole(f"matrix-{u}-{i}") for i in BANDS} for u in BANDS},
        "impact_edges": tuple(read.whole(f"impact-{index}") for index in range(3)),
        "spread_edges": tuple(read.whole(f"spread-{index}") for index in range(3)),
        "warn_share": read.share("warn_share"),
        "claim_counts": fields.get("claim_counts") == "yes",
        "claim_limit_s": read.seconds("claim_limit"),
        "calendar": calendar,
    }
    if read.errors:
        return None, read.errors
    try:
        return Policy.model_validate(raw), {}
    except ValidationError as error:
        return None, {_field(tuple(one["loc"])): _told(one["msg"], say) for one in error.errors()}


class _Reader:
    """Reads fields one by one and remembers what was wrong."""

    def __init__(self, fields: Mapping[str, str], say: Speech) -> None:
        self._fields = fields
        self._say = say
        self.errors: dict[str, str] = {}

    def _read(self, name: str, parse: Callable[[str], Any], message: str, otherwise: Any) -> Any:
        try:
            return parse(self._fields.get(name, "").strip())
        except ValueError:
            self.errors[name] = self._say(message)
            return otherwise

    def whole(self, name: str) -> int:
        found: int = self._read(name, _whole, BAD_NUMBER, 1)
        return found

    def seconds(self, name: str) -> int:
        found: int = self._read(name, lambda text: _seconds(text.replace(",", ".")), N_("Minutes, above 0."), MINUTE)
        return found

    def share(self, name: str) -> float:
        found: float = self._read(name, _share, N_("A percentage from 1 to 99."), 0.75)
        return found


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 12 or int(text) <= 0:
        raise ValueError(text)
    return int(text)


def _seconds(text: str) -> int:
    seconds = round(float(text) * MINUTE)
    if not 0 < seconds < 10**9:
        raise ValueError(text)
    return seconds


def _share(text: str) -> float:
    share = _whole(text) / 100
    if share >= 1:
        raise ValueError(text)
    return share


def _field(location: tuple[int | str, ...]) -> str:
    """From where pydantic found a fault to the field that shows it."""
    head = location[0] if location else ""
    if head == "targets" and len(location) > 1:
        side = "ack" if "ack_s" in location else "response"
        return f"{side}-{location[1]}"
    if head == "calendar":
        return "zone"
    if head == "claim_limit_s":
        return "claim_limit"
    if head == "matrix" and len(location) > 2:
        return f"matrix-{location[1]}-{location[2]}"
    return str(head) if head == "warn_share" else "impact-0"


def _told(message: str, say: Speech) -> str:
    return next((say(ours) for theirs, ours in MESSAGES if theirs in message), say("This value does not fit."))

"""Settings in words: what was changed, from what to what, for people who never saw the names in the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inbox.settings_history import Change, Difference
from inbox.web import words
from inbox.web.i18n import N_, Speech

WHAT: Mapping[str, str] = {
    "channel": N_("Channel"), "member": N_("Member"), "token": N_("API token"), "brand": N_("Brand"),
    "subscription": N_("Webhook out"), "policy": N_("Times and hours"), "classifier": N_("Classifier"),
    "retention": N_("Retention"), "corrections": N_("Corrections"), "person": N_("A person’s data"),
    "view": N_("Saved view"), "wall": N_("Link to the wallboard"), "report": N_("Report"),
    "assignment": N_("Assignment"), "guide": N_("First steps"), "wording": N_("Wording"),
    "translation": N_("Translation"),
}  # fmt: skip
ACTIONS: Mapping[str, str] = {
    "added": N_("added"), "changed": N_("changed"), "updated": N_("changed"), "removed": N_("removed"),
    "created": N_("created"), "revoked": N_("revoked"), "disabled": N_("switched off"), "enabled": N_("switched on"),
    "deactivated": N_("deactivated"), "reactivated": N_("brought back"), "link_made": N_("one-time link made"),
    "paused": N_("paused"), "resumed": N_("resumed"), "switched": N_("switched"), "exported": N_("exported"),
    "skipped": N_("skipped"), "closed": N_("put away"),
    "saved": N_("saved"), "deleted": N_("deleted"), "restored": N_("brought back"),
    "skills": N_("languages and teams changed"),
    "logo_changed": N_("logo changed"), "logo_removed": N_("logo removed"),
    "outbound_stopped": N_("replies stopped"), "outbound_resumed": N_("replies resumed"),
}  # fmt: skip
NAMES: Mapping[str, str] = {
    "langs": N_("Languages"), "teams": N_("Teams"), "rules": N_("Rules, in their order"),
    "name": N_("Name"), "zone": N_("Time zone"), "role": N_("Role"), "account": N_("Account"), "model": N_("Model"),
    "enabled": N_("Switched on"), "words_days": N_("Words are kept, days"), "hold": N_("Legal hold"),
    "reason": N_("Reason of the legal hold"),
    "raw_days": N_("Raw deliveries are kept, days"), "claim_counts": N_("Taking charge counts"),
    "claim_limit_s": N_("A silent claim ends after"), "warn_share": N_("Warning at"), "spans": N_("Business hours"),
    "impact_edges": N_("Followers, steps"), "spread_edges": N_("People in a thread, steps"),
    "holidays_of": N_("Public holidays of"), "closed": N_("Further days off"),
    "title": N_("Title"), "texts": N_("Words"), "approved": N_("Approved"), "last": N_("Last day"),
    "names": N_("Names of days off"), "open_on_holidays": N_("Holidays on which you work"),
    "monthly": N_("Made on the first of each month"), "recipients": N_("Recipients"),
    "sender": N_("Sent by the mailbox"), "translation": N_("Messages may be translated by the service"),
    "kind": N_("Kind of service"), "address": N_("Address"), "key": N_("Key"),
}  # fmt: skip
TARGETS: Mapping[str, str] = {
    "ack_s": N_("P%(p)s: acknowledge within"), "response_s": N_("P%(p)s: respond within"),
    "round_the_clock": N_("P%(p)s: round the clock"),
}  # fmt: skip
VALUES: Mapping[str, str] = {
    "kept": N_("(secret)"), "set": N_("(set)"), "replaced": N_("(replaced)"), "yes": N_("yes"), "no": N_("no"),
    "libretranslate": "LibreTranslate", "deepl": "DeepL",
}  # fmt: skip


def what(change: Change, say: Speech) -> str:
    return say(WHAT[change.what]) if change.what in WHAT else change.what


def action(change: Change, say: Speech) -> str:
    if change.action.startswith("role_"):
        return say("role changed")
    first = change.action.partition(":")[0]
    return say(ACTIONS[first]) if first in ACTIONS else words.spelled(change.action)


def name(path: tuple[str, ...], say: Speech) -> str:
    match path:
        case ("targets", priority, part) if part in TARGETS:
            return say(TARGETS[part], p=priority)
        case ("matrix", urgency, impact):
            return say(
                "Urgency %(urgency)s, reach %(impact)s",
                urgency=words.band(urgency, say), impact=words.band(impact, say),
            )  # fmt: skip
    last = path[-1] if path else ""
    return say(NAMES[last]) if last in NAMES else words.spelled(last)


def value(one: Difference, given: Any, say: Speech) -> str:
    last = one.path[-1] if one.path else ""
    if given is None or given in ("", [], ()):
        return "–"
    if isinstance(given, bool):
        return say("yes") if given else say("no")
    if last == "role":
        return words.role(str(given), say)
    if last.endswith("_s") and isinstance(given, int):
        return say.duration(given)
    if last == "warn_share":
        return say.percent(float(given))
    if one.path[:1] == ("matrix",):
        return f"P{given}"
    if last == "spans":
        return "; ".join(_span(span, say) for span in given)
    if isinstance(given, Mapping):
        return "; ".join(f"{key} {one}" for key, one in given.items())
    if isinstance(given, list | tuple):
        return ", ".join(map(str, given))
    return say(VALUES[given]) if given in VALUES else str(given)


def _span(span: Mapping[str, Any], say: Speech) -> str:
    return f"{say(words.WEEKDAYS[span['weekday']])} {str(span['start'])[:5]}–{str(span['end'])[:5]}"

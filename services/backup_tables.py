"""Which table goes where in a backup. A test asks of each new table that it is found here, or belongs in neither list.

What is made from the log again is not copied: views hold people's words in the open, and the file of the log must be
unreadable without that of the keys. What lets somebody in is not copied either: a session that was closed after the
backup must not come back to life. All else is.
"""

from __future__ import annotations

from services.backup_archive import Kind

KEYS = frozenset({"subject_keys", "delivery_keys"})
REMADE = frozenset(
    {
        "items", "turns", "messages", "corrections", "wave_members", "waves", "wave_prints", "wave_windows",
        "rebuilds", "rebuilding_items", "rebuilding_turns", "rebuilding_messages", "rebuilding_corrections",
        "rebuilding_wave_members", "rebuilding_waves", "leases", "crew",
    }
)  # fmt: skip
LEFT_OUT = frozenset({"sessions", "sign_in_links", "login_attempts", "presences", "push_devices", "spool_aside"})
LOG = frozenset(
    {
        "bulk_jobs", "bulk_items", "bulk_reached",
        "heads", "events", "deliveries", "checkpoints", "set_aside", "seals", "outbound_stops", "organisations",
        "brands", "members", "memberships", "api_tokens", "channels", "channel_health", "held", "outbox", "sweeps",
        "hints", "subscriptions", "forwards", "forward_attempts", "reclassifications", "listening", "terms", "tending",
        "channel_hours", "account_waits", "wordings", "wording_uses", "muted_authors", "reply_files",
        "push_wishes", "push_due", "push_turns", "push_told",
        "notices", "proposals", "saved_views", "member_keys", "exposures",
        "wall_links", "eras",
        "given_by_rule",
        "translators",
        "reports", "report_issues", "report_mails", "logos",
    }
)  # fmt: skip
"""Known to hold no words in the open. A table that is in no list is copied too, so that nothing is ever missing."""


def goes_into(table: str) -> Kind | None:
    if table in KEYS:
        return "keys"
    return None if table in REMADE | LEFT_OUT else "log"

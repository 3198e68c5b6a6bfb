"""What changed about a channel, in words for the log: settings with their values, secrets by their names alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inbox.people.audit import Values

if TYPE_CHECKING:
    from inbox.channels import ChannelRecord

MOST_SHOWN = 200
KEPT, SET, REPLACED = "kept", "set", "replaced"


def told(old: ChannelRecord | None, new: ChannelRecord) -> Values:
    """`old`: None for a channel that was just added."""
    values = Values()
    values.say("name", old and old.name, new.name)
    values.say("account", old and old.account_id, new.account_id)
    if old is not None:
        values.say("enabled", _yes(old.disabled_at is None), _yes(new.disabled_at is None))
    before = {} if old is None else old.settings
    for name in sorted({*before, *new.settings}):
        values.say(name, _short(before.get(name)), _short(new.settings.get(name)))
    secrets = {} if old is None else old.secrets
    for name in sorted({*secrets, *new.secrets}):
        if secrets.get(name) != new.secrets.get(name):
            now = None if name not in new.secrets else REPLACED if name in secrets else SET
            values.say(name, KEPT if name in secrets else None, now)
    return values


def _yes(whether: bool) -> str:
    return "yes" if whether else "no"


def _short(value: object) -> str | None:
    return None if value is None else str(value)[:MOST_SHOWN]

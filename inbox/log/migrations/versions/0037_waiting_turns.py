"""waiting_turns: see 0037_waiting_turns.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0037"
down_revision: str | None = migrate.before(revision)


def upgrade() -> None:
    migrate.run_file("0037_waiting_turns.sql")

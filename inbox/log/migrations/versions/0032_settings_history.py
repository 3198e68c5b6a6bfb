"""settings_history: see 0032_settings_history.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0032"
down_revision: str | None = migrate.before(revision)


def upgrade() -> None:
    migrate.run_file("0032_settings_history.sql")

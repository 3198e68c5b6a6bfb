"""log: see 0001_log.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0001"
down_revision: str | None = None


def upgrade() -> None:
    migrate.run_file("0001_log.sql")

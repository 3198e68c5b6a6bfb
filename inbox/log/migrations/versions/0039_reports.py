"""reports: see 0039_reports.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0039"
down_revision: str | None = migrate.before(revision)


def upgrade() -> None:
    migrate.run_file("0039_reports.sql")

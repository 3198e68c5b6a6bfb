"""assignment: see 0035_assignment.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0035"
down_revision: str | None = migrate.before(revision)


def upgrade() -> None:
    migrate.run_file("0035_assignment.sql")

"""reopened: see 0051_reopened.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0051"
down_revision: str | None = migrate.before(revision)


def upgrade() -> None:
    migrate.run_file("0051_reopened.sql")

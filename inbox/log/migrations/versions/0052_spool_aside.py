"""spool_aside: see 0052_spool_aside.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0052"
down_revision: str | None = migrate.before(revision)


def upgrade() -> None:
    migrate.run_file("0052_spool_aside.sql")

"""queries: see 0024_queries.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0024"
down_revision: str | None = migrate.before(revision)


def upgrade() -> None:
    migrate.run_file("0024_queries.sql")

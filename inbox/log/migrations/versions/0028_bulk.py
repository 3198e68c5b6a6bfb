"""bulk: see 0028_bulk.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0028"
down_revision: str | None = migrate.before(revision)


def upgrade() -> None:
    migrate.run_file("0028_bulk.sql")

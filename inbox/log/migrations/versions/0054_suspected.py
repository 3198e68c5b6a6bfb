"""suspected: see 0054_suspected.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0054"
down_revision: str | None = migrate.before(revision)


def upgrade() -> None:
    migrate.run_file("0054_suspected.sql")

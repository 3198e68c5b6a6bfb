"""promises: see 0033_promises.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0033"
down_revision: str | None = migrate.before(revision)


def upgrade() -> None:
    migrate.run_file("0033_promises.sql")

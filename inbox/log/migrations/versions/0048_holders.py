"""holders: see 0048_holders.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0048"
down_revision: str | None = migrate.before(revision)


def upgrade() -> None:
    migrate.run_file("0048_holders.sql")

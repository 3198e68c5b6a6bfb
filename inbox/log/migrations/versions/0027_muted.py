"""muted: see 0027_muted.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0027"
down_revision: str | None = migrate.before(revision)


def upgrade() -> None:
    migrate.run_file("0027_muted.sql")

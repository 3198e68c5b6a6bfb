"""notices: see 0029_notices.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0029"
down_revision: str | None = migrate.before(revision)


def upgrade() -> None:
    migrate.run_file("0029_notices.sql")

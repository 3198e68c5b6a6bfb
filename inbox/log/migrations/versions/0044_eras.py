"""eras: see 0044_eras.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0044"
down_revision: str | None = migrate.before(revision)


def upgrade() -> None:
    migrate.run_file("0044_eras.sql")

"""exposures: see 0030_exposures.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0030"
down_revision: str | None = migrate.before(revision)


def upgrade() -> None:
    migrate.run_file("0030_exposures.sql")

"""folded waves: see 0055_folded_waves.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0055"
down_revision: str | None = migrate.before(revision)


def upgrade() -> None:
    migrate.run_file("0055_folded_waves.sql")

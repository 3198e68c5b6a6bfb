"""sweeps: see 0007_sweeps.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0007"
down_revision: str | None = "0006"


def upgrade() -> None:
    migrate.run_file("0007_sweeps.sql")

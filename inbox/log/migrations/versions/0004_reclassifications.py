"""reclassifications: see 0004_reclassifications.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0004"
down_revision: str | None = "0003"


def upgrade() -> None:
    migrate.run_file("0004_reclassifications.sql")

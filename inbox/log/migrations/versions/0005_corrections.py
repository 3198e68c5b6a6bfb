"""corrections: see 0005_corrections.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0005"
down_revision: str | None = "0004"


def upgrade() -> None:
    migrate.run_file("0005_corrections.sql")

"""ids: see 0011_ids.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0011"
down_revision: str | None = "0010"


def upgrade() -> None:
    migrate.run_file("0011_ids.sql")

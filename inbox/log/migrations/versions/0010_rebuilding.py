"""rebuilding: see 0010_rebuilding.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0010"
down_revision: str | None = "0009"


def upgrade() -> None:
    migrate.run_file("0010_rebuilding.sql")

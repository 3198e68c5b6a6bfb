"""append: see 0009_append.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0009"
down_revision: str | None = "0008"


def upgrade() -> None:
    migrate.run_file("0009_append.sql")

"""people: see 0002_people.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0002"
down_revision: str | None = "0001"


def upgrade() -> None:
    migrate.run_file("0002_people.sql")

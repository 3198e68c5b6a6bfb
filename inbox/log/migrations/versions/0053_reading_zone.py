"""reading zone: see 0053_reading_zone.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0053"
down_revision: str | None = migrate.before(revision)


def upgrade() -> None:
    migrate.run_file("0053_reading_zone.sql")

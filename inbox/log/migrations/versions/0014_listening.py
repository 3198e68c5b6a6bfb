"""listening: see 0014_listening.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0014"
down_revision: str | None = migrate.before(revision)


def upgrade() -> None:
    migrate.run_file("0014_listening.sql")

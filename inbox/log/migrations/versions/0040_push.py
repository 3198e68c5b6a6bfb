"""push: see 0040_push.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0040"
down_revision: str | None = migrate.before(revision)


def upgrade() -> None:
    migrate.run_file("0040_push.sql")

"""walls: see 0018_walls.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0018"
down_revision: str | None = migrate.before(revision)


def upgrade() -> None:
    migrate.run_file("0018_walls.sql")

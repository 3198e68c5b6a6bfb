"""wall_links: see 0038_wall_links.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0038"
down_revision: str | None = migrate.before(revision)


def upgrade() -> None:
    migrate.run_file("0038_wall_links.sql")

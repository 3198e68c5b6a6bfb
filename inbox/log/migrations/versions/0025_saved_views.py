"""saved views: see 0025_saved_views.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0025"
down_revision: str | None = migrate.before(revision)


def upgrade() -> None:
    migrate.run_file("0025_saved_views.sql")

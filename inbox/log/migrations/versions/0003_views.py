"""views: see 0003_views.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0003"
down_revision: str | None = "0002"


def upgrade() -> None:
    migrate.run_file("0003_views.sql")

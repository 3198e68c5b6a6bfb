"""subscriptions: see 0008_subscriptions.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0008"
down_revision: str | None = "0007"


def upgrade() -> None:
    migrate.run_file("0008_subscriptions.sql")

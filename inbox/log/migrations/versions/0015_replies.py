"""replies: see 0015_replies.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0015"
down_revision: str | None = migrate.before(revision)


def upgrade() -> None:
    migrate.run_file("0015_replies.sql")

"""reply_files: see 0022_reply_files.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0022"
down_revision: str | None = migrate.before(revision)


def upgrade() -> None:
    migrate.run_file("0022_reply_files.sql")

"""chaos: see 0016_chaos.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0016"
down_revision: str | None = migrate.before(revision)


def upgrade() -> None:
    migrate.run_file("0016_chaos.sql")

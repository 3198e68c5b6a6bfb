"""handovers: see 0034_handovers.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0034"
down_revision: str | None = migrate.before(revision)


def upgrade() -> None:
    migrate.run_file("0034_handovers.sql")

"""wordings: see 0026_wordings.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0026"
down_revision: str | None = migrate.before(revision)


def upgrade() -> None:
    migrate.run_file("0026_wordings.sql")

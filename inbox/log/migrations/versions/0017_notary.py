"""notary: see 0017_notary.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0017"
down_revision: str | None = migrate.before(revision)


def upgrade() -> None:
    migrate.run_file("0017_notary.sql")

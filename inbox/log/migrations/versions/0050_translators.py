"""translators: see 0050_translators.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0050"
down_revision: str | None = migrate.before(revision)


def upgrade() -> None:
    migrate.run_file("0050_translators.sql")

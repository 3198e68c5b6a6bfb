"""waves: see 0006_waves.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0006"
down_revision: str | None = "0005"


def upgrade() -> None:
    migrate.run_file("0006_waves.sql")

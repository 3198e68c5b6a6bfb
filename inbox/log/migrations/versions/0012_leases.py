"""leases: see 0012_leases.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0012"
down_revision: str | None = "0011"


def upgrade() -> None:
    migrate.run_file("0012_leases.sql")

"""stopped_trials: see 0013_stopped_trials.sql."""

from __future__ import annotations

from inbox.log import migrate

revision = "0013"
down_revision: str | None = "0012"


def upgrade() -> None:
    migrate.run_file("0013_stopped_trials.sql")

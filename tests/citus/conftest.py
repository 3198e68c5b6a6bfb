"""Only by `make test-citus`: whoever runs all tests has no cluster."""

from __future__ import annotations

import os

from tests.citus.cluster import BINARIES

collect_ignore_glob = [] if os.environ.get(BINARIES) else ["test_*.py"]

"""What the rooms of `inbox` count of themselves for Prometheus. `services.metrics` adds its own to the same registry.

Names, units and what each is good for are in docs/metrics.md. Labels hold followers, languages and outcomes, never a
brand's name, a secret or a person.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()

APPEND_WAITING = Gauge(
    "vigie_append_waiting_events", "Events that wait in this process for their turn to go to disk.", registry=REGISTRY
)
APPEND_OLDEST_SECONDS = Gauge(
    "vigie_append_oldest_seconds", "How long the oldest append waits for the log's word.", registry=REGISTRY
)
APPEND_FLUSHES = Counter(
    "vigie_append_flushes", "Commits of the batcher, by what became of them.", ["outcome"], registry=REGISTRY
)
"""Outcomes: stored, failed (tried again in halves, or refused)."""

APPEND_BATCH = Histogram(
    "vigie_append_batch_events", "Events in one commit of the batcher.",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512), registry=REGISTRY,
)  # fmt: skip
APPEND_FLUSH_SECONDS = Histogram(
    "vigie_append_flush_seconds", "One commit of the batcher: from the first statement to the disk's word.",
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0), registry=REGISTRY,
)  # fmt: skip

LEASES = Counter("vigie_leases", "Leases of brands, by follower and change.", ["follower", "change"], registry=REGISTRY)
"""Changes: taken (nobody's, or our own anew after it ran out), taken_over (another holder's that ran out), lost
(another process took what we held), released (given back in order)."""

FOLLOWED_EVENTS = Counter(
    "vigie_followed_events", "Events that a follower has handled.", ["follower"], registry=REGISTRY
)
SET_ASIDE = Counter(
    "vigie_set_aside_events", "Events that a follower failed on again and again.", ["follower"], registry=REGISTRY
)

LIVE_QUERIES = Counter("vigie_live_queries", "Looks of the live view for what changed.", registry=REGISTRY)
LIVE_RENDER_SECONDS = Histogram(
    "vigie_live_render_seconds", "Rendering one changed row once, for all who watch it in one language.", ["kind"],
    buckets=(0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25), registry=REGISTRY,
)  # fmt: skip
"""Kinds: page, api."""
LIVE_CUT = Counter("vigie_live_cut", "Live streams that we ended, by why.", ["reason"], registry=REGISTRY)
"""Reasons: slow (it did not take what it was given), rights, stopping, broken."""

CONFLICTS = Counter(
    "vigie_conflicts", "Acts on an item that were refused, because somebody had been faster.", registry=REGISTRY
)

REBUILD_SECONDS = Histogram(
    "vigie_rebuild_seconds", "Rebuilding the views of one brand, the switch included.",
    buckets=(0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600), registry=REGISTRY,
)  # fmt: skip

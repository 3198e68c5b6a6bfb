"""What Prometheus can scrape. Each object is set by the room that knows; names and meanings are in docs/metrics.md.

Labels hold networks, outcomes, followers and priorities, and for deliveries the channel, since an operator must see
which one fails: never a name, a secret or a person. A channel's id is no secret: its hook asks for a signature.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()

DELIVERIES = Counter(
    "vigie_deliveries", "Requests on hooks, by channel and by what became of them.",
    ["network", "channel", "outcome"],
    registry=REGISTRY,
)  # fmt: skip
"""Outcomes: taken, quarantined, bad_signature, unknown_channel, too_large, too_slow, throttled, unavailable."""

MESSAGES = Counter(
    "vigie_messages", "Messages in deliveries, by network, and whether the log already had them.", ["network", "new"],
    registry=REGISTRY,
)  # fmt: skip

APPEND_SECONDS = Histogram(
    "vigie_append_seconds", "From a delivery read to its commit on disk.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0), registry=REGISTRY,
)  # fmt: skip

FOLLOWER_LAG = Gauge(
    "vigie_follower_lag_events", "Events that a follower has yet to handle, all brands together.", ["follower"],
    registry=REGISTRY,
)  # fmt: skip

CLASSIFICATION_SECONDS = Histogram(
    "vigie_classification_seconds", "From a message received to its judgement in the log.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0), registry=REGISTRY,
)  # fmt: skip

OPEN_ITEMS = Gauge("vigie_open_items", "Items whose author waits, by priority.", ["priority"], registry=REGISTRY)
AT_RISK_ITEMS = Gauge("vigie_at_risk_items", "Items past 75 % of a target that is still running.", registry=REGISTRY)
BREACHED_ITEMS = Gauge("vigie_breached_items", "Items past a target, and still waiting.", registry=REGISTRY)

REPLIES = Counter(
    "vigie_replies", "Attempts to send a reply, by network and by what became of them.", ["network", "outcome"],
    registry=REGISTRY,
)  # fmt: skip
"""Outcomes: sent, refused, uncertain."""

LIVE_VIEWERS = Gauge("vigie_live_viewers", "Browsers that hold a live stream.", registry=REGISTRY)

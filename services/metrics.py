"""What Prometheus can scrape. Each object is set by the room that knows; names and meanings are in docs/metrics.md.

Labels hold networks, outcomes, followers and priorities, and for deliveries the channel, since an operator must see
which one fails: never a name, a secret or a person. A channel's id is no secret: its hook asks for a signature.
"""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram, PlatformCollector, ProcessCollector

from inbox.meters import REGISTRY

ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)

ROLES = Gauge("vigie_role", "1 for each role that this process has.", ["role"], registry=REGISTRY)
"""Roles: ingest, inbox, workers. Where none has a role, its work is not done: an alert looks for that."""

CONNECTIONS = Gauge(
    "vigie_database_connections", "Connections of this process to the database, by state.", ["state"],
    registry=REGISTRY,
)  # fmt: skip
"""States: in_use, idle."""
CONNECTIONS_MOST = Gauge(
    "vigie_database_connections_most", "Connections that this process may have (VIGIE_DATABASE_POOL).",
    registry=REGISTRY,
)  # fmt: skip

DEAD_CONNECTIONS = Counter(
    "vigie_dead_connections", "Connections to the database that were dead though it answered, and were hung up.",
    registry=REGISTRY,
)  # fmt: skip

MASTER_KEY_AWAY = Gauge(
    "vigie_master_key_away", "1 where the master key is not where the next start will look for it.", registry=REGISTRY
)
"""Or where this process waits for it, and takes nothing."""

SCHEMA_AHEAD = Gauge(
    "vigie_schema_ahead", "1 where a newer version has brought the database further than this process knows.",
    registry=REGISTRY,
)  # fmt: skip

CLOCK_APART_SECONDS = Gauge(
    "vigie_clock_apart_seconds", "How far this host's clock is ahead of the database's, by which Vigie goes.",
    registry=REGISTRY,
)  # fmt: skip

DELIVERIES = Counter(
    "vigie_deliveries", "Requests on hooks, by channel and by what became of them.",
    ["network", "channel", "outcome"],
    registry=REGISTRY,
)  # fmt: skip
"""Outcomes: taken, spooled, greeted, quarantined, bad_signature, unknown_channel, too_large, too_slow, throttled,
unavailable."""

SPOOL_WAITING = Gauge(
    "vigie_spool_deliveries", "Acknowledged deliveries that wait on this host's disk for the log.", registry=REGISTRY
)
SPOOL_OLDEST_SECONDS = Gauge("vigie_spool_oldest_seconds", "How long the oldest of them waits.", registry=REGISTRY)
SPOOL_BYTES = Gauge("vigie_spool_bytes", "What they take on disk.", registry=REGISTRY)
SPOOL_MOST_BYTES = Gauge("vigie_spool_most_bytes", "What they may take (VIGIE_SPOOL_MB).", registry=REGISTRY)
SPOOL_ASIDE = Gauge("vigie_spool_aside", "Deliveries of the spool that nobody could read.", registry=REGISTRY)
SPOOL_DRAINED = Counter("vigie_spool_drained", "Deliveries that came from the spool into the log.", registry=REGISTRY)

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
FOLLOWER_LAG_SECONDS = Gauge(
    "vigie_follower_lag_seconds", "Age of the oldest event that a follower has yet to handle, in whichever brand.",
    ["follower"],
    registry=REGISTRY,
)  # fmt: skip

TRANSLATION_SECONDS = Histogram(
    "vigie_translation_seconds", "What one request to a brand's translation service took, by what came of it.",
    ["service", "outcome"], buckets=(0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0), registry=REGISTRY,
)  # fmt: skip
"""Services: libretranslate, deepl. Outcomes: done, and the reasons of `inbox.translation`."""

PUSHES = Counter(
    "vigie_push_messages", "Messages to people's devices, by what became of them.", ["outcome"], registry=REGISTRY
)
"""Outcomes: sent, gone (the device is removed), refused, unreachable, no_answer, connection_lost,
address_not_allowed."""
PUSH_OLDEST_SECONDS = Gauge(
    "vigie_push_oldest_seconds", "How long the oldest news of a brand is overdue to be looked at for people's devices.",
    registry=REGISTRY,
)  # fmt: skip

URGENT_UNTOLD = Gauge(
    "vigie_urgent_untold_items", "Urgent items that wait for ten minutes and that nobody knows of.", registry=REGISTRY
)

BULK_RUNNING = Gauge("vigie_bulk_running", "Bulk jobs that are under way.", registry=REGISTRY)
BULK_OLDEST_SECONDS = Gauge(
    "vigie_bulk_oldest_seconds", "How long ago the oldest of them was begun.", registry=REGISTRY
)
BULK_ITEMS = Counter("vigie_bulk_items", "Items of bulk jobs, by what became of them.", ["outcome"], registry=REGISTRY)
"""Outcomes: done, nothing (it was so already), refused."""

CLASSIFICATION_SECONDS = Histogram(
    "vigie_classification_seconds", "From a message received to its judgement in the log, by stage.", ["stage"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0), registry=REGISTRY,
)  # fmt: skip
"""Stages: first (a first look), full (the full model)."""

JUDGING_SECONDS = Histogram(
    "vigie_judging_seconds", "What one batch took the model, by stage.", ["stage"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0), registry=REGISTRY,
)  # fmt: skip
"""Stages: as above, and trial (a model that is being tried)."""

JUDGING_BATCH = Histogram(
    "vigie_judging_batch_messages", "Messages in one batch, by stage.", ["stage"],
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256), registry=REGISTRY,
)  # fmt: skip

JUDGING_FAILURES = Counter(
    "vigie_judging_failures", "Calls of a model that brought no judgement, by stage and reason.", ["stage", "reason"],
    registry=REGISTRY,
)  # fmt: skip
"""Reasons: timeout, hangs, load, raised, nonsense."""

JUDGEMENTS = Counter(
    "vigie_judgements", "Judgements in the log, by stage, level of urgency and language.", ["stage", "level", "lang"],
    registry=REGISTRY,
)  # fmt: skip
"""Languages: those that the classifier knows, other and none; level is `unassessed` where it could not tell."""

UNSCORED_ITEMS = Gauge(
    "vigie_unscored_items", "Items with words to be read, by what is known of them.", ["known"], registry=REGISTRY
)
"""nothing: nobody judged them; provisional: a first look did."""
OLDEST_UNSCORED_SECONDS = Gauge(
    "vigie_oldest_unscored_seconds", "Age of the oldest message that nobody judged.", registry=REGISTRY
)

DISAGREEMENTS = Counter(
    "vigie_classifier_disagreements", "Priorities that people set otherwise than the rules, from which to which.",
    ["rules", "people"],
    registry=REGISTRY,
)  # fmt: skip

RETIRED = Counter(
    "vigie_retired", "What was past its time of keeping and is gone, by what it was.", ["what"], registry=REGISTRY
)
"""author: their words; delivery: raw bytes."""
SEALED_EVENTS = Counter("vigie_sealed_events", "Events that the notary has sealed.", registry=REGISTRY)
LOG_GAPS = Gauge(
    "vigie_log_gaps", "Brands whose log the notary seals no further, since a position is missing.", registry=REGISTRY
)

OPEN_ITEMS = Gauge("vigie_open_items", "Items whose author waits, by priority.", ["priority"], registry=REGISTRY)
AT_RISK_ITEMS = Gauge("vigie_at_risk_items", "Items past 75 % of a target that is still running.", registry=REGISTRY)
BREACHED_ITEMS = Gauge("vigie_breached_items", "Items past a target, and still waiting.", registry=REGISTRY)

REPLIES = Counter(
    "vigie_replies", "Attempts to send a reply, by network and by what became of them.", ["network", "outcome"],
    registry=REGISTRY,
)  # fmt: skip
"""Outcomes: sent, refused, uncertain; undelivered: what a network took, and then said it did not deliver."""

REPLIES_WAITING = Gauge(
    "vigie_replies_waiting", "Replies that wait because a network told their account to, by network.", ["network"],
    registry=REGISTRY,
)  # fmt: skip

HINTS = Counter(
    "vigie_hints", "Things that a delivery named and did not hold, by what became of them.", ["network", "outcome"],
    registry=REGISTRY,
)  # fmt: skip
"""Outcomes: kept, ignored (nobody can fetch it), fetched, gone, failed."""

SWEEPS = Counter("vigie_sweeps", "Looks at networks, by what came of them.", ["network", "outcome"], registry=REGISTRY)
"""Outcomes: new, nothing, failed."""

FOUND_BY_SWEEP = Counter(
    "vigie_found_by_sweep", "Messages that a network's webhook had failed to bring.", ["network"], registry=REGISTRY
)
SWEEP_GAPS = Counter(
    "vigie_sweep_gaps", "Looks that found that a network no longer had all that came since the one before.",
    ["network"],
    registry=REGISTRY,
)  # fmt: skip

STREAMS_OPEN = Gauge(
    "vigie_streams_open", "Connections to networks that this process keeps open.", ["network"], registry=REGISTRY
)
STREAM_BREAKS = Counter(
    "vigie_stream_breaks", "Connections to networks that broke off or could not be opened, and why.",
    ["network", "reason"],
    registry=REGISTRY,
)  # fmt: skip
"""Reasons: as of replies that were not posted."""
STREAM_GAPS = Counter(
    "vigie_stream_gaps", "Times that a stream no longer had all that was said since we last heard it.", ["network"],
    registry=REGISTRY,
)  # fmt: skip

RENEWALS = Counter(
    "vigie_renewals", "Looks after access and subscriptions that end, by what came of them.", ["network", "outcome"],
    registry=REGISTRY,
)  # fmt: skip
"""Outcomes: renewed (or asked for), kept (nothing was due), failed."""

CHANNEL_CONCERNS = Gauge(
    "vigie_channel_concern", "What is to be worried about in a channel: 1 amber, 2 red.",
    ["network", "channel", "concern"],
    registry=REGISTRY,
)  # fmt: skip
"""Concerns: those of `inbox.channel_state`."""

FORWARDS = Counter(
    "vigie_forwards", "Attempts to send an event to a subscriber, by what became of them.", ["outcome"],
    registry=REGISTRY,
)  # fmt: skip
"""Outcomes: sent, failed."""

FORWARDS_WAITING = Gauge(
    "vigie_forwards_waiting", "Events that subscribers are still to be sent, paused ones aside.", registry=REGISTRY
)
OLDEST_FORWARD_SECONDS = Gauge(
    "vigie_oldest_forward_seconds", "Age of the oldest event that a subscriber did not take yet.", registry=REGISTRY
)
SUBSCRIPTIONS_PAUSED = Gauge(
    "vigie_subscriptions_paused", "Subscriptions that are sent nothing until somebody resumes them.", registry=REGISTRY
)

LIVE_VIEWERS = Gauge("vigie_live_viewers", "Browsers that hold a live stream.", registry=REGISTRY)

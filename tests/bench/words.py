"""What the groups and figures of the benchmarks are called on the page, in its order."""

from __future__ import annotations

GROUPS = {
    "append": "The append",
    "ingest": "From the webhook to the disk",
    "rebuild": "Rebuilding the views",
    "growth": "A log that grew",
    "neighbours": "A noisy neighbour",
    "live": "The live view",
    "arrival": "From the post to the row in a browser",
}

FIGURES = {
    "append_vs_eventsourcing": "events a second, 64 producers, over eventsourcing with 64 threads",
    "append_vs_messagedb": "the same over message-db with 64 connections on one category",
    "append_vs_emmett": "the same over Emmett with 64 workers, each on a stream of its own",
    "batch_vs_best_peer": "batches of 100 on one connection, over the best batch form of any peer",
    "append_vs_raw": "512 producers, over plain rows inserted 500 at a time on one connection",
    "append_p50_flushes": "median time of an append at 64 producers, in flushes of the disk",
    "append_p99_flushes": "99th percentile of the same",
    "cold_brand_ratio": "a brand unknown to the planner's statistics, over one that they know",
    "ingest_vs_bare_1": "webhooks a second over a bare handler that stores nothing: one brand, 64 connections",
    "ingest_vs_bare_16": "the same: 16 brands, 256 connections",
    "ingest_cpu_vs_bare_1": "processor time a request of the bare handler, over ours: one brand, 64 connections",
    "ingest_cpu_vs_bare_16": "the same: 16 brands, 256 connections",
    "ingest_vs_helpdesk": "webhooks a second over tickets a second of django-helpdesk's API",
    "rebuild_rate": "events a second, views of one brand made anew",
    "rebuild_vs_sql": "the same over the fold written as set-based SQL",
    "rebuild_from_nothing_rate": "events a second where the brand has no views yet",
    "project_us_per_event": "what the running projector takes for an event",
    "growth_append": "an append at 10 million events, over one at 10 thousand",
    "growth_queue": "the queue's page, likewise",
    "growth_item": "an item's page, likewise",
    "growth_search": "a search, likewise",
    "neighbours_p99_ratio": "99th percentile of quiet brands beside a brand at ten times the load, over without",
    "neighbours_durable_p99_ratio": "of it the way from the webhook to the disk",
    "neighbours_row_p99_ratio": "of it the way from the webhook to the projected row",
    "live_p95_s": "from the commit of a change to the last of 500 viewers",
    "live_queries_per_change": "queries a change, whoever watches",
    "live_renders_per_change_and_language": "renderings a change and language",
    "e2e_p95_s": "95th percentile from the POST to the classified row, at 200 messages/s",
    "e2e_full_share": "the share of those that was read in full by then, rather than at first sight",
    "burst_p1_p99_s": "99th percentile from the first try to the critical row, at ten times the load",
    "storm_p1_p99_s": "the same at a hundred times the load",
}

"""What a process's metrics say at the moment they are asked for, and how those of two processes stand on one page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import asyncpg
from prometheus_client import Metric

from inbox import meters
from inbox.log.follow import Runner
from services import metrics
from services.channels import registry

BESIDE = {"process": "workers"}
"""Upon each sample of the process beside us: it is a process, and its counters begin anew when it does."""


def together(own: Iterable[Metric], beside: Iterable[Metric]) -> list[Metric]:
    """Each family once, as the format asks, with the samples of both processes."""
    found = {family.name: family for family in own}
    for family in beside:
        samples = [sample._replace(labels=sample.labels | BESIDE) for sample in family.samples]
        if family.name in found:
            found[family.name].samples.extend(samples)
        else:
            family.samples = samples
            found[family.name] = family
    return list(found.values())


def refresh(runners: Sequence[Runner], pool: asyncpg.Pool | None) -> None:
    """What nobody sets as it changes."""
    _followers(runners)
    _pool(pool)


def _followers(runners: Sequence[Runner]) -> None:
    for runner in runners:
        metrics.FOLLOWER_LAG.labels(runner.name).set(sum(runner.lag.values()))
        metrics.FOLLOWER_LAG_SECONDS.labels(runner.name).set(max(runner.lag_seconds.values(), default=0.0))


def _pool(pool: asyncpg.Pool | None) -> None:
    if pool is None:
        return
    idle = pool.get_idle_size()
    metrics.CONNECTIONS.labels("idle").set(idle)
    metrics.CONNECTIONS.labels("in_use").set(pool.get_size() - idle)
    metrics.CONNECTIONS_MOST.set(pool.get_max_size())


def from_the_start(runners: Sequence[Runner], roles: frozenset[str]) -> None:
    """A counter that does not exist before its first event shows no increase at that event. What is rare and must be
    noticed the first time is therefore there from the start, at nought."""
    for role in roles:
        metrics.ROLES.labels(role).set(1)
    for outcome in ("stored", "failed"):
        meters.APPEND_FLUSHES.labels(outcome)
    for reason in ("slow", "broken"):
        meters.LIVE_CUT.labels(reason)
    for runner in runners:
        meters.SET_ASIDE.labels(runner.name)
        for change in ("taken", "taken_over", "lost"):
            meters.LEASES.labels(runner.name, change)
    of_replies = [
        *(("refused", "uncertain") if "workers" in roles else ()),
        *(("undelivered",) if "ingest" in roles else ()),
    ]
    for network in registry.networks():
        for outcome in of_replies:
            metrics.REPLIES.labels(network, outcome)

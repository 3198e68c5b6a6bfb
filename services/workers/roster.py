"""Who works here: the followers and the workers of the role `workers`, made from what the process shares."""

from __future__ import annotations

from dataclasses import dataclass

from inbox.catalogue import DEFAULT
from inbox.log.follow import Runner
from inbox.log.lookout import Lookout
from services.channels import lent, registry
from services.channels.contract import Way
from services.lifetime import Worker
from services.models import Sources
from services.outbound import Outbound
from services.parts import Parts
from services.workers import apart
from services.workers.again import Again
from services.workers.assign import Assign
from services.workers.bulk import Bulk
from services.workers.classify import Classify
from services.workers.clock import ClockWorker
from services.workers.deliver import Deliver
from services.workers.fetch import Fetcher
from services.workers.forward import Forward
from services.workers.forward_attempt import TIMEOUT_S, Attempting
from services.workers.hand_over import HandOver
from services.workers.in_force import InForce
from services.workers.judging import Judging
from services.workers.link import Link
from services.workers.listen import Listener
from services.workers.mute import Mute
from services.workers.notary import Notary
from services.workers.project import Projector
from services.workers.push import Arrivals, Push
from services.workers.push_sending import Sending
from services.workers.reports import Reports
from services.workers.retention import Retention
from services.workers.sweep import Sweeper
from services.workers.tell import Tell
from services.workers.tend import Tender
from services.workers.tidy import Tidy
from services.workers.trying import Trying
from services.workers.unscored import Unscored
from services.workers.watch import Watch
from services.workers.waves import Waves

UNHURRIED_S = 0.1
"""Late edits and replies on their way out may wait longer for company than rows and judgements."""
COMPANY_S = 0.2
"""In a storm rows wait for their judgement: a message and what a first look says of it become one row, written once and
sent to browsers once."""


@dataclass(frozen=True, slots=True)
class Team:
    """`runners`: of the followers, for the readiness and lag of the process; `workers`: everybody, by name."""

    runners: list[Runner]
    workers: dict[str, Worker]


def team(parts: Parts) -> Team:
    log, clock, lookout = parts.log, parts.clock, Lookout(parts.log)
    sources = Sources.of(parts.settings)
    judging, glance = Judging(lambda: _full(sources, DEFAULT)), Judging(apart.first, stage="first")
    models = InForce(log.pool, judging, sources, load=lambda name: _full(sources, name))
    waves = Waves(log, clock)
    way = Way(Outbound(parts.settings.outbound_allow), parts.settings.meta_graph_url)
    networks = lent.offered(registry.networks(), parts.base_url)
    deliver = Deliver(log, parts.channels, networks, way, clock, parts.base_url)
    # Connections of their own: whoever stops closes his, and a reply under way must not break off for it.
    asking = [Way(Outbound(parts.settings.outbound_allow), parts.settings.meta_graph_url) for _ in range(4)]
    allow = parts.settings.outbound_allow
    outside = Outbound(allow, total_s=TIMEOUT_S)
    forward = Forward(log, Attempting(log, outside, clock, allow=allow), outside, clock)
    pushing = Sending(log, Outbound(allow), clock, contact=parts.settings.contact(parts.base_url), allow=allow)
    classify = Runner(log, Classify(log, clock, models, glance, waves.noticed), lookout=lookout)
    runners = [
        Runner(log, Projector(log), gather_s=COMPANY_S, lookout=lookout),
        classify,
        Runner(log, waves, lookout=lookout),
        Runner(log, Link(log), gather_s=UNHURRIED_S, lookout=lookout),
        Runner(log, Mute(log), lookout=lookout),
        Runner(log, deliver.outbox, gather_s=UNHURRIED_S, lookout=lookout),
        Runner(log, Tell(), gather_s=UNHURRIED_S, lookout=lookout),
        Runner(log, HandOver(log, clock), lookout=lookout),
        Runner(log, Assign(log, clock), lookout=lookout),
        Runner(log, Arrivals(clock), gather_s=UNHURRIED_S, lookout=lookout),
    ]
    return Team(
        runners=runners,
        workers={
            "warm": judging.keep_warm,
            "warm-first": glance.keep_warm,
            **{f"follow-{runner.name}": runner.run for runner in runners},
            "unscored": Unscored(log, clock, models, glance, waves.noticed, classify.lag_seconds).run,
            "waves": waves.run,
            "bulk": Bulk(log, parts.channels, networks, clock).run,
            "trying": Trying(log, clock, models).run,
            "clock": ClockWorker(log, clock).run,
            "tend": Tender(parts.channels, registry.networks(), asking[3], clock, parts.base_url).run,
            "watch": Watch(log.pool, clock).run,
            "tidy": Tidy(log, clock).run,
            "again": Again(log, runners).run,
            "notary": Notary(log).run,
            "retention": Retention(log, clock).run,
            "sender": deliver.run,
            "reports": Reports(log, parts.channels, asking[3], clock).run,
            "forward": forward.run,
            "push": Push(log, pushing, clock).run,
            "sweep": Sweeper(parts.channels, registry.networks(), parts.batcher, asking[0], clock).run,
            "fetch": Fetcher(parts.channels, registry.networks(), parts.batcher, asking[1], clock).run,
            "listen": Listener(parts.channels, registry.networks(), parts.batcher, asking[2], clock).run,
        },
    )


def _full(sources: Sources, name: str) -> apart.Apart:
    return apart.full(sources.directory(name), sources.threads)

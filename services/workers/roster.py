"""Who works here: the followers and the workers of the role `workers`, made from what the process shares."""

from __future__ import annotations

from dataclasses import dataclass

import classifier
from inbox.log.follow import Runner
from services.channels import registry
from services.channels.contract import Way
from services.lifetime import Worker
from services.outbound import Outbound
from services.parts import Parts
from services.workers.classify import Classify, Unscored
from services.workers.clock import ClockWorker
from services.workers.deliver import Deliver
from services.workers.judging import Judging
from services.workers.link import Link
from services.workers.project import Projector

UNHURRIED_S = 0.1
"""Late edits and replies on their way out may wait longer for company than rows and judgements."""


@dataclass(frozen=True, slots=True)
class Team:
    """`runners`: of the followers, for the readiness and lag of the process; `workers`: everybody, by name."""

    runners: list[Runner]
    workers: dict[str, Worker]


def team(parts: Parts) -> Team:
    log, clock = parts.log, parts.clock
    judging = Judging(classifier.load)
    way = Way(Outbound(parts.settings.outbound_allow), parts.settings.meta_graph_url)
    deliver = Deliver(log, parts.channels, registry.networks(), way, clock)
    runners = [
        Runner(log, Projector(log)),
        Runner(log, Classify(log, clock, judging)),
        Runner(log, Link(log), gather_s=UNHURRIED_S),
        Runner(log, deliver.outbox, gather_s=UNHURRIED_S),
    ]
    return Team(
        runners=runners,
        workers={
            "warm": judging.keep_warm,
            **{f"follow-{runner.name}": runner.run for runner in runners},
            "unscored": Unscored(log, clock, judging).run,
            "clock": ClockWorker(log, clock).run,
            "sender": deliver.run,
        },
    )

"""Our own channels prove and read every request of the drill, and find in it the ids that the ledger will look for."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest
from yarl import URL

from inbox.channels import ChannelRecord
from inbox.ids import BrandId, ChannelId
from services.channels import registry
from services.channels.contract import Echoed, Edited, Inbound, Received, Withdrawn
from services.drill import plan, scenario
from services.drill.encoder import Encoder
from services.drill.scenario import Network
from services.drill.target import DEFAULT_ACCOUNTS, Hook
from tests.drill.fake_instance import APP_SECRETS, WHSEC

RUN = "1790000000000"
VERBS = {Received: "message", Edited: "edit", Withdrawn: "delete", Echoed: "echo"}


@pytest.mark.parametrize("network", scenario.NETWORKS)
def test_each_channel_reads_all_that_the_drill_sends_it(network: Network) -> None:
    now = datetime.now(UTC)
    secret = APP_SECRETS.get(network, WHSEC)
    hook = Hook("c", network, URL("http://127.0.0.1/hooks/c"), secret, DEFAULT_ACCOUNTS[network])
    record = ChannelRecord(BrandId(1), ChannelId("c"), network, "Demo", None, {}, {"secret": secret}, now)
    channel, encoder = registry.networks()[network], Encoder(RUN, 1.0)
    said: Counter[tuple[str, str]] = Counter()
    read: Counter[tuple[str, str]] = Counter()
    script = plan.build(scenario.load(), messages=240, seed=1, run=RUN, page=DEFAULT_ACCOUNTS["facebook"])
    for delivery in (d for d in script if d.network == network and d.copy_of is None):
        said.update((move.verb, move.echo_id or move.message_id) for move in delivery.moves)
        body = encoder.body(hook, delivery, now)
        headers = encoder.headers(hook, delivery, body, now)
        inbound = Inbound({name.lower(): [value] for name, value in headers.items()}, body)
        assert channel.verify(inbound, record) == secret
        for envelope in channel.split(body):
            for parsed in channel.read(envelope, record, now):
                assert isinstance(parsed, Received | Edited | Withdrawn | Echoed), parsed
                read[VERBS[type(parsed)], parsed.external_id] += 1
    assert read == said

"""The drill on networks that its script was not written for: each channel proves and reads what it is sent."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from yarl import URL

from inbox.channels import ChannelRecord
from inbox.ids import BrandId, ChannelId
from services.channels import registry
from services.channels.contract import Inbound, Received
from services.drill import plan, recast, scenario
from services.drill.encoder import Encoder
from services.drill.shapes import SHAPES
from services.drill.target import Hook
from services.drill.wire.others import TONGUES

RUN, SECRET = "1790000000000", "0f1e2d3c4b5a69788796a5b4c3d2e1f0"


def test_every_shape_has_its_tongue() -> None:
    assert SHAPES.keys() == TONGUES.keys()


@pytest.mark.parametrize("network", TONGUES)
def test_each_channel_proves_and_reads_every_message_of_the_drill(network: str) -> None:
    now, channel = datetime.now(UTC), registry.networks()[network]
    query = f"?token={quote(SECRET)}" if TONGUES[network].in_address else ""
    hook = Hook("c", network, URL(f"http://127.0.0.1:8040/hooks/c{query}"), SECRET, "")
    record = ChannelRecord(BrandId(1), ChannelId("c"), network, "Demo", None, {}, {"secret": SECRET}, now)
    encoder, script = Encoder(RUN, 1.0), _script([network])
    ids = [move.message_id for delivery in script for move in delivery.moves if delivery.copy_of is None]
    for delivery in script:
        body = encoder.body(hook, delivery, now)
        headers = {name.lower(): [value] for name, value in encoder.headers(hook, delivery, body, now).items()}
        request = Inbound(headers, body, str(hook.url))
        assert channel.verify(request, record) == SECRET
        (found,) = [one for part in channel.split_request(request) for one in channel.read(part, record, now)]
        (move,) = delivery.moves
        assert isinstance(found, Received), found
        assert (found.external_id, found.kind) == (move.message_id, move.line.kind)
        assert move.text[:20] in (found.text or "")
    assert len(ids) == len(set(ids)) == 60


def test_asked_for_several_networks_it_speaks_all_of_them_and_no_other() -> None:
    asked = ["x", "instagram", "telegram"]
    spoken = [delivery.network for delivery in _script(asked)]
    assert set(spoken) == set(asked)
    assert min(spoken.count(network) for network in asked) >= 10


def _script(networks: list[str]) -> list[plan.Delivery]:
    scene = recast.recast(scenario.load(), networks)
    return plan.build(scene, messages=60, seed=1, run=RUN, page="104382905117746")

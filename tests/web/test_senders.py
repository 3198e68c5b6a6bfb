"""Whether a mail's sender is proven, as the team sees it."""

from __future__ import annotations

import pytest

from tests.web.test_corrections import seen
from tests.web.world import World


@pytest.mark.parametrize(("proven", "marks"), [(False, 1), (True, 0), (None, 0)])
async def test_a_message_whose_sender_is_not_proven_says_so(world: World, proven: bool | None, marks: int) -> None:
    item = await world.hear(sender_proven=proven)
    page = (await seen(world, f"/items/{item}")).text
    assert page.count('chip-soon" title="Rien ne prouve') + page.count('chip-soon" title="Nothing proves') == marks
    (message,) = (await world.api("GET", f"/items/{item}")).json()["messages"]
    assert message["sender_proven"] is proven

"""What is told of what came in between: its kind and who, since no more is known of it."""

from __future__ import annotations

import pytest

from inbox.errors import Refused
from inbox.web.i18n import Speech
from inbox.web.pages import pane_banners


@pytest.mark.parametrize(
    ("type_", "told"),
    [
        ("MessageReceived", "L’auteur a encore écrit."), ("ItemAssigned", "Inès a changé l’attribution."),
        ("PriorityOverridden", "Inès a changé la priorité."), ("ItemResolved", "Inès a résolu l’élément."),
    ],
)  # fmt: skip
def test_what_came_in_between_is_told_without_what_is_not_known(type_: str, told: str) -> None:
    refused = Refused("conflict", "In between.", status=409, details={"events": [{"type": type_, "actor": 7}]})
    assert pane_banners.conflict_banner(refused, {7: "Inès"}, Speech("fr"), kept=False).title == told

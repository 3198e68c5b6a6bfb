"""The first steps: done is what is there, however it came there; who is led to them at sign-in, and who is not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from inbox.events import SettingChanged
from inbox.guide import Guide, derived

AT = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


def line(what: Literal["brand", "guide"], action: str, subject: str = "1") -> SettingChanged:
    return SettingChanged(what=what, action=action, subject=subject, by=1, at=AT)


def begun(*changes: SettingChanged, channels: int = 0, people: int = 1, heard: bool = False) -> Guide:
    return derived(changes, hours=False, channels=channels, people=people, heard=heard)


def test_an_owner_alone_in_a_new_brand_begins_with_its_name() -> None:
    fresh = begun()
    assert (fresh.first_open(), fresh.welcomes) == ("brand", True)


def test_a_step_is_done_by_what_is_there_and_may_be_skipped() -> None:
    stands = begun(line("brand", "changed"), line("guide", "skipped", "hours"), channels=1)
    assert stands.states == {
        "brand": "done", "hours": "skipped", "channel": "done", "colleague": "open", "message": "open",
    }  # fmt: skip
    assert stands.first_open() == "colleague"
    assert stands.first_open(["hours", "channel"]) is None


def test_nobody_is_led_to_the_steps_of_a_brand_that_knows_its_way() -> None:
    assert begun(channels=1).welcomes
    assert not begun(channels=3, people=3).welcomes  # it waits for nothing but its first message
    assert not begun(heard=True).welcomes
    assert not begun(line("guide", "closed", "")).welcomes
    assert not begun(line("guide", "skipped", "colleague"), channels=1).welcomes

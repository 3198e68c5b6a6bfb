"""The shapes of members, channels and wordings."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime

from inbox.web.api.shapes.base import Shape


class MemberShape(Shape):
    id: int
    name: str
    role: Literal["owner", "lead", "cm", "observer"]


class MembersShape(Shape):
    members: list[MemberShape]


class ChannelHealthShape(Shape):
    last_delivery_at: AwareDatetime | None
    deliveries: int
    messages: int
    failures: int
    last_failure_at: AwareDatetime | None
    last_failure: str | None
    quarantined: int
    swept_at: AwareDatetime | None
    found_by_sweep: int
    gaps: int
    last_gap_at: AwareDatetime | None
    sweep_failure: str | None


class ChannelShape(Shape):
    id: str
    network: str
    name: str
    enabled: bool
    health: ChannelHealthShape | None


class ChannelsShape(Shape):
    channels: list[ChannelShape]


class VariantShape(Shape):
    text: str
    lang: str | None
    network: str | None


class WordingShape(Shape):
    """`approved_at`: of the words as they stand, null where nobody approved them. `used`: replies written with it."""

    id: str
    title: str
    categories: list[str]
    variants: list[VariantShape]
    owner: int | None
    expires_on: str | None
    version: int
    used: int
    approved_by: int | None
    approved_at: AwareDatetime | None
    changed_by: int
    changed_at: AwareDatetime


class WordingsShape(Shape):
    wordings: list[WordingShape]

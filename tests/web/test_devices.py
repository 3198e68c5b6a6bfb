"""The page of devices: a member's own, and nobody else's."""

from __future__ import annotations

import json
import os
from base64 import urlsafe_b64encode

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from inbox.push import devices
from inbox.push.devices import Device
from tests.web.world import Answer, World

POINT = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint


def text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


async def post(world: World, who: str, path: str, **fields: str) -> Answer:
    token, csrf = await world.session(who)
    return await world.ask(
        "POST", f"/account/devices{path}", headers=world.cookie(token), form={"csrf": csrf, **fields}
    )


async def add(world: World, who: str, endpoint: str = "https://push.example/abc") -> Answer:
    public = ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(*POINT)
    told = {"endpoint": endpoint, "keys": {"p256dh": text(public), "auth": text(os.urandom(16))}}
    return await post(world, who, "", subscription=json.dumps(told))


async def of(world: World, who: str) -> list[Device]:
    return await devices.of_member(world.pool, world.people[who])


async def test_a_device_is_added_renamed_tried_and_removed_by_its_member_alone(world: World) -> None:
    assert (await add(world, "cm")).status == 303
    (device,) = await of(world, "cm")
    assert (await post(world, "lead", f"/{device.id}/rename", name="Mine")).status == 404
    assert (await post(world, "lead", f"/{device.id}/try")).status == 404
    await post(world, "lead", f"/{device.id}/remove")
    await post(world, "cm", f"/{device.id}/rename", name="Night phone")
    assert [one.name for one in await of(world, "cm")] == ["Night phone"]
    await post(world, "cm", f"/{device.id}/remove")
    assert await of(world, "cm") == []


async def test_a_browser_is_one_device_of_whoever_is_signed_in_there(world: World) -> None:
    await add(world, "cm")
    await add(world, "lead")
    assert (len(await of(world, "cm")), len(await of(world, "lead"))) == (0, 1)


async def test_an_address_within_our_house_or_none_is_refused(world: World) -> None:
    for nothing in ("", "[]", '{"endpoint": 3, "keys": {"p256dh": 1, "auth": 2}}'):
        assert (await post(world, "cm", "", subscription=nothing)).status == 400
    assert (await add(world, "cm", "https://10.0.0.7/x")).status == 400
    assert await of(world, "cm") == []


async def test_hours_are_chosen_in_pairs(world: World) -> None:
    refused = await post(world, "cm", "/wishes", **{"from": "22:00", "until": ""})
    assert refused.status == 400
    assert "hours-error" in refused.text
    await post(world, "cm", "/wishes", **{"from": "22:00", "until": "07:00"}, priority="1", shows="counts")
    wishes = await devices.wishes(world.pool, world.people["cm"])
    assert (sorted(wishes.priorities), wishes.through, wishes.shows) == ([1], False, "counts")
    assert wishes.quiet is not None

"""The history of settings: who, when, before and after; only the brand's own, never a secret."""

from __future__ import annotations

import uuid

from inbox.channels import Channels
from inbox.events import PolicyChanged
from inbox.ids import DedupeKey
from inbox.log.record import POLICY_STREAM, NewEvent
from inbox.people import brands, members, retention
from inbox.policy import Policy, Target
from inbox.web import words
from inbox.web.i18n import Speech
from tests.web.world import World


async def _page(world: World, query: str = "") -> str:
    cookie, _ = await world.session("lead")
    answer = await world.ask("GET", f"/b/{world.brand}/settings/history{query}", headers=world.cookie(cookie))
    assert answer.status == 200
    return answer.text


async def test_a_lead_reads_who_changed_what_from_what_to_what(world: World) -> None:
    log, now, owner = world.log, world.deps.clock.now(), world.people["owner"]
    await brands.change(log, world.brand, name="Brizéo & fils", zone="Europe/Brussels", by=owner, now=now)
    await members.change_role(log, world.brand, world.people["cm"], "lead", by=owner, now=now)
    tighter = Policy(targets={**Policy().targets, 2: Target(ack_s=600, response_s=7200)})
    changed = PolicyChanged(policy=tighter.model_dump(mode="json"), by=owner, at=now)
    await log.append(world.brand, [NewEvent(changed, POLICY_STREAM, DedupeKey(uuid.uuid4()))])
    await retention.change(log, world.brand, retention.Retention(words_days=400, hold=True), by=None, now=now)
    text = await _page(world)
    assert "Brizéo &amp; fils" in text
    assert "Europe/Brussels" in text
    assert "P2\u202f: accuser réception en" in text
    assert Speech("fr").duration(1800) in text
    assert words.role("cm", Speech("fr")) in text
    assert "400" in text
    assert "targets" not in text


async def test_a_policy_is_compared_with_the_one_right_before_it(world: World) -> None:
    for minutes in (11, 22, 33):
        policy = Policy(targets={**Policy().targets, 2: Target(ack_s=minutes * 60, response_s=7200)})
        changed = PolicyChanged(policy=policy.model_dump(mode="json"), by=None, at=world.deps.clock.now())
        await world.log.append(world.brand, [NewEvent(changed, POLICY_STREAM, DedupeKey(uuid.uuid4()))])
    latest = (await _page(world)).split("<tr>")[2]
    said = [Speech("fr").duration(minutes * 60) for minutes in (11, 22, 33)]
    assert [one in latest for one in said] == [False, True, True]


async def test_a_secret_is_said_to_be_replaced_and_never_shown(world: World) -> None:
    channels = Channels(world.log, world.deps.clock)
    record = await channels.add(world.brand, network="generic", name="Forum", secrets={"secret": "s3cr3t-one"}, by=None)
    await channels.update(world.brand, record.channel_id, name="Le forum", secrets={"secret": "s3cr3t-two"}, by=None)
    text = await _page(world)
    assert "Le forum" in text
    assert "(remplacé)" in text
    assert "s3cr3t" not in text


async def test_older_changes_are_a_page_away_and_no_other_brands_are_seen(world: World) -> None:
    owner, now = world.people["owner"], world.deps.clock.now()
    for number in range(55):
        await brands.change(world.log, world.brand, name=f"Nom {number}", zone="Europe/Paris", by=owner, now=now)
    await brands.change(world.log, world.other, name="Étrangère", zone="Europe/Paris", by=owner, now=now)
    text = await _page(world)
    assert ("Nom 54" in text, "Nom 1<" in text) == (True, False)
    older = await _page(world, "?before=" + text.split("/settings/history?before=")[1].split('"')[0])
    assert "<ins>Nom 1</ins>" in older
    assert "Étrangère" not in text + older  # its position is among those of the second page

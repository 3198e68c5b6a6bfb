"""Proposals, links for people without a seat, freezes and notices, as the pages and the API have them."""

from __future__ import annotations

import re
from datetime import timedelta

from inbox import events
from inbox.desk import Commands
from inbox.ids import ItemId, MemberId
from inbox.people import members
from inbox.policy import Approval, Policy
from inbox.views import notices
from inbox.web.api.freezes import FreezesShape
from tests.web.test_items_api import fits
from tests.web.world import Answer, World

HIDDEN = re.compile(r'name="(expected_position|idempotency_key|proposal|position|key|csrf|link)" value="([^"]*)"')


async def asking(world: World, **rule: object) -> None:
    policy = Policy(approval=Approval(always=True, **rule))
    await Commands(world.log, world.clock).change_policy(world.brand, policy, by=world.people["owner"])


async def page(world: World, who: str, path: str) -> str:
    cookie, _ = await world.session(who)
    answer = await world.ask("GET", f"/b/{world.brand}{path}", headers=world.cookie(cookie))
    assert answer.status == 200, answer.text
    return answer.text


async def press(world: World, who: str, path: str, **fields: str) -> Answer:
    """Sends a form of the brand; of an item's, with what its page says by now."""
    cookie, csrf = await world.session(who)
    item = re.match(r"/items/[0-9a-f-]+", path)
    seen = dict(HIDDEN.findall(await page(world, who, item[0]))) if item else {}
    answer = await world.ask(
        "POST", f"/b/{world.brand}{path}", headers=world.cookie(cookie), form={**seen, "csrf": csrf, **fields}
    )
    await told(world)
    return answer


async def told(world: World) -> None:
    """What the followers do, at once."""
    await world.project()
    async with world.pool.acquire() as connection, connection.transaction():
        await notices.project(connection, world.brand, await world.log.read(world.brand, connection=connection))


async def types(world: World, item: ItemId) -> list[str]:
    return [r.event.TYPE for r in await world.log.read_stream(world.brand, str(item))]


async def a_proposal(world: World, **rule: object) -> ItemId:
    await asking(world, **rule)
    item = await world.hear()
    answer = await press(
        world, "cm", f"/items/{item}/propose", text="On arrive", mode="reply", **{"variant-2": "Nous arrivons"}
    )
    assert answer.status == 303, answer.text
    return item


async def test_who_must_propose_is_told_before_and_the_approver_sends_it(world: World) -> None:
    item = await a_proposal(world, approvers=(world.people["lead"],))
    before = await page(world, "cm", f"/items/{item}")
    assert "Lead Test" in before
    assert "/approve" not in before  # nobody decides on their own words
    assert "Nous arrivons" in await page(world, "lead", f"/items/{item}")
    assert str(item) in await page(world, "lead", "/approvals")
    answer = await press(world, "lead", f"/items/{item}/approve", variant="1", **{"text-1": "Nous arrivons vite"})
    assert answer.status == 303, answer.text
    sent = (await world.log.read_stream(world.brand, str(item)))[-1].event
    assert isinstance(sent, events.ReplyQueued)
    assert (sent.text, sent.by) == ("Nous arrivons vite", world.people["cm"])
    assert str(item) not in await page(world, "lead", "/approvals")


async def test_what_must_be_proposed_leaves_by_no_other_door(world: World) -> None:
    await asking(world)
    item = await world.hear()
    answer = await press(world, "cm", f"/items/{item}/reply", text="On arrive")
    assert answer.status == 409
    assert "On arrive" in answer.text  # the words are kept
    assert "ReplyQueued" not in await types(world, item)


async def test_an_approver_sees_what_came_in_between_and_cannot_overlook_it(world: World) -> None:
    item = await a_proposal(world)
    cookie, csrf = await world.session("lead")
    seen = dict(HIDDEN.findall(await page(world, "lead", f"/items/{item}")))
    world.clock.advance(timedelta(minutes=1))
    await world.hear("Et maintenant ça brûle")
    form = {**seen, "csrf": csrf, "variant": "0", "text-0": "On arrive"}
    late = await world.ask(
        "POST", f"/b/{world.brand}/items/{item}/approve", headers=world.cookie(cookie), form=form
    )  # fmt: skip
    assert late.status == 409
    assert "ReplyQueued" not in await types(world, item)
    after = await page(world, "lead", f"/items/{item}")
    assert "Depuis la proposition" in after
    assert (await press(world, "lead", f"/items/{item}/approve", variant="0", **{"text-0": "On arrive"})).status == 303


async def a_link(world: World, item: ItemId) -> str:
    answer = await press(world, "lead", f"/items/{item}/approval-link", name="Mme Roy", hours="4")
    assert answer.status == 200, answer.text
    found = re.search(r'id="fresh-link">([^<]+)<', answer.text)
    assert found
    return found[1].removeprefix(world.deps.settings.base_url)


async def by_link(world: World, link: str, shown: Answer | None = None, **fields: str) -> Answer:
    """By the form that is shown now, or was before."""
    shown = shown or await world.ask("GET", link)
    cookie = shown.headers.get("Set-Cookie", "").partition(";")[0]
    form = {**dict(HIDDEN.findall(shown.text)), "do": "approve", "variant": "0", "text-0": "On arrive", **fields}
    return await world.ask("POST", link, headers={"Cookie": cookie}, form=form)


async def test_somebody_without_a_seat_decides_once_by_a_link_that_shows_no_more(world: World) -> None:
    item = await a_proposal(world)
    await press(world, "cm", f"/items/{item}/note", text="Entre nous seulement")
    link = await a_link(world, item)
    shown = await world.ask("GET", link)
    assert (shown.status, "pris feu" in shown.text, "Nous arrivons" in shown.text) == (200, True, True)
    assert "Entre nous" not in shown.text
    assert "vigie=" not in shown.headers.get("Set-Cookie", "")  # no session
    assert (await by_link(world, link)).status == 200
    assert (await types(world, item))[-2:] == ["ReplyApproved", "ReplyQueued"]
    assert (await world.ask("GET", link)).status == 410
    log = b"".join(
        row["body"] for row in await world.pool.fetch("SELECT body FROM vigie.events WHERE brand_id = $1", world.brand)
    )
    assert link.rpartition("/")[2].encode() not in log
    assert b"Mme Roy" not in log


async def test_a_link_dies_when_it_is_taken_back_or_its_time_is_over_and_guessing_is_slowed(world: World) -> None:
    item = await a_proposal(world)
    link = await a_link(world, item)
    back = re.search(r'name="link" value="([^"]+)"', await page(world, "lead", f"/items/{item}"))
    assert back
    assert (await press(world, "lead", f"/items/{item}/approval-link-back", link=back[1])).status == 303
    assert (await world.ask("GET", link)).status == 410
    second = await a_link(world, item)
    world.clock.advance(timedelta(hours=5))
    assert (await world.ask("GET", second)).status == 410
    guessed = [(await world.ask("GET", link[:-1] + letter)).status for letter in "abcdefgh"]
    assert guessed[-1] == 429
    assert "ReplyQueued" not in await types(world, item)


async def test_a_link_lives_no_longer_than_the_right_of_whoever_made_it(world: World) -> None:
    item = await a_proposal(world)
    link = await a_link(world, item)
    lead, owner = MemberId(world.people["lead"]), world.people["owner"]
    shown = await world.ask("GET", link)
    assert shown.status == 200
    await members.change_role(world.log, world.brand, lead, "cm", by=owner, now=world.clock.now())
    assert (await world.ask("GET", link)).status == 410
    assert (await by_link(world, link, shown)).status == 410
    assert "ReplyQueued" not in await types(world, item)


async def test_a_frozen_topic_refuses_page_and_api_with_its_reason_until_it_is_lifted(world: World) -> None:
    item = await world.hear()
    answer = await press(world, "lead", "/freezes", reason="L’usine enquête", words="pris feu", holding="yes")
    assert answer.status == 303, answer.text
    assert "L’usine enquête" in await page(world, "cm", f"/items/{item}")
    refused = await press(world, "cm", f"/items/{item}/reply", text="Bonjour")
    assert (refused.status, "L’usine enquête" in refused.text) == (409, True)
    body = {"text": "Bonjour", "expected_position": 10**6}
    by_api = await world.api("POST", f"/items/{item}/reply", json=body)
    assert (by_api.status, by_api.json()["type"].rpartition(":")[2], by_api.json()["reason"]) == (
        409,
        "frozen",
        "L’usine enquête",
    )
    held = await world.api("POST", f"/items/{item}/acknowledge", json=body)
    assert held.status == 200, held.text
    lift = re.search(r"/freezes/([0-9a-f-]{36})/lift", await page(world, "lead", "/freezes"))
    assert lift
    assert (await press(world, "lead", f"/freezes/{lift[1]}/lift")).status == 303
    other = await world.hear("pris feu aussi", "max")
    assert (await world.api("POST", f"/items/{other}/reply", json=body)).status == 200


async def test_a_script_freezes_reads_and_lifts_as_a_lead_and_is_asked_twice_once(world: World) -> None:
    item = await world.hear()
    order = {"reason": "L’usine enquête", "words": ["pris feu"], "holding_allowed": False}
    made = [(await world.api("POST", "/freezes", json=order, key="f")).json() for _ in range(2)]
    fits(FreezesShape, listed := (await world.api("GET", "/freezes")).json())
    assert [made[0]["id"]] == [made[1]["id"]] == [one["id"] for one in listed["freezes"]]
    reused = await world.api("POST", "/freezes", json={**order, "words": ["autre"]}, key="f")
    assert (reused.status, reused.json()["type"]) == (422, "urn:vigie:problem:idempotency_key_reused")
    said = {"expected_position": (await world.api("GET", f"/items/{item}")).json()["position"], "text": "Bonjour."}
    assert (await world.api("POST", f"/items/{item}/reply", json=said)).json()["type"] == "urn:vigie:problem:frozen"
    lifted = [(await world.api("POST", f"/freezes/{made[0]['id']}/lift")).json() for _ in range(2)]
    assert (lifted[0], lifted[0]["in_force"]) == (lifted[1], False)
    assert (await world.api("POST", f"/items/{item}/reply", json=said)).status == 200
    assert (await world.api("POST", "/freezes", json={"reason": " "})).status == 400


async def test_who_is_mentioned_or_given_an_item_has_a_notice_until_they_look(world: World) -> None:
    item = await world.hear()
    await press(world, "cm", f"/items/{item}/note", text="@Lead Test, tu vois ? écrire à a@owner.example")
    async with world.pool.acquire() as connection:
        unread = [
            (await notices.counts(connection, world.brand, {world.people[who]: True}))[world.people[who]].unread
            for who in ("lead", "owner", "cm")
        ]
    assert unread == [1, 0, 0]
    listed = await page(world, "lead", "/notices")
    assert "Cm Test vous mentionne" in listed
    await page(world, "lead", f"/items/{item}")
    async with world.pool.acquire() as connection:
        lead = world.people["lead"]
        assert (await notices.counts(connection, world.brand, {lead: True}))[lead].unread == 0


async def test_a_whole_brand_is_frozen_only_by_saying_so(world: World) -> None:
    """A lead who forgets to choose a topic does not silence everybody."""
    forgot = await press(world, "lead", "/freezes", reason="L’usine enquête", words=" ", holding="yes")
    assert (forgot.status, "Dites ce qui est gelé" in forgot.text) == (400, True)
    assert "L’usine enquête" in forgot.text  # nothing that was typed is lost
    assert "Rien n’est gelé" in await page(world, "lead", "/freezes")
    said = await press(world, "lead", "/freezes", reason="L’usine enquête", everything="yes", words="pris feu")
    assert said.status == 303
    (frozen,) = (await world.api("GET", "/freezes")).json()["freezes"]
    assert (frozen["words"], frozen["categories"], frozen["wave"]) == ([], [], None)


async def test_saving_the_times_keeps_who_must_approve_and_the_other_way_round(world: World) -> None:
    cookie, csrf = await world.session("lead")
    form = {"csrf": csrf, "position": "", "always": "yes", "role": "cm", "escalate": "10", "expires": "12"}
    path = f"/b/{world.brand}/settings/approval"
    saved = await world.ask("POST", path, headers=world.cookie(cookie), form=form)
    assert saved.status == 303, saved.text
    shown = await page(world, "lead", "/settings/policy")
    fields = dict(re.findall(r'<input class="input"[^>]* name="([^"]+)" value="([^"]*)"', shown))
    chosen = dict(re.findall(r'<select [^>]*name="([^"]+)">.*?<option value="(\d)" selected', shown))
    whole = {**fields, **chosen, "csrf": csrf, "zone": "Europe/Paris"}
    kept = await world.ask("POST", f"/b/{world.brand}/settings/policy", headers=world.cookie(cookie), form=whole)
    assert kept.status == 303, kept.text
    (latest,) = (await world.log.policies(world.brand))[-1:]
    assert isinstance(latest.event, events.PolicyChanged)
    assert latest.event.policy["approval"]["always"] is True
    assert latest.event.policy["approval"]["escalate_s"] == 600
    bad = await world.ask("POST", path, headers=world.cookie(cookie), form={**form, "escalate": "soon"})
    assert bad.status == 400


async def test_the_api_proposes_lists_and_approves_and_never_ones_own(world: World) -> None:
    await asking(world)
    item = await world.hear()
    far = {"expected_position": 10**6}
    made = await world.api("POST", f"/items/{item}/propose", json={**far, "variants": ["On arrive"]})
    assert made.status == 200, made.text
    await told(world)
    (waiting,) = (await world.api("GET", "/proposals")).json()["proposals"]
    assert (waiting["item_id"], waiting["by"], waiting["asked"]) == (str(item), world.people["owner"], None)
    body = {**far, "proposal_id": waiting["id"], "variant": 0, "text": "On arrive"}
    own = await world.api("POST", f"/items/{item}/approve", json=body)
    assert (own.status, own.json()["type"].rpartition(":")[2]) == (409, "own_proposal")
    back = await world.api("POST", f"/items/{item}/reject", json={**far, "proposal_id": waiting["id"]})
    assert back.status == 200, back.text
    await told(world)
    assert (await world.api("GET", "/proposals")).json()["proposals"] == []

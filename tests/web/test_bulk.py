"""The pages of bulk actions: choosing, seeing what would come of it, beginning, stopping, and whose they are."""

from __future__ import annotations

import re
import uuid
from typing import Any

from inbox import wordings
from inbox.bulk import jobs
from inbox.events import ItemAssigned, ReplyQueued
from inbox.web.api.bulk_shapes import BulkItemsShape, BulkJobShape, BulkJobsShape
from services.channels import registry
from services.workers.bulk import Bulk
from tests.web.test_author_card import judged
from tests.web.test_items_api import fits
from tests.web.test_waves import CALM, said
from tests.web.test_wordings import made, page, press
from tests.web.world import Answer, World


async def chosen(world: World, who: str = "cm", **fields: Any) -> str:
    answer = await press(world, "/bulk", who, **fields)
    assert answer.status == 303, answer.text
    return answer.headers["Location"].removeprefix(f"/b/{world.brand}")


async def position(world: World, item: object) -> str:
    return f"{item}:{(await world.api('GET', f'/items/{item}')).json()['position']}"


async def worked(world: World) -> None:
    worker = Bulk(world.log, world.deps.channels, registry.networks(), world.clock, rest=False)
    await worker.look()
    await world.project()


async def carried_out(world: World, job_id: str) -> None:
    """That job alone, whoever holds the brand's lease."""
    worker = Bulk(world.log, world.deps.channels, registry.networks(), world.clock, rest=False)
    while await worker.step(world.brand, uuid.UUID(job_id)):
        pass
    await world.project()


def primary(answer: Answer) -> str:
    found = re.search(r'id="bulk-begin"[^>]*>(.*?)</button>', answer.text, re.DOTALL)
    return re.sub(r"<[^>]+>", "", found[1]).strip() if found else ""


async def test_what_is_chosen_by_hand_is_seen_begun_and_reported(world: World) -> None:
    zoe, max_ = await world.hear(), await world.hear(author="max")
    path = await chosen(world, what="assign", item=[await position(world, zoe), await position(world, max_)])
    assert (await press(world, path + "/orders", "cm", assignee=str(world.people["cm"]))).status == 303
    draft = await page(world, path, "cm")
    assert "(2)" in primary(draft)
    assert "Nom zoe" in draft.text
    assert not [r for r in await world.log.read(world.brand) if isinstance(r.event, ItemAssigned)]
    await world.hear("Encore", "max")
    assert (await press(world, path + "/begin", "cm")).status == 303
    assert "data-progress" in (await page(world, path, "cm")).text
    await worked(world)
    report = await page(world, path, "cm")
    assert "data-progress" not in report.text
    assert {r.event.item_id for r in await world.log.read(world.brand) if isinstance(r.event, ItemAssigned)} == {
        zoe,
        max_,
    }
    assert f"/items/{zoe}" in report.text
    assert path in (await page(world, "/bulk", "lead")).text


async def test_all_that_fit_a_list_are_chosen_beyond_its_page(world: World) -> None:
    for n in range(3):
        await world.hear("Ma box est en panne", f"a{n}")
    await world.hear("Merci beaucoup", "eve")
    path = await chosen(world, what="resolve", all="yes", query="?view=waiting&q=panne")
    assert "(3)" in primary(await page(world, path, "cm"))
    nothing = await press(world, "/bulk", "cm", what="resolve", all="yes", query="?view=waiting&q=introuvable")
    assert nothing.status == 400


async def test_words_to_each_are_shown_before_anything_leaves(world: World) -> None:
    one = await made(world)
    zoe, max_ = await world.hear("Ma commande n° 123456 ?"), await world.hear("Alors ?", "max")
    path = await chosen(world, what="reply", item=[await position(world, zoe), await position(world, max_)])
    assert primary(await page(world, path, "cm")) == ""
    assert (await press(world, path + "/orders", "cm", use_wording=one["id"])).status == 303
    nobody = await page(world, path, "cm")  # nobody's language is known: the variants are French and English
    assert "/bulk/" in nobody.text
    words = "Bonjour {name|à vous}, commande {order}, {cause}."
    form = {"variant_text": [words], "variant_lang": [""], "variant_network": [""]}
    await press(world, path + "/orders", "cm", **form)
    asked = await page(world, path, "cm")
    assert 'name="gap" value="cause"' in asked.text
    await press(world, path + "/orders", "cm", **form, gap="cause", value="une panne")
    shown = await page(world, path, "cm")
    assert "Bonjour Nom, commande 123456, une panne." in shown.text
    assert "(1)" in primary(shown)
    left_out = await page(world, path + "?state=excluded&code=gap_missing", "cm")
    assert "{order}" in left_out.text
    await press(world, path + "/begin", "cm")
    assert (await press(world, path + "/orders", "cm", **form)).status == 409
    await worked(world)
    (sent,) = [r.event for r in await world.log.read(world.brand) if isinstance(r.event, ReplyQueued)]
    assert (sent.item_id, sent.text) == (zoe, "Bonjour Nom, commande 123456, une panne.")


async def test_it_can_be_stopped_taken_back_and_is_nobody_elses(world: World) -> None:
    zoe = await world.hear()
    path = await chosen(world, what="mute", item=[await position(world, zoe)])
    cookie, csrf = await world.session("stranger")
    other = f"/b/{world.other}{path}"
    assert (await world.ask("GET", other, headers=world.cookie(cookie))).status == 404
    assert (await world.ask("POST", other + "/begin", headers=world.cookie(cookie), form={"csrf": csrf})).status == 404
    await press(world, path + "/begin", "cm")
    await worked(world)
    assert (await world.api("GET", f"/items/{zoe}")).json()["muted"] is True
    back = await press(world, path + "/undo", "cm")
    undo = back.headers["Location"].removeprefix(f"/b/{world.brand}")
    await press(world, undo + "/begin", "cm")
    assert (await press(world, undo + "/stop", "cm")).status == 303
    again = await press(world, undo + "/stop", "cm")
    assert (again.status, 'role="alert"' in again.text) == (409, True)
    state = {job.state for job in await jobs.of_brand(world.pool, world.brand)}
    assert state == {"done", "stopped"}


async def test_a_draft_is_begun_by_whoever_made_it_alone_since_it_is_carried_out_in_their_name(world: World) -> None:
    zoe = await world.hear()
    path = await chosen(world, "lead", what="mute", item=[await position(world, zoe)])
    shown = await page(world, path, "cm")
    assert (shown.status, 'id="bulk-begin"' in shown.text) == (200, False)
    for act in ("/orders", "/begin"):
        assert (await press(world, path + act, "cm")).status == 403
    await worked(world)
    assert (await world.api("GET", f"/items/{zoe}")).json()["muted"] is False
    assert (await press(world, path + "/begin", "lead")).status == 303
    await worked(world)
    assert (await world.api("GET", f"/items/{zoe}")).json()["muted"] is True


async def test_what_no_page_of_ours_sends_is_refused(world: World) -> None:
    zoe = await world.hear()
    for fields in (
        {"what": "burn", "item": await position(world, zoe)}, {"what": "resolve"},
        {"what": "resolve", "item": "x:1"}, {"what": "resolve", "item": f"{zoe}:-1"},
        {"what": "resolve", "wave": "nothing"},
    ):  # fmt: skip
        assert (await press(world, "/bulk", "cm", **fields)).status == 400
    path = await chosen(world, what="reply", item=await position(world, zoe))
    for query in ("?state=%00", "?code=%00&receipt='", "?after=99999999999999"):
        assert (await page(world, path + query, "cm")).status == 200


async def test_a_script_foretells_begins_reads_and_takes_back_what_the_screen_can(world: World) -> None:
    zoe, max_ = await world.hear("Ma box est en panne"), await world.hear("Merci", "max")
    order = {"what": "resolve", "reason": "spam", "q": "panne"}
    first, again = [await world.api("POST", "/bulk", json=order, key="k") for _ in range(2)]
    job = first.json()
    fits(BulkJobShape, job)
    assert (job["state"], job["waiting"], again.json()["id"]) == ("draft", 1, job["id"])
    other = await world.api("POST", "/bulk", json={**order, "q": "merci"}, key="k")
    assert (other.status, other.json()["type"]) == (422, "urn:vigie:problem:idempotency_key_reused")
    path = f"/bulk/{job['id']}"
    assert (await world.api("POST", path + "/begin")).json()["state"] == "running"
    assert (await world.api("PUT", path + "/orders", json={"reason": "duplicate"})).status == 409
    await carried_out(world, job["id"])
    assert [(await world.api("GET", f"/items/{one}")).json()["status"] for one in (zoe, max_)] == ["resolved", "open"]
    report = (await world.api("GET", path)).json()
    assert (report["state"], report["done"], report["undoable"]) == ("done", 1, True)
    fits(BulkJobsShape, (await world.api("GET", "/bulk")).json())
    assert (await world.api("POST", path + "/stop")).status == 409
    back = [(await world.api("POST", path + "/undo", key="u")).json()["id"] for _ in range(2)]
    assert back[0] == back[1] != job["id"]
    await world.api("POST", f"/bulk/{back[0]}/begin")
    await carried_out(world, back[0])
    assert (await world.api("GET", f"/items/{zoe}")).json()["status"] == "open"


async def test_a_script_reads_what_each_would_read_and_why_somebody_is_left_out(world: World) -> None:
    zoe, max_ = await world.hear("Ma commande n° 123456 ?"), await world.hear("Alors ?", "max")
    seen = [{"id": str(one), "position": int((await position(world, one)).split(":")[1])} for one in (zoe, max_)]
    order = {"what": "reply", "items": seen, "variants": [{"text": "Commande {order}, {cause}."}]}
    job = (await world.api("POST", "/bulk", json={**order, "values": {"cause": "une panne"}})).json()
    assert (job["waiting"], job["left_out"]) == (1, [{"state": "excluded", "code": "gap_missing", "items": 1}])
    lines = (await world.api("GET", f"/bulk/{job['id']}/items?state=waiting&limit=1")).json()
    fits(BulkItemsShape, lines)
    assert [(one["item_id"], one["text"]) for one in lines["items"]] == [(str(zoe), "Commande 123456, une panne.")]
    changed = await world.api("PUT", f"/bulk/{job['id']}/orders", json={"variants": [{"text": "Nous revenons."}]})
    assert (changed.json()["waiting"], changed.json()["left_out"]) == (2, [])
    for bad in (
        {"what": "reply"}, {"what": "mute", "q": "panne", "wave": str(zoe)}, {"what": "mute", "q": "p:9"},
        {"what": "resolve", "q": "panne", "variants": [{"text": "x"}]}, {"what": "assign", "q": "alors", "assignee": 9},
        {"what": "mute", "q": "alors", "assignee": 1}, {"what": "reply", "q": "alors", "variants": [{"text": " "}]},
    ):  # fmt: skip
        assert (await world.api("POST", "/bulk", json=bad)).status == 400, bad


async def test_what_many_are_about_is_ticked_seen_before_and_after_begun_and_given_back(world: World) -> None:
    zoe, max_ = await world.hear("Plus de réseau"), await world.hear("Toujours rien", "max")
    path = await chosen(world, what="tag", item=[await position(world, zoe), await position(world, max_)])
    assert primary(await page(world, path, "cm")) == ""
    assert (await press(world, path + "/orders", "cm", category="weather")).status == 400
    assert (await press(world, path + "/orders", "cm", category=["outage", "complaint"])).status == 303
    draft = await page(world, path, "cm")
    assert "(2)" in primary(draft)
    assert draft.text.count("Ensuite\u202f: panne, plainte.") == 2
    assert 'value="outage" checked' in draft.text
    await press(world, path + "/begin", "cm")
    await worked(world)
    report = await page(world, path, "cm")
    assert "panne, plainte" in report.text
    assert "Ensuite" not in report.text
    assert [r["category"] for r in (await world.api("GET", f"/items/{zoe}")).json()["reasons"]] == [
        "outage",
        "complaint",
    ]
    undo = (await press(world, path + "/undo", "cm")).headers["Location"].removeprefix(f"/b/{world.brand}")
    back = await page(world, undo, "cm")
    assert "Ensuite\u202f: ce qu’en dit le classifieur." in back.text
    assert 'name="category"' not in back.text


async def test_nothing_ticked_says_nothing_of_note(world: World) -> None:
    zoe = await world.hear("Plus de réseau")
    path = await chosen(world, what="tag", item=await position(world, zoe))
    await press(world, path + "/orders", "cm")
    shown = await page(world, path, "cm")
    assert "(1)" in primary(shown)
    assert "Ensuite\u202f: rien à signaler." in shown.text


async def test_a_script_says_what_many_are_about(world: World) -> None:
    zoe = await world.hear("Plus de réseau")
    job = (await world.api("POST", "/bulk", json={"what": "tag", "q": "réseau"})).json()
    fits(BulkJobShape, job)
    assert job["left_out"] == [{"state": "excluded", "code": "no_category", "items": 1}]
    named = {"categories": ["complaint", "outage"]}
    changed = (await world.api("PUT", f"/bulk/{job['id']}/orders", json=named)).json()
    assert (changed["waiting"], changed["orders"]["categories"]) == (1, ["outage", "complaint"])
    await world.api("POST", f"/bulk/{job['id']}/begin")
    await carried_out(world, job["id"])
    detail = (await world.api("GET", f"/items/{zoe}")).json()
    assert ([r["category"] for r in detail["reasons"]], detail["corrected"]) == (
        ["outage", "complaint"],
        ["categories"],
    )
    for bad in ({"what": "tag", "q": "réseau", "categories": ["weather"]}, {"what": "mute", "q": "réseau", **named}):
        assert (await world.api("POST", "/bulk", json=bad)).status == 400, bad


async def test_the_same_person_is_answered_once_and_the_preview_leads_to_where(world: World) -> None:
    zoe, max_ = await world.hear("Ma box est en panne"), await world.hear("Toujours en panne", "max")
    assert (await press(world, f"/items/{zoe}/author", "cm", do="link", item=str(max_))).status == 303
    order = {"what": "reply", "q": "panne", "variants": [{"text": "Nous revenons."}]}
    job = (await world.api("POST", "/bulk", json=order)).json()
    assert (job["waiting"], job["left_out"]) == (1, [{"state": "excluded", "code": "same_person", "items": 1}])
    lines = (await world.api("GET", f"/bulk/{job['id']}/items")).json()
    fits(BulkItemsShape, lines)
    instead = {one["item_id"]: one["instead"] for one in lines["items"]}
    (left,) = [item for item, other in instead.items() if other]
    assert instead == {left: str(({zoe, max_} - {uuid.UUID(left)}).pop()), instead[left]: None}
    shown = await page(world, f"/bulk/{job['id']}?state=excluded&code=same_person", "cm")
    told = re.search(r"Même personne, on lui répond ici\u202f: <a href=\"([^\"]+)\"", shown.text)
    assert told
    assert f"/items/{instead[left]}?" in told[1]


def offered(shown: Answer) -> list[tuple[str, list[str]]]:
    """The wordings to choose from, in groups."""
    groups = re.findall(r'<optgroup label="([^"]+)">(.*?)</optgroup>', shown.text, re.DOTALL)
    return [(label, re.findall(r"<option [^>]+>([^<]+)</option>", inside)) for label, inside in groups]


async def test_wordings_that_fit_what_they_are_about_are_suggested_first_for_many_at_once(world: World) -> None:
    item = await world.hear()
    for title, about in (("Avocat", "legal"), ("Bravo", "praise"), ("Panne", "outage")):
        await made(world, title=title, categories=[about])
    path = await chosen(world, what="reply", item=[await position(world, item)])
    assert offered(await page(world, path, "cm")) == [("les autres", ["Avocat", "Bravo", "Panne"])]
    await judged(world, item, "outage")
    path = await chosen(world, what="acknowledge", item=[await position(world, item)])
    assert offered(await page(world, path, "cm")) == [("suggéré", ["Panne"]), ("les autres", ["Avocat", "Bravo"])]


async def test_what_a_wave_was_answered_with_is_suggested_for_the_others_in_it(world: World) -> None:
    first, second, _ = await said(world, CALM, CALM, CALM)
    one, other = await made(world, title="Panne"), await made(world, title="Avocat")
    body = {"text": "Nous y travaillons.", "wording": one["id"]}
    body["expected_position"] = (await world.api("GET", f"/items/{first}")).json()["position"]
    assert (await world.api("POST", f"/items/{first}/reply", json=body)).status == 200
    queued = [r.event for r in await world.log.read(world.brand) if isinstance(r.event, ReplyQueued)]
    async with world.pool.acquire() as connection:
        await wordings.count(connection, world.brand, queued)
    await world.project()
    (wave,) = (await world.api("GET", "/waves")).json()["waves"]
    assert (await page(world, f"/items/{second}/wordings", "cm")).text.count("suggéré") == 1
    path = await chosen(world, what="reply", wave=wave["id"])
    titles = [one["title"], other["title"]]
    assert offered(await page(world, path, "cm")) == [("suggéré", titles[:1]), ("les autres", titles[1:])]


async def test_the_page_of_a_wave_says_what_all_who_wait_in_it_are_about(world: World) -> None:
    await said(world, CALM, CALM, CALM)
    (wave,) = (await world.api("GET", "/waves")).json()["waves"]
    shown = await page(world, f"/waves/{wave['id']}", "cm")
    form = re.search(r'<form class="row-acts[^>]+action="([^"]+/bulk)">.*?</form>', shown.text, re.DOTALL)
    assert form
    button = re.search(r'<button [^>]*name="what" value="tag">.*?</button>', form[0], re.DOTALL)
    assert button
    assert "Fixer le sujet de tous…" in button[0]
    path = await chosen(world, what="tag", wave=wave["id"])
    await press(world, path + "/orders", "cm", category=["outage"])
    assert "(3)" in primary(await page(world, path, "cm"))
    assert 'name="what"' not in (await page(world, f"/waves/{wave['id']}", "observer")).text

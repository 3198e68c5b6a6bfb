"""The card of an author, folded words and who had to read them, and evidence for lawyers."""

from __future__ import annotations

import hashlib
import io
import re
import uuid
import zipfile

import orjson

from inbox import events
from inbox.desk import Commands
from inbox.ids import DedupeKey, ItemId
from inbox.log import notary
from inbox.log.record import NewEvent
from services.channels import registry
from services.workers.bulk import Bulk
from tests.web.test_approval import page, press
from tests.web.test_undoing import offered, plain
from tests.web.test_wordings import made
from tests.web.world import World


async def judged(world: World, item: ItemId, category: str) -> None:
    said = events.MessageClassified(
        item_id=item, external_id="m1", model="t", assessed=True, sentiment="negative", urgency=0.9, level=3,
        categories=(category,), reasons=(events.ReasonGiven(category=category, score=0.9, evidence=("pris feu",)),),
        at=world.clock.now(),
    )  # fmt: skip
    subject = world.log.keyring.ids.subject(world.brand, "generic", "zoe")
    await world.log.append(world.brand, [NewEvent(said, str(item), DedupeKey(uuid.uuid4()), subject)])
    await world.project()


async def test_the_card_holds_all_that_one_author_wrote_and_nobody_elses_words(world: World) -> None:
    item = await world.hear("Première plainte")
    await world.hear("Deuxième plainte")
    await world.hear("Autre personne", "max")
    shown = await page(world, "cm", f"/items/{item}/author")
    assert [text in shown for text in ("Première plainte", "Deuxième plainte", "Autre personne")] == [True, True, False]


async def test_on_a_phone_the_words_come_before_why_an_item_stands_where_it_stands(world: World) -> None:
    item, cookie = await world.hear(), (await world.session("cm"))[0]
    where, phone = f"/b/{world.brand}/items/{item}", {"User-Agent": "Mozilla/5.0 (iPhone) Mobile/15E148 Safari/604.1"}
    desk = await world.ask("GET", where, headers=world.cookie(cookie))
    in_hand = await world.ask("GET", where, headers=world.cookie(cookie) | phone)
    assert ('id="why" open>' in desk.text, 'id="why">' in in_hand.text) == (True, True)


async def test_notes_on_an_author_stand_on_each_of_their_items_and_go_with_them(world: World) -> None:
    item = await world.hear("Première plainte")
    assert (await press(world, "cm", f"/items/{item}/author", do="note", text="Cliente de longue date")).status == 303
    for path in (f"/items/{item}/author", f"/items/{await world.hear('Deuxième plainte')}"):
        assert "Cliente de longue date" in await page(world, "observer", path)
    person = (await world.api("GET", f"/items/{item}/person")).text
    assert "Cliente de longue date" in person  # theirs to have, too
    assert (await press(world, "cm", f"/items/{item}/author", do="note", text=" ")).status == 400
    await Commands(world.log, world.clock).forget(world.brand, item, by=world.people["owner"])
    await world.project()
    assert "Cliente de longue date" not in await page(world, "cm", f"/items/{item}/author")
    assert (await press(world, "cm", f"/items/{item}/author", do="note", text="Encore")).status == 409


async def test_a_note_on_an_author_is_removed(world: World) -> None:
    item = await world.hear()
    await press(world, "cm", f"/items/{item}/author", do="note", text="Cliente de longue date")
    shown = await page(world, "cm", f"/items/{item}/author")
    found = re.search(r'name="note" value="([0-9a-f-]+)"', shown)
    assert found
    await press(world, "lead", f"/items/{item}/author", do="remove", note=found[1])
    assert "Cliente de longue date" not in await page(world, "cm", f"/items/{item}/author")


async def test_two_authors_are_linked_by_hand_on_both_cards_and_unlinked(world: World) -> None:
    zoe, max_ = await world.hear(author="zoe"), await world.hear(author="max")
    here, there = f"/items/{zoe}/author", f"/items/{max_}/author"
    assert "Nom max" in await page(world, "cm", f"{here}?find=max")
    assert "Nom max" not in await page(world, "cm", here)  # nobody is linked by guessing
    assert (await press(world, "cm", here, do="link", item=str(zoe))).status == 400
    for _ in range(2):
        assert (await press(world, "cm", here, do="link", item=str(max_))).status == 303
    assert "Nom max" in await page(world, "cm", here)
    assert "Nom zoe" in re.sub(r"<h1>.*?</h1>", "", await page(world, "cm", there))
    other = world.log.keyring.ids.subject(world.brand, "generic", "zoe")
    assert (await press(world, "lead", there, do="unlink", other=str(other))).status == 303
    assert "Nom max" not in await page(world, "cm", here)
    recorded = [r.event.TYPE for r in await world.log.read(world.brand)]
    assert [one for one in recorded if "inked" in one] == ["AuthorsLinked", "AuthorsUnlinked"]


async def test_a_person_is_marked_as_wanting_no_mass_replies_and_the_mark_taken_back(world: World) -> None:
    zoe, max_ = await world.hear(author="zoe"), await world.hear(author="max")
    card, other = f"/items/{zoe}/author", f"/items/{max_}/author"
    assert "Ne veut pas de réponses groupées" in await page(world, "cm", card)
    assert (await press(world, "observer", card, do="opt_out")).status == 403
    assert (await press(world, "cm", card, do="opt_out")).status == 303
    shown = await page(world, "observer", card)
    assert ("pas de réponses groupées" in shown, "Cm Test" in shown) == (True, True)
    assert '"opted_out":true' in (await world.api("GET", f"/items/{zoe}/person")).text.replace(" ", "")
    order = {"what": "reply", "items": [], "q": "is:open", "variants": [{"text": "Nous revenons."}]}
    job = (await world.api("POST", "/bulk", json=order)).json()
    assert job["left_out"] == [{"state": "excluded", "code": "opted_out", "items": 1}]
    preview = await page(world, "owner", f"/bulk/{job['id']}?state=excluded")
    assert "ne veut pas de réponses groupées, d’après la fiche" in preview
    await press(world, "cm", card, do="link", item=str(max_))
    assert "Cela a été dit d’un autre auteur" in await page(world, "cm", other)
    assert (await press(world, "lead", card, do="opt_in")).status == 303
    assert "lui parviennent" in await page(world, "cm", other)


async def test_the_mark_is_offered_to_be_taken_back_for_ten_seconds(world: World) -> None:
    item, browser = await world.hear(), await plain(world)
    card = f"/b/{world.brand}/items/{item}/author"
    for do, back in (("opt_out", "opt_in"), ("opt_in", "opt_out")):
        answer = await browser.ask("POST", card, {"csrf": browser.csrf, "do": do})
        found = offered(await browser.get(answer.headers["Location"]))
        assert found
        assert (found[0], found[1]["do"]) == (card, back)


async def test_to_opt_out_holds_back_what_waits_to_leave_for_the_same_person_elsewhere(world: World) -> None:
    zoe, max_ = await world.hear(author="zoe"), await world.hear(author="max")
    job = (
        await world.api("POST", "/bulk", json={"what": "reply", "q": "is:open", "variants": [{"text": "Oui."}]})
    ).json()
    assert (await world.api("POST", f"/bulk/{job['id']}/begin")).status == 200
    worker = Bulk(world.log, world.deps.channels, registry.networks(), world.clock, rest=False)
    while await worker.step(world.brand, uuid.UUID(job["id"])):
        pass
    await press(world, "cm", f"/items/{zoe}/author", do="link", item=str(max_))
    assert (await press(world, "cm", f"/items/{max_}/author", do="opt_out")).status == 303
    recorded = [r.event.TYPE for r in await world.log.read(world.brand)]
    assert [recorded.count(kind) for kind in ("ReplyQueued", "ReplyWithheld")] == [2, 2]


async def test_a_city_is_noted_on_the_card_and_fills_the_gap_of_prepared_words(world: World) -> None:
    zoe, max_ = await world.hear(author="zoe"), await world.hear(author="max")
    card = f"/items/{zoe}/author"
    assert (await press(world, "cm", card, do="city", city="{name}")).status == 400
    assert (await press(world, "cm", card, do="city", city=" Le  Mans ")).status == 303
    assert 'value="Le Mans"' in await page(world, "cm", card)
    await made(world, variants=[{"text": "Une équipe vient à {city}."}])
    assert "Une équipe vient à Le Mans." in await page(world, "cm", f"/items/{zoe}/wordings")
    assert "Une équipe vient à {city}." in await page(world, "cm", f"/items/{max_}/wordings")
    order = {"what": "reply", "q": "is:open", "variants": [{"text": "Nous venons à {city|chez vous}."}]}
    job = (await world.api("POST", "/bulk", json=order)).json()
    texts = [one["text"] for one in (await world.api("GET", f"/bulk/{job['id']}/items")).json()["items"]]
    assert sorted(texts) == ["Nous venons à Le Mans.", "Nous venons à chez vous."]
    preview = await page(world, "owner", f"/bulk/{job['id']}")
    assert preview.count("Inconnu de cette personne") == 1
    await Commands(world.log, world.clock).forget(world.brand, zoe, by=world.people["owner"])
    await world.project()
    assert "Le Mans" not in await page(world, "cm", card)
    assert (await press(world, "cm", card, do="opt_out")).status == 409


async def test_a_threat_stays_folded_and_each_opening_counts_for_the_lead(world: World) -> None:
    item = await world.hear()
    assert "data-folded" not in await page(world, "cm", f"/items/{item}")
    await judged(world, item, "violence")
    shown = await page(world, "cm", f"/items/{item}")
    assert "data-folded" in shown
    assert 'class="quotes"' not in shown  # nor does the reason quote it
    for _ in range(2):
        assert (await press(world, "cm", f"/items/{item}/opened")).status == 204
    assert "Cm Test" in await page(world, "lead", "/settings/exposure")
    opened = await world.pool.fetchval("SELECT opened FROM vigie.exposures WHERE brand_id = $1", world.brand)
    assert opened == 2


async def test_the_evidence_pack_holds_words_times_and_digests_that_the_log_bears_out(world: World) -> None:
    item = await world.hear("Je vais vous retrouver")
    await press(world, "cm", f"/items/{item}/note", text="Entre nous")
    await notary.seal(world.log, world.brand)
    cookie, csrf = await world.session("lead")
    url = f"{world.deps.settings.base_url}/b/{world.brand}/items/{item}/evidence"
    async with world.http.post(url, headers=world.cookie(cookie), data={"csrf": csrf}) as response:
        assert (response.status, response.content_type) == (200, "application/zip")
        archive = zipfile.ZipFile(io.BytesIO(await response.read()))
    files = {name: archive.read(name) for name in archive.namelist()}
    assert {"README.txt", "LISEZMOI.txt", "messages.json", "events.json", "seals.json", "SHA256SUMS"} == files.keys()
    for line in files["SHA256SUMS"].decode().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(files[name]).hexdigest() == digest
    assert "Je vais vous retrouver" in files["messages.json"].decode()
    assert "Entre nous" not in files["events.json"].decode()
    for read_first in ("README.txt", "LISEZMOI.txt"):
        said = files[read_first].decode().splitlines()
        explained = [line.split()[0] for line in said if line[:1].strip() and line.split()[0] in files]
        assert explained == ["messages.json", "events.json", "seals.json", "SHA256SUMS"]
        assert "vigie verify" in files[read_first].decode().replace("\n", " ")
    (seal,) = orjson.loads(files["seals.json"])
    assert all(seal["since"] <= event["position"] <= seal["upto"] for event in orjson.loads(files["events.json"]))
    taken = [r.event for r in await world.log.read_stream(world.brand, "evidence")]
    assert [event.TYPE for event in taken] == ["EvidenceTaken"]

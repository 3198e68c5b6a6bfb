"""Settings › Wordings, the picker beside an answer, and the API: who wrote, changed, approved, used what."""

from __future__ import annotations

from typing import Any

from inbox import wordings
from inbox.events import ReplyQueued, WordingRemoved, WordingSaved
from inbox.web.api.shapes import WordingShape
from tests.web.test_items_api import fits
from tests.web.world import Answer, World

ORDER = {
    "title": "Retard de livraison", "categories": ["complaint"],
    "variants": [{"text": "Bonjour {name|à vous}, commande {order}.", "lang": "fr"}, {"text": "Hello.", "lang": "en"}],
}  # fmt: skip


async def press(world: World, path: str, who: str = "lead", **fields: Any) -> Answer:
    cookie, csrf = await world.session(who)
    return await world.ask(
        "POST", f"/b/{world.brand}{path}", headers=world.cookie(cookie), form=[("csrf", csrf), *_pairs(fields)]
    )


def _pairs(fields: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name, one) for name, value in fields.items() for one in (value if isinstance(value, list) else [value])]


async def page(world: World, path: str, who: str = "lead") -> Answer:
    cookie, _ = await world.session(who)
    return await world.ask("GET", f"/b/{world.brand}{path}", headers=world.cookie(cookie))


async def made(world: World, **more: Any) -> dict[str, Any]:
    answer = await world.api("POST", "/wordings", json={**ORDER, **more})
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_lead_writes_one_changes_it_and_the_log_says_who_and_what(world: World) -> None:
    form: dict[str, Any] = {
        "title": "Panne", "category": ["outage"], "variant_lang": ["fr", ""], "variant_network": ["", ""],
        "variant_text": ["Nous y travaillons.", ""], "owner": str(world.people["cm"]), "approved": "on",
    }  # fmt: skip
    answer = await press(world, "/settings/wordings", **form)
    assert answer.status == 303
    (one,) = (await world.api("GET", "/wordings")).json()["wordings"]
    fits(WordingShape, one)
    assert (one["approved_by"], one["version"], len(one["variants"])) == (world.people["lead"], 1, 1)
    path = f"/settings/wordings/{one['id']}"
    changed = await press(world, path, **{**form, "version": "1", "approved": [], "title": "Panne réseau"})
    assert changed.status == 303
    late = await press(world, path, **{**form, "version": "1", "title": "Trop tard"})
    assert (late.status, "Trop tard" in late.text) == (409, True)
    shown = (await page(world, path)).text
    assert "Panne réseau" in shown
    assert (await press(world, path + "/remove")).status == 303
    told = [r.event for r in await world.log.read(world.brand) if isinstance(r.event, WordingSaved | WordingRemoved)]
    assert [(type(e).__name__, e.by) for e in told] == [
        ("WordingSaved", world.people["lead"]), ("WordingSaved", world.people["lead"]),
        ("WordingRemoved", world.people["lead"]),
    ]  # fmt: skip
    assert [e.wording["title"] for e in told if isinstance(e, WordingSaved)] == ["Panne", "Panne réseau"]


async def test_what_cannot_be_kept_comes_back_with_its_words(world: World) -> None:
    answer = await press(
        world, "/settings/wordings", title="", variant_lang=["fr"], variant_network=[""], variant_text=["Gardez-moi"]
    )
    assert (answer.status, 'id="title-error"' in answer.text, "Gardez-moi" in answer.text) == (400, True, True)
    refused = await world.api("POST", "/wordings", json={**ORDER, "variants": []})
    assert (refused.status, refused.json()["errors"][0]["pointer"]) == (400, "/variants")


async def test_the_picker_offers_what_fits_filled_as_far_as_it_is_known(world: World) -> None:
    await made(world)
    await made(world, title="Périmé", expires_on="2020-01-01")
    item = await world.hear("Ma commande n° 123456 est en retard")
    offered = await page(world, f"/items/{item}/wordings", "cm")
    assert offered.status == 200
    assert "Bonjour Nom, commande 123456." in offered.text
    assert "Périmé" not in offered.text
    bare = await page(world, f"/items/{await world.hear('Rien à signaler', 'max')}/wordings", "cm")
    assert "Bonjour Nom, commande {order}." in bare.text
    assert "Retard de livraison" in (await page(world, "/settings/wordings")).text


async def test_a_reply_with_a_gap_is_refused_with_its_name_and_its_words_are_kept(world: World) -> None:
    one, item = await made(world), await world.hear()
    position = (await world.api("GET", f"/items/{item}")).json()["position"]
    answer = await press(
        world, f"/items/{item}/reply", "cm", text="Bonjour, commande {order}.", wording=one["id"],
        expected_position=str(position), idempotency_key="k",
    )  # fmt: skip
    assert answer.status == 400
    assert "{order}" in answer.text
    assert f'value="{one["id"]}"' in answer.text


async def test_replies_written_with_one_are_counted_once_each(world: World) -> None:
    one, item = await made(world), await world.hear()
    position = (await world.api("GET", f"/items/{item}")).json()["position"]
    body = {"expected_position": position, "text": "Bonjour, commande 123456.", "wording": one["id"]}
    for _ in range(2):
        assert (await world.api("POST", f"/items/{item}/reply", json=body, key="once")).status == 200
    events = [r.event for r in await world.log.read(world.brand)]
    assert [str(e.wording) for e in events if isinstance(e, ReplyQueued)] == [one["id"]]
    for _ in range(2):
        async with world.pool.acquire() as connection:
            await wordings.count(connection, world.brand, events)
    assert (await world.api("GET", f"/wordings/{one['id']}")).json()["used"] == 1

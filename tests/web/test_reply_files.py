"""Files that go with a reply, from the composer or the API to the thread, and out of every copy with their author."""

from __future__ import annotations

import io
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest

from inbox import events as ev
from inbox import files, history, lending
from inbox.desk import Commands
from inbox.errors import Refused
from inbox.ids import ItemId
from tests.web.test_approval import a_link, asking
from tests.web.test_corrections import HTMX, press, seen
from tests.web.test_replies_out import comment, told
from tests.web.world import Answer, World

PNG = b"a picture, as far as anybody here knows"


async def attach(
    world: World, item: ItemId, body: bytes = PNG, name: str = "plan de Zoé.png", kind: str = "image/png"
) -> Answer:  # fmt: skip
    cookie, csrf = await world.session("cm")
    named = "attachment; filename*=UTF-8''" + name.replace(" ", "%20").replace("é", "%C3%A9")
    headers = {**world.cookie(cookie), **HTMX, "X-CSRF-Token": csrf, "Content-Type": kind, "Content-Disposition": named}
    return await world.ask("POST", f"/b/{world.brand}/items/{item}/files", headers=headers, form=io.BytesIO(body))


async def take_away(world: World, item: ItemId, file: str) -> Answer:
    cookie, csrf = await world.session("cm")
    path = f"/b/{world.brand}/items/{item}/files/{file}/remove"
    return await world.ask("POST", path, headers=world.cookie(cookie) | {"X-CSRF-Token": csrf})


def ident(answer: Answer) -> str:
    found = re.search(r'name="file" value="([0-9a-f-]{36})"', answer.text)
    assert found, answer.text
    return found[1]


async def rows(world: World) -> list[Any]:
    return list(await world.pool.fetch("SELECT * FROM vigie.reply_files WHERE brand_id = $1", world.brand))


async def test_a_file_is_chosen_shown_sent_with_the_reply_and_stands_in_the_thread(world: World) -> None:
    item = await comment(world, "telegram")
    page = (await seen(world, f"/items/{item}", **HTMX)).text
    assert "tout type de fichier · 10 fichiers · jusqu’à 10,0\u00a0Mo chacun" in page.replace("\u202f", "\u00a0")
    answer = await attach(world, item)
    assert answer.status == 200
    assert "plan de Zoé.png" in answer.text
    again = (await seen(world, f"/items/{item}", **HTMX)).text  # loaded anew, it still waits in the composer
    assert ident(answer) in again.split('id="file-list"')[1]
    assert (await press(world, item, "reply", text="Voici le plan", file=[ident(answer)])).status == 200
    (queued,) = await told(world, ev.ReplyQueued)
    assert [(f.name, f.content_type, f.bytes) for f in queued.files] == [("plan de Zoé.png", "image/png", len(PNG))]
    page = (await seen(world, f"/items/{item}", **HTMX)).text
    thread, composer = page.split('id="composer"')
    assert f"/files/{ident(answer)}" in thread
    assert ident(answer) not in composer
    opened = await seen(world, f"/items/{item}/files/{ident(answer)}", "observer")
    assert opened.headers["Content-Disposition"] == "attachment; filename*=UTF-8''plan%20de%20Zo%C3%A9.png"
    assert opened.headers["Content-Type"] == "image/png"


async def test_neither_the_log_nor_the_table_holds_a_name_or_a_byte_in_the_open(world: World) -> None:
    item = await comment(world, "telegram")
    answer = await attach(world, item, b"secret de famille" * 9, "ordonnance.txt", "text/plain")
    await press(world, item, "reply", text="Voici", file=[ident(answer)])
    held = b"".join(bytes(row["name"]) + bytes(row["content"]) for row in await rows(world))
    bodies = await world.pool.fetch("SELECT body FROM vigie.events WHERE brand_id = $1", world.brand)
    held += b"".join(bytes(row["body"]) for row in bodies)
    assert b"secret de famille" not in held
    assert b"ordonnance" not in held


async def test_forgetting_the_author_forgets_what_was_attached_for_them(world: World) -> None:
    item = await comment(world, "telegram")
    sent, unsent = await attach(world, item), await attach(world, item, name="autre.png")
    await press(world, item, "reply", text="Voici", file=[ident(sent)])
    await Commands(world.log, world.clock).forget(world.brand, item, by=world.people["owner"])
    await world.project()
    assert await rows(world) == []
    for gone in (sent, unsent):
        assert (await seen(world, f"/items/{item}/files/{ident(gone)}")).status == 404
    (queued,) = await told(world, ev.ReplyQueued)
    assert queued.files == ()
    assert "plan de" not in (await seen(world, f"/items/{item}", **HTMX)).text
    assert (await attach(world, item)).status == 409  # nobody is left to write to


@pytest.mark.parametrize(
    ("body", "name", "kind", "status"),
    [
        (b"<svg onload=alert(1)>", "logo.svg", "image/svg+xml", 400),
        (b"\xef\xbb\xbf <!DOCTYPE html><script>", "photo.png", "image/png", 400),
        (b"", "vide.png", "image/png", 400),
        (b"x" * 10_000_001, "film.mp4", "video/mp4", 413),
    ],
)
async def test_what_a_browser_would_run_what_is_empty_and_what_is_too_large_is_refused(
    world: World, body: bytes, name: str, kind: str, status: int
) -> None:
    item = await comment(world, "telegram")
    answer = await attach(world, item, body, name, kind)
    assert answer.status == status
    assert answer.headers["Content-Type"].startswith("text/plain") or status == 413
    assert await rows(world) == []


async def test_a_network_is_given_only_what_it_takes(world: World) -> None:
    masto = await comment(world, "mastodon")
    answer = await attach(world, masto, b"%PDF-1.7", "facture.pdf", "application/pdf")
    assert (answer.status, answer.text) == (400, "Le réseau n’accepte pas ce type de fichier.")
    five = [ident(await attach(world, masto, name=f"{number}.png")) for number in range(5)]
    assert (await press(world, masto, "reply", text="Voici", file=five)).status == 400
    assert (await press(world, masto, "reply", text="Voici", file=five[:4])).status == 200
    alone = (await seen(world, f"/items/{await comment(world, 'x', 'ana')}", **HTMX)).text
    assert "4 fichiers · GIF, MP4\u202f: un seul à la fois" in alone
    none = await comment(world, "github", "lea")
    assert 'id="files"' not in (await seen(world, f"/items/{none}", **HTMX)).text
    assert (await attach(world, none)).status == 409


async def test_words_beside_a_file_may_be_no_longer_than_its_caption(world: World) -> None:
    item = await comment(world, "telegram")
    file = ident(await attach(world, item))
    answer = await press(world, item, "reply", text="é" * 1025, file=[file])
    assert answer.status == 400
    assert file in answer.text.split('id="file-list"')[1]  # neither text nor file is lost
    assert (await press(world, item, "reply", at=None, text="é" * 1024, file=[file])).status == 200


async def test_what_was_taken_away_or_never_sent_is_gone(world: World) -> None:
    item = await comment(world, "telegram")
    kept, away = ident(await attach(world, item)), ident(await attach(world, item, name="autre.png"))
    assert (await take_away(world, item, away)).status == 204
    assert (await press(world, item, "reply", text="Voici", file=[away])).status == 409
    world.clock.advance(files.UNSENT_FOR - timedelta(minutes=1))
    await files.expire(world.log, now=world.clock.now())
    assert [str(row["file_id"]) for row in await rows(world)] == [kept]
    world.clock.advance(timedelta(minutes=2))
    await files.expire(world.log, now=world.clock.now())
    assert await rows(world) == []


async def test_a_file_of_one_item_goes_with_no_reply_of_another(world: World) -> None:
    item, other = await comment(world, "telegram"), await comment(world, "telegram", "lea")
    file = ident(await attach(world, item))
    assert (await press(world, other, "reply", text="Voici", file=[file])).status == 409
    assert (await seen(world, f"/items/{other}/files/{file}")).status == 404
    assert await told(world, ev.ReplyQueued) == []


async def test_a_program_attaches_as_the_screen_does(world: World) -> None:
    item = await comment(world, "telegram")
    path = f"/api/v1/brands/{world.brand}/items/{item}/files"
    named = {"Content-Type": "image/png", "Content-Disposition": 'attachment; filename="plan.png"'}
    answer = await world.ask("POST", path, headers=world.bearer() | named, form=PNG)
    file = answer.json()
    assert (answer.status, file["name"], file["bytes"]) == (200, "plan.png", len(PNG))
    body = {
        "expected_position": await world.log.head(world.brand), "text": "Voici", "files": [file["file_id"]]
    }  # fmt: skip
    key = uuid.uuid4().hex
    assert (await world.api("POST", f"/items/{item}/reply", json=body, key=key)).status == 200
    assert (await world.api("POST", f"/items/{item}/reply", json=body, key=key)).status == 200
    assert len(await told(world, ev.ReplyQueued)) == 1
    line = (await world.api("GET", f"/items/{item}")).json()["messages"][-1]
    assert line["files"] == [file]
    assert (await world.api("GET", f"/items/{item}", token="reader")).json()["messages"][-1]["files"] == []
    assert (await world.ask("GET", f"{path}/{file['file_id']}", headers=world.bearer("reader"))).status == 403
    second = (await world.ask("POST", path, headers=world.bearer() | named, form=PNG)).json()
    assert (await world.api("DELETE", f"/items/{item}/files/{second['file_id']}")).status == 200
    assert [str(row["file_id"]) for row in await rows(world)] == [file["file_id"]]


async def test_a_proposal_carries_its_files_to_approver_guest_and_network(world: World) -> None:
    item = await comment(world, "telegram")
    await asking(world, expires_s=20 * 86_400)
    file = ident(await attach(world, item))
    assert (await press(world, item, "propose", mode="reply", text="Voici le plan", file=[file])).status == 200
    (proposed,) = await told(world, ev.ReplyProposed)
    assert [str(one.file_id) for one in proposed.files] == [file]
    page = (await seen(world, f"/items/{item}", "lead", **HTMX)).text
    card, composer = page.split('id="proposal"')[1].split('id="composer"')
    assert ("plan de Zoé.png" in card, "image/png · 39" in card.replace("\u00a0", " ")) == (True, True)
    assert file not in composer
    shown = await world.ask("GET", await a_link(world, item))
    assert ("plan de Zoé.png" in shown.text, f"/files/{file}" in shown.text) == (True, False)  # it opens nothing
    world.clock.advance(timedelta(days=19))  # for as long as it may wait
    await files.expire(world.log, now=world.clock.now())
    fields: dict[str, Any] = {"proposal": str(proposed.proposal_id), "variant": "0", "text-0": "Voici le plan, corrigé"}
    assert (await press(world, item, "approve", "lead", **fields)).status == 200
    (queued,) = await told(world, ev.ReplyQueued)
    assert (queued.text, queued.files) == ("Voici le plan, corrigé", proposed.files)


async def test_a_proposal_without_its_file_does_not_leave_and_a_refused_one_gives_it_back(world: World) -> None:
    item = await comment(world, "telegram")
    await asking(world)
    body = {"expected_position": await world.log.head(world.brand), "variants": ["Voici"], "files": [str(uuid.uuid4())]}
    assert (await world.api("POST", f"/items/{item}/propose", json=body)).status == 409
    file, other = ident(await attach(world, item)), ident(await attach(world, item, name="autre.png"))
    too_long: dict[str, Any] = {"mode": "reply", "text": "é" * 1025, "file": [file, other]}
    assert (await press(world, item, "propose", **too_long)).status == 400  # beside a file
    assert (await press(world, item, "propose", **{**too_long, "text": "Voici"})).status == 200
    (proposed,) = await told(world, ev.ReplyProposed)
    await world.pool.execute("DELETE FROM vigie.reply_files WHERE file_id = $1", uuid.UUID(file))  # as an operator may
    fields: dict[str, Any] = {"proposal": str(proposed.proposal_id), "variant": "0", "text-0": "Voici"}
    assert (await press(world, item, "approve", "lead", **fields)).status == 409
    assert (await press(world, item, "reject", "lead", proposal=fields["proposal"], why="Pas celui-ci")).status == 200
    assert other in (await seen(world, f"/items/{item}", **HTMX)).text.split('id="file-list"')[1]
    await Commands(world.log, world.clock).forget(world.brand, item, by=world.people["owner"])
    (forgotten,) = await told(world, ev.ReplyProposed)
    assert (forgotten.files, forgotten.variants) == ((), ())


async def test_a_file_that_a_waiting_proposal_names_is_not_taken_away_until_it_is_decided(world: World) -> None:
    item = await comment(world, "telegram")
    await asking(world)
    file = ident(await attach(world, item))
    assert (await press(world, item, "propose", mode="reply", text="Voici", file=[file])).status == 200
    by_screen = await take_away(world, item, file)
    assert (by_screen.status, by_screen.text) == (
        409, "Une réponse en attente ou en route comporte ce fichier. Retirez d’abord cette réponse.",
    )  # fmt: skip
    by_program = await world.api("DELETE", f"/items/{item}/files/{file}")
    assert (by_program.status, "file_taken" in by_program.text) == (409, True)
    (proposed,) = await told(world, ev.ReplyProposed)
    proposal = str(proposed.proposal_id)
    assert (await press(world, item, "reject", "lead", proposal=proposal, why="Pas celui-ci")).status == 200
    assert (await take_away(world, item, file)).status == 204
    assert await rows(world) == []


async def test_a_file_that_somebody_begins_to_propose_is_not_taken_away_in_between(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = await comment(world, "telegram")
    file = ident(await attach(world, item))
    load = history.load

    async def held_meanwhile(*given: Any) -> Any:
        past = await load(*given)
        await files.chosen(world.log, world.brand, item, [uuid.UUID(file)], now=world.clock.now())
        return past

    monkeypatch.setattr(history, "load", held_meanwhile)
    with pytest.raises(Refused, match="names this file"):
        await files.drop(world.log, world.brand, item, uuid.UUID(file))
    assert [str(row["file_id"]) for row in await rows(world)] == [file]


async def test_a_lent_file_is_fetched_by_whoever_has_its_address_until_that_ends(world: World) -> None:
    item = await comment(world, "telegram")
    file = uuid.UUID(ident(await attach(world, item)))
    path = lending.path(world.log.keyring, world.brand, item, file, now=world.clock.now())
    got, looked = await world.ask("GET", path), await world.ask("HEAD", path)
    assert (got.status, looked.status, looked.headers["Content-Length"]) == (200, 200, str(len(PNG)))
    assert got.headers["Content-Disposition"].startswith("attachment; ")
    assert (got.headers["Content-Type"], got.headers["X-Robots-Tag"]) == ("image/png", "noindex, nofollow")
    assert (await world.ask("POST", path)).status == 405
    forged = path[:-1] + ("A" if path[-1] != "A" else "Q")
    for other in (forged, path + "A" * 300, "/lent/x", "/lent/%C3%A9"):
        assert (await world.ask("GET", other)).status == 404
    world.clock.advance(lending.FOR)
    assert (await world.ask("GET", path)).status == 404


async def test_a_lent_file_goes_with_its_author(world: World) -> None:
    item = await comment(world, "telegram")
    file = uuid.UUID(ident(await attach(world, item)))
    path = lending.path(world.log.keyring, world.brand, item, file, now=world.clock.now())
    await Commands(world.log, world.clock).forget(world.brand, item, by=world.people["owner"])
    assert (await world.ask("GET", path)).status == 404

"""What was just done can be taken back for ten seconds, from any page, without scripts; else it is refused in words."""

from __future__ import annotations

import html
import re
import uuid
from datetime import timedelta
from http.cookies import SimpleCookie

import pytest

from inbox.ids import ItemId
from tests.web.test_kept import events
from tests.web.world import Answer, World

FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
FORM = re.compile(r'<form method="post" action="([^"]+)"[^>]*>((?:(?!</form>).)*data-undo.*?)</form>', re.DOTALL)


class Plain:
    """A member's browser without scripts: keeps cookies, sends forms, follows where it is sent."""

    def __init__(self, world: World, token: str, csrf: str) -> None:
        self.world, self.csrf = world, csrf
        self.jar = {world.cookie(token)["Cookie"].partition("=")[0]: token}

    async def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> Answer:
        cookie = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        answer = await self.world.ask(method, path, headers={"Cookie": cookie}, form=form)
        for name, said in SimpleCookie(answer.headers.get("Set-Cookie", "")).items():
            if said["max-age"] == "0":
                self.jar.pop(name, None)
            else:
                self.jar[name] = said.value
        return answer

    async def get(self, path: str) -> str:
        answer = await self.ask("GET", path)
        assert answer.status == 200, path
        return answer.text

    async def does(self, item: ItemId, act: str, **fields: str) -> Answer:
        own = {"csrf": self.csrf, "idempotency_key": uuid.uuid4().hex}
        own["expected_position"] = str(await self.world.log.head(self.world.brand))
        return await self.ask("POST", f"/b/{self.world.brand}/items/{item}/{act}", {**own, **fields})


async def plain(world: World, who: str = "cm") -> Plain:
    return Plain(world, *(await world.session(who)))


def offered(page: str) -> tuple[str, dict[str, str]] | None:
    """The form that takes it back."""
    found = FORM.search(page)
    return (found[1], {k: html.unescape(v) for k, v in FIELD.findall(found[2])}) if found else None


async def taken_back(browser: Plain, page: str) -> Answer:
    form = offered(page)
    assert form is not None
    return await browser.ask("POST", *form)


async def test_what_was_resolved_is_taken_back_on_another_page_and_one_stays_there(world: World) -> None:
    item, cm = await world.hear(), await plain(world)
    answer = await cm.does(item, "resolve", reason="spam")
    assert answer.status == 303
    waves = f"/b/{world.brand}/waves"
    assert offered(await cm.get("/account")) is not None, "on the pages of no brand, too"
    back = await taken_back(cm, await cm.get(waves))
    assert (back.status, back.headers["Location"]) == (303, waves)
    assert (await events(world, item))[-2:] == ["ItemResolved", "ItemReopened"]
    page = await cm.get(waves)
    assert "Annulé." in page
    assert offered(page) is None
    assert "Annulé." not in await cm.get(waves), "it is said once"


@pytest.mark.parametrize(
    ("act", "fields", "done"),
    [
        ("take", {}, ["ItemAcknowledged", "ItemAssigned"]),
        ("assign", {"assignee": "me"}, ["ItemAssigned", "ItemAssigned"]),
        ("priority", {"priority": "1"}, ["PriorityOverridden", "PriorityOverridden"]),
        ("categories", {"category": "spam"}, ["CategoriesCorrected", "CategoriesCorrected"]),
        ("language", {"lang": "it"}, ["LanguageCorrected", "LanguageCorrected"]),
        ("not-urgent", {}, ["MarkedNotUrgent", "MarkedNotUrgent"]),
        ("mute", {}, ["AuthorMuted", "AuthorUnmuted"]),
    ],
)  # fmt: skip
async def test_every_act_that_another_can_undo_offers_it(
    world: World, act: str, fields: dict[str, str], done: list[str]
) -> None:
    item, cm = await world.hear(), await plain(world)
    chosen = {name: str(world.people["lead"]) if value == "me" else value for name, value in fields.items()}
    await cm.does(item, act, **chosen)
    back = await taken_back(cm, await cm.get(f"/b/{world.brand}/queue"))
    assert back.status == 303, back.text
    assert (await events(world, item))[-2:] == done


@pytest.mark.parametrize(
    ("act", "fields"), [("note", {"text": "Vu."}), ("by-hand", {}), ("reply", {"text": "Bonjour"})]
)
async def test_what_cannot_be_taken_back_offers_nothing(world: World, act: str, fields: dict[str, str]) -> None:
    item, cm = await world.hear(), await plain(world)
    await cm.does(item, "mute")  # what was offered before is not offered for this
    assert (await cm.does(item, act, **fields)).status == 303
    assert offered(await cm.get(f"/b/{world.brand}/queue")) is None


async def test_it_is_offered_for_ten_seconds_to_this_session_as_it_was_written(world: World) -> None:
    item, cm, other = await world.hear(), await plain(world), await plain(world)
    await cm.does(item, "mute")
    queue = f"/b/{world.brand}/queue"
    (kept,) = [name for name in cm.jar if "undo" in name]
    world.clock.advance(timedelta(seconds=7))
    page = await cm.get(queue)
    assert offered(page) is not None
    assert "toast-left-4" in page, "what is left of it, in whole steps"
    other.jar[kept] = cm.jar[kept]
    assert offered(await other.get(queue)) is None
    right = cm.jar[kept]
    for wrong in ("A" + right[1:], right[:-1] + "x", right.partition(".")[0], ".", "é"):
        cm.jar[kept] = wrong
        assert offered(await cm.get(queue)) is None, wrong
    cm.jar[kept] = right
    world.clock.advance(timedelta(seconds=4))
    assert offered(await cm.get(queue)) is None


async def test_somebody_else_in_between_is_told_of_and_nothing_is_undone(world: World) -> None:
    item, cm, lead = await world.hear(), await plain(world), await plain(world, "lead")
    await cm.does(item, "assign", assignee=str(world.people["cm"]))
    page = await cm.get(f"/b/{world.brand}/waves")
    await lead.does(item, "assign", assignee=str(world.people["owner"]))
    back = await taken_back(cm, page)
    assert back.status == 409
    assert "Lead Test a changé l’attribution" in back.text
    assert (await events(world, item)).count("ItemAssigned") == 2
    assert offered(await cm.get(f"/b/{world.brand}/waves")) is None, "it is not offered again"


async def test_pressed_twice_it_is_taken_back_once_and_nowhere_leads_out_of_the_house(world: World) -> None:
    item, cm = await world.hear(), await plain(world)
    await cm.does(item, "mute")
    form = offered(await cm.get(f"/b/{world.brand}/queue"))
    assert form is not None
    path, fields = form
    for _ in range(2):
        back = await cm.ask("POST", path, {**fields, "next": "//evil.example/"})
        assert (back.status, back.headers["Location"]) == (303, "/")
    assert (await events(world, item)).count("AuthorUnmuted") == 1


async def test_links_and_notes_of_an_author_are_taken_back(world: World) -> None:
    item, other, cm = await world.hear(), await world.hear(author="ana"), await plain(world)
    page = f"/b/{world.brand}/items/{item}/author"
    for fields in ({"do": "note", "text": "Journaliste"}, {"do": "link", "item": str(other)}):
        assert (await cm.ask("POST", page, {"csrf": cm.csrf, **fields})).status == 303
        assert (await taken_back(cm, await cm.get(page))).status == 303
    shown = await cm.get(page)
    assert "Journaliste" not in shown
    assert "Nom ana" not in shown
    await cm.ask("POST", page, {"csrf": cm.csrf, "do": "link", "item": str(other)})
    linked = re.search(r'name="other" value="([^"]+)"', await cm.get(page))
    assert linked is not None
    await cm.ask("POST", page, {"csrf": cm.csrf, "do": "unlink", "other": linked[1]})
    await taken_back(cm, await cm.get(page))
    assert "Nom ana" in await cm.get(page)
    unknown = {"csrf": cm.csrf, "do": "link", "other": str(uuid.uuid4())}
    assert (await cm.ask("POST", page, unknown)).status == 409

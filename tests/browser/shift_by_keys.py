"""Each step of a shift by keys alone, in English: what is pressed, where the focus is then, and what the log says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from inbox.events import (
    CategoriesCorrected,
    ItemAcknowledged,
    ItemAssigned,
    ItemReopened,
    ItemResolved,
    NoteAdded,
    ReplyQueued,
)
from inbox.team_events import HandoverAccepted, HandoverOffered
from tests.browser.conftest import Site
from tests.browser.hand import Focus, Hand
from tests.browser.shift import BROKEN, PASSWORD, TWICE, log_of, told, wrote
from tests.web.world import World

SEARCH = "Search words, authors and filters"


class Shift(Hand):
    """What somebody does with keys alone, in English, and where that leaves them."""

    site: Site

    @property
    def world(self) -> World:
        return self.site.world

    async def signs_in(self, who: str) -> None:
        await self.is_at("textbox", "E-mail")
        await self.type(f"{who}@t.test")
        await self.to("textbox", "Password", most=1)
        await self.type("not this one")
        await self.press("Enter")
        await self.page.get_by_role("alert").wait_for()
        await self.is_at("textbox", "Password")
        self.site.complaints.clear()  # Chromium says itself that it was refused
        await self.type(PASSWORD)
        await self.press("Enter")
        await self.page.wait_for_url("**/queue")

    async def is_live(self) -> None:
        """The queue is there, and its keys with it."""
        await self.page.get_by_role("status").filter(has_text="Live").wait_for()

    async def next_row(self) -> str:
        """To the next row; whose it is."""
        before = await self.at()
        await self.press("j")
        for _ in range(100):
            focus = await self.at()
            if focus.role == "link" and focus != before and focus.name.startswith("Nom "):
                break
            await self.page.wait_for_timeout(20)
        await self.is_seen()
        return focus.name.removeprefix("Nom ")

    async def said(self, words: str) -> None:
        """Told below, in a place that is read out, and the focus is on the name of the item."""
        await self.page.get_by_role("status").filter(has_text=words).first.wait_for()

    async def stands_on(self, author: str) -> Focus:
        return await self.is_at("heading", f"Nom {author}")

    async def goes_to(self, words: str, heading: str) -> None:
        """By the commands."""
        await self.press("Control+k")
        await self.is_at("combobox", "Commands, views, items")
        await self.type(words)
        await self.press("Enter")
        await self.page.get_by_role("heading", name=heading, level=1).wait_for()


async def acknowledges(shift: Shift, author: str) -> None:
    await shift.press("a")
    await shift.is_at("textbox", "Your words")
    await shift.press("Control+Enter")
    await shift.said("Acknowledgement on its way.")
    await shift.stands_on(author)
    await wrote(shift.world, author, ItemAcknowledged)
    assert (await wrote(shift.world, author, ReplyQueued)).purpose == "holding"


async def takes(shift: Shift, author: str) -> None:
    await shift.press("t")
    await shift.said("It is yours.")
    await shift.is_at("link", f"Nom {author}")
    assert (await wrote(shift.world, author, ItemAcknowledged)).by == shift.world.people["cm"]


async def assigns_to_oneself(shift: Shift, author: str) -> None:
    await shift.press("i")
    await shift.is_at("combobox", "Assign to")
    await shift.type("Cm")
    await shift.to("button", "Assign", most=1)
    await shift.press("Enter")
    await shift.said("Assigned.")
    await shift.stands_on(author)
    assert (await wrote(shift.world, author, ItemAssigned)).assignee == shift.world.people["cm"]


async def says_what_it_is_about(shift: Shift, author: str) -> None:
    await shift.press("Enter")
    await shift.stands_on(author)
    await shift.to("DisclosureTriangle", "Correct the classifier", most=16)
    await shift.press("Enter")
    await shift.to("checkbox", "question", most=30)
    await shift.press("Space")
    await shift.to("button", "Set what it is about", most=30)
    await shift.press("Enter")
    await shift.said("Corrected.")
    await shift.stands_on(author)
    await wrote(shift.world, author, CategoriesCorrected)


async def resolves(shift: Shift, author: str, reason: str = "answered") -> None:
    await shift.press("e")
    await shift.is_at("button", "answered")
    if reason != "answered":
        await shift.to("button", reason, most=4)
    await shift.press("Enter")
    await shift.said("Resolved.")
    await shift.stands_on(author)
    assert (await wrote(shift.world, author, ItemResolved)).reason == reason


async def marks_as_spam(shift: Shift, author: str) -> None:
    await resolves(shift, author, "spam")


async def replies_with_prepared_words(shift: Shift, author: str) -> None:
    await shift.press("r")
    await shift.is_at("textbox", "Your words")
    await shift.press("Escape")
    await shift.is_at("group", "Thread and reasons")
    await shift.press("w")
    await shift.is_at("combobox", "Search the wordings")
    await shift.page.get_by_role("option", name="Suivi").wait_for()
    await shift.type("suivi")
    await shift.press("Enter")
    await shift.is_at("textbox", "Your words")
    await shift.press("Control+Enter")
    await shift.said("Reply on its way.")
    await shift.stands_on(author)
    assert (await wrote(shift.world, author, ReplyQueued)).text == "Bonjour, votre commande part demain."


BY_KEYS: Mapping[str, Callable[[Shift, str], Awaitable[None]]] = {
    "acknowledge": acknowledges, "take": takes, "assign": assigns_to_oneself, "about": says_what_it_is_about,
    "resolve": resolves, "spam": marks_as_spam, "reply": replies_with_prepared_words,
}  # fmt: skip


async def opens_by_name(shift: Shift, author: str) -> None:
    await shift.press("Control+k")
    await shift.is_at("combobox", "Commands, views, items")
    await shift.type(author)
    await shift.page.get_by_role("listbox", name="Commands").get_by_role("option", name=f"Nom {author}").wait_for()
    await shift.press("Enter")
    await shift.stands_on(author)


async def takes_back(shift: Shift, author: str) -> None:
    await opens_by_name(shift, author)
    await resolves(shift, author)
    await shift.press("z")
    await shift.said("Taken back.")
    await shift.stands_on(author)
    await wrote(shift.world, author, ItemReopened)


async def calls_a_colleague(shift: Shift, author: str) -> None:
    await shift.press("n")
    await shift.is_at("textbox", "Your words")
    await shift.type("À voir avec @le")
    await shift.page.get_by_role("listbox", name="Colleagues").get_by_role("option", name="Lead Test").wait_for()
    await shift.press("Enter", "Control+Enter")
    await shift.said("Note added.")
    await shift.stands_on(author)
    note = await wrote(shift.world, author, NoteAdded)
    assert note.text == "À voir avec @Lead Test "


async def searches_for_what_is_mine(shift: Shift) -> None:
    await shift.press("/")
    await shift.is_at("combobox", SEARCH)
    await shift.type("assi")
    await shift.page.get_by_role("option", name="assignee:").wait_for()
    await shift.press("ArrowDown", "Enter")
    await shift.type("me")
    await shift.page.get_by_role("option", name="assignee:me").wait_for()
    await shift.press("ArrowDown", "Enter", "Enter")
    await shift.is_at("status", "assignee:me 10 items")
    await shift.is_live()


async def chooses_all_that_hold(shift: Shift, word: str, authors: Sequence[str]) -> None:
    await shift.press("/")
    await shift.is_at("combobox", SEARCH)
    await shift.press("Control+a")
    await shift.type(word)
    await shift.press("Enter")
    await shift.is_at("status", f"{word} {len(authors)} items")
    await shift.is_live()
    chosen = [await shift.next_row()]
    await shift.press("x")
    chosen += [await shift.next_row() for _ in authors[1:]]
    assert sorted(chosen) == sorted(authors)
    await shift.press("Shift+X")
    await shift.page.get_by_role("status").filter(has_text=f"{len(authors)} chosen").first.wait_for()
    await shift.press("b")
    await shift.is_at("combobox", "What is to be done")


async def resolves_them_together(shift: Shift) -> None:
    await chooses_all_that_hold(shift, "doublon", TWICE)
    await shift.type("Res")
    await shift.to("button", "See what would come of it", most=1)
    await shift.press("Enter")
    await shift.is_at("status", "3 items will be done.")
    await shift.to("button", "Resolve (3)", most=4)
    await shift.press("Enter")
    await shift.is_at("status", "3 done")
    for author in TWICE:
        await wrote(shift.world, author, ItemResolved)


async def writes_to_them_together(shift: Shift) -> None:
    await shift.to("link", "Queue", key="Shift+Tab")
    await shift.press("Enter")
    await shift.is_live()
    await chooses_all_that_hold(shift, "panne", BROKEN)
    await shift.type("Write")
    await shift.to("button", "See what would come of it", most=1)
    await shift.press("Enter")
    await shift.is_at("heading", "What is to be done")
    await shift.to("combobox", "Take the words of a wording", most=1)
    await shift.type("Panne")
    await shift.to("button", "Show what would come of it")
    await shift.press("Enter")
    await shift.is_at("status", "3 items will be done.")
    assert not [one for author in BROKEN for one in await log_of(shift.world, author) if isinstance(one, ReplyQueued)]
    await shift.to("button", "Write to each (3)", most=4)
    await shift.press("Enter")
    await shift.is_at("status", "3 done")
    for author in BROKEN:
        assert (await wrote(shift.world, author, ReplyQueued)).text == "Bonjour Nom, nous réparons."


async def hands_over(shift: Shift) -> None:
    await shift.to("link", "Queue", key="Shift+Tab")
    await shift.press("Enter")
    await shift.is_live()
    await shift.goes_to("hand-o", "Hand-over")
    await shift.to("combobox", "To whom", most=60)
    await shift.type("Lead")
    await shift.to("textbox", "A word to the next one", most=2)
    await shift.type("Dix attendent encore, rien ne brûle.")
    await shift.to("button", "Offer the hand-over", most=1)
    await shift.press("Enter")
    await shift.is_at("status", "Offered. Until somebody accepts, everything stays yours.")
    offered = await told(shift.world, HandoverOffered)
    assert (offered.to, len(offered.items)) == (shift.world.people["lead"], 10)


async def takes_over(shift: Shift) -> None:
    await shift.goes_to("hand-o", "Hand-over")
    await shift.to("button", "Accept: they become mine", most=60)
    await shift.press("Enter")
    await shift.is_at("status", "Accepted: they become yours within a moment.")
    offered = await told(shift.world, HandoverOffered)
    assert (await told(shift.world, HandoverAccepted)).by == shift.world.people["lead"]
    for item in offered.items:
        assert (await wrote(shift.world, item.item_id, ItemAssigned)).assignee == shift.world.people["lead"]


async def signed_in(site: Site, who: str) -> Shift:
    page = await (await site.visitor(None)).new_page()
    await page.goto(f"{site.base}/sign-in")
    shift = await Shift.on(page)
    shift.site = site
    await shift.signs_in(who)
    await shift.is_live()
    return shift

"""Each step of a shift by ear alone, in French: each thing by its role and name, each result from what is said."""

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
from inbox.team_events import HandoverOffered
from tests.browser.conftest import Site
from tests.browser.hand import Ear
from tests.browser.shift import BROKEN, PASSWORD, TWICE, told, wrote
from tests.web.world import World


class Heard(Ear):
    """What somebody does who hears the screen, in French, and what they are told of it."""

    site: Site

    @property
    def world(self) -> World:
        return self.site.world

    async def signs_in(self, who: str) -> None:
        await self.arrives("Se connecter")
        await self.the("textbox", "E-mail").fill(f"{who}@t.test")
        await self.page.get_by_label("Mot de passe", exact=True).fill("pas celui-ci")
        await self.press("button", "Se connecter")
        await self.told("L’e-mail et le mot de passe ne vont pas ensemble.")
        self.site.complaints.clear()  # Chromium says itself that it was refused
        await self.is_clear()
        await self.page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
        await self.press("button", "Se connecter")
        await self.arrives("Brizéo", "À traiter")
        await self.told("En direct")
        assert await self.page.get_by_role("banner", name="Brizéo", exact=True).count() == 1

    async def opens(self, author: str) -> None:
        await self.press("link", f"Nom {author}")
        await self.page.get_by_role("heading", name=f"Nom {author}", level=2, exact=True).wait_for()


async def acknowledges(ear: Heard, author: str) -> None:
    await ear.press("button", "Accuser réception")
    await ear.told("Accusé de réception en route.")
    await wrote(ear.world, author, ItemAcknowledged)


async def takes(ear: Heard, author: str) -> None:
    await ear.press("button", "Prendre")
    await ear.told("C’est à vous.")
    await wrote(ear.world, author, ItemAcknowledged)


async def assigns_to_oneself(ear: Heard, author: str) -> None:
    await ear.unfold("Autres actions")
    await ear.the("combobox", "Attribuer à").select_option(label="Cm Test")
    await ear.press("button", "Attribuer")
    await ear.told("Attribué.")
    assert (await wrote(ear.world, author, ItemAssigned)).assignee == ear.world.people["cm"]


async def says_what_it_is_about(ear: Heard, author: str) -> None:
    await ear.unfold("Corriger le classifieur")
    await ear.press("checkbox", "question")
    await ear.press("button", "Fixer le sujet")
    await ear.told("Corrigé.")
    await wrote(ear.world, author, CategoriesCorrected)


async def resolves(ear: Heard, author: str, reason: str = "répondu") -> None:
    await ear.unfold("Résoudre")
    await ear.press("button", reason)
    await ear.told("Résolu.")
    await wrote(ear.world, author, ItemResolved)


async def marks_as_spam(ear: Heard, author: str) -> None:
    await resolves(ear, author, "spam")
    assert (await wrote(ear.world, author, ItemResolved)).reason == "spam"


async def replies_with_prepared_words(ear: Heard, author: str) -> None:
    await ear.press("radio", "Répondre")
    await ear.unfold("Éléments de langage")
    await ear.page.get_by_role("listbox", name="Éléments de langage").get_by_role("option", name="Suivi").wait_for()
    await ear.the("combobox", "Chercher dans les éléments de langage").fill("suivi")
    await ear.the("combobox", "Chercher dans les éléments de langage").press("Enter")
    await ear.press("button", "Répondre")
    await ear.told("Réponse en route.")
    assert (await wrote(ear.world, author, ReplyQueued)).text == "Bonjour, votre commande part demain."


BY_EAR: Mapping[str, Callable[[Heard, str], Awaitable[None]]] = {
    "acknowledge": acknowledges, "take": takes, "assign": assigns_to_oneself, "about": says_what_it_is_about,
    "resolve": resolves, "spam": marks_as_spam, "reply": replies_with_prepared_words,
}  # fmt: skip


async def calls_a_colleague(ear: Heard, author: str) -> None:
    await ear.press("radio", "Note")
    await ear.the("textbox", "Votre texte").press_sequentially("À voir avec @le")
    await ear.page.get_by_role("listbox", name="Collègues").get_by_role("option", name="Lead Test", exact=True).click()
    await ear.press("button", "Ajouter la note")
    await ear.told("Note ajoutée.")
    assert (await wrote(ear.world, author, NoteAdded)).text == "À voir avec @Lead Test "


async def takes_back(ear: Heard, author: str) -> None:
    await ear.opens(author)
    await resolves(ear, author)
    await ear.press("button", "Annuler")
    await ear.told("Annulé.")
    await wrote(ear.world, author, ItemReopened)


async def chooses_all_that_hold(ear: Heard, word: str, authors: Sequence[str], what: str) -> None:
    field = ear.the("combobox", "Chercher des mots, des auteurs, des filtres")
    await field.fill(word)
    await field.press("Enter")
    await ear.told(f"{word} {len(authors)} éléments")
    await ear.is_clear()
    for author in authors:
        await ear.press("checkbox", f"Choisir Nom {author}")
    await ear.told(f"{len(authors)} choisies")
    await ear.the("combobox", "Ce qu’il faut faire").select_option(label=what)
    await ear.press("button", "Voir ce que cela donnerait")


async def resolves_them_together(ear: Heard) -> None:
    await chooses_all_that_hold(ear, "doublon", TWICE, "Résoudre")
    await ear.told("3 éléments seront traités.")
    await ear.is_clear()
    await ear.press("button", "Résoudre (3)")
    await ear.told("3 faits")
    await ear.is_clear()
    for author in TWICE:
        await wrote(ear.world, author, ItemResolved)


async def writes_to_them_together(ear: Heard) -> None:
    await ear.press("link", "File")
    await ear.arrives("Brizéo", "À traiter")
    await chooses_all_that_hold(ear, "panne", BROKEN, "Écrire à chacun")
    await ear.page.get_by_role("heading", name="Ce qu’il faut faire", exact=True).wait_for()
    await ear.the("combobox", "Reprendre un élément de langage").select_option(label="Panne ✓")
    await ear.press("button", "Montrer ce que cela donnerait")
    await ear.told("3 éléments seront traités.")
    await ear.press("button", "Écrire à chacun (3)")
    await ear.told("3 faits")
    for author in BROKEN:
        assert (await wrote(ear.world, author, ReplyQueued)).text == "Bonjour Nom, nous réparons."


async def hands_over(ear: Heard) -> None:
    await ear.press("link", "File")
    await ear.arrives("Brizéo", "À traiter")
    await (
        ear.page.get_by_role("navigation", name="Marque", exact=True)
        .get_by_role("link", name="Passation", exact=True)
        .click()
    )
    await ear.arrives("Passation")
    await ear.the("combobox", "À qui").select_option(label="Lead Test")
    await ear.the("textbox", "Un mot pour la personne suivante").fill("Dix attendent encore, rien ne brûle.")
    await ear.press("button", "Proposer la passation")
    await ear.told("Passation proposée. Tant que personne n’accepte, tout reste à vous.")
    await ear.is_clear()
    assert (await told(ear.world, HandoverOffered)).to == ear.world.people["lead"]


async def takes_over(ear: Heard) -> None:
    await ear.press("link", "Passation")
    await ear.arrives("Passation")
    await ear.page.get_by_role("heading", name="Cm Test passe le relais à : vous", level=2).wait_for()
    await ear.press("button", "Accepter : je les reprends")
    await ear.arrives("Brizéo", "À moi")
    await ear.told("C’est accepté : dans un instant, ils sont à vous.")
    for item in (await told(ear.world, HandoverOffered)).items:
        assert (await wrote(ear.world, item.item_id, ItemAssigned)).assignee == ear.world.people["lead"]


async def signed_in(site: Site, who: str) -> Heard:
    page = await (await site.visitor(None, lang="fr")).new_page()
    await page.goto(f"{site.base}/sign-in")
    ear = await Heard.on(page)
    ear.site = site
    await ear.signs_in(who)
    return ear

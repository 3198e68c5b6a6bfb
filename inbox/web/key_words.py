"""The acts that have a key, in words: one list serves the sheet, the palette, the form and the browser. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from inbox.people.keys import USUAL, held
from inbox.web.i18n import N_, Speech

MOVE = ("next", "previous", "open", "first", "last", "news", "search")
ACT = (
    "acknowledge", "reply", "wordings", "note", "take", "assign", "priority", "resolve", "reopen",
    "translate", "choose", "choose_to", "bulk", "undo",
)  # fmt: skip
EVERYWHERE = ("palette", "commands", "density", "waves", "sheet")
ON_ANY_PAGE = frozenset({"palette", "commands", "sheet", "undo"})
"""Without a list or an item."""
LABELS = {
    "next": N_("Next"), "previous": N_("Previous"), "open": N_("Open"), "first": N_("To the top of the list"),
    "last": N_("To the end of the list"), "news": N_("Show what is new"), "search": N_("Search"),
    "acknowledge": N_("Acknowledge"), "reply": N_("Reply"), "wordings": N_("Wordings"), "note": N_("Internal note"),
    "take": N_("Take"), "assign": N_("Assign to"), "priority": N_("Set priority"), "resolve": N_("Resolve"),
    "reopen": N_("Reopen"), "translate": N_("Translate"), "choose": N_("Choose the row"),
    "choose_to": N_("Choose all up to the row"), "bulk": N_("Act on the chosen rows"), "undo": N_("Undo"),
    "palette": N_("Commands"), "commands": N_("Commands, with Ctrl, also inside a field"),
    "density": N_("Compact rows"), "waves": N_("Fold waves"), "sheet": N_("This sheet"),
}  # fmt: skip


@dataclass(frozen=True)
class Key:
    """`key`: one sign; `held`: as the browser hears it."""

    act: str
    label: str
    key: str

    @property
    def held(self) -> str:
        return held(self.act, self.key) if self.key else ""

    @property
    def shown(self) -> list[str]:
        if not self.key:
            return []
        if self.held != self.key:
            return ["Ctrl", self.key.upper()]
        return ["⇧", self.key] if self.key.isupper() else [self.key.upper()]

    @property
    def named(self) -> str:
        """As `aria-keyshortcuts` names it: a plus would part two keys there."""
        if not self.key:
            return ""
        with_it = "Control+" if self.held != self.key else "Shift+" if self.key.isupper() else ""
        return with_it + ("Plus" if self.key == "+" else self.key.upper())


@dataclass(frozen=True)
class Group:
    title: str
    keys: list[Key]


def sheet(chosen: Mapping[str, str], say: Speech, *, acts: bool, queue: bool = True) -> list[Group]:
    """`chosen`: of the member, else the usual ones. Without the acts of an item for who may only look on, and without
    a `queue` what works on any page."""
    known = {**USUAL, **chosen}
    groups = [(say("Move"), MOVE), *([(say("Act"), ACT)] if acts else []), (say("Everywhere"), EVERYWHERE)]
    return [
        Group(title, found)
        for title, names in groups
        if (found := [_key(act, known, say) for act in names if queue or act in ON_ANY_PAGE])
    ]


def _key(act: str, known: Mapping[str, str], say: Speech) -> Key:
    return Key(act, say(LABELS[act]), known[act])


def cap(act: str, chosen: Mapping[str, str]) -> str:
    """What is pressed for it; empty where no key is left for it."""
    return " ".join(Key(act, "", chosen[act]).shown)


def named(act: str, chosen: Mapping[str, str]) -> str:
    """The same for who does not see it."""
    return Key(act, "", chosen[act]).named

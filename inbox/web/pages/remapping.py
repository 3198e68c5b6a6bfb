"""The sheet of keys and who changes them: one list of acts serves the sheet, the palette, the form and the browser."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from inbox.errors import Refused
from inbox.people import keys
from inbox.web.context import deps, viewer
from inbox.web.i18n import N_, Speech
from inbox.web.pages import render
from inbox.web.routes import Route
from inbox.web.security import brand_of

MOVE = ("next", "previous", "open", "first", "last", "news", "search")
ACT = (
    "acknowledge", "reply", "wordings", "note", "take", "assign", "priority", "resolve", "reopen",
    "translate", "bulk", "undo",
)  # fmt: skip
EVERYWHERE = ("palette", "density", "sheet")
LABELS = {
    "next": N_("Next"), "previous": N_("Previous"), "open": N_("Open"), "first": N_("To the top of the list"),
    "last": N_("To the end of the list"), "news": N_("Show what is new"), "search": N_("Search"),
    "acknowledge": N_("Acknowledge"), "reply": N_("Reply"), "wordings": N_("Wordings"), "note": N_("Internal note"),
    "take": N_("Take"), "assign": N_("Assign to"), "priority": N_("Set priority"), "resolve": N_("Resolve"),
    "reopen": N_("Reopen"), "translate": N_("Translate"), "bulk": N_("Act on the chosen rows"), "undo": N_("Undo"),
    "palette": N_("Commands"), "density": N_("Compact rows"), "sheet": N_("This sheet"),
}  # fmt: skip


@dataclass(frozen=True)
class Key:
    act: str
    label: str
    key: str

    @property
    def shown(self) -> list[str]:
        if not self.key:
            return []
        return ["⇧", self.key] if self.key.isupper() else [self.key.upper()]


@dataclass(frozen=True)
class Group:
    title: str
    keys: list[Key]


async def sheet(request: web.Request, say: Speech, *, acts: bool) -> list[Group]:
    """Without the acts of an item for who may only look on."""
    chosen = await keys.of_member(deps(request).log, brand_of(request), viewer(request).actor)
    groups = [(say("Move"), MOVE), *([(say("Act"), ACT)] if acts else []), (say("Everywhere"), EVERYWHERE)]
    return [Group(title, [Key(act, say(LABELS[act]), chosen[act]) for act in names]) for title, names in groups]


async def show(request: web.Request) -> web.StreamResponse:
    return await _shown(request)


async def _shown(
    request: web.Request, told: str | None = None, typed: dict[str, str] | None = None, status: int = 200
) -> web.StreamResponse:
    world = await render.world(request)
    return render.page(
        request, "keys_page.html", world.say, status=status, world=world, here="queue", told=told, typed=typed or {},
        groups=await sheet(request, world.say, acts=world.may("act")),
        saved=world.say("Saved.") if request.query.get("saved") else None,
    )  # fmt: skip


async def choose(request: web.Request) -> web.StreamResponse:
    own, brand, fields = deps(request), brand_of(request), await render.form(request)
    say = Speech(render.language_of(viewer(request)))
    if fields.get("reset") == "yes":
        await keys.reset(own.log, brand, viewer(request).actor)
        return render.see_other(request, f"/b/{brand}/keys?saved=1")
    try:
        await keys.choose(own.log, brand, viewer(request).actor, fields)
    except Refused as refused:
        return await _shown(request, _told(refused, say), fields, refused.status)
    return render.see_other(request, f"/b/{brand}/keys?saved=1")


def _told(refused: Refused, say: Speech) -> str:
    if refused.code == "key_taken":
        first, second = (say(LABELS[act]) for act in refused.details["acts"])
        return say("The key %(key)s is asked for twice: “%(first)s” and “%(second)s”. Choose another for one of them.",
                   key=refused.details["key"], first=first, second=second)  # fmt: skip
    label = LABELS[refused.details["act"]]
    return say("“%(act)s” needs exactly one sign.", act=say(label))


ROUTES = [
    Route("GET", "/b/{brand_id}/keys", show, "personal", "page", "keys"),
    Route("POST", "/b/{brand_id}/keys", choose, "personal", "page", "keys_choose"),
]

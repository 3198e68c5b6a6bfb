"""A hand on the keyboard, and nothing else: what it presses, where it stands afterwards, and whether that can be seen.
And an ear: what a page is to who hears it, by roles and names, and what it says by itself.

Where the focus is, is asked of Chromium's accessibility tree, so that a control is known by what it is called, and not
by where it stands in the markup."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Any, Literal, Self

from playwright.async_api import CDPSession, Error, Locator, Page

PATIENCE_S = 5.0
SEEN = """() => {
  const drawn = (one, shadow) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one);
    return outlineStyle !== "none" && parseFloat(outlineWidth) > 0 || shadow && boxShadow !== "none";
  };
  const at = document.activeElement;
  const box = at.getBoundingClientRect();
  const around = [at.parentElement, at.closest("label"), at.closest("li")].filter(Boolean);
  return {
    ring: drawn(at, true) || around.some((one) => drawn(one, false)),
    inside: box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth,
  };
}"""
"""Of what has the focus: whether a ring is drawn, around it or around the row or label it stands for, and whether it is
on the screen."""


@dataclass(frozen=True)
class Focus:
    role: str
    name: str

    def __str__(self) -> str:
        return f"{self.role} “{self.name}”"


def says(name: str | re.Pattern[str], said: str) -> bool:
    return said == name if isinstance(name, str) else bool(name.search(said))


class Hand:
    def __init__(self, page: Page, line: CDPSession) -> None:
        self.page = page
        self._line = line

    @classmethod
    async def on(cls, page: Page) -> Self:
        line = await page.context.new_cdp_session(page)
        await line.send("Accessibility.enable")
        return cls(page, line)

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)

    async def type(self, text: str) -> None:
        await self.page.keyboard.type(text)

    async def at(self) -> Focus:
        """What has the focus, as it is told to who hears the page."""
        try:
            found = await self._line.send("Runtime.evaluate", {"expression": "document.activeElement"})
            asked = {"objectId": found["result"].get("objectId", ""), "fetchRelatives": False}
            told = (await self._line.send("Accessibility.getPartialAXTree", asked))["nodes"][0]
        except Error:
            return Focus("", "")  # the page is just being left
        role, name = (told.get(part, {}).get("value", "") for part in ("role", "name"))
        return Focus(role, " ".join(name.split()))

    async def is_at(self, role: str, name: str | re.Pattern[str], *, patience: float = 30) -> Focus:
        """The focus comes to stand there, where it can be seen; else where it stood instead."""
        focus = Focus("", "")
        for _ in range(int(patience * 20)):
            focus = await self.at()
            if focus.role == role and says(name, focus.name):
                break
            await self.page.wait_for_timeout(50)
        assert focus.role == role and says(name, focus.name), f"the focus is at {focus}, not at {role} “{name}”"  # noqa: PT018
        await self.is_seen()
        return focus

    async def is_seen(self, where: str = "") -> None:
        seen = await self.page.evaluate(SEEN)
        assert seen == {"ring": True, "inside": True}, f"{where or await self.at()}: {seen}"

    async def to(self, role: str, name: str | re.Pattern[str], *, most: int = 12, key: str = "Tab") -> None:
        """With so many tabs at most; each stop on the way is seen as well."""
        walked: list[str] = []
        for _ in range(most):
            await self.press(key)
            focus = await self.at()
            walked.append(str(focus))
            await self.is_seen(" → ".join(walked))
            if focus.role == role and says(name, focus.name):
                return
        raise AssertionError(f"no {role} “{name}” within {most} presses of {key}: {' → '.join(walked)}")


SPOKEN = (
    "button|link|textbox|searchbox|combobox|listbox|option|checkbox|radio|switch|navigation|dialog|heading|progressbar"
)
NAMELESS = re.compile(rf"^\s*- (?:{SPOKEN})(?: \[[^\]]*\])*:?$", re.MULTILINE)
"""A line of a snapshot that has a role and no name."""


class Ear:
    """Finds what it needs by role and name, as they are told, and knows nothing of the markup."""

    def __init__(self, page: Page, line: CDPSession) -> None:
        self.page = page
        self._line = line

    @classmethod
    async def on(cls, page: Page) -> Self:
        return cls(page, await page.context.new_cdp_session(page))

    def the(
        self, role: Literal["button", "link", "textbox", "combobox", "checkbox", "radio", "heading"], name: str
    ) -> Locator:
        return self.page.get_by_role(role, name=name, exact=True)

    async def press(self, role: Literal["button", "link", "checkbox", "radio"], name: str) -> None:
        """As a screen reader does: the act itself, with no pointer anywhere."""
        await self.the(role, name).dispatch_event("click")

    async def unfold(self, name: str) -> None:
        """What can be unfolded: Playwright has no role for it, Chromium has."""
        asked = {"role": "DisclosureTriangle", "accessibleName": name}
        async with asyncio.timeout(PATIENCE_S):
            while not (found := await self._heard(asked)):
                await asyncio.sleep(0.05)  # what has just come is not heard of at once
        node = await self._line.send("DOM.resolveNode", {"backendNodeId": found["backendDOMNodeId"]})
        call = {"objectId": node["object"]["objectId"], "functionDeclaration": "function () { this.click(); }"}
        await self._line.send("Runtime.callFunctionOn", call)

    async def _heard(self, asked: dict[str, str]) -> dict[str, Any] | None:
        root = (await self._line.send("Runtime.evaluate", {"expression": "document"}))["result"]["objectId"]
        nodes = (await self._line.send("Accessibility.queryAXTree", {"objectId": root, **asked}))["nodes"]
        return nodes[0] if len(nodes) == 1 else None

    async def told(self, words: str) -> None:
        """Said by itself, in a live region."""
        said = self.page.get_by_role("status").or_(self.page.get_by_role("alert")).filter(has_text=words)
        await said.first.wait_for()

    async def arrives(self, heading: str, list_of: str = "") -> None:
        """The page with this heading, and this list, is there, and one can find one's way about in it."""
        await self.page.get_by_role("heading", name=heading, level=1, exact=True).wait_for()
        if list_of:
            await self.page.get_by_role("heading", name=list_of, level=2, exact=True).wait_for()
        await self.is_clear()

    async def is_clear(self) -> None:
        """One first heading, one main part, one head, and nothing on it that has no name."""
        assert await self.page.get_by_role("heading", level=1).count() == 1
        assert await self.page.get_by_role("main").count() == 1
        snapshot = await self.page.locator("body").aria_snapshot()
        assert NAMELESS.findall(snapshot) == [], snapshot

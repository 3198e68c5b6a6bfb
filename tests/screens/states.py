"""States of a screen that its address alone does not bring: what is chosen, open, slow, cut off, refused or forbidden.

Each is reached as a person reaches it, with a browser that is slow or cut off where that is what is shown. Three are
rendered by the product's own page of errors, since a demo cannot be broken on demand: 500 and 503, and 429.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp.test_utils import make_mocked_request
from playwright.async_api import Page, Request, Route

from inbox.web.pages import errors
from inbox.web.problems import REQUEST_ID

ITEMS = re.compile(r"/items/[\w-]+(\?.*)?$")
MUTES = "#item-head form:is([action$='/mute'], [action$='/unmute']) button"
OPENED = f"document.querySelector({MUTES!r}).closest('details').open = true"
POSITION = re.compile(rb"(expected_position\"\r\n\r\n|expected_position=)\d+")


@dataclass(frozen=True, slots=True)
class Where:
    """`base`: of the site; `brand`: path of the brand; `items`: paths by who wrote (`letters.SAID`), and `first`."""

    base: str
    brand: str
    items: dict[str, str]


async def queue_nothing_found(page: Page, at: Where) -> None:
    await page.goto(f"{at.base}{at.brand}/queue?q=introuvable-partout")


async def queue_bad_search(page: Page, at: Where) -> None:
    await page.goto(f"{at.base}{at.brand}/queue?q=p:9")


async def queue_chosen(page: Page, at: Where) -> None:
    await _ready(page, at)
    await page.keyboard.press("j")
    await page.keyboard.press("x")
    await page.keyboard.press("j")
    await page.keyboard.press("x")
    await page.wait_for_selector("#selecting:not([hidden])")


async def _ready(page: Page, at: Where) -> None:
    """The queue, with its scripts at work."""
    await page.goto(f"{at.base}{at.brand}/queue")
    await page.locator("#live-state .presence[data-is=here]").wait_for(state="attached")


async def queue_commands(page: Page, at: Where) -> None:
    await _ready(page, at)
    await page.keyboard.press("Control+k")
    await page.wait_for_selector("#palette[open]")


async def queue_keys(page: Page, at: Where) -> None:
    await _ready(page, at)
    await page.keyboard.press("?")
    await page.wait_for_selector("#keys[open]")


async def queue_filters(page: Page, at: Where) -> None:
    await _ready(page, at)
    await page.locator("details.filters > summary").click()


async def queue_completing(page: Page, at: Where) -> None:
    """The search field offers what may stand behind a key."""
    await _ready(page, at)
    await page.locator("#q").focus()
    await page.keyboard.type("p:")
    await page.wait_for_selector("#q-offers:not([hidden]) [role=option]")


async def queue_more(page: Page, at: Where) -> None:
    """The sheet of a phone; a desk has all of it in its rail."""
    await _ready(page, at)
    opener = page.locator("nav.dock [popovertarget=more-views]")
    if await opener.is_visible():
        await opener.click()


async def queue_offline(page: Page, at: Where) -> None:
    await _ready(page, at)
    await page.context.set_offline(True)
    await page.wait_for_selector("#offline:not([hidden])")


async def item_slow(page: Page, at: Where) -> None:
    """An item that was asked for and does not come yet."""
    await _ready(page, at)
    asked = page.expect_request(ITEMS)
    await page.route(ITEMS, _never)
    async with asked:
        await page.locator("#rows .row-link").first.click()


async def _never(route: Route, request: Request) -> None:
    """Left open: the page waits."""


async def item_not_reached(page: Page, at: Where) -> None:
    await _ready(page, at)
    await page.route(ITEMS, lambda route: route.abort())
    await page.locator("#rows .row-link").first.click()
    await page.wait_for_selector("#toasts > *")


async def item_writing(page: Page, at: Where) -> None:
    await page.goto(at.base + at.items["arabic"])
    await page.keyboard.press("r")
    await page.locator("#text").fill("Bonjour, débranchez la batterie et éloignez-la de tout ce qui brûle.")


async def item_right_to_left(page: Page, at: Where) -> None:
    await page.goto(at.base + at.items["hebrew"])


async def item_overtaken(page: Page, at: Where) -> None:
    """Somebody was faster: the note names a position that is long past."""
    await page.goto(at.base + at.items["claimed"])
    await page.route("**/resolve", _as_of_the_beginning)
    await page.evaluate("document.querySelector('#item-head [data-key=e]').closest('details').open = true")
    await page.locator("#item-head .menu-box button").first.click()
    await page.wait_for_selector("#item [role=alert], #item .banner")


async def _as_of_the_beginning(route: Route, request: Request) -> None:
    body = POSITION.sub(rb"\g<1>1", request.post_data_buffer or b"")
    await route.continue_(post_data=body)


async def item_undoable(page: Page, at: Where) -> None:
    """Something was just done that can be taken back."""
    await page.goto(at.base + at.items["claimed"])
    await page.evaluate(OPENED)
    await page.locator(MUTES).click()
    await page.wait_for_selector("#toasts [data-undo]")


async def elsewhere_undoable(page: Page, at: Where) -> None:
    await item_undoable(page, at)
    await page.goto(f"{at.base}{at.brand}/waves")
    await page.wait_for_selector("#toasts [data-undo]")


async def asked_again(page: Page, at: Where) -> None:
    """Before what cannot be undone."""
    await page.goto(f"{at.base}{at.brand}/freezes")
    await page.locator("form[data-confirm] button").first.click()
    await page.wait_for_selector("#sure[open]")


async def elsewhere_commands(page: Page, at: Where) -> None:
    await page.goto(f"{at.base}{at.brand}/waves")
    await page.keyboard.press("Control+k")
    await page.wait_for_selector("#palette[open]")


async def elsewhere_keys(page: Page, at: Where) -> None:
    await page.goto(f"{at.base}{at.brand}/waves")
    await page.keyboard.press("?")
    await page.wait_for_selector("#keys[open]")


async def form_refused(page: Page, at: Where) -> None:
    """What the browser would not let pass is sent all the same."""
    await page.goto(f"{at.base}{at.brand}/settings/wordings")
    await page.evaluate("for (const one of document.forms) one.noValidate = true")
    await page.locator("main form button[type=submit].btn-primary").last.click()
    await page.wait_for_selector("[aria-invalid=true]")


async def not_found(page: Page, at: Where) -> None:
    await page.goto(f"{at.base}{at.brand}/nowhere")


async def forbidden(page: Page, at: Where) -> None:
    """Seen by an observer."""
    await page.goto(f"{at.base}{at.brand}/settings/policy")


async def wrong_password(page: Page, at: Where) -> None:
    await page.goto(f"{at.base}/sign-in")
    await page.locator("#email").fill("quelqu-un@brizeo.example")
    await page.locator("#password").fill("pas le bon mot de passe")
    await page.locator("main form button[type=submit]").click()
    await page.wait_for_selector("[role=alert]")


async def dead_sign_in_link(page: Page, at: Where) -> None:
    await page.goto(f"{at.base}/sign-in/link/dead")


async def dead_wall_link(page: Page, at: Where) -> None:
    await page.goto(f"{at.base}{at.brand.replace('/b/', '/wall/')}/dead")


async def too_often(page: Page, at: Where) -> None:
    await _told(page, at, 429, "too_many_attempts")


async def unavailable(page: Page, at: Where) -> None:
    await _told(page, at, 503, "unavailable")


async def broken(page: Page, at: Where) -> None:
    await _told(page, at, 500, "bug")


async def _told(page: Page, at: Where, status: int, code: str) -> None:
    lang = str(await page.evaluate("navigator.language"))
    request = make_mocked_request("GET", "/account", {"Accept-Language": lang})
    request[REQUEST_ID] = "4d7f19ab3c5e4f0d8a2b6c1e90f3d752"
    answer = await errors.show(request, status, code, "")
    body = getattr(answer, "text", "")
    await page.route(f"{at.base}/account", lambda route: route.fulfill(status=200, body=body, content_type="text/html"))
    await page.goto(f"{at.base}/account")


State = Callable[[Page, Where], Awaitable[None]]
SIGNED_IN: tuple[State, ...] = (
    queue_nothing_found, queue_bad_search, queue_chosen, queue_commands, queue_keys, queue_filters,
    queue_completing, queue_more, queue_offline, item_slow, item_not_reached, item_writing, item_right_to_left,
    item_overtaken, form_refused, not_found, item_undoable, elsewhere_undoable, asked_again, elsewhere_commands,
    elsewhere_keys,
)  # fmt: skip
OBSERVED: tuple[State, ...] = (forbidden,)
STRANGERS: tuple[State, ...] = (wrong_password, dead_sign_in_link, dead_wall_link, too_often, unavailable, broken)
EMPTY = (
    "queue", "waves", "approvals", "promises", "notices", "freezes", "handover", "bulk", "views", "sla", "sla_turns",
    "sla_waiting", "agreement", "reports", "wall", "wall_links", "settings_quarantine", "settings_set_aside",
    "settings_subscriptions", "settings_wordings", "settings_tokens", "settings_exposure", "settings_history",
    "settings_classifier", "settings_assignment",
)  # fmt: skip
"""Screens that are photographed before anything was heard, too."""

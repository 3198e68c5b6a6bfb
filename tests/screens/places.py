"""Which screens there are: the GET routes of pages as the code serves them, so that none is forgotten.

What needs an id gets the address of a link that some other screen has to it. What leads nowhere is told by its absence:
the photographs name it in their index, and the test of accessibility fails.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from html import unescape
from urllib.parse import urlsplit

from inbox.web import pages
from inbox.web.app import modules_of
from inbox.web.routes import Route

LINK = re.compile(r'href="(/[^"]*)"')
PLACES = re.compile(r"\{(\w+)(?::[^}]*)?\}")
NO_SCREENS = {
    "page.live": "a stream", "wall_live": "a stream", "wall_live_by_link": "a stream", "static": "files",
    "lent_file": "a file", "item_file": "a file", "item_sent_file": "a file",
    "home": "leads to the queue", "brand": "leads to the queue",
    "report_pdf": "a file", "report_html": "a file", "sla_csv": "a file",
    "sla_parquet": "a file", "agreement_csv": "a file", "corrections": "a file", "settings_delivery": "a file",
    "account_here": "leads back", "item_person": "a file", "queue_count": "figures that the queue asks for",
    "queue_fits": "figures that the queue asks for", "queue_words": "suggestions of the search field",
    "queue_standing": "rows that the queue asks for",
    "views_counts": "figures that the queue asks for", "wall_figures": "a part of the wallboard",
    "wall_figures_by_link": "a part of the wallboard", "item_wordings": "a part of the field where one writes",
}  # fmt: skip
"""Answers that nobody looks at in a browser's window, or that are a part of a screen that is photographed."""
ALSO = {"sla": "?compare=before", "settings_new_channel": "?network=generic"}
"""How a screen is asked where its bare address shows little."""


def screens() -> list[Route]:
    """Every one that may be a screen; fragments of a screen are among them (they tell themselves by their answer)."""
    table = [route for module in modules_of(pages) for route in getattr(module, "ROUTES", ())]
    return [one for one in table if one.method == "GET" and one.surface == "page" and one.name not in NO_SCREENS]


def bare(route: Route, brand: str) -> str | None:
    """Its path where the brand is all it needs."""
    path = route.path.replace("{brand_id}", brand)
    return None if PLACES.search(path) else path + ALSO.get(route.name, "")


def leading_to(route: Route, brand: str, links: Iterable[str]) -> str | None:
    """The first link that leads there."""
    parts = PLACES.split(route.path.replace("{brand_id}", brand))
    shape = "".join(re.escape(part) if even % 2 == 0 else r"[\w-]+" for even, part in enumerate(parts))
    return next((link for link in links if re.fullmatch(shape, urlsplit(link).path)), None)


Ask = Callable[[Route, str], Awaitable[str | None]]
"""The whole page at that path, as whoever may see it; None where there is none, or where it leads elsewhere."""


async def reached(brand: str, ask: Ask, given: Mapping[str, str]) -> dict[str, str]:
    """Screen → path: those without an id first, then what their links lead to, until no more is found. `given`: of what
    no other screen links to."""
    links, found = dict.fromkeys(given.values()), dict[str, str]()
    for _ in range(3):
        for route in sorted(screens(), key=lambda one: bare(one, brand) is None):
            path = given.get(route.name) or bare(route, brand) or leading_to(route, brand, links)
            if route.name in found or path is None or (text := await ask(route, path)) is None:
                continue
            found[route.name] = path
            links |= dict.fromkeys(unescape(link) for link in LINK.findall(text))
    return found


def is_whole(text: str) -> bool:
    """And no part of a page."""
    return text[:100].lower().lstrip().startswith("<!doctype html")

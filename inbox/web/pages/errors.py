"""Pages for what went wrong: what happened, what is safe, and what to do now. Never any content of the request."""

from __future__ import annotations

from aiohttp import web

from inbox.errors import Refused
from inbox.web import failures, words
from inbox.web.context import ANONYMOUS, VIEWER
from inbox.web.i18n import Speech, negotiate
from inbox.web.pages import render
from inbox.web.problems import REQUEST_ID
from inbox.web.routes import Route


async def show(request: web.Request, status: int, code: str, message: str) -> web.StreamResponse:
    """Needs no database and no member: it must work when nothing else does."""
    asking = request.get(VIEWER, ANONYMOUS)
    lang = render.language_of(asking) if asking.member else negotiate(request.headers.get("Accept-Language"))
    say = Speech(lang)
    context = _said(request, status, Refused(code, message, status=status), say)
    template = "error_card.html" if render.is_htmx(request) else "error.html"
    return web.Response(
        text=render.html(template, say, viewer=asking, **context), status=status, content_type="text/html"
    )


def _said(request: web.Request, status: int, refused: Refused, say: Speech) -> dict[str, str | None]:
    home = {"link": "/", "link_text": say("To the queue")}
    again = {"link": None if request.method != "GET" else request.path_qs, "link_text": say("Try again")}
    reference = request.get(REQUEST_ID)
    if status == 404:
        return {
            "icon": "search", "title": say("There is nothing here"), "safe": None, "reference": None,
            "text": say("The address is wrong, or what it names is not yours to see."), **home,
        }  # fmt: skip
    if status == 503:
        return {
            "icon": "offline", "title": say("Not right now"), "reference": reference, **again,
            "text": say("We cannot reach our data at the moment."
                " Messages that arrive are still taken in, or sent again by the network."),
            "safe": say("What you were writing is kept in this browser. Try again in a few seconds."),
        }  # fmt: skip
    if status >= 500:
        return {
            "icon": "alert", "title": say("Something broke on our side"), "reference": reference, **home,
            "text": say("It is noted with the reference below. What was saved before is safe."),
            "safe": say("We cannot tell whether your last action was carried out:"
                " look at the item before you repeat it."),
        }  # fmt: skip
    titles = {403: say("That is not allowed"), 409: say("Somebody was faster"), 429: say("Too many attempts")}
    return {
        "icon": "lock" if status == 403 else "alert", "title": titles.get(status, say("That did not work")),
        "text": words.refusal(refused, say), "safe": say("Nothing was changed."), "reference": reference, **home,
    }  # fmt: skip


def setup(app: web.Application) -> None:
    app[failures.ERROR_PAGE] = show


ROUTES: list[Route] = []

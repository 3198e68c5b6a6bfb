"""Pages for what went wrong: what happened, what is safe, and what to do now. Never any content of the request."""

from __future__ import annotations

from aiohttp import web

from inbox.errors import Refused
from inbox.web import failures, words
from inbox.web.context import ANONYMOUS, VIEWER
from inbox.web.i18n import N_, Speech, negotiate
from inbox.web.pages import render
from inbox.web.problems import REQUEST_ID
from inbox.web.routes import Route

TITLES = {
    403: N_("That is not allowed"), 405: N_("That is not done here"), 409: N_("Somebody was faster"),
    410: N_("That is over"), 413: N_("Too large"), 422: N_("Something is not right yet"), 429: N_("Too many attempts"),
}  # fmt: skip
TO_DO = {
    405: N_("This address is not opened like that. Start from the queue."),
    410: N_("What was here was used, or its time is over. Ask for a new one."),
    413: N_("What you sent is larger than can be taken. Send less of it."),
    429: N_("Wait a minute, then try again."),
}
"""Where the refusal has no words of its own."""
OTHERWISE = N_("That did not work")
LOOK_AGAIN = N_("Go back, look at what you entered, and try again.")
BESIDE = {"HX-Retarget": "#toasts", "HX-Reswap": "innerHTML", "HX-Reselect": "dialog"}
"""Told beside the page, whatever the request was to be put into."""
Said = dict[str, str | None]


async def show(request: web.Request, status: int, code: str, message: str) -> web.StreamResponse:
    """Needs no database and no member: it must work when nothing else does."""
    asking = request.get(VIEWER, ANONYMOUS)
    lang = render.language_of(asking) if asking.member else negotiate(request.headers.get("Accept-Language"))
    say = Speech(lang)
    again = request.path_qs if request.method == "GET" else None
    context = said(Refused(code, message, status=status), say, again=again, reference=request.get(REQUEST_ID))
    template = (
        "error.html" if not render.is_htmx(request) else "error_toast.html" if _adds(request) else "error_card.html"
    )
    headers = BESIDE if template == "error_toast.html" else {}
    body = render.html(template, say, viewer=asking, **context)
    return web.Response(text=body, status=status, content_type="text/html", headers=headers)


def _adds(request: web.Request) -> bool:
    """An act, or more of a list: what stands there already stays, a text that was begun too, to be sent again."""
    return request.method != "GET" or request.headers.get("HX-Target", "").endswith("#rows")


def said(refused: Refused, say: Speech, *, again: str | None = None, reference: str | None = None) -> Said:
    """`again`: the address to ask once more, where that does no harm."""
    home = {"link": "/", "link_text": say("To the queue")}
    if refused.status == 404:
        return {
            "icon": "search", "title": say("There is nothing here"), "safe": None, "reference": None,
            "text": say("The address is wrong, or what it names is not yours to see."), **home,
        }  # fmt: skip
    if refused.status == 503:
        return {
            "icon": "offline", "title": say("Not right now"), "reference": reference,
            "link": again, "link_text": say("Try again"),
            "text": say("We cannot reach our data at the moment."
                " Messages that arrive are still taken in, or sent again by the network."),
            "safe": say("What you were writing is kept in this browser. Try again in a few seconds."),
        }  # fmt: skip
    if refused.status >= 500:
        return {
            "icon": "alert", "title": say("Something broke on our side"), "reference": reference, **home,
            "text": say("It is noted with the reference below. What was saved before is safe."),
            "safe": say("We cannot tell whether your last action was carried out:"
                " look at the item before you repeat it."),
        }  # fmt: skip
    return {
        "icon": "lock" if refused.status == 403 else "alert",
        "title": say(TITLES.get(refused.status, OTHERWISE)), "text": _to_do(refused, say),
        "safe": say("Nothing was changed."), "reference": reference, **home,
    }  # fmt: skip


def _to_do(refused: Refused, say: Speech) -> str:
    """Our words for its code, else those for its status; an English message is for who reads English."""
    if refused.code in words.REFUSALS:
        return words.refusal(refused, say)
    if refused.status in TO_DO:
        return say(TO_DO[refused.status])
    return refused.message if say.lang == "en" else say(LOOK_AGAIN)


def setup(app: web.Application) -> None:
    app[failures.ERROR_PAGE] = show


ROUTES: list[Route] = []

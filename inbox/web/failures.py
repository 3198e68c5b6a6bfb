"""Every failure becomes an answer: a problem document for machines, a page with the same words for people.

Refused is the caller's and says what to do about it; unavailable is ours and passing, with `Retry-After`; anything
else is a bug: logged once, with the request's id, and answered without any of its content.
"""

from __future__ import annotations

import html
import logging
from collections.abc import Awaitable, Callable

import asyncpg
from aiohttp import hdrs, web

from inbox.errors import NotFound, Refused, Unavailable
from inbox.log.seal import CannotOpen
from inbox.log.store import LogUnavailable
from inbox.web import problems, security
from inbox.web.problems import REQUEST_ID
from inbox.web.routes import Route

logger = logging.getLogger("inbox.web")

ErrorPage = Callable[[web.Request, int, str, str], Awaitable[web.StreamResponse]]
"""(request, status, code, English message) → the page. `code` is what a screen translates."""
ERROR_PAGE: web.AppKey[ErrorPage] = web.AppKey("error_page", Callable)  # type: ignore[arg-type]
"""Set by the pages' `setup(app)`."""

RETRY_AFTER_S = 5
PASSING = (
    LogUnavailable, CannotOpen, TimeoutError, OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError, asyncpg.OperatorInterventionError,
)  # fmt: skip


async def answer(request: web.Request, route: Route | None, error: Exception) -> web.StreamResponse:
    if isinstance(error, security.SignInFirst):
        return _go(request, security.sign_in_path(request))
    if isinstance(error, web.HTTPException) and error.status < 400:
        return web.Response(status=error.status, headers=error.headers)
    as_page = route.surface == "page" if route else not request.path.startswith(("/api/", "/hooks/"))
    refusal = _refusal(error)
    if refusal is not None:
        response = await _page(request, refusal) if as_page else problems.refused(request, refusal)
        if isinstance(error, web.HTTPMethodNotAllowed):
            response.headers[hdrs.ALLOW] = _allowed(error)
        return response
    if isinstance(error, (Unavailable, *PASSING)):
        return await _unavailable(request, error, as_page=as_page)
    return await _bug(request, error, as_page=as_page)


def _go(request: web.Request, where: str) -> web.Response:
    """For htmx a whole navigation, else the sign-in page would land in a corner of the present one."""
    if request.headers.get("HX-Request") == "true":
        return web.Response(status=204, headers={"HX-Redirect": where})
    return web.Response(status=303, headers={hdrs.LOCATION: where})


def _refusal(error: Exception) -> Refused | None:
    if isinstance(error, Refused):
        return error
    if isinstance(error, web.HTTPNotFound):
        return NotFound()
    if isinstance(error, web.HTTPMethodNotAllowed):
        return Refused("method_not_allowed", f"This address takes {_allowed(error)}.", status=405)
    if isinstance(error, web.HTTPRequestEntityTooLarge):
        return Refused("too_large", "The body is too large.", status=413)
    if isinstance(error, web.HTTPException) and error.status < 500:
        return Refused("bad_request", "The request cannot be read.", status=error.status)
    return None


def _allowed(error: web.HTTPMethodNotAllowed) -> str:
    return ", ".join(sorted(error.allowed_methods))


async def _unavailable(request: web.Request, error: Exception, *, as_page: bool) -> web.StreamResponse:
    logger.warning("unavailable, request %s: %s", request[REQUEST_ID], type(error).__name__)
    after_s = error.retry_after_s if isinstance(error, Unavailable) else RETRY_AFTER_S
    # Our own messages say which part is away; those of drivers may say too much.
    message = "This cannot be served right now. Try again in a moment."
    if isinstance(error, Unavailable):
        message = error.message
    elif isinstance(error, CannotOpen):
        message = "What is sealed cannot be opened: whoever runs Vigie has to look after its master key."
    headers: dict[str, str] = {hdrs.RETRY_AFTER: str(after_s)}
    if not as_page:
        return problems.response(request, 503, "unavailable", message, headers=headers)
    page = await _page(request, Refused("unavailable", message, status=503))
    page.headers.update(headers)
    return page


async def _bug(request: web.Request, error: Exception, *, as_page: bool) -> web.StreamResponse:
    note_bug(request, error)
    message = f"Something broke on our side. Our log knows it as {request[REQUEST_ID]}."
    if as_page:
        return await _page(request, Refused("bug", message, status=500))
    return problems.response(request, 500, "bug", message)


def note_bug(request: web.Request, error: Exception) -> None:
    """One line, by which the caller's request id leads to the place."""
    # The traceback's places without the exception's text: a message may quote what a person wrote.
    logger.error("bug, request %s: %s at %s", request[REQUEST_ID], type(error).__name__, _places(error))


def _places(error: BaseException) -> str:
    places, step = [], error.__traceback__
    while step is not None:
        places.append(f"{step.tb_frame.f_code.co_filename.rpartition('/')[2]}:{step.tb_lineno}")
        step = step.tb_next
    return " > ".join(places[-8:])


async def _page(request: web.Request, refusal: Refused) -> web.StreamResponse:
    page = request.config_dict.get(ERROR_PAGE)
    if page is not None:
        return await page(request, refusal.status, refusal.code, refusal.message)
    text = f"<!doctype html><html lang=en><title>{refusal.status}</title><p>{html.escape(refusal.message)}</p></html>"
    return web.Response(text=text, status=refusal.status, content_type="text/html")

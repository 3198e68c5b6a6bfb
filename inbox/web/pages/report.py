"""One report that was made: as a page, as files, sent again to whom it goes, and made again to compare."""

from __future__ import annotations

import asyncio
import uuid

from aiohttp import web

from inbox.errors import NotFound
from inbox.reports import facts, logo, making, store
from inbox.reports.facts import Facts
from inbox.reports.store import Issue
from inbox.web.context import deps
from inbox.web.i18n import Speech
from inbox.web.pages import render
from inbox.web.report import document, html, pdf
from inbox.web.routes import Route


async def _issue(request: web.Request, world: render.World) -> Issue:
    try:
        issue_id = uuid.UUID(request.match_info["issue_id"])
    except ValueError as error:
        raise NotFound from error
    return await store.issue(deps(request).log, world.brand.id, issue_id)


async def show(request: web.Request) -> web.StreamResponse:
    """In the reader's language; the files are in the report's."""
    own, world = deps(request), await render.world(request)
    issue, said = await _issue(request, world), None
    if issue.facts is not None:
        made = facts.load(issue.facts)
        say = Speech(world.say.lang, made.figures.wanted.zone)
        said = html.body(document.of(made, say), say, await logo.get(own.log, world.brand.id))
    return render.page(
        request, "report.html", world.say, world=world, here="sla", issue=issue, body=said,
        title=document.period(issue.first_day, issue.last_day, world.say),
        mails=await store.mails(own.log, world.brand.id, issue.issue_id),
        report=next((r for r in await store.of_brand(own.log, world.brand.id) if r.report_id == issue.report_id), None),
    )  # fmt: skip


async def as_pdf(request: web.Request) -> web.StreamResponse:
    made, say, picture = await _made(request)
    body = await asyncio.to_thread(pdf.made, document.of(made, say), say, picture, made.figures.at)
    return _file(body, "application/pdf", f"{document.file_name(made)}.pdf")


async def as_html(request: web.Request) -> web.StreamResponse:
    made, say, picture = await _made(request)
    return _file(html.standalone(document.of(made, say), say, picture), "text/html", f"{document.file_name(made)}.html")


async def _made(request: web.Request) -> tuple[Facts, Speech, bytes | None]:
    own, world = deps(request), await render.world(request)
    issue = await _issue(request, world)
    if issue.facts is None:
        raise NotFound
    made, report = facts.load(issue.facts), await store.get(own.log, world.brand.id, issue.report_id)
    return made, Speech(report.lang, made.figures.wanted.zone), await logo.get(own.log, world.brand.id)


def _file(body: bytes, content_type: str, name: str) -> web.Response:
    """To be kept, never shown as a page of ours: the file has a style of its own."""
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=body, content_type=content_type, headers=disposition)


async def mail(request: web.Request) -> web.StreamResponse:
    own, world = deps(request), await render.world(request)
    issue = await _issue(request, world)
    await making.post(own.log, world.brand.id, issue.issue_id, now=own.clock.now())
    return render.see_other(request, f"{world.base}/reports/made/{issue.issue_id}")


async def check(request: web.Request) -> web.StreamResponse:
    own, world = deps(request), await render.world(request)
    issue = await _issue(request, world)
    await own.pool.execute(store.sql.want_check, world.brand.id, issue.issue_id)
    return render.see_other(request, f"{world.base}/reports/made/{issue.issue_id}")


ROUTES = [
    Route("GET", "/b/{brand_id}/reports/made/{issue_id}", show, "manage", "page", "report"),
    Route("GET", "/b/{brand_id}/reports/made/{issue_id}/pdf", as_pdf, "manage", "page", "report_pdf"),
    Route("GET", "/b/{brand_id}/reports/made/{issue_id}/html", as_html, "manage", "page", "report_html"),
    Route("POST", "/b/{brand_id}/reports/made/{issue_id}/mail", mail, "manage", "page", "report_mail"),
    Route("POST", "/b/{brand_id}/reports/made/{issue_id}/check", check, "manage", "page", "report_check"),
]

"""The brand's reports: what is kept, what was made, and the logo on them. Leads only."""

from __future__ import annotations

import asyncio
import uuid
from datetime import date, timedelta

from aiohttp import web

from inbox.errors import NotFound, Refused
from inbox.reports import facts, logo, store
from inbox.reports.store import Report
from inbox.web import words
from inbox.web.context import deps
from inbox.web.i18n import N_
from inbox.web.pages import render
from inbox.web.report import document
from inbox.web.routes import Route

LANGUAGES = {"fr": N_("French"), "en": N_("English")}
REFUSALS = {
    "address_bad": N_("This is no e-mail address: %(address)s"),
    "too_many_recipients": N_("A report goes to at most 20 addresses."),
    "too_many_reports": N_("A brand keeps at most 50 reports."),
    "sender_missing": N_("Say which mailbox sends the report."),
    "logo_bad": N_("This is no PNG or JPEG picture that can be read."),
    "logo_too_large": N_("A logo has at most 200 kB, and 4,000 pixels a side."),
    "bad_period": N_("The period must end after it begins, and last at most 400 days."),
}


async def show(request: web.Request) -> web.StreamResponse:
    return await page(request, await render.world(request))


async def page(request: web.Request, world: render.World, refused: Refused | None = None) -> web.Response:
    own, say = deps(request), world.say
    kept = await store.of_brand(own.log, world.brand.id)
    chosen = request.query.get("report", "")
    last = facts.month_before(say.local(own.clock.now()).date())
    return render.page(
        request, "reports.html", say, status=refused.status if refused else 200, world=world, here="sla", reports=kept,
        names={one.report_id: one.name for one in kept}, issues=await store.issues(own.log, world.brand.id),
        chosen=next((one for one in kept if str(one.report_id) == chosen), None), languages=LANGUAGES,
        senders=[one for one in world.channels if store.can_send(one)], month=last,
        error_text=_told(refused, world) if refused else None, fresh=uuid.uuid4(),
        has_logo=await logo.get(own.log, world.brand.id) is not None,
        period=lambda issue: document.period(issue.first_day, issue.last_day, say),
    )  # fmt: skip


def _told(refused: Refused, world: render.World) -> str:
    if refused.code not in REFUSALS:
        return words.refusal(refused, world.say)
    said = world.say(REFUSALS[refused.code])
    return said % refused.details if refused.details else said


async def save(request: web.Request) -> web.StreamResponse:
    own, world = deps(request), await render.world(request)
    fields = await render.form(request)
    try:
        await store.save(own.log, world.brand.id, _report(fields, world), by=world.me, now=own.clock.now())
    except Refused as refused:
        return await page(request, world, refused)
    return render.see_other(request, f"{world.base}/reports")


def _report(fields: dict[str, str], world: render.World) -> Report:
    """What the form cannot mean is left out. Refused: addresses that are none."""
    channel, priority, sender = fields.get("channel", ""), fields.get("priority", ""), fields.get("sender", "")
    return Report(
        report_id=_id(fields.get("report", "")), name=fields.get("name", ""),
        lang=fields.get("lang", "") if fields.get("lang") in LANGUAGES else "fr",
        channel_id=channel if channel in world.channel_names else None,
        priority=int(priority) if priority in {"1", "2", "3", "4"} else None, monthly="monthly" in fields,
        sender=sender if sender in world.channel_names else None, recipients=store.addresses(fields.get("to", "")),
    )  # fmt: skip


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise NotFound from error


async def remove(request: web.Request) -> web.StreamResponse:
    own, world = deps(request), await render.world(request)
    report_id = _id(request.match_info["report_id"])
    await store.remove(own.log, world.brand.id, report_id, by=world.me, now=own.clock.now())
    return render.see_other(request, f"{world.base}/reports")


async def make(request: web.Request) -> web.StreamResponse:
    """One press: the issue is ordered, and its page waits for it."""
    own, world = deps(request), await render.world(request)
    fields = await render.form(request)
    report = await store.get(own.log, world.brand.id, _id(request.match_info["report_id"]))
    try:
        first, last = _days(fields)
    except (ValueError, OverflowError):
        return await page(request, world, Refused("bad_period", "These are no days that a report can cover."))
    issue = await store.want(
        own.log, world.brand.id, report.report_id, first, last, by=world.me, now=own.clock.now()
    )  # fmt: skip
    return render.see_other(request, f"{world.base}/reports/made/{issue}")


def _days(fields: dict[str, str]) -> tuple[date, date]:
    first, last = date.fromisoformat(fields.get("from", "")), date.fromisoformat(fields.get("to", ""))
    if not timedelta(0) <= last - first <= timedelta(days=400) or not 1972 <= first.year <= 8999:
        raise ValueError(first, last)
    return first, last


async def put_logo(request: web.Request) -> web.StreamResponse:
    own, world = deps(request), await render.world(request)
    given = (await request.post()).get("logo")
    try:
        body = given.file.read(logo.MOST_BYTES + 1) if isinstance(given, web.FileField) else b""
        picture = await asyncio.to_thread(logo.made_anew, body)
    except Refused as refused:
        return await page(request, world, refused)
    await logo.put(own.log, world.brand.id, picture, by=world.me, now=own.clock.now())
    return render.see_other(request, f"{world.base}/reports")


async def remove_logo(request: web.Request) -> web.StreamResponse:
    own, world = deps(request), await render.world(request)
    await logo.remove(own.log, world.brand.id, by=world.me, now=own.clock.now())
    return render.see_other(request, f"{world.base}/reports")


ROUTES = [
    Route("GET", "/b/{brand_id}/reports", show, "manage", "page", "reports"),
    Route("POST", "/b/{brand_id}/reports", save, "manage", "page", "reports_save"),
    Route("POST", "/b/{brand_id}/reports/logo", put_logo, "manage", "page", "reports_logo"),
    Route("POST", "/b/{brand_id}/reports/logo/remove", remove_logo, "manage", "page", "reports_logo_remove"),
    Route("POST", "/b/{brand_id}/reports/{report_id}/remove", remove, "manage", "page", "reports_remove"),
    Route("POST", "/b/{brand_id}/reports/{report_id}/make", make, "manage", "page", "reports_make"),
]

"""A lead keeps a report, has it made by one press, reads it and has it sent; on the first of the month it comes by
itself."""

from __future__ import annotations

import asyncio
import io
import re
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from email import message_from_bytes

import pytest
from PIL import Image

from inbox import stops
from inbox.errors import Refused
from inbox.events import ReportMade, ReportMailed
from inbox.reports import logo, store
from inbox.reports.store import Report
from services.channels.contract import Way
from services.outbound import Outbound
from services.workers.reports import Reports
from tests.fakes.mail import Smtp
from tests.web.test_walls import page
from tests.web.world import World

MONTH = {"from": "2026-11-01", "to": "2026-11-30"}


@pytest.fixture
async def reports(world: World) -> AsyncIterator[Reports]:
    async with Outbound(["127.0.0.0/8"]) as http:
        yield Reports(world.log, world.deps.channels, Way(http, ""), world.clock)


async def kept(world: World, **given: object) -> Report:
    report = Report(**{"report_id": uuid.uuid4(), "name": "Mensuel", "lang": "fr", **given})  # type: ignore[arg-type]
    await store.save(world.log, world.brand, report, by=world.people["lead"], now=world.clock.now())
    return report


async def mailbox(world: World, port: int) -> str:
    record = await world.deps.channels.add(
        world.brand, network="email", name="Boîte", account_id="sav@brizeo.example",
        settings={"smtp_host": f"127.0.0.1:{port}"}, secrets={}, by=world.people["owner"],
    )  # fmt: skip
    return str(record.channel_id)


async def told(world: World, kind: type) -> list[object]:
    return [one.event for one in await world.log.read(world.brand) if isinstance(one.event, kind)]


async def test_one_press_makes_a_report_that_can_be_made_again(world: World, reports: Reports) -> None:
    await world.hear()
    saved = await page(
        world, "lead", "/reports", {"report": str(uuid.uuid4()), "name": "Mensuel", "lang": "fr", "to": ""}
    )
    assert saved.status == 303
    (report,) = await store.of_brand(world.log, world.brand)
    world.clock.advance(timedelta(days=20))
    ordered = await page(world, "lead", f"/reports/{report.report_id}/make", MONTH)
    where = ordered.headers["Location"].removeprefix(f"/b/{world.brand}")
    assert "data-reload" in (await page(world, "lead", where)).text
    await world.project()
    await reports.look()
    shown = await page(world, "lead", where)
    (made,) = await told(world, ReportMade)
    assert isinstance(made, ReportMade)
    assert made.digest in shown.text
    assert "Nom zoe" not in shown.text
    assert [(await page(world, "lead", f"{where}/{form}")).status for form in ("pdf", "html")] == [200, 200]
    await world.hear("Encore", author="ben")
    await page(world, "lead", f"{where}/check", {})
    await reports.look()
    issue = await store.issue(world.log, world.brand, made.issue_id)
    assert (issue.same, issue.check_wanted) == (True, False)


async def test_on_the_first_of_the_month_it_comes_once_and_to_each_once(world: World, reports: Reports) -> None:
    await world.hear()
    async with Smtp() as server:
        to = ("lea@client.example", "paul@client.example")
        report = await kept(world, monthly=True, sender=await mailbox(world, server.port), recipients=to)
        world.clock.advance(timedelta(days=7))  # the first of December, noon in Paris
        for _ in range(2):
            await world.project()
            await reports.months()
            await reports.look()
            await reports.look()
        (issue,) = await store.issues(world.log, world.brand)
        assert (issue.first_day.isoformat(), issue.last_day.isoformat()) == ("2026-11-01", "2026-11-30")
        assert len(server.mails) == 2
        mail = message_from_bytes(server.mails[0][2])
        files = [part.get_filename() for part in mail.walk() if part.get_filename()]
        assert files == ["vigie-2026-11-01-2026-11-30.pdf", "vigie-2026-11-01-2026-11-30.html"]
        outcomes = [one.outcome for one in await told(world, ReportMailed) if isinstance(one, ReportMailed)]
        assert outcomes == ["sent", "sent"]
        await world.pool.execute("UPDATE vigie.report_mails SET state = 'wanted' WHERE recipient = $1", to[0])
        await stops.stop(world.log, world.brand, now=world.clock.now())
        await reports.look()
        assert len(server.mails) == 2
        await asyncio.gather(*(reports._mail(world.brand, issue.issue_id, to[0]) for _ in range(3)))
        assert len(server.mails) == 3
        server.mails.pop()
        shown = await page(world, "lead", f"/reports/made/{issue.issue_id}/mail", {})
        assert shown.status == 303
        await reports.look()
        assert len(server.mails) == 2
    assert report.recipients[0] not in str(await told(world, ReportMailed))


async def test_a_mail_whose_process_died_is_not_sent_again(world: World, reports: Reports) -> None:
    async with Smtp() as server:
        report = await kept(
            world, monthly=True, sender=await mailbox(world, server.port), recipients=("lea@client.example",)
        )
        world.clock.advance(timedelta(days=7))
        await world.project()
        await reports.months()
        (issue,) = await store.issues(world.log, world.brand)
        await reports._make(world.brand, issue)
        taken = "UPDATE vigie.report_mails SET state = 'sending' WHERE brand_id = $1"
        await world.pool.execute(taken, world.brand)
        world.clock.advance(timedelta(minutes=5))
        await reports.look()
        assert server.mails == []
    (mail,) = await store.mails(world.log, world.brand, issue.issue_id)
    assert (mail.recipient, mail.state) == (report.recipients[0], "uncertain")


@pytest.mark.parametrize(
    "text", ["lea", "lea@", "a@b.c,lea@client", "Léa <lea@client.example>", "a@b.example\x0dBcc:x"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        store.addresses(text)
    assert store.addresses(" a@b.example, c@d.example\na@b.example ") == ("a@b.example", "c@d.example")


def test_a_logo_is_made_anew_and_what_is_no_picture_is_refused() -> None:
    given = io.BytesIO()
    Image.new("RGB", (2000, 500), (1, 2, 3)).save(given, "JPEG", comment=b"secret")
    made = logo.made_anew(given.getvalue())
    with Image.open(io.BytesIO(made)) as image:
        assert (image.format, image.size) == ("PNG", (640, 160))
    assert b"secret" not in made
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    huge = io.BytesIO()
    Image.new("1", (5000, 1)).save(huge, "PNG")
    gif = io.BytesIO()
    Image.new("1", (9, 9)).save(gif, "GIF")
    for bad in (b"", svg, gif.getvalue(), given.getvalue()[:200], huge.getvalue(), b"x" * 300_000):
        with pytest.raises(Refused):
            logo.made_anew(bad)


async def test_a_brand_has_the_logo_that_its_lead_gave_it(world: World) -> None:
    assert (await page(world, "lead", "/reports/logo", {"logo": "no file"})).status == 400
    await logo.put(world.log, world.brand, b"png", by=world.people["lead"], now=world.clock.now())
    assert re.search("logo/remove", (await page(world, "lead", "/reports")).text)
    assert await logo.get(world.log, world.other) is None
    assert (await page(world, "lead", "/reports/logo/remove", {})).status == 303
    assert await logo.get(world.log, world.brand) is None

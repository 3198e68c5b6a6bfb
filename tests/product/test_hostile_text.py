"""No words of a stranger run as script, break a page, or reach another host, in whichever field they stand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, ConsoleMessage, Dialog, Page, Request

from tests.product import hooks
from tests.product.instance import Instance

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

CANARY = "https://canary.invalid"
ALONE = 15
"""Items whose own page is looked at: what stands on it is on the thread's page and in the queue as well, of all."""
OWN = (
    "<script>window.ran=1</script>",
    "<img src=x onerror=window.ran=1>",
    f"<img src='{CANARY}/i.png'>",
    "<svg/onload=window.ran=1>",
    '"><script>window.ran=1</script>',
    "'><svg onload=window.ran=1>",
    "</title><script>window.ran=1</script>",
    "</textarea><script>window.ran=1</script>",
    "<iframe srcdoc='<script>parent.ran=1</script>'>",
    "{{constructor.constructor('window.ran=1')()}}",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "{% include '/etc/passwd' %}",
    "javascript:window.ran=1",
    "<a href='javascript:window.ran=1'>x</a>",
    "data:text/html,<script>window.ran=1</script>",
    f"<link rel=stylesheet href='{CANARY}/s.css'>",
    "<style>*{display:none!important}</style>",
    "<base href='//canary.invalid/'>",
    f"<meta http-equiv=refresh content='0;url={CANARY}'>",
    "<form action=//canary.invalid><button autofocus onfocus=window.ran=1>",
    "<math><mi xlink:href='javascript:window.ran=1'>",
    "<details open ontoggle=window.ran=1>",
    "<!--><script>window.ran=1</script>-->",
    "<div hx-get='/account' hx-trigger='load'>",
    "<div hx-on:load='window.ran=1'>",
    "<p data-hx-get='//canary.invalid' hx-trigger=load>",
    "\u202e<script>window.ran=1</script>",
    "\u0000<script>window.ran=1</script>",
    "＜script＞window.ran=1＜/script＞",
    "%3Cscript%3Ewindow.ran=1%3C/script%3E",
    "&lt;script&gt;window.ran=1&lt;/script&gt;",
    "A" * 20_000,
    "z̸̢̧̛̦͙̱̈́͊͌̈́̕" * 200,
    "🏳️‍🌈" * 300,
    "\ud83d",
    "a\nb\r\nc\u2028d\u2029e",
    '=HYPERLINK("https://canary.invalid")',
    "../../../etc/passwd",
    "' OR 1=1 --",
)


def payloads(shared: Path | None) -> list[str]:
    """Ours, and the big list of naughty strings where a developer has it."""
    listed = shared / "payloads" / "text_hazards" / "blns.json" if shared else None
    return [*OWN, *(json.loads(listed.read_text(encoding="utf-8")) if listed and listed.exists() else ())]


def loud(page: Page) -> list[str]:
    """What a page must not do, as it happens."""
    said: list[str] = []

    async def dialog(box: Dialog) -> None:
        said.append(f"dialog {box.message}")
        await box.dismiss()

    def console(line: ConsoleMessage) -> None:
        if "Content Security Policy" in line.text or line.type == "error":
            said.append(f"console {line.text}")

    def request(asked: Request) -> None:
        if "canary" in asked.url.split("?")[0]:
            said.append(f"request {asked.url}")

    page.on("dialog", dialog)
    page.on("console", console)
    page.on("request", request)
    page.on("pageerror", lambda error: said.append(f"error {error}"))
    return said


def messages(texts: list[str]) -> list[dict[str, object]]:
    """All of them in one long thread, as words and as names; ours, and a quarter of the others, in every field of an
    author of its own."""
    each = [
        hooks.message(
            f"h{n}", text=text, permalink=text[:500],
            author={"id": f"h{n}-{text[:200]}", "name": text[:200], "handle": text[:200], "avatar_url": text[:500]},
            attachments=[{"url": text[:500], "content_type": text[:80], "bytes": 3, "name": text[:200]}],
        )
        for n, text in enumerate(texts) if n < len(OWN) or n % 4 == 0
    ]  # fmt: skip
    thread = [
        hooks.message(f"t{n}", thread_id="long", text=text, author={"id": "one", "name": texts[n][:200]})
        for n, text in enumerate(texts)
    ]
    return [*each, *thread]


async def test_hostile_words_neither_run_nor_reach_another_host(
    instance: Instance, owner: BrowserContext, shared_dir: Path | None
) -> None:
    texts = [text for text in payloads(shared_dir) if text]
    sent = messages(texts)
    for start in range(0, len(sent), 50):
        assert await hooks.post(instance, sent[start : start + 50]) == 202
    items = await hooks.until_scored(instance, len({one["thread_id"] for one in sent}))
    base = f"{instance.base_url}/b/{instance.demo['brand_id']}"
    thread = next(item for item in items if item["author"]["id"] == "one")
    page = await owner.new_page()
    said = loud(page)
    views = [f"{base}/queue?view=all", f"{base}/items/{thread['id']}", f"{base}/sla", f"{base}/queue?q=%3Cscript%3E"]
    for address in [*views, *(f"{base}/items/{item['id']}" for item in items[:ALONE])]:
        await page.goto(address)
        assert await page.evaluate("window.ran") is None, address
        assert said == [], address
    await page.goto(f"{base}/queue?view=all")
    while await page.locator("#more a, a#more, #more button").count():
        before = await page.locator(".row").count()
        await page.locator("#more a, a#more, #more button").first.click()
        await page.wait_for_function(
            "n => document.querySelectorAll('.row').length > n || !document.querySelector('#more')", arg=before
        )
    assert await page.evaluate("window.ran") is None
    assert said == []
    assert (
        await page.locator("[onerror], [onload], [onfocus], [ontoggle], .row iframe, .row script, .row style").count()
        == 0
    )
    await page.close()


async def test_every_page_of_data_carries_the_strict_headers(instance: Instance, owner: BrowserContext) -> None:
    page = await owner.new_page()
    for path in ("queue?view=all", "sla", "settings/channels"):
        response = await page.goto(f"{instance.base_url}/b/{instance.demo['brand_id']}/{path}")
        assert response is not None
        policy = response.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "no-store" in response.headers["cache-control"]
    await page.close()

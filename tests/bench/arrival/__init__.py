"""From the POST of a message to its row in an open browser, classified: `make bench-latency` prints the distribution.

Starts the product, signs in with a real Chromium, opens the whole queue, and posts signed messages at a steady rate. An
observer in the page notes when each message's row stands there with its judgement; clocks are one machine's.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from playwright.async_api import Page, async_playwright
from standardwebhooks import Webhook

from tests import chromium
from tests.product.instance import Instance

OBSERVE = """
() => {
  window.seen = {};
  const look = (row) => {
    const mark = /bench-(\\d+)/.exec(row.textContent);
    if (!mark || row.querySelector(".chip-unknown")) return;
    window.seen[mark[1]] ??= performance.timeOrigin + performance.now();
  };
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) if (node.matches?.(".row[data-id]")) look(node);
  }).observe(document.body, { childList: true, subtree: true });
}
"""
TEXTS = (
    "La livraison a trois jours de retard", "Is it normal that the battery smokes?", "Merci, super vélo !",
    "Wo finde ich die Anleitung?", "¿Cuándo llega mi pedido?", "Pessimo servizio, nessuno risponde",
)  # fmt: skip


async def post(client: aiohttp.ClientSession, hook: dict[str, str], number: int) -> float:
    now = datetime.now(UTC)
    message = {
        "type": "message.received", "id": f"bench-{number}", "kind": "comment", "thread_id": f"t{number}",
        "text": f"{TEXTS[number % len(TEXTS)]} bench-{number}", "sent_at": now.isoformat(),
        "author": {"id": f"a{number}", "handle": f"a{number}", "name": f"Auteur {number}", "followers": 10},
    }  # fmt: skip
    body = json.dumps(message, ensure_ascii=False)
    headers = {
        "webhook-id": f"d{number}", "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(hook["secret"]).sign(f"d{number}", now, body), "content-type": "application/json",
    }  # fmt: skip
    sent = time.time()
    async with client.post(hook["hook_url"], data=body.encode(), headers=headers) as response:
        if response.status != 202:
            raise SystemExit(f"a message was answered {response.status}")
    return sent


async def sign_in(page: Page, demo: dict[str, Any]) -> None:
    await page.goto(demo["sign_in_url"])
    await page.locator("main form button[type=submit]").first.click()
    await page.wait_for_url("**/account/**")
    await page.goto(f"{demo['base_url']}/b/{demo['brand_id']}/queue?view=all")
    await page.wait_for_function("document.querySelector('[data-live-word]')?.textContent")


async def measure(page: Page, demo: dict[str, Any], rate: float, seconds: float) -> list[float]:
    hook = next(channel for channel in demo["channels"] if channel["network"] == "generic")
    await page.evaluate(OBSERVE)
    sent: dict[int, float] = {}

    async def one(number: int) -> None:
        sent[number] = await post(client, hook, number)

    async with aiohttp.ClientSession() as client, asyncio.TaskGroup() as group:
        start = time.monotonic()
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, start + number / rate - time.monotonic()))
            group.create_task(one(number))
    await asyncio.sleep(5)
    seen = {int(number): at / 1000 for number, at in (await page.evaluate("window.seen")).items()}
    missing = sorted(set(sent) - set(seen))
    if missing:
        print(f"{len(missing)} rows never came: {missing[:10]}")
    return [seen[number] - at for number, at in sent.items() if number in seen]


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=50.0, help="messages a second")
    parser.add_argument("--seconds", type=float, default=30.0)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        instance = Instance(Path(folder) / "data")
        await instance.start()
        try:
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
                page = await browser.new_page(viewport={"width": 1440, "height": 900})
                await sign_in(page, instance.demo)
                took = sorted(await measure(page, instance.demo, args.rate, args.seconds))
                await browser.close()
        finally:
            await instance.stop()
    quantiles = statistics.quantiles(took, n=100)
    print(
        f"{len(took)} messages at {args.rate:g}/s: p50 {quantiles[49]:.3f} s, p95 {quantiles[94]:.3f} s,"
        f" p99 {quantiles[98]:.3f} s, worst {took[-1]:.3f} s"
    )


if __name__ == "__main__":
    asyncio.run(main())

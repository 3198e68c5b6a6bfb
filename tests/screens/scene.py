"""What a site is given before its screens are photographed or looked at by axe, so that every one has something to
show: the letters of `letters.py`, a delivery that nobody can read, a proposal and the link to decide it, a bulk action
that ran and one that waits, a report, a wording, a webhook, a wallboard's link, a promise, a freeze, a hand-over, and
an observer who may see little.

All goes the way of a person or a script: forms, the API, signed deliveries, the command line.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from playwright.async_api import APIResponse, BrowserContext

from services.drill.wire import sign
from tests.product.instance import REPOSITORY, Instance
from tests.screens import letters

CSRF = re.compile(r'name="csrf" value="([^"]+)"')
FRESH = re.compile(r'<code id="fresh-(?:link|wall)">https?://[^/]+([^<]+)</code>')
SIGN_IN = re.compile(r"https?://[^/]+(/sign-in/link/[\w-]+)")
WITHIN_S = 60.0


class Stage(Protocol):
    """Where a scene is set. `token`: of the API, with every right; `hook`: address and secret of a generic channel."""

    @property
    def base_url(self) -> str: ...
    @property
    def brand(self) -> str: ...
    @property
    def token(self) -> str: ...
    @property
    def hook(self) -> tuple[str, str]: ...

    async def rest(self) -> None:
        """A moment for the workers."""

    async def invite(self, role: str) -> str:
        """The one-time link of a new member, as a path."""


@dataclass(frozen=True)
class Demo:
    """Of a running product."""

    instance: Instance

    @property
    def base_url(self) -> str:
        return self.instance.base_url

    @property
    def brand(self) -> str:
        return str(self.instance.demo["brand_id"])

    @property
    def token(self) -> str:
        return str(self.instance.demo["api_token"])

    @property
    def hook(self) -> tuple[str, str]:
        channel = next(one for one in self.instance.demo["channels"] if one["network"] == "generic")
        return channel["hook_url"], channel["secret"]

    async def rest(self) -> None:
        await asyncio.sleep(0.5)

    async def invite(self, role: str) -> str:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "services.cli", "member", "add", f"{uuid.uuid4().hex[:8]}@brizeo.example", "--name",
            "Camille Roux", "--brand", self.brand, "--role", role, cwd=REPOSITORY,
            env=self.instance.environment() | {"VIGIE_DATA_DIR": str(self.instance.data_dir)},
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        told = (await process.communicate())[0].decode()
        link = SIGN_IN.search(told)
        assert link is not None, told
        return link[1]


@dataclass
class Scene:
    """`found`: screen → path, of what no other screen links to; `items`: paths of some. `observer`: the way in of
    somebody who may little."""

    stage: Stage
    context: BrowserContext
    found: dict[str, str] = field(default_factory=dict)
    items: dict[str, str] = field(default_factory=dict)
    observer: str = ""

    @property
    def base(self) -> str:
        return f"/b/{self.stage.brand}"

    async def api(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self.context.request.fetch(
            f"{self.stage.base_url}/api/v1/brands/{self.stage.brand}{path}", method=method, data=body,
            headers={"Authorization": f"Bearer {self.stage.token}", "Idempotency-Key": uuid.uuid4().hex},
        )  # fmt: skip
        assert answer.ok, (method, path, await answer.text())
        return await answer.json()

    async def press(self, path: str, **fields: Any) -> APIResponse:
        """A form, with the token of the account's page; what it leads to."""
        url = self.stage.base_url
        token = CSRF.search(await (await self.context.request.get(f"{url}/account")).text())
        assert token is not None
        answer = await self.context.request.post(url + self.base + path, form={"csrf": token[1], **fields})
        assert answer.ok, (path, answer.status, await answer.text())
        return answer

    async def lasting(self, path: str, wanted: str) -> None:
        """Until that page holds those words: workers are at it."""
        async with asyncio.timeout(WITHIN_S):
            while wanted not in await (await self.context.request.get(self.stage.base_url + path)).text():
                await self.stage.rest()

    async def by_author(self, first: str) -> dict[str, str]:
        """Who wrote (`letters.SAID`) → path of their item; `first`: the top of the queue; `claimed`: one that a promise
        was made in."""
        found = {"first": first} | self.items
        for item in (await self.api("GET", "/items?limit=200"))["items"]:
            for who, (name, _) in letters.SAID.items():
                if (item["author"] or {}).get("name") == name:
                    found[who] = f"{self.base}/items/{item['id']}"
        return found


async def set_up(stage: Stage, context: BrowserContext) -> Scene:
    scene = Scene(stage, context)
    await _hear(scene)
    found = (await scene.api("GET", "/items?limit=60"))["items"]
    items = [one for one in found if one["acknowledged_at"] is None]
    await _decide(scene, items)
    await _prepare(scene)
    await _do_in_bulk(scene, items)
    await _report(scene)
    scene.found["wall_by_link"] = _fresh(await (await scene.press("/walls", name="Salle de crise", lang="fr")).text())
    scene.found["sign_in_link"] = await stage.invite("cm")
    scene.observer = await stage.invite("observer")
    return scene


async def _hear(scene: Scene) -> None:
    for said in letters.deliveries():
        answer = await _deliver(scene, said)
        assert answer.ok, await answer.text()
    await _deliver(scene, {"type": "message.received", "id": "letters-unreadable", "text": 4})
    await scene.lasting(f"{scene.base}/waves", f"{scene.base}/waves/")


async def _deliver(scene: Scene, said: Any) -> APIResponse:
    address, secret = scene.stage.hook
    body = json.dumps(said).encode()
    signed = sign.standard(secret, f"msg_{said['id']}", datetime.now(UTC), body)
    return await scene.context.request.post(address, data=body, headers=signed)


def _fresh(page: str) -> str:
    found = FRESH.search(page)
    assert found is not None, "a fresh link is shown"
    return found[1]


async def _decide(scene: Scene, items: list[Any]) -> None:
    """A claim with a promise, a proposal with a link to decide it, and a saved view of what is dangerous."""
    claimed, proposed = items[2], items[5]
    scene.items = {
        "top": f"{scene.base}/items/{items[0]['id']}",
        "claimed": f"{scene.base}/items/{claimed['id']}",
        "proposed": f"{scene.base}/items/{proposed['id']}",
    }
    until = (datetime.now(UTC) + timedelta(hours=3)).isoformat()
    await scene.api("POST", f"/items/{claimed['id']}/acknowledge", {
        "expected_position": claimed["position"], "text": "Nous vous lisons et regardons.", "promise_until": until,
    })  # fmt: skip
    variants = [
        "Bonjour, débranchez la batterie et éloignez-la. Nous vous appelons dans l'heure.",
        "Merci de l'alerte.",
    ]
    await scene.api("POST", f"/items/{proposed['id']}/propose", {
        "expected_position": proposed["position"], "variants": variants,
    })  # fmt: skip
    proposal = await _proposal(scene, proposed["id"])
    answer = await scene.press(
        f"/items/{proposed['id']}/approval-link", proposal=proposal, name="Nadia, juriste", hours="24",
        idempotency_key=uuid.uuid4().hex,
    )  # fmt: skip
    scene.found["approve_by_link"] = _fresh(await answer.text())
    await scene.press("/views", view="waiting", q="is:unacknowledged p:1", name="À prendre d'abord", shared="yes")


async def _proposal(scene: Scene, item: str) -> str:
    """Once the view has it."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            waiting = (await scene.api("GET", "/proposals"))["proposals"]
            if found := [one for one in waiting if one["item_id"] == item]:
                return str(found[0]["id"])
            await scene.stage.rest()


async def _prepare(scene: Scene) -> None:
    await scene.api("POST", "/wordings", {
        "title": "Batterie : premiers gestes", "categories": ["safety"], "approved": True,
        "variants": [{"text": "Bonjour {name|à vous}, débranchez la batterie. Nous revenons avant {promise}."},
                     {"text": "Hello {name|there}, please unplug the battery.", "lang": "en"}],
    })  # fmt: skip
    await scene.api("POST", "/subscriptions", {"address": "https://crm.brizeo.example/vigie", "description": "CRM"})
    await scene.press("/freezes", reason="Rappel du lot 48 : position attendue à 18 h", words="lot 48", holding="yes")
    await scene.api("POST", "/handovers", {"hours": 8, "text": "Le lot 48 reste à suivre."})


async def _do_in_bulk(scene: Scene, items: list[Any]) -> None:
    """One that is done, and a draft of words to all of a wave."""
    chosen = [f"{one['id']}:{one['position']}" for one in items[6:7]]
    done = await scene.press("/bulk", what="assign", item=chosen[0])
    path = done.url.removeprefix(scene.stage.base_url + scene.base)
    await scene.press(f"{path}/begin")
    waves = (await scene.api("GET", "/waves"))["waves"]
    draft = await scene.press("/bulk", what="reply", wave=waves[0]["id"])
    path = draft.url.removeprefix(scene.stage.base_url + scene.base)
    await scene.press(
        f"{path}/orders", variant_text="Bonjour {name}, un correctif arrive ce soir.", variant_lang="",
        variant_network="", promise="",
    )  # fmt: skip
    scene.found["bulk_job"] = draft.url.removeprefix(scene.stage.base_url)


async def _report(scene: Scene) -> None:
    report = str(uuid.uuid4())
    await scene.press("/reports", report=report, name="Mensuel", lang="fr", to="")
    today = datetime.now(UTC).date().isoformat()
    made = await scene.press(f"/reports/{report}/make", **{"from": today[:8] + "01", "to": today})
    path = made.url.removeprefix(scene.stage.base_url)
    await scene.lasting(path, f"{path}/pdf")
    scene.found["report"] = path

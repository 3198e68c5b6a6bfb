"""Settings › Webhooks out and its API: who may have what sent where, shown secrets, buttons, notices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args

import pytest

from inbox import subscriptions
from inbox.events import EVENT_TYPES, SettingChanged
from inbox.people import tokens
from inbox.subscription import MOST, PauseReason, Word, clean_address
from inbox.web.api.shapes import AttemptsShape, SubscriptionShape, SubscriptionsShape
from inbox.web.pages import subscriptions as page
from tests.web.test_items_api import fits
from tests.web.world import Answer, World

ADDRESS = "https://crm.example.org/hook?x=1"
ORDER = {"address": ADDRESS, "types": ["MessageReceived"], "personal": True, "description": "CRM"}


@dataclass
class Bench:
    world: World

    async def page(self, path: str = "", who: str = "lead") -> str:
        cookie, _ = await self.world.session(who)
        where = f"/b/{self.world.brand}/settings/subscriptions{path}"
        answer = await self.world.ask("GET", where, headers=self.world.cookie(cookie))
        assert answer.status == 200, answer.text
        return answer.text

    async def press(self, path: str = "", *, who: str = "lead", **fields: Any) -> Answer:
        cookie, csrf = await self.world.session(who)
        return await self.world.ask(
            "POST", f"/b/{self.world.brand}/settings/subscriptions{path}", headers=self.world.cookie(cookie),
            form={"csrf": csrf, **fields},
        )  # fmt: skip

    async def made(self, **more: Any) -> dict[str, Any]:
        answer = await self.world.api("POST", "/subscriptions", json={**ORDER, **more})
        assert answer.status == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def all(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.world.api("GET", "/subscriptions")).json()["subscriptions"]
        return found


@pytest.fixture
def bench(world: World) -> Bench:
    return Bench(world)


async def test_a_lead_has_events_sent_and_sees_the_secret_once(bench: Bench) -> None:
    answer = await bench.press("", address=ADDRESS, description="CRM", types="SlaBreached", personal="on")
    assert answer.status == 200
    (one,) = await bench.all()
    assert answer.text.count("whsec_") == 1
    assert "whsec_" not in await bench.page(f"/{one['id']}")
    assert "whsec_" not in await bench.page()
    assert (one["address"], one["types"], one["personal"]) == (ADDRESS, ["SlaBreached"], True)
    assert ADDRESS.replace("&", "&amp;") in await bench.page()
    events = [r.event for r in await bench.world.log.read(bench.world.brand)]
    last = [event for event in events if isinstance(event, SettingChanged)][-1]
    assert (last.what, last.action, last.subject, last.by) == (
        "subscription", "added", one["id"], bench.world.people["lead"],
    )  # fmt: skip


@pytest.mark.parametrize(
    "address",
    ["", "crm.example.org", "ftp://crm.example.org/", "http://crm.example.org/", "https://u:p@crm.example.org/",
     "https://10.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest", "https://", "javascript:alert(1)"],
)  # fmt: skip
async def test_an_address_that_may_not_be_is_refused_beside_its_field(bench: Bench, address: str) -> None:
    answer = await bench.press("", address=address, description="", types="SlaBreached")
    assert answer.status == 400
    assert 'id="address-error"' in answer.text
    refused = await bench.world.api("POST", "/subscriptions", json={"address": address})
    assert (refused.status, refused.json()["errors"][0]["pointer"]) == (400, "/address")
    assert await bench.all() == []


def test_what_the_operator_allows_may_be_plain_and_private() -> None:
    for address, allow in (
        ("http://127.0.0.1:9/x", ("127.0.0.0/8",)), ("http://crm.lan/", ("CRM.lan",)), ("https://[::1]/", ("::1",)),
    ):  # fmt: skip
        assert clean_address(address, allow) == address


async def test_it_can_be_paused_resumed_rotated_and_removed(bench: Bench) -> None:
    one = await bench.made()
    path = f"/{one['id']}"
    assert (await bench.press(f"{path}/act", do="pause")).status == 303
    assert "Reprendre" in await bench.page(path)
    again = await bench.press(f"{path}/act", do="pause")
    assert (again.status, 'role="alert"' in again.text) == (409, True)
    assert (await bench.press(f"{path}/act", do="resume")).status == 303
    rotated = await bench.press(f"{path}/act", do="rotate")
    assert rotated.text.count("whsec_") == 1
    assert one["secret"] not in rotated.text
    assert (await bench.all())[0]["two_secrets"] is True
    assert (await bench.press(f"{path}/act", do="retire")).status == 303
    assert (await bench.all())[0]["two_secrets"] is False
    assert (await bench.press(f"{path}/act", do="nothing")).status == 404
    assert (await bench.press(f"{path}/act", do="remove")).status == 303
    assert await bench.all() == []
    assert (await bench.press(f"{path}/act", do="pause")).status == 404


async def test_a_subscription_that_failed_for_a_day_is_told_on_both_pages(bench: Bench) -> None:
    one = await bench.made()
    async with bench.world.pool.acquire() as connection:
        await subscriptions.pause_by_itself(
            bench.world.log, connection, bench.world.brand, one["id"], "failing", bench.world.clock.now()
        )
    for path in ("", f"/{one['id']}"):
        assert 'class="notice notice-alarm' in await bench.page(path)


async def test_attempts_are_shown_and_each_can_be_sent_again(bench: Bench) -> None:
    one = await bench.made()
    await bench.world.hear()
    await _tried(bench, one["id"], "unreachable", None)
    await _tried(bench, one["id"], None, 204)
    await bench.world.pool.execute("UPDATE vigie.subscriptions SET position = 3")
    shown = await bench.page(f"/{one['id']}")
    assert "personne ne répond" in shown
    assert "204" in shown
    assert (await bench.press(f"/{one['id']}/act", do="again", position="3")).status == 303
    assert await bench.world.pool.fetchval("SELECT position FROM vigie.forwards WHERE state = 'waiting'") == 3
    for wrong in ("", "zwölf", "0", "999999", "9" * 40):
        refused = await bench.press(f"/{one['id']}/act", do="onwards", position=wrong)
        assert (refused.status, 'id="position-error"' in refused.text) == (409, True)
    assert (await bench.press(f"/{one['id']}/act", do="onwards", position="2")).status == 303
    assert (await bench.all())[0]["position"] == 1
    answer = (await bench.world.api("GET", f"/subscriptions/{one['id']}/attempts")).json()
    fits(AttemptsShape, answer)
    assert [(a["position"], a["error"], a["status"]) for a in answer["attempts"]] == [
        (3, None, 204), (3, "unreachable", None),
    ]  # fmt: skip


async def _tried(bench: Bench, subscription_id: str, error: str | None, status: int | None) -> None:
    await bench.world.pool.execute(
        "INSERT INTO vigie.forward_attempts (brand_id, subscription_id, attempt_id, position, type, number, at,"
        " duration_ms, status, error) SELECT $1, $2, count(*) + 1, 3, 'MessageReceived', 1, $3, 12, $4, $5"
        " FROM vigie.forward_attempts WHERE brand_id = $1",
        bench.world.brand, subscription_id, bench.world.clock.now(), status, error,
    )  # fmt: skip


async def test_the_api_keeps_its_shapes_and_tells_a_secret_only_to_who_made_it(bench: Bench) -> None:
    made = await bench.made()
    fits(SubscriptionShape, made)
    assert made["secret"].startswith("whsec_")
    path = f"/subscriptions/{made['id']}"
    changed = await bench.world.api("PATCH", path, json={"types": [], "description": None})
    assert (changed.json()["types"], changed.json()["description"]) == ([], "CRM")
    rotated = (await bench.world.api("POST", f"{path}/rotate")).json()
    assert rotated["secret"] not in {None, made["secret"]}
    for verb in ("retire", "pause", "resume"):
        answer = await bench.world.api("POST", f"{path}/{verb}")
        fits(SubscriptionShape, answer.json())
        assert answer.json()["secret"] is None
    assert (await bench.world.api("POST", f"{path}/resume")).status == 409
    whole = await bench.world.api("GET", "/subscriptions")
    fits(SubscriptionsShape, whole.json())
    assert "whsec_" not in whole.text + (await bench.world.api("GET", path)).text
    assert (await bench.world.api("DELETE", path)).status == 200
    assert (await bench.world.api("GET", path)).status == 404


@pytest.mark.parametrize(
    "wrong",
    [{"types": ["Nonsense"]}, {"types": "all"}, {"secret": "mine"}, {"personal": "yes"}, {"address": 7}],
    ids=str,
)
async def test_the_api_refuses_what_it_does_not_know(bench: Bench, wrong: dict[str, Any]) -> None:
    assert (await bench.world.api("POST", "/subscriptions", json={**ORDER, **wrong})).status == 400


async def test_a_token_that_may_not_read_peoples_words_cannot_have_them_sent(bench: Bench) -> None:
    world = bench.world
    _, world.tokens["blind"] = await tokens.create(
        world.log, world.brand, name="blind", rights=("read", "manage"), by=world.people["owner"], now=world.clock.now()
    )
    assert (await world.api("POST", "/subscriptions", token="blind", json=ORDER)).status == 403
    one = await bench.made()
    path, elsewhere = f"/subscriptions/{one['id']}", {"address": "https://evil.example.org/"}
    assert (await world.api("PATCH", path, token="blind", json=elsewhere)).status == 403
    assert (await world.api("PATCH", path, token="blind", json={**elsewhere, "personal": False})).status == 200


async def test_another_brands_subscription_is_not_there(bench: Bench) -> None:
    one = await bench.made()
    world = bench.world
    for method, rest in (("GET", ""), ("GET", "/attempts"), ("DELETE", ""), ("POST", "/pause"), ("POST", "/rotate")):
        path = f"/api/v1/brands/{world.other}/subscriptions/{one['id']}{rest}"
        answer = await world.ask(method, path, headers=world.bearer("foreign"))
        assert answer.status == 404, (method, rest)
    theirs = await world.ask(
        "GET", f"/api/v1/brands/{world.other}/subscriptions", headers=world.bearer("foreign")
    )  # fmt: skip
    assert theirs.json() == {"subscriptions": []}
    assert (await bench.all())[0]["paused_at"] is None


async def test_a_brand_has_so_many_at_the_most(bench: Bench) -> None:
    for _ in range(MOST):
        await bench.made()
    assert (await bench.world.api("POST", "/subscriptions", json=ORDER)).status == 409
    assert 'role="alert"' in (await bench.press("", address=ADDRESS)).text


async def test_hostile_words_stay_words(bench: Bench) -> None:
    made = await bench.made(description="<script>alert(1)</script>\x00\u202e", address=ADDRESS + "&<b>")
    for path in ("", f"/{made['id']}"):
        shown = await bench.page(path)
        assert "<script>alert" not in shown
        assert "&lt;script&gt;alert(1)" in shown
        assert "&<b>" not in shown


def test_the_page_has_words_for_everything() -> None:
    assert set(page.ERRORS) == set(get_args(Word))
    assert set(page.PAUSES) == set(get_args(PauseReason))
    assert len(EVENT_TYPES) <= 100  # so many the API takes at once

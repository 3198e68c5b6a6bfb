"""Settings › Classifier and its API: which model reads, what another one would make of what was said, and switching."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from inbox.catalogue import Listed, ModelCard
from inbox.events import MessageClassified
from inbox.ids import dedupe_key
from inbox.log.record import NewEvent
from inbox.web.api.shapes import ClassifierShape, TrialShape
from services.models import Sources
from services.workers.in_force import InForce
from services.workers.judging import Judging
from services.workers.trying import Trying
from tests.fakes.model import FakeModel
from tests.web.test_items_api import fits
from tests.web.world import World

CARDS = (
    ModelCard("", "usual@1/aaaaaaaa", "a" * 64, categories=("safety",), size_bytes=3_400_000, card="docs/c.md"),
    ModelCard("gentle", model="gentle@2/ffffffff", sha256="f" * 64),
    ModelCard("broken", wrong="there is no model.json in it"),
)  # fmt: skip


@dataclass
class Bench:
    world: World
    trying: Trying

    async def page(self, who: str = "lead") -> str:
        cookie, _ = await self.world.session(who)
        path = f"/b/{self.world.brand}/settings/classifier"
        answer = await self.world.ask("GET", path, headers=self.world.cookie(cookie))
        assert answer.status == 200, answer.text
        return answer.text

    async def press(self, path: str, who: str = "lead", **fields: str) -> int:
        cookie, csrf = await self.world.session(who)
        answer = await self.world.ask(
            "POST", f"/b/{self.world.brand}/settings/classifier{path}", headers=self.world.cookie(cookie),
            form={"csrf": csrf, **fields},
        )  # fmt: skip
        return answer.status

    async def run_id(self) -> str:
        found = (await self.world.api("GET", "/classifier")).json()["trials"]
        return str(found[0]["id"])


@pytest.fixture
async def bench(world: World) -> AsyncIterator[Bench]:
    """One message, read as a danger; the model "gentle" takes it for harmless."""
    object.__setattr__(world.deps, "catalogue", Listed(CARDS))
    item = await world.hear("Votre machine <b>fume</b>")
    event = MessageClassified(
        item_id=item, external_id="m1", model="usual@1", assessed=True, sentiment="negative", urgency=0.95, level=3,
        at=world.clock.now(),
    )  # fmt: skip
    await world.log.append(world.brand, [NewEvent(event, str(item), dedupe_key("classified", "m1"))])
    await world.project()
    world.clock.advance(timedelta(minutes=1))
    judging = Judging(FakeModel)
    models = InForce(world.pool, judging, Sources(), load=lambda _: FakeModel(name="gentle@2", danger="nothing"))
    yield Bench(world, Trying(world.log, world.clock, models, rest=False))
    models.close()
    judging.close()


async def test_the_page_says_which_model_reads_and_which_there_are(bench: Bench) -> None:
    page = await bench.page()
    assert "usual@1/aaaaaaaa" in page
    assert "a" * 64 in page
    assert "docs/c.md" in page
    assert 'value="gentle"' in page
    assert 'value="broken"' not in page
    assert "there is no model.json in it" in page


async def test_a_lead_tries_sees_the_words_and_switches(bench: Bench) -> None:
    assert await bench.press("/try", model="gentle", days="7") == 303
    assert 'data-reload="' in await bench.page()
    await bench.trying.look()
    page = await bench.page()
    assert "data-reload" not in page
    assert "Votre machine &lt;b&gt;fume&lt;/b&gt;" in page
    run_id = await bench.run_id()
    assert await bench.press(f"/{run_id}/switch") == 303
    await bench.world.pool.execute("DELETE FROM vigie.leases")
    await bench.trying.look()
    await bench.world.project()
    in_force = (await bench.page()).partition('class="facts"')[2].partition("</dl>")[0]
    assert "gentle · gentle@2/ffffffff" in in_force
    assert "f" * 64 in in_force
    (item,) = (await bench.world.api("GET", "/items")).json()["items"]
    assert item["priority"] == 4


async def test_a_second_try_and_a_model_that_is_not_there_are_refused_in_words(bench: Bench) -> None:
    assert await bench.press("/try", model="broken", days="7") == 400
    assert await bench.press("/try", model="", days="0") == 400
    assert await bench.press("/try", model="", days="30") == 303
    assert await bench.press("/try", model="", days="30") == 409
    assert await bench.press(f"/{await bench.run_id()}/switch") == 409
    assert await bench.press("/no-run/switch") == 404


async def test_a_run_that_somebody_stopped_stays_stopped_and_another_may_begin(bench: Bench) -> None:
    assert await bench.press("/try", model="gentle", days="7") == 303
    run_id = await bench.run_id()
    assert await bench.press(f"/{run_id}/stop", who="cm") == 403
    assert await bench.press(f"/{run_id}/stop") == 303
    await bench.trying.look()
    (trial,) = (await bench.world.api("GET", "/classifier")).json()["trials"]
    fits(TrialShape, trial)
    assert (trial["state"], trial["judged"]) == ("stopped", 0)
    assert await bench.press(f"/{run_id}/stop") == 409
    assert await bench.press(f"/{run_id}/switch") == 409, "what was not tried to its end cannot be put in force"
    assert await bench.press("/try", model="gentle", days="7") == 303


async def test_a_model_in_force_that_is_gone_is_said_so(bench: Bench) -> None:
    await bench.press("/try", model="gentle", days="7")
    await bench.trying.look()
    await bench.press(f"/{await bench.run_id()}/switch")
    object.__setattr__(bench.world.deps, "catalogue", Listed(CARDS[:1]))
    assert 'class="notice notice-alarm"' in await bench.page()
    assert (await bench.world.api("GET", "/classifier")).json()["in_force"]["available"] is False
    other = (*CARDS[:1], replace(CARDS[1], sha256="0" * 64))
    object.__setattr__(bench.world.deps, "catalogue", Listed(other))
    assert (await bench.world.api("GET", "/classifier")).json()["in_force"]["available"] is False


async def test_the_api_tries_and_switches_as_documented(bench: Bench) -> None:
    world = bench.world
    made = await world.api("POST", "/classifier/trials", json={"model": "gentle", "days": 30})
    assert made.status == 200, made.text
    fits(TrialShape, made.json())
    assert (await world.api("POST", "/classifier/trials", json={"days": 7})).status == 409
    run = f"/classifier/trials/{made.json()['id']}"
    assert (await world.api("POST", f"{run}/switch")).status == 409
    await bench.trying.look()
    trial = (await world.api("GET", run)).json()
    fits(TrialShape, trial)
    assert (trial["state"], trial["by_priority"]) == ("tried", {"up": 0, "down": 1, "same": 0})
    assert trial["examples"][0]["text"] == "Votre machine <b>fume</b>"
    assert "fume" not in (await world.api("GET", run, token="reader")).text
    assert "fume" not in (await world.api("GET", "/classifier")).text
    assert (await world.api("POST", f"{run}/switch")).json()["state"] == "applying"
    whole = (await world.api("GET", "/classifier")).json()
    fits(ClassifierShape, whole)
    assert whole["in_force"] == {
        "model": "gentle", "sha256": "f" * 64, "at": "2026-11-24T11:01:00Z", "by": world.people["owner"],
        "available": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    "body", [{"days": 0}, {"days": 400}, {"days": "7"}, {"model": "gone"}, {"model": None}, {"since": "2026"}], ids=str
)
async def test_the_api_refuses_what_cannot_be_tried(bench: Bench, body: dict[str, object]) -> None:
    assert (await bench.world.api("POST", "/classifier/trials", json=body)).status == 400


async def test_a_run_of_another_brand_is_not_there(bench: Bench) -> None:
    await bench.press("/try", model="gentle", days="7")
    path = f"/api/v1/brands/{bench.world.other}/classifier/trials/{await bench.run_id()}"
    assert (await bench.world.ask("GET", path, headers=bench.world.bearer("foreign"))).status == 404

"""Near-identical messages of many authors are found, and their items rank as the most urgent of them."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from classifier.judgement import Judgement
from inbox import events as ev
from inbox.clock import SimulatedClock
from inbox.ids import ItemId
from inbox.log.follow import Runner
from inbox.views import waves as view
from inbox.views.rebuild import rebuild
from inbox.waves import WINDOW
from services.workers.saying import Words
from services.workers.waves import Waves
from tests.fakes.model import CALM
from tests.views.world import World

COPIES = (
    "Brizéo savait et n’a rien dit. Rappel immédiat des batteries Cargo 2 ! #BoycottBrizeo",
    "brizeo savait et n'a RIEN dit !! rappel immédiat des batteries du Cargo 2 😡",
    "Julie : Brizéo savait et n’a rien dit. Rappel immédiat des batteries Cargo 2 https://x.example/1",
    "@brizeo savait et n’a rien dit, rappel immédiat des batteries Cargo 2 #honte",
)
OTHER = "La livraison était parfaite et le livreur charmant, bonne journée à tous"


@dataclass
class Sea:
    """A brand, and whoever looks for waves of it, run by hand as the runner would."""

    world: World
    clock: SimulatedClock
    waves: Waves
    spoken: list[ItemId] = field(default_factory=list)

    async def say(self, *texts: str, by: str | None = None) -> list[ItemId]:
        items = []
        for text in texts:
            author = by or f"a{self.world.spoken}"
            self.clock.advance(timedelta(seconds=1))
            items.append(await self.world.says(author, text, thread=f"t{author}", at=self.clock.now()))
        return items

    async def judge(self, item: ItemId, external_id: str, level: int, **given: Any) -> None:
        fields: dict[str, Any] = {"urgency": 0.25 * level + 0.1, "level": level, **given}
        await self.world.happens(self.world.judgement(item, external_id, **fields))

    async def follow(self, *, batch: int = 500) -> None:
        await follow(self.world, self.waves, batch=batch)
        await self.world.project()

    async def events(self, kind: type[ev.Event]) -> list[Any]:
        recorded = await self.world.log.read(self.world.brand, limit=100_000)
        return [r.event for r in recorded if isinstance(r.event, kind)]

    async def joined(self) -> list[ItemId]:
        return [event.item_id for event in await self.events(ev.WaveJoined)]

    async def alive(self) -> list[view.Wave]:
        async with self.world.pool.acquire() as connection:
            return await view.of_brand(connection, self.world.brand, self.clock.now())

    async def prints(self) -> int:
        found: int = await self.world.pool.fetchval("SELECT count(*) FROM vigie.wave_prints")
        return found


async def follow(world: World, waves: Waves, *, batch: int = 500) -> None:
    runner = Runner(world.log, waves, batch=batch)
    while await runner.step(world.brand) or await behind(world):
        pass


async def behind(world: World) -> bool:
    found: bool = await world.pool.fetchval(
        "SELECT h.last_position > coalesce(c.position, 0) FROM vigie.heads h LEFT JOIN vigie.checkpoints c"
        " ON c.brand_id = h.brand_id AND c.follower = 'waves' WHERE h.brand_id = $1",
        world.brand,
    )
    return found


@pytest.fixture
def sea(world: World, clock: SimulatedClock) -> Sea:
    return Sea(world, clock, Waves(world.log, clock))


async def test_the_third_author_makes_a_wave_of_all_who_said_it(sea: Sea) -> None:
    first, second = await sea.say(*COPIES[:2])
    await sea.say(OTHER)
    await sea.follow()
    assert await sea.joined() == []
    (third,) = await sea.say(COPIES[2])
    await sea.follow()
    assert await sea.joined() == [first, second, third]
    (wave,) = await sea.alive()
    assert (wave.messages, wave.authors, wave.items, wave.example) == (3, 3, 3, COPIES[0])
    assert (await sea.world.row(first)).wave == wave.id
    assert (await sea.world.row(first)).wave_size == 3


async def test_a_later_copy_joins_the_wave_it_resembles(sea: Sea) -> None:
    await sea.say(*COPIES[:3])
    await sea.follow()
    sea.clock.advance(timedelta(hours=20))
    (late,) = await sea.say(COPIES[3])
    await sea.follow(batch=1)
    waves = {event.wave_id for event in await sea.events(ev.WaveJoined)}
    assert len(waves) == 1
    assert (await sea.joined())[-1] == late


async def test_an_author_who_repeats_himself_makes_no_wave(sea: Sea) -> None:
    await sea.say(*COPIES, by="zoe")
    await sea.say(COPIES[0], by="ben")
    await sea.follow()
    assert await sea.joined() == []


@pytest.mark.parametrize("text", ["bravo", "Merci !!", "merci beaucoup", "top 👍", "❤️❤️❤️", "#BoycottBrizeo", "", "谢谢"])
async def test_what_everybody_says_is_no_wave(sea: Sea, text: str) -> None:
    await sea.say(*[text] * 6)
    await sea.follow()
    assert await sea.joined() == []
    assert await sea.prints() == 0


async def test_what_was_said_more_than_a_day_ago_is_not_compared(sea: Sea) -> None:
    await sea.say(*COPIES[:2])
    await sea.follow()
    sea.clock.advance(WINDOW + timedelta(minutes=1))
    await sea.say(*COPIES[2:])
    await sea.follow()
    assert await sea.joined() == []
    assert await sea.prints() == 2


async def test_prints_expire_where_nobody_speaks_any_more(sea: Sea) -> None:
    await sea.say(*COPIES)
    await sea.follow()
    sea.clock.advance(WINDOW + timedelta(minutes=1))
    await sea.waves.look()
    assert await sea.prints() == 0
    assert [wave.messages for wave in await sea.alive()] == [4]


async def test_a_dangerous_member_raises_all_others(sea: Sea) -> None:
    items = await sea.say(*COPIES[:3])
    for n, item in enumerate(items, 1):
        await sea.judge(item, f"m{n}", 0)
    await sea.follow()
    assert [(await sea.world.row(item)).priority for item in items] == [4, 4, 4]
    (danger,) = await sea.say(COPIES[3] + " ça fume")
    await sea.judge(danger, "m4", 3)
    await sea.follow()
    assert await sea.joined() == [*items, danger]
    assert [(await sea.world.row(item)).priority for item in items] == [1, 1, 1]
    assert [event.item_id for event in await sea.events(ev.RaisedByWave)] == sorted(items)
    assert [wave.level for wave in await sea.alive()] == [3]


async def test_who_joins_a_raised_wave_is_raised_once_read_and_a_danger_does_not_wait_for_that(sea: Sea) -> None:
    for level, raised_before in ((2, False), (3, True)):
        items = await sea.say(*[f"{copy} vague numéro {'deux' if level == 2 else 'trois'}" for copy in COPIES[:3]])
        offset = sea.world.spoken - 3
        await sea.judge(items[0], f"m{offset + 1}", level)
        await sea.follow()
        raised = [event.item_id for event in await sea.events(ev.RaisedByWave) if event.level == level]
        assert (items[1] in raised) is raised_before
        await sea.judge(items[1], f"m{offset + 2}", 1)
        await sea.follow()
        raised = [event.item_id for event in await sea.events(ev.RaisedByWave) if event.level == level]
        assert items[1] in raised


async def test_a_first_look_raises_no_wave(sea: Sea) -> None:
    items = await sea.say(*COPIES[:3])
    await sea.judge(items[0], "m1", 3, provisional=True)
    await sea.judge(items[1], "m2", 0)
    await sea.follow()
    assert await sea.events(ev.RaisedByWave) == []


async def test_a_false_alarm_raises_nobody_any_more_but_lowers_nobody(sea: Sea) -> None:
    items = await sea.say(*COPIES[:3])
    await sea.judge(items[0], "m1", 3)
    await sea.judge(items[1], "m2", 0)
    await sea.follow()
    await sea.world.happens(ev.MarkedNotUrgent(item_id=items[0], by=7, at=sea.clock.now()))
    (late,) = await sea.say(COPIES[3])
    await sea.judge(late, "m4", 0)
    await sea.follow()
    levels = {event.item_id: event.level for event in await sea.events(ev.RaisedByWave)}
    assert (levels[items[1]], levels[late]) == (3, 1)
    assert (await sea.world.row(items[1])).priority == 1


async def test_reading_the_log_again_says_nothing_twice(sea: Sea) -> None:
    items = await sea.say(*COPIES)
    await sea.judge(items[0], "m1", 3)
    await sea.follow()
    head = await sea.world.log.head(sea.world.brand)
    await sea.world.pool.execute("DELETE FROM vigie.checkpoints WHERE follower = 'waves'")
    await sea.world.pool.execute("DELETE FROM vigie.wave_prints")
    await sea.follow(batch=3)
    assert await sea.world.log.head(sea.world.brand) == head


class Killed(BaseException):
    """As when the process dies."""


async def test_a_process_that_dies_between_saying_and_remembering_leaves_nothing_half_done(
    sea: Sea, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sea.say(*COPIES[:3])
    append = sea.world.log.append

    async def dies(*given: Any, **more: Any) -> None:
        await append(*given, **more)
        raise Killed

    monkeypatch.setattr(sea.world.log, "append", dies)
    with pytest.raises(Killed):
        await sea.follow()
    monkeypatch.undo()
    assert (await sea.joined(), await sea.prints()) == ([], 0)
    survivor = Waves(sea.world.log, sea.clock)
    for waves in (sea.waves, survivor, sea.waves):
        await follow(sea.world, waves)
    assert len(await sea.joined()) == 3


async def test_two_processes_say_what_one_would(sea: Sea) -> None:
    other = Waves(sea.world.log, sea.clock)
    runners = [Runner(sea.world.log, waves, batch=4) for waves in (sea.waves, other)]
    for n in range(12):
        await sea.say(f"{COPIES[n % 4]} {'très ' * (n % 3)}")
        await asyncio.gather(*(runner.step(sea.world.brand) for runner in runners))
    await sea.follow()
    joined = await sea.events(ev.WaveJoined)
    assert len({event.wave_id for event in joined}) == 1
    assert len(joined) == len({event.item_id for event in joined}) == 12


async def test_another_process_takes_a_brand_over_where_it_stands(sea: Sea) -> None:
    await sea.say(*COPIES[:2])
    await sea.follow()
    await sea.say(COPIES[2])
    await follow(sea.world, Waves(sea.world.log, sea.clock))
    await sea.say(COPIES[3])
    await sea.follow()
    assert len({event.wave_id for event in await sea.events(ev.WaveJoined)}) == 1
    assert len(await sea.joined()) == 4


async def test_forgetting_an_author_takes_their_print_and_their_words(sea: Sea) -> None:
    items = await sea.say(*COPIES[:3])
    await sea.follow()
    (wave,) = await sea.alive()
    assert (wave.example, wave.example_item) == (COPIES[0], items[0])
    await sea.world.forgets("a0", items[0])
    await sea.follow()
    assert await sea.prints() == 2
    (wave,) = await sea.alive()
    assert (wave.messages, wave.example, wave.example_item) == (3, COPIES[1], items[1])


async def test_withdrawn_words_make_no_wave(sea: Sea) -> None:
    first, _ = await sea.say(*COPIES[:2])
    await sea.follow()
    at = sea.clock.now()
    await sea.world.happens(
        ev.MessageWithdrawn(item_id=first, channel_id="c1", external_id="m1", sent_at=at, received_at=at)
    )
    await sea.say(COPIES[2])
    await sea.follow()
    assert await sea.joined() == []


async def test_edited_words_are_compared_anew(sea: Sea) -> None:
    *_, third = await sea.say(*COPIES[:2], OTHER)
    await sea.follow()
    at = sea.clock.now() + timedelta(minutes=1)
    edit = ev.MessageEdited(
        item_id=third, channel_id="c1", external_id="m3", sent_at=at, received_at=at, text=COPIES[2]
    )
    await sea.world.happens(edit, author="a2")
    await sea.follow()
    assert third in await sea.joined()


async def test_a_rebuild_gives_the_same_waves(sea: Sea) -> None:
    items = await sea.say(*COPIES)
    await sea.judge(items[2], "m3", 3, lang="fr")
    await sea.judge(items[1], "m2", 1)
    await sea.follow()
    await sea.world.happens(ev.CategoriesCorrected(item_id=items[1], categories=("press",), by=7, at=sea.clock.now()))
    await sea.follow(batch=1)
    before = await rows(sea)
    assert len(before[0]) == 4
    await rebuild(sea.world.log, sea.world.brand)
    assert await rows(sea) == before


async def rows(sea: Sea) -> tuple[list[Any], list[Any]]:
    members = await sea.world.pool.fetch("SELECT * FROM vigie.wave_members ORDER BY item_id, external_id")
    waves = await sea.world.pool.fetch("SELECT * FROM vigie.waves ORDER BY wave_id")
    return [tuple(row) for row in members], [tuple(row) for row in waves]


# --- meaning ------------------------------------------------------------------------------------------------------

RNG = np.random.default_rng(7)
THEME = RNG.normal(size=384)
PARAPHRASES = (
    "On nous a caché le défaut des batteries depuis des mois",
    "L'entreprise connaissait le problème d'accumulateurs et s'est tue",
    "Vous saviez que ces piles chauffaient, pourquoi ce silence",
)


def near(noise: float) -> bytes:
    vector = THEME + noise * RNG.normal(size=384)
    return (vector / np.linalg.norm(vector) * 127).round().astype(np.int8).tobytes()


def noticed(sea: Sea, items: Sequence[ItemId], texts: Sequence[str], noise: float, lang: str = "fr") -> None:
    said: list[tuple[Words, Judgement]] = []
    for n, (item, text) in enumerate(zip(items, texts, strict=True)):
        subject = sea.world.subject(f"a{n}")
        words = Words(item, "c1", f"m{n + 1}", text, sea.clock.now() + timedelta(seconds=n), subject=subject)
        said.append((words, replace(CALM, lang=lang, embedding=near(noise))))
    sea.waves.noticed(sea.world.brand, said)


@pytest.mark.parametrize("first", ["log", "model"])
async def test_messages_of_one_meaning_are_a_wave_whichever_is_quicker(sea: Sea, first: str) -> None:
    items = await sea.say(*PARAPHRASES)
    if first == "log":
        await sea.follow()
    noticed(sea, items, PARAPHRASES, 0.1)
    await sea.waves.look()
    await sea.follow()
    assert await sea.joined() == items
    assert [event.alike for event in await sea.events(ev.WaveJoined)] == ["words", "meaning", "meaning"]


async def test_what_is_merely_about_the_same_is_no_wave(sea: Sea) -> None:
    items = await sea.say(*PARAPHRASES)
    noticed(sea, items, PARAPHRASES, 1.5)
    await sea.waves.look()
    await sea.follow()
    assert await sea.joined() == []


async def test_one_meaning_in_several_languages_is_not_one_wave(sea: Sea) -> None:
    items = await sea.say(*PARAPHRASES)
    noticed(sea, items[:2], PARAPHRASES[:2], 0.1)
    noticed(sea, items, PARAPHRASES, 0.1, lang="en")
    await sea.waves.look()
    await sea.follow()
    assert await sea.joined() == []


async def test_what_a_model_notices_of_a_forgotten_author_is_let_go(sea: Sea) -> None:
    items = await sea.say(*PARAPHRASES)
    await sea.follow()
    await sea.world.forgets("a0", items[0])
    await sea.follow()
    noticed(sea, items, PARAPHRASES, 0.1)
    await sea.waves.look()
    assert await sea.prints() == 2
    assert await sea.joined() == []


async def test_a_flood_of_embeddings_takes_bounded_room(sea: Sea, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.workers.waves.MOST_NOTICED", 2)
    items = await sea.say(*PARAPHRASES)
    noticed(sea, items, PARAPHRASES, 0.1)
    await sea.waves.look()
    assert await sea.prints() == 2


@pytest.fixture
async def running(sea: Sea) -> AsyncIterator[Sea]:
    task = asyncio.create_task(sea.waves.run())
    yield sea
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_the_worker_wakes_for_what_was_noticed(running: Sea) -> None:
    items = await running.say(*PARAPHRASES)
    subscription = running.world.log.pulse.subscribe("log")
    noticed(running, items, PARAPHRASES, 0.1)
    async with asyncio.timeout(10):
        while not await subscription.wait():
            pass
    assert await running.joined() == items


def test_a_wave_is_named_alike_everywhere(world: World) -> None:
    ids, item = world.log.keyring.ids, uuid.UUID(int=1)
    assert ids.wave(world.brand, item, "m") == ids.wave(world.brand, item, "m")
    assert ids.wave(world.brand, item, "m") != ids.wave(world.brand, item, "n")

"""The live stream: what happened is shown once, whatever breaks in between."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import Mock

import aiohttp
import orjson
import pytest

from inbox.ids import BrandId, ItemId
from inbox.log import eras
from inbox.log.pulse import Pulse
from inbox.people import members
from inbox.views.row import Row
from inbox.web.crowd import WRITING_S, Crowd, Person, Seat
from inbox.web.live import HUB
from inbox.web.presence import FORGOTTEN_S, Presence
from inbox.web.watchers import QUEUE
from tests.web.world import World


@dataclass
class Said:
    """One event of a stream."""

    event: str
    data: Any
    id: int | None = None


@dataclass
class Listener:
    response: aiohttp.ClientResponse
    said: list[Said] = field(default_factory=list)

    async def next(self) -> Said:
        async with asyncio.timeout(10):
            return await self._next()

    async def _next(self) -> Said:
        fields: dict[str, str] = {}
        async for raw in self.response.content:
            line = raw.decode().rstrip("\n")
            if line.startswith(":"):
                continue
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif "event" in fields:
                said = Said(
                    fields["event"],
                    orjson.loads(fields["data"]),
                    int(fields["id"].partition("-")[0]) if "id" in fields else None,
                )
                self.said.append(said)
                return said
            else:
                fields = {}
        raise EOFError

    async def until(self, event: str) -> Said:
        while (said := await self.next()).event != event:
            pass
        return said

    async def end(self) -> None:
        """Reads on until the server closes."""
        with contextlib.suppress(EOFError, aiohttp.ClientError):
            while True:
                await self.next()


@asynccontextmanager
async def listening(
    world: World, *, token: str = "full", last: int | str | None = None, path: str = "/live", cookie: str | None = None
) -> AsyncIterator[Listener]:
    headers = world.cookie(cookie) if cookie else world.bearer(token)
    if last is not None:
        headers = headers | {"Last-Event-ID": str(last)}
    prefix = f"/b/{world.brand}" if cookie else f"/api/v1/brands/{world.brand}"
    async with world.http.get(world.deps.settings.base_url + prefix + path, headers=headers) as response:
        assert response.status == 200, await response.text()
        assert response.content_type == "text/event-stream"
        yield Listener(response)


async def test_a_change_arrives_with_its_position_as_id(world: World) -> None:
    async with listening(world) as listener:
        await listener.until("ready")
        item = await world.hear()
        said = await listener.until("item")
    assert said.id == said.data["position"] == await world.log.head(world.brand)
    assert said.data["id"] == str(item)
    assert said.data["text"] == "Votre machine a pris feu"


async def test_who_comes_back_misses_nothing_and_gets_nothing_twice(world: World) -> None:
    wanted: list[tuple[str, int]] = []
    got: list[tuple[str, int | None]] = []
    last: int | None = 0
    for round_ in range(6):
        for n in range(5):
            item = await world.hear(author=f"r{round_}-{n}")
            wanted.append((str(item), await world.log.head(world.brand)))
        async with listening(world, last=last) as listener:
            while len(got) < len(wanted):
                said = await listener.until("item")
                got.append((said.data["id"], said.id))
            last = got[-1][1]
    assert got == wanted


async def test_what_happens_while_one_connects_is_neither_lost_nor_doubled(world: World) -> None:
    async def talk() -> list[str]:
        return [str(await world.hear(author=f"a{n}")) for n in range(40)]

    async def listen() -> list[str]:
        seen: list[str] = []
        last = 0
        while len(seen) < 40:
            async with listening(world, last=last) as listener:
                for _ in range(7):
                    if len(seen) == 40:
                        break
                    said = await listener.until("item")
                    seen.append(said.data["id"])
                    last = said.id or last
        return seen

    said, seen = await asyncio.gather(talk(), listen())
    assert sorted(seen) == sorted(said)


async def test_a_page_goes_on_from_the_position_it_is_true_at(world: World) -> None:
    await world.hear(author="before")
    position = (await world.api("GET", "/items")).json()["position"]
    after = await world.hear(author="after")
    async with listening(world, path=f"/live?after={position}") as listener:
        assert (await listener.until("item")).data["id"] == str(after)
        assert (await listener.until("ready")).id == await world.log.head(world.brand)


async def test_a_position_we_do_not_know_asks_for_a_reload(world: World) -> None:
    async with listening(world, last=10**9) as listener:
        assert (await listener.next()).event == "reset"


async def test_forgetting_one_author_resumes_whole(world: World) -> None:
    """One event changes many items: only the last of them carries the id."""
    from inbox.desk import Commands
    from inbox.events import Author, MessageReceived
    from inbox.ids import ItemId, dedupe_key
    from inbox.log.record import NewEvent

    item, now = await world.hear(), world.clock.now()
    other = ItemId(world.log.keyring.ids.item(world.brand, "c", "t2", "zoe"))  # type: ignore[arg-type]
    event = MessageReceived(
        item_id=other, channel_id="c", network="generic", kind="comment", external_id="o", sent_at=now, received_at=now,
        thread_id="t2", author=Author(id="zoe"), text="encore",
    )  # fmt: skip
    subject = world.log.keyring.ids.subject(world.brand, "generic", "zoe")
    await world.log.append(world.brand, [NewEvent(event, str(other), dedupe_key("o"), subject)])
    await world.project()
    last = await world.log.head(world.brand)
    await Commands(world.log, world.clock).forget(world.brand, item, by=world.people["owner"])
    await world.project()
    async with listening(world, last=last) as listener:
        first, second = await listener.until("item"), await listener.until("item")
    assert {first.data["id"], second.data["id"]} == {str(item), str(other)}
    assert (first.id, second.id) == (None, last + 1)
    assert first.data["text"] is second.data["text"] is None


async def test_counts_follow_and_mine_is_ones_own(world: World) -> None:
    item = await world.hear()
    body = {"expected_position": 99, "assignee": world.people["cm"]}
    assert (await world.api("POST", f"/items/{item}/assign", json=body)).status == 200
    await world.project()
    cookie, _ = await world.session("cm")
    async with listening(world) as owner, listening(world, cookie=cookie) as cm:
        assert (await owner.until("counts")).data["mine"] == 0
        counts = (await cm.until("counts")).data
    assert counts["mine"] == 1
    assert counts["all"] == 1


async def test_the_page_stream_carries_facets_and_the_pages_html(world: World) -> None:
    await world.project()
    world.app[HUB].renderer = lambda row, lang, names: f"<li lang={lang}>{row.priority}</li>"
    cookie, _ = await world.session("observer")
    async with listening(world, cookie=cookie, path="/live?lang=en") as listener:
        await listener.until("ready")
        await world.hear()
        said = await listener.until("item")
    assert said.data["html"] == "<li lang=en>2</li>"
    assert said.data["facets"]["status"] == "open"
    assert said.data["facets"]["channel"] == "c"


async def test_a_reader_without_personal_hears_no_words(world: World) -> None:
    async with listening(world, token="reader") as reader, listening(world) as full:
        await reader.until("ready")
        await full.until("ready")
        await world.hear()
        assert (await reader.until("item")).data["text"] is None
        assert (await full.until("item")).data["text"] is not None


async def test_many_watch_and_one_query_serves_them(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from inbox.views import queue

    asked: list[int] = []
    real = queue.changed_since

    async def counted(*args: Any, **kwargs: Any) -> Any:
        found = await real(*args, **kwargs)
        asked.append(len(found[0]))
        return found

    monkeypatch.setattr(queue, "changed_since", counted)
    cookie, _ = await world.session("owner")
    rendered: list[str] = []
    world.app[HUB].renderer = lambda row, lang, names: rendered.append(lang) or "x"  # type: ignore[func-returns-value]
    from contextlib import AsyncExitStack

    async with AsyncExitStack() as stack:
        listeners = [
            await stack.enter_async_context(
                listening(world, cookie=cookie, path=f"/live?lang={'fr' if n % 2 else 'en'}")
            )
            for n in range(40)
        ]
        for listener in listeners:
            await listener.until("ready")
        assert sum(world.app[HUB].viewers().values()) == 40
        asked.clear()
        await world.hear()
        for listener in listeners:
            await listener.until("item")
        assert sum(asked) == 1
        assert sorted(rendered) == ["en", "fr"]


@pytest.mark.parametrize("how", ["deactivated", "removed", "signed_out", "demoted", "token"])
async def test_who_loses_their_rights_is_cut(world: World, how: str) -> None:
    from inbox.people import sessions, tokens

    owner, cm, now = world.people["owner"], world.people["cm"], world.clock.now()
    token_id, world.tokens["cms"] = await tokens.create(
        world.log, world.brand, name="t", rights=["read"], by=cm, now=now
    )
    cookie, _ = await world.session("cm")
    async with listening(world, cookie=None if how == "token" else cookie, token="cms") as listener:
        await listener.until("ready")
        match how:
            case "deactivated":
                await members.deactivate(world.log, world.brand, cm, by=owner, now=now)
            case "removed":
                await members.remove(world.log, world.brand, cm, by=owner, now=now)
            case "signed_out":
                await sessions.close_all(world.pool, cm)
            case "demoted":
                await members.change_role(world.log, world.brand, cm, "observer", by=owner, now=now)
            case _:
                await tokens.revoke(world.log, world.brand, token_id, by=owner, now=now)
        async with asyncio.timeout(5):
            await listener.end()


async def test_a_tail_outlives_one_who_leaves_while_another_comes(world: World) -> None:
    async def come_and_go() -> None:
        async with listening(world) as listener:
            await listener.until("ready")

    for n in range(10):
        async with listening(world) as listener:
            await asyncio.gather(*(come_and_go() for _ in range(3)), listener.until("ready"))
            item = await world.hear(author=f"a{n}")
            assert (await listener.until("item")).data["id"] == str(item)


async def test_a_row_that_cannot_be_rendered_breaks_its_stream_and_nothing_else(world: World) -> None:
    def broken(row: Row, lang: str, names: Mapping[int, str]) -> str:
        raise RuntimeError("canary")

    await world.project()
    world.app[HUB].renderer = broken
    cookie, _ = await world.session("owner")
    async with listening(world, cookie=cookie) as page, listening(world) as script:
        await page.until("ready")
        await script.until("ready")
        await world.hear()
        assert (await script.until("item")).data["text"]
        async with asyncio.timeout(5):
            await page.end()


async def test_a_reader_that_does_not_read_is_cut(world: World) -> None:
    from inbox.web.context import RIGHTS_OF_ROLE
    from inbox.web.frames import Batch, Variant, counts
    from inbox.web.watchers import Watcher

    watcher = Watcher(Variant("api"), 1, b"", RIGHTS_OF_ROLE["cm"])
    for _ in range(QUEUE):
        watcher.give(Batch([counts({})]), lambda row, variant: {})
    assert not watcher.cut.is_set()
    watcher.give(Batch([counts({})]), lambda row, variant: {})
    assert watcher.cut.is_set()
    assert not watcher.waiting


async def test_nothing_is_written_to_a_socket_whose_browser_has_left() -> None:
    from inbox.web.context import RIGHTS_OF_ROLE
    from inbox.web.frames import Batch, Variant, counts
    from inbox.web.watchers import Socket, Watcher

    transport = Mock(spec=asyncio.WriteTransport)
    transport.get_write_buffer_size.return_value = 0
    watcher = Watcher(Variant("api"), 1, b"", RIGHTS_OF_ROLE["cm"], socket=Socket(transport, False), current=True)
    for left, written in ((False, 1), (True, 1)):
        transport.is_closing.return_value = left
        watcher.give(Batch([counts({})]), lambda row, variant: {})
        assert transport.write.call_count == written
    assert not watcher.waiting


async def test_stopping_ends_every_stream(world: World) -> None:
    async with listening(world) as listener:
        await listener.until("ready")
        world.deps.stopping.set()
        async with asyncio.timeout(2):
            await listener.end()
    assert (await world.api("GET", "/live")).status == 503


async def test_who_comes_back_after_a_restore_to_another_past_starts_anew(world: World) -> None:
    await world.hear(author="before")
    restored = await world.log.head(world.brand)
    async with world.deps.pool.acquire() as connection:
        await eras.begin(connection, world.brand, now=world.deps.clock.now())
    for n in range(3):
        await world.hear(author=f"after-{n}")
    era = (await eras.of_brand(world.deps.pool, world.brand)).at(restored + 1)
    for last, told in ((restored, "item"), (f"{restored + 1}-{era}", "item"), (restored + 1, "reset")):
        async with listening(world, last=last) as listener:
            assert (await listener.next()).event == told, last
            if told == "item":
                assert (await listener.until("ready")).data["era"] == era
    async with listening(world, path=f"/live?after={restored + 1}&era=0") as listener:
        assert (await listener.next()).event == "reset"


@pytest.mark.parametrize("last", ["x", "-1", "1.5", "9" * 30, "١", "1-x"])
async def test_a_bad_last_event_id_is_refused(world: World, last: str) -> None:
    headers = world.bearer() | {"Last-Event-ID": last}
    answer = await world.ask("GET", f"/api/v1/brands/{world.brand}/live", headers=headers)
    assert answer.status == 400


# --- who is here ---------------------------------------------------------------------------------------------------


@asynccontextmanager
async def a_page(world: World, who: str, seat: str) -> AsyncIterator[tuple[Listener, Callable[..., Awaitable[int]]]]:
    """A page of the queue that somebody has open, and how it says what it shows."""
    cookie, csrf = await world.session(who)

    async def shows(item: object = "", writing: str = "", seat: str = seat) -> int:
        headers, form = world.cookie(cookie) | {"X-CSRF-Token": csrf}, {"seat": seat, "item": item, "writing": writing}
        return (await world.ask("POST", f"/b/{world.brand}/here", headers=headers, form=form)).status

    async with listening(world, cookie=cookie, path=f"/live?lang=fr&seat={seat}") as listener:
        await listener.until("ready")
        yield listener, shows


async def test_colleagues_see_who_looks_and_who_writes_until_the_page_is_closed(world: World) -> None:
    item, cm = await world.hear(), world.people["cm"]
    async with a_page(world, "lead", "a" * 32) as (lead, _):
        assert (await lead.until("people")).data == {"items": {}, "every": True}
        async with a_page(world, "cm", "b" * 32) as (_, shows):
            assert await shows(item) == 204
            assert (await lead.until("people")).data["items"] == {str(item): [[cm, "Cm Test", False]]}
            await shows(item, "yes")
            assert (await lead.until("people")).data["items"] == {str(item): [[cm, "Cm Test", True]]}
            async with a_page(world, "owner", "c" * 32) as (late, _):
                assert (await late.until("people")).data == {
                    "items": {str(item): [[cm, "Cm Test", True]]},
                    "every": True,
                }
        while (await lead.until("people")).data["items"] != {str(item): []}:  # perhaps they stop writing first
            pass
    assert await types_of(world, item) == ["MessageReceived"]


async def types_of(world: World, item: ItemId) -> list[str]:
    return [r.event.TYPE for r in await world.log.read_stream(world.brand, str(item))]


async def test_nobody_speaks_for_the_page_of_another_nor_writes_who_may_only_look(world: World) -> None:
    item = await world.hear()
    async with a_page(world, "lead", "a" * 32) as (lead, _), a_page(world, "observer", "b" * 32) as (_, shows):
        assert (await lead.until("people")).data["every"]
        assert await shows(item, seat="a" * 32) == 204  # the lead's: goes nowhere
        assert await shows(item, "yes") == 204
        said = (await lead.until("people")).data["items"]
        assert said == {str(item): [[world.people["observer"], "Observer Test", False]]}
        assert await shows("x") == await shows(item, seat="a") == 400


async def test_another_process_hears_who_looks_and_forgets_them_when_it_dies(database: str) -> None:
    pulses, brand, item = [Pulse(database), Pulse(database)], BrandId(7), uuid.uuid4()
    here, there = [Presence(pulse, lambda brand: True) for pulse in pulses]
    for pulse, presence in zip(pulses, (here, there), strict=True):
        pulse.ears.add(presence.heard)
    running = [asyncio.create_task(pulse.run()) for pulse in pulses]
    here.sit(brand, "a" * 32, 1)
    looking = Seat("a" * 32, 1, "Ana", item)
    try:
        async with asyncio.timeout(10):
            while item not in here.crowd(brand).people() or item not in there.crowd(brand).people():
                there.say(brand, looking)  # asked of a process that does not hold the page
                await asyncio.sleep(0.05)
    finally:
        for task in running:
            task.cancel()
    there.crowd(brand).expire(asyncio.get_running_loop().time() + FORGOTTEN_S)
    assert there.crowd(brand).take_changed() == {item: []}
    here.crowd(brand).expire(asyncio.get_running_loop().time() + FORGOTTEN_S)
    assert item in here.crowd(brand).people()


def test_who_does_not_go_on_writing_has_stopped_and_two_pages_are_one_person() -> None:
    crowd, item = Crowd(), uuid.uuid4()
    crowd.put(Seat("a", 1, "Ana", item, writing=True), now=0, until=100)
    crowd.put(Seat("b", 1, "Ana", item), now=0, until=100)
    assert crowd.people() == {item: [Person(1, "Ana", True)]}
    crowd.expire(WRITING_S - 1)
    assert crowd.people() == {item: [Person(1, "Ana", True)]}
    crowd.expire(WRITING_S)
    assert crowd.people() == {item: [Person(1, "Ana", False)]}
    crowd.drop("a")
    crowd.put(Seat("b", 1, "Ana"), now=9, until=100)
    assert crowd.take_changed() == {item: []}

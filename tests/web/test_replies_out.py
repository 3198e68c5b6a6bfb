"""What the screen and the API offer beyond words: private answers, hiding and liking, and what waits to leave."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from aiohttp import web

from inbox import events as ev
from inbox.ids import ItemId, dedupe_key
from inbox.log.record import NewEvent
from inbox.web.context import DEPS
from services.opening import Open
from services.outbound import Outbound
from tests.fakes.server import Fake, Seen, says
from tests.web.test_corrections import HTMX, press, seen
from tests.web.world import World


async def comment(world: World, network: str, author: str = "zoe", text: str = "Où est mon colis ?") -> ItemId:
    """A public comment by a channel that is connected."""
    channel = await world.deps.channels.add(
        world.brand, network=network, name=f"Notre {network}", secrets={"secret": "s"}, account_id="1", by=None
    )
    now = world.clock.now()
    item = world.log.keyring.ids.item(world.brand, channel.channel_id, "t", author)
    message = ev.MessageReceived(
        item_id=item, channel_id=channel.channel_id, network=network, kind="comment", external_id="m1", sent_at=now,
        received_at=now, thread_id="t", author=ev.Author(id=author, name="Zoé"), text=text,
    )  # fmt: skip
    await tell(world, message, item, author)
    return item


async def tell(world: World, event: ev.Event, item: ItemId, author: str = "zoe") -> None:
    subject = world.log.keyring.ids.subject(world.brand, "any", author) if event.SEALED else None
    key = dedupe_key("told", uuid.uuid4().hex)
    await world.log.append(world.brand, [NewEvent(event, str(item), key, subject)])
    await world.project()


async def told(world: World, kind: type[ev.Event]) -> list[Any]:
    return [r.event for r in await world.log.read(world.brand, limit=10_000) if isinstance(r.event, kind)]


async def test_a_comment_on_facebook_can_be_hidden_and_shown_again(world: World) -> None:
    item = await comment(world, "facebook")
    page = (await seen(world, f"/items/{item}", **HTMX)).text
    assert "Masquer sur Facebook" in page
    assert "Aimer sur Facebook" in page
    answer = await press(world, item, "gesture", gesture="hide", message="m1")
    assert answer.status == 200
    (queued,) = await told(world, ev.GestureQueued)
    assert (queued.gesture, queued.external_id, queued.by) == ("hide", "m1", world.people["cm"])
    done = ev.GestureEnded(item_id=item, gesture_id=queued.gesture_id, end="done", at=world.clock.now())
    await tell(world, done, item)
    page = (await seen(world, f"/items/{item}", **HTMX)).text
    assert "masqué là-bas" in page
    assert "Réafficher sur Facebook" in page
    line = (await world.api("GET", f"/items/{item}")).json()["messages"][0]
    assert (line["hidden"], line["liked"]) == (True, False)


async def test_what_the_network_cannot_do_is_neither_offered_nor_done(world: World) -> None:
    item = await world.hear()
    page = (await seen(world, f"/items/{item}", **HTMX)).text
    assert "Masquer" not in page
    assert 'value="private"' not in page
    answer = await press(world, item, "gesture", gesture="hide", message="m1")
    assert (answer.status, await told(world, ev.GestureQueued)) == (409, [])


async def test_a_comment_on_instagram_is_answered_privately_once_and_within_a_week(world: World) -> None:
    item = await comment(world, "instagram")
    assert 'value="private"' in (await seen(world, f"/items/{item}", **HTMX)).text
    assert (await press(world, item, "private", text="Écrivons-nous ici")).status == 200
    (queued,) = await told(world, ev.ReplyQueued)
    assert (queued.private, queued.in_reply_to) == (True, "m1")
    sent = ev.ReplySent(item_id=item, reply_id=queued.reply_id, external_id="p1", at=world.clock.now())
    await tell(world, sent, item)
    position = await world.log.head(world.brand)
    body = {"expected_position": position, "text": "Encore", "private": True}
    refused = await world.api("POST", f"/items/{item}/reply", json=body)
    assert (refused.status, refused.json()["type"]) == (409, "urn:vigie:problem:private_once")
    other = await comment(world, "instagram", "lea")
    world.clock.advance(timedelta(days=8))
    body["expected_position"] = await world.log.head(world.brand)
    late = await world.api("POST", f"/items/{other}/reply", json=body)
    assert (late.status, late.json()["type"]) == (409, "urn:vigie:problem:private_not_offered")


async def test_while_an_answer_is_on_its_way_no_second_one_stands_ready_to_be_sent(world: World) -> None:
    item = await comment(world, "instagram")
    assert 'value="acknowledge"' in (await seen(world, f"/items/{item}", **HTMX)).text
    pane = (await press(world, item, "private", text="Écrivons-nous ici")).text
    (queued,) = await told(world, ev.ReplyQueued)
    sent = ev.ReplySent(item_id=item, reply_id=queued.reply_id, external_id="p1", at=world.clock.now())
    await tell(world, sent, item)
    for page in (pane, (await seen(world, f"/items/{item}", **HTMX)).text):
        field = page.split('id="text"')[1].split("</textarea>")[0]
        assert field.endswith(">")  # nothing is written in it
        assert 'value="acknowledge"' not in page
    other = await comment(world, "facebook", "lea")
    await press(world, other, "reply", text="Nous regardons")
    failed = (await told(world, ev.ReplyQueued))[-1]
    why = ev.ReplyFailed(item_id=other, reply_id=failed.reply_id, reason="token_expired", at=world.clock.now())
    await tell(world, why, other, "lea")
    assert 'value="acknowledge"' in (await seen(world, f"/items/{other}", **HTMX)).text


async def test_what_is_too_long_as_the_network_counts_is_refused_at_once(world: World) -> None:
    item = await comment(world, "x")
    page = (await seen(world, f"/items/{item}", **HTMX)).text
    assert 'data-counting="weighted" data-limit="280"' in page
    links = "https://exemple.fr/" + "x" * 400
    body = {"expected_position": await world.log.head(world.brand), "text": f"Voyez {links}"}
    assert (await world.api("POST", f"/items/{item}/reply", json=body)).status == 200
    other = await comment(world, "x", "lea")
    body = {"expected_position": await world.log.head(world.brand), "text": "日" * 141}
    refused = await world.api("POST", f"/items/{other}/reply", json=body)
    assert (refused.status, refused.json()["type"]) == (400, "urn:vigie:problem:too_long")
    assert (refused.json()["length"], refused.json()["length_most"]) == (282, 280)
    answer = await press(world, other, "reply", text="日" * 141)
    assert answer.status == 400
    assert "日" * 141 in answer.text  # what was written is kept


async def test_what_waits_for_its_network_says_until_when(world: World) -> None:
    item = await comment(world, "x")
    assert (await press(world, item, "reply", text="Nous regardons")).status == 200
    (queued,) = await told(world, ev.ReplyQueued)
    until = world.clock.now() + timedelta(minutes=35)
    (channel,) = await told(world, ev.MessageReceived)
    await world.pool.execute(
        "INSERT INTO vigie.outbox (brand_id, reply_id, item_id, state, due_at, position, channel_id)"
        " VALUES ($1, $2, $3, 'queued', $4, 1, $5)",
        world.brand, queued.reply_id, item, world.clock.now(), channel.channel_id,
    )  # fmt: skip
    await world.pool.execute(
        "INSERT INTO vigie.account_waits (brand_id, channel_id, until) VALUES ($1, $2, $3)",
        world.brand, channel.channel_id, until,
    )  # fmt: skip
    page = (await seen(world, f"/items/{item}", **HTMX)).text
    assert "Attend X jusqu’à" in page
    settings = (await seen(world, f"/settings/channels/{channel.channel_id}", "lead")).text
    assert "1 réponse attend X jusqu’à" in settings


async def test_a_reply_that_failed_says_what_to_do(world: World) -> None:
    item = await comment(world, "facebook")
    assert (await press(world, item, "reply", text="Nous regardons")).status == 200
    (queued,) = await told(world, ev.ReplyQueued)
    failed = ev.ReplyFailed(item_id=item, reply_id=queued.reply_id, reason="token_expired", at=world.clock.now())
    await tell(world, failed, item)
    page = (await seen(world, f"/items/{item}", **HTMX)).text
    assert "notre accès au réseau a expiré ou a été révoqué" in page
    assert "Un responsable renouvelle l’accès" in page


async def test_what_was_attached_is_fetched_by_us_and_only_ever_a_download(world: World) -> None:
    page = b"<script>alert(1)</script>"
    async with Fake(_serve(page)) as network, Outbound(("127.0.0.1",)) as http:
        object.__setattr__(world.app[DEPS], "open_file", Open(http))
        item = await comment(world, "facebook")
        now, url = world.clock.now(), network.url + "/facture.html"
        files = (ev.Attachment(url=url, content_type="text/html", name='fac"ture\n.html', bytes=25),)
        edit = ev.MessageEdited(
            item_id=item,
            channel_id="c",
            external_id="m1",
            sent_at=now,
            received_at=now,
            text="Voici",
            attachments=files,
        )
        await tell(world, edit, item)
        answer = await seen(world, f"/items/{item}/file?message=m1&n=0")
        assert (answer.status, answer.text) == (200, page.decode())
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''facture.html"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert (await seen(world, f"/items/{item}/file?message=m1&n=1")).status == 404
        network.answer = says(404)
        assert (await seen(world, f"/items/{item}/file?message=m1&n=0")).status == 409
    async with Outbound() as guarded:
        object.__setattr__(world.app[DEPS], "open_file", Open(guarded))
        assert (await seen(world, f"/items/{item}/file?message=m1&n=0")).status == 409


def _serve(body: bytes) -> Callable[[Seen], Awaitable[web.StreamResponse]]:
    async def answer(_: Seen) -> web.StreamResponse:
        return web.Response(body=body, content_type="text/html")

    return answer

"""Mails on their way through the ingest: the subject is said as well, and an answer goes out under it."""

from __future__ import annotations

import json
import uuid

import pytest

from inbox.events import MessageReceived, ReplyQueued
from services.channels.contract import Reply
from services.ingest import routes
from services.workers import correspondence
from tests.channels import cases
from tests.channels.senders import APP_SECRET, NOON
from tests.ingest.conftest import MOST, Hooks, hooks

__all__ = ["hooks"]
FIRST = b"From: bob@example.com\r\nMessage-ID: <1@example.com>\r\nSubject: It smokes\r\n\r\nWhat now?\r\n"
SECOND = (
    b"From: bob@example.com\r\nMessage-ID: <2@example.com>\r\nIn-Reply-To: <1@example.com>\r\n"
    b"Subject: Re: It smokes\r\n\r\nHello?\r\n"
)
BARE = b"From: eve@example.com\r\nMessage-ID: <3@example.com>\r\nSubject: Call me\r\n\r\n\r\n"


async def heard(hooks: Hooks, *mails: bytes) -> list[MessageReceived]:
    channel = await hooks.channel("email")
    for mail in mails:
        response = await hooks.client.post(f"/hooks/{channel.channel_id}?token={APP_SECRET}", data=mail)
        assert response.status == 200
    return [event for event in await hooks.events() if isinstance(event, MessageReceived)]


async def test_the_subject_stands_above_the_first_words_and_not_above_answers(hooks: Hooks) -> None:
    events = await heard(hooks, FIRST, SECOND, BARE)
    assert [event.text for event in events] == ["It smokes\n\nWhat now?", "Hello?", "Call me"]
    assert events[0].item_id == events[1].item_id != events[2].item_id


async def test_a_mail_that_comes_twice_is_taken_once(hooks: Hooks) -> None:
    assert len(await heard(hooks, FIRST, FIRST, FIRST.replace(b"From:", b"Received: by a\r\nFrom:"))) == 1


async def test_an_answer_goes_out_under_the_subject(hooks: Hooks) -> None:
    (event,) = await heard(hooks, FIRST)
    queued = ReplyQueued(
        item_id=event.item_id, reply_id=uuid.UUID(int=7), in_reply_to="<1@example.com>", text="Unplug it.",
        purpose="response", at=NOON, by=1,
    )  # fmt: skip
    reply = correspondence.compose([event, queued], queued.reply_id, NOON)
    assert isinstance(reply, Reply)
    assert (reply.title, reply.author_id, reply.thread_id) == ("It smokes", "bob@example.com", "<1@example.com>")


def large() -> bytes:
    """A mail as Postmark posts it, with a picture that is more than a hook takes otherwise."""
    mail = json.loads(cases.fixture("postmark", "inbound"))
    picture = {"Name": "photo.jpg", "Content": "A" * 4 * MOST, "ContentType": "image/jpeg", "ContentLength": 3 * MOST}
    return json.dumps({**mail, "Attachments": [picture]}).encode()


async def test_a_network_that_sends_large_mails_may(hooks: Hooks) -> None:
    channel = await hooks.channel("postmark")
    answer = await hooks.client.post(f"/hooks/{channel.channel_id}?token={APP_SECRET}", data=large())
    assert answer.status == 200
    (event,) = [event for event in await hooks.events() if isinstance(event, MessageReceived)]
    assert [file.name for file in event.attachments] == ["photo.jpg"]


async def test_of_too_many_large_mails_at_a_time_some_are_to_come_again(
    hooks: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A 4xx would be their end: no mail service repeats it."""
    monkeypatch.setattr(routes, "LARGE_MOST", 0)
    channel = await hooks.channel("postmark")
    address = f"/hooks/{channel.channel_id}?token={APP_SECRET}"
    answer = await hooks.client.post(address, data=large())
    assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
    assert (await hooks.client.post(address, data=cases.fixture("postmark", "inbound"))).status == 200

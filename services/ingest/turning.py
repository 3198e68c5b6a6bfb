"""From parsed things to events: whose item, whose key, which dedupe key.

An item is a person's words in one thread, so what names thread and author goes to its item at once. What names only a
message is held in a stream of its own, sealed under a key of its own, until `services.workers.link` knows the item.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from inbox.channels import ChannelRecord
from inbox.events import (
    Attachment,
    Author,
    Event,
    MessageEdited,
    MessageReceived,
    MessageWithdrawn,
    ReferenceHeld,
    ReplyEchoed,
    reach_of,
)
from inbox.ids import DedupeKey, IdMaker, ItemId, SubjectId
from inbox.log.record import NewEvent, item_stream
from services.channels import parts
from services.channels.contract import Echoed, Edited, Received, Withdrawn
from services.ingest import keys

Said = Received | Edited | Withdrawn | Echoed


@dataclass(frozen=True, slots=True)
class Turner:
    """Turns what one channel was told in one delivery."""

    ids: IdMaker
    channel: ChannelRecord
    received_at: datetime
    delivery_id: uuid.UUID

    def event(self, said: Said) -> NewEvent:
        match said:
            case Received():
                return self._received(said)
            case Edited():
                return self._edited(said)
            case Withdrawn():
                return self._withdrawn(said)
            case Echoed():
                return self._echoed(said)

    def _received(self, said: Received) -> NewEvent:
        # Who hides cannot be told from another who hides: each message is then an item of its own.
        author = said.author or Author(id=f"unknown:{said.external_id}")
        item, subject = self._home(said.thread_id, author)
        event = MessageReceived(
            item_id=item, channel_id=self.channel.channel_id, network=self.channel.network, kind=said.kind,
            external_id=said.external_id, parent_id=said.parent_id, sent_at=said.sent_at, received_at=self.received_at,
            delivery_id=self.delivery_id, reply_until=said.reply_until, thread_id=said.thread_id, author=author,
            reach=reach_of(author), title=said.title, text=_said(said), attachments=said.attachments,
            permalink=said.permalink, sender_proven=said.sender_proven,
        )  # fmt: skip
        key = keys.received(self.channel.brand, self.channel.channel_id, said.external_id)
        return NewEvent(event, item_stream(item), key, subject)

    def _edited(self, said: Edited) -> NewEvent:
        key = keys.edited(self.channel.brand, self.channel.channel_id, said.external_id, said.version)
        if said.thread_id is None or said.author is None:
            return self._held("edited", said, said.external_id, key, said.text, said.attachments)
        item, subject = self._home(said.thread_id, said.author)
        event = MessageEdited(
            item_id=item, channel_id=self.channel.channel_id, external_id=said.external_id, sent_at=said.sent_at,
            received_at=self.received_at, text=said.text, attachments=said.attachments,
        )  # fmt: skip
        return self._at_once(event, item, key, subject)

    def _withdrawn(self, said: Withdrawn) -> NewEvent:
        key = keys.withdrawn(self.channel.brand, self.channel.channel_id, said.external_id)
        if said.thread_id is None or said.author is None:
            return self._held("withdrawn", said, said.external_id, key, None, ())
        item, subject = self._home(said.thread_id, said.author)
        event = MessageWithdrawn(
            item_id=item, channel_id=self.channel.channel_id, external_id=said.external_id, sent_at=said.sent_at,
            received_at=self.received_at,
        )  # fmt: skip
        return self._at_once(event, item, key, subject)

    def _echoed(self, said: Echoed) -> NewEvent:
        key = keys.echoed(self.channel.brand, self.channel.channel_id, said.external_id)
        if said.thread_id is not None and said.author is not None:
            item, subject = self._home(said.thread_id, said.author)
            event = ReplyEchoed(
                item_id=item, channel_id=self.channel.channel_id, external_id=said.external_id,
                in_reply_to=said.in_reply_to, sent_at=said.sent_at, received_at=self.received_at, text=said.text,
            )  # fmt: skip
            return self._at_once(event, item, key, subject)
        if said.in_reply_to is None:
            raise ValueError("an echo names neither a message nor a person")
        return self._held("echoed", said, said.in_reply_to, key, said.text, ())

    def _home(self, thread_id: str, author: Author) -> tuple[ItemId, SubjectId]:
        channel = self.channel
        return (
            self.ids.item(channel.brand, channel.channel_id, thread_id, author.id),
            self.ids.subject(channel.brand, channel.network, author.id),
        )

    @staticmethod
    def _at_once(event: Event, item: ItemId, key: DedupeKey, subject: SubjectId) -> NewEvent:
        return NewEvent(event, item_stream(item), keys.applied(key), subject)

    def _held(
        self,
        verb: str,
        said: Edited | Withdrawn | Echoed,
        refers_to: str,
        key: DedupeKey,
        text: str | None,
        attachments: tuple[Attachment, ...],
    ) -> NewEvent:
        event = ReferenceHeld(
            verb=verb, channel_id=self.channel.channel_id, external_id=said.external_id, refers_to=refers_to,
            sent_at=said.sent_at, received_at=self.received_at, text=text, attachments=attachments,
        )  # fmt: skip
        # A key for this reference alone: linking one must not destroy the words of the next that waits for the same
        # message. Without words there is nothing to seal, and no key is made.
        brand, network = self.channel.brand, self.channel.network
        subject = self.ids.subject(brand, network, f"reference:{key}") if text or attachments else None
        return NewEvent(event, keys.held_stream(self.channel.channel_id), key, subject)


def _said(said: Received) -> str | None:
    """A title is said by the author as well, and stands above the words; that of an answer is its thread's."""
    return said.text if said.text and said.parent_id is not None else parts.titled(said.title, said.text)

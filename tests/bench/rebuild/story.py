"""A brand's log as a busy season leaves it: people speak, the classifier reads, the team answers most, the clock warns.

The same seed gives the same log. Some four events an item; items overlap by a few hundred, as they do in life.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from inbox import events as ev
from inbox.events import Author, ReasonGiven
from inbox.ids import BrandId, ChannelId, SubjectId
from inbox.log import seal
from inbox.log.seal import Keyring
from inbox.log.store import Connection

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
AT_ONCE = 400
"""Items whose events lie among each other."""
SPEECH = """bonjour ma commande numéro est arrivée cassée depuis trois jours personne ne répond le service client la
machine à café fuit et sent le brûlé je veux être remboursé merci de me recontacter urgent livraison colis perdu facture
erreur compte bloqué application plante toujours pareil honte scandale déçu bravo super équipe rapide question
horaires magasin retour échange taille couleur disponible quand où comment pourquoi encore attente téléphone"""
WORDS = tuple(SPEECH.split())

Line = tuple[str, SubjectId | None, ev.Event]
"""Stream, whose key seals it, event."""


def words(dice: random.Random, least: int = 5, most: int = 25) -> str:
    return " ".join(dice.choices(WORDS, k=dice.randint(least, most)))


def lines(count: int, brand: BrandId, keyring: Keyring, seed: int = 7) -> Iterator[Line]:
    """About `count` events, in the order of the log."""
    dice, given, number = random.Random(seed), 0, 0
    while given < count:
        begun = [_life(dice, brand, keyring, number + n) for n in range(AT_ONCE)]
        number += AT_ONCE
        for line in _shuffled(dice, begun):
            yield line
            given += 1
            if given == count:
                return


def _shuffled(dice: random.Random, lives: Sequence[list[Line]]) -> Iterator[Line]:
    """Each life in its own order, all of them mixed."""
    order = [n for n, life in enumerate(lives) for _ in life]
    dice.shuffle(order)
    walks = [iter(life) for life in lives]
    for n in order:
        yield next(walks[n])


def _life(dice: random.Random, brand: BrandId, keyring: Keyring, number: int) -> list[Line]:
    author, channel = f"author-{number}", f"c{number % 5}"
    item = keyring.ids.item(brand, ChannelId(channel), f"thread-{number // 3}", author)
    subject = keyring.ids.subject(brand, "generic", author)
    at = START + timedelta(seconds=number * 20)
    happened = list(_events(dice, item, channel, f"thread-{number // 3}", author, at, number))
    return [(str(item), subject if event.SEALED else None, event) for event in happened]


def _events(
    dice: random.Random, item: uuid.UUID, channel: str, thread: str, author: str, at: datetime, number: int
) -> Iterator[ev.Event]:  # fmt: skip
    def after(minutes: float) -> datetime:
        return at + timedelta(minutes=minutes)

    for n in range(2 if dice.random() < 0.2 else 1):
        yield ev.MessageReceived(
            item_id=item, channel_id=channel, network="generic", kind="comment", external_id=f"m{number}-{n}",
            sent_at=after(n * 3), received_at=after(n * 3 + 0.05), delivery_id=uuid.UUID(int=dice.getrandbits(128)),
            thread_id=thread, author=Author(id=author, name=author.title(), handle=f"@{author}",
                                            followers=dice.choice([None, 120, 4_300, 25_000])),
            text=words(dice), permalink=f"https://network.test/{thread}/{number}-{n}",
        )  # fmt: skip
        yield _judgement(dice, item, f"m{number}-{n}", after(n * 3 + 0.1))
    fate = dice.random()
    if fate < 0.1:
        yield ev.SlaWarned(item_id=item, turn=1, clock="ack", due_at=after(30), at=after(23))
        yield ev.SlaBreached(item_id=item, turn=1, clock="ack", due_at=after(30), at=after(31))
    if fate < 0.15:
        yield ev.ItemAssigned(item_id=item, assignee=dice.randint(1, 9), by=1, at=after(32))
    if fate < 0.3:
        yield ev.ItemAcknowledged(item_id=item, by=dice.randint(1, 9), at=after(33))
    if fate < 0.45:
        yield from _answer(dice, item, f"m{number}-0", after(40), number)
    elif fate < 0.7:
        yield ev.ItemResolved(item_id=item, by=3, reason="no_answer_needed", at=after(45))
    if fate > 0.97:
        yield ev.NoteAdded(item_id=item, note_id=uuid.UUID(int=number), by=4, at=after(50), text=words(dice))


def _judgement(dice: random.Random, item: uuid.UUID, message: str, at: datetime) -> ev.MessageClassified:
    level = dice.choices([0, 1, 2, 3], weights=[55, 35, 8, 2])[0]
    said = ReasonGiven(category="complaint", score=0.83, evidence=(words(dice, 2, 4),))
    return ev.MessageClassified(
        item_id=item, external_id=message, model="vigie-multilingual@3", assessed=True,
        sentiment=dice.choice(["negative", "neutral", "positive"]), urgency=round(0.25 * level + dice.random() / 4, 3),
        level=level, lang=dice.choice(["fr", "en", "de"]), categories=("complaint",) if level else (),
        reasons=(said,) if level else (), at=at, model_sha256="5f" * 32,
        probabilities={"complaint": 0.83, "question": 0.1, "tone:negative": 0.7, "tone:neutral": 0.2}, temperature=1.3,
    )  # fmt: skip


def _answer(dice: random.Random, item: uuid.UUID, message: str, at: datetime, number: int) -> Iterator[ev.Event]:
    reply = uuid.UUID(int=number + 10**9)
    yield ev.ReplyQueued(
        item_id=item, reply_id=reply, purpose="response", in_reply_to=message, by=5, at=at, text=words(dice)
    )  # fmt: skip
    yield ev.ReplySending(item_id=item, reply_id=reply, attempt=1, at=at + timedelta(seconds=1))
    yield ev.ReplySent(item_id=item, reply_id=reply, external_id=f"r{number}", at=at + timedelta(seconds=2))


# --- into the database --------------------------------------------------------------------------------------------

EVENTS = ("brand_id", "position", "stream_id", "type", "v", "dedupe", "subject_id", "recorded_at", "body", "sealed")


async def fill(connection: Connection, brand: BrandId, keyring: Keyring, count: int) -> None:
    """Writes the log as `Log.append` would have, in bulk: sealed words, a key an author."""
    rows, keys, position = list[tuple[object, ...]](), dict[uuid.UUID, bytes](), 0
    for stream, subject, event in lines(count, brand, keyring):
        position += 1
        dedupe = uuid.UUID(int=(brand << 64) + position)
        body, personal = ev.encode(event)
        sealed = None
        if personal is not None and subject is not None:
            key = keys.setdefault(subject, keyring.master[:16] + subject.bytes)
            sealed = seal.seal(key, personal, b"event/%d/" % brand + dedupe.bytes)
        rows.append((brand, position, stream, event.TYPE, event.V, dedupe, subject, START, body, sealed))
        if len(rows) == 20_000:
            await _copy(connection, "events", EVENTS, rows)
            rows.clear()
    await _copy(connection, "events", EVENTS, rows)
    bound = ((brand, subject, b"subject/%d/" % brand + subject.bytes, key) for subject, key in keys.items())
    wrapped = [(brand, subject, seal.seal(keyring._wrapping[0], key, binding)) for _, subject, binding, key in bound]
    await _copy(connection, "subject_keys", ("brand_id", "subject_id", "wrapped_key"), wrapped)
    await connection.execute("UPDATE vigie.heads SET last_position = $2 WHERE brand_id = $1", brand, position)


async def _copy(connection: Connection, table: str, columns: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
    await connection.copy_records_to_table(table, schema_name="vigie", columns=columns, records=rows)

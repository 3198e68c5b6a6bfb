"""The plan of a run: which line arrives when, by whom, under which id, in which HTTP request.

Pure and the same for the same scenario, seed, number and run id. Times are seconds of the script at speed 1, from its
start. Every id holds the run id, so that a second drill makes new items, and so that what belongs to a run can be told
from everything else in the log.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from services.drill.people import Cast, Person
from services.drill.scenario import IN_MINUTES, IN_THE_HOUR, Act, Line, Network, Scenario
from services.drill.shapes import SHAPES

Verb = Literal["message", "edit", "delete", "echo"]
BATCH_SHARE = 0.3
BATCH_WINDOW_S = 1.5
BATCH_MOST = 4


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that happened on a network. `message_id` is the network's id of the message; an echo has its own
    `echo_id`; `edition` counts a message's edits from 1. `said_s` is when it was said, `at_s` when it arrives."""

    verb: Verb
    act: str
    line: Line
    author: Person
    message_id: str
    thread_id: str
    text: str
    at_s: float
    said_s: float
    edition: int = 0
    echo_id: str = ""

    @property
    def ledger_id(self) -> str:
        """The name under which the ledger knows it; `services.drill.ledger` derives the same from an event."""
        match self.verb:
            case "message":
                return self.message_id
            case "edit":
                return f"{self.message_id}#edited{self.edition}"
            case "delete":
                return f"{self.message_id}#deleted"
            case "echo":
                return f"{self.echo_id}#echoed"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One HTTP request. `copy_of`: the same bytes as that delivery, once more."""

    number: int
    at_s: float
    network: Network
    act: str
    moves: tuple[Move, ...]
    copy_of: int | None = None


@dataclass(slots=True)
class Ids:
    """Ids in the shape of each network, unique within the run and, by the run id, beyond it."""

    run: str
    page: str
    count: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def message(self, line: Line, thread: str, author: Person) -> str:
        tail = f"{self.run}{next(self.count):05d}"
        if line.network in SHAPES:
            return SHAPES[line.network].message_id(tail, author.id)
        match line.network, line.kind:
            case "generic", _:
                return f"drill-{tail}"
            case "facebook", "dm":
                return f"m_{tail}Hk3wQx"
            case "facebook", "post":
                return f"{self.page}_{tail}"
            case "facebook", _:
                return f"{thread}_{tail}"
            case _, "dm":
                return f"aWdfZG1{tail}ZD"
            case _:
                return tail

    def thread(self, line: Line, author: Person, posts: list[str]) -> str:
        """Under a post: the post, new in each run. A mention stands under a stranger's; the rest is between two."""
        if line.post is not None:
            number = f"{self.run}{90_000 + posts.index(line.post)}"
            return f"drill-{line.post}-{self.run}" if line.network == "generic" else number
        if line.kind in {"mention", "post"}:
            return f"{self.run}{80_000 + next(self.count)}"
        return author.id


def rank(line: Line) -> int:
    """What a short drill keeps first."""
    return 0 if line.topic in IN_MINUTES else 1 if line.topic in IN_THE_HOUR else 2 if line.then else 3


def choose(acts: tuple[Act, ...], messages: int, rng: random.Random) -> list[tuple[Act, list[Line]]]:
    """`messages` lines, act by act: fewer than written leave out the least telling; more repeat the waves' lines, by
    new authors, as waves do."""
    written = [(act.name, index, line) for act in acts for index, line in enumerate(act.lines)]
    order = sorted(written, key=lambda entry: (rank(entry[2]), rng.random()))
    kept = {(act, index) for act, index, _ in order[:messages]}
    chosen = {act.name: [line for index, line in enumerate(act.lines) if (act.name, index) in kept] for act in acts}
    waves = [(act, line) for act, _, line in written if line.wave]
    rng.shuffle(waves)
    for act, line in itertools.islice(itertools.cycle(waves), max(0, messages - len(written))):
        chosen[act].insert(rng.randint(0, len(chosen[act])), line)
    return [(act, chosen[act.name]) for act in acts]


def _follow_ups(message: Move, ids: Ids) -> Iterator[Move]:
    edition = 0
    for then in message.line.then:
        when = message.at_s + then.after_s
        moved = replace(message, at_s=when, said_s=when, text=then.text or "")
        if then.do == "edit":
            edition += 1
            yield replace(moved, verb="edit", edition=edition)
        elif then.do == "delete":
            yield replace(moved, verb="delete")
        elif then.do == "echo":
            yield replace(moved, verb="echo", echo_id=ids.message(message.line, message.thread_id, message.author))


def _moves_of(message: Move, ids: Ids) -> list[Move]:
    """The message and what follows it; the deletion first where the line says so."""
    late = next((then.after_s for then in message.line.then if then.do == "delete_first"), None)
    if late is None:
        return [message, *_follow_ups(message, ids)]
    said = message.at_s - 1
    deletion = replace(message, verb="delete", text="")
    return [deletion, replace(message, at_s=message.at_s + late, said_s=said)]


def _moves(scenario: Scenario, messages: int, rng: random.Random, run: str, page: str) -> list[Move]:
    cast, ids, posts = Cast(run, scenario.people, rng), Ids(run, page), sorted(scenario.posts)
    moves: list[Move] = []
    start = 0.0
    for act, lines in choose(scenario.acts, messages, rng):
        for index, line in enumerate(lines):
            at = start + (index + rng.random()) / len(lines) * act.length_s
            author = cast.author(line)
            thread = ids.thread(line, author, posts)
            message_id = ids.message(line, thread, author)
            moves += _moves_of(Move("message", act.name, line, author, message_id, thread, line.text, at, at), ids)
        start += act.length_s
    return sorted(moves, key=lambda move: move.at_s)


def _batches(moves: list[Move], rng: random.Random) -> list[list[Move]]:
    """Requests: mostly one move each, sometimes several of a network that came shortly after one another. What is
    edited, deleted or delivered again later travels alone."""
    batches: list[list[Move]] = []
    open_batch: dict[Network, list[Move]] = {}
    for move in moves:
        network, alone = move.line.network, bool(move.line.then) or move.line.network in SHAPES
        batch = open_batch.get(network)
        if batch and not alone and move.at_s - batch[0].at_s <= BATCH_WINDOW_S and len(batch) < BATCH_MOST:
            batch.append(move)
            continue
        batches.append([move])
        open_batch.pop(network, None)
        if not alone and rng.random() < BATCH_SHARE:
            open_batch[network] = batches[-1]
    return batches


def build(scenario: Scenario, *, messages: int, seed: int, run: str, page: str) -> list[Delivery]:
    """All requests of a run in the order of their time. `messages` counts what people say: edits, deletions, echoes and
    re-deliveries come on top. `page`: the id of the brand's Facebook page, which stands in the ids of its posts."""
    if messages < 1:
        raise ValueError("a drill needs at least one message")
    rng = random.Random(seed)  # noqa: S311 - a script, not a secret
    deliveries: list[Delivery] = []
    for number, batch in enumerate(_batches(_moves(scenario, messages, rng, run, page), rng)):
        first = batch[0]
        delivery = Delivery(number, max(m.at_s for m in batch), first.line.network, first.act, tuple(batch))
        deliveries.append(delivery)
        if first.verb == "message":
            again = [then.after_s for then in first.line.then if then.do == "redeliver"]
            deliveries += [replace(delivery, at_s=delivery.at_s + after, copy_of=number) for after in again]
    return sorted(deliveries, key=lambda delivery: (delivery.at_s, delivery.copy_of is not None))

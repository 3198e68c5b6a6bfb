"""`vigie drill`, whole: read demo.json, play the script, let the inbox catch up, compare, report."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import aiohttp
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from services.drill import plan, recast, report, scenario, tally, target
from services.drill.encoder import Encoder
from services.drill.ledger import Ledger, compare
from services.drill.pace import Pace, RealPace
from services.drill.plan import Delivery, Move
from services.drill.reading import Reader
from services.drill.sender import Sender
from services.drill.shapes import SHAPES

FETCHED_WITHIN_S = 75.0
"""A mailbox is looked into every minute, should nobody hear its server tell of mail."""
ALL_WELL, LOST_SOMETHING, COULD_NOT = 0, 1, 2


async def run(
    demo_json: Path,
    *,
    speed: float = 1.0,
    messages: int = 240,
    seed: int = 1,
    console: Console,
    ledger_path: Path | None = None,
    allow_remote: bool = False,
    channels: Sequence[str] = (),
    more: Sequence[target.Channel] = (),
    pace: Pace | None = None,
    patience_s: float = 60.0,
    catch_up_s: float = 30.0,
) -> int:
    """Exit code: 0 all is well; 1 something acknowledged is not in the log exactly once, or something was refused;
    2 the drill could not run.

    `speed` 2 plays the two minutes in one. `ledger_path`: where to keep what was sent and answered, by default
    `drill-RUN.jsonl` beside demo.json. `channels`: the networks to speak, by default those that the script is written
    for; `more`: where those beyond demo.json are reached. `patience_s`: how long one request is tried again.
    `catch_up_s`: how long the inbox may take at the end to judge what it received.
    """
    if speed <= 0 or messages < 1:
        console.print(Text("--speed must be above 0 and --messages at least 1", "bold red"))
        return COULD_NOT
    pace = pace or RealPace()
    try:
        networks = tuple(channels) or scenario.NETWORKS
        goal = target.read(demo_json, allow_remote=allow_remote, networks=networks, more=more)
        run_id = str(int(pace.now().timestamp() * 1000))
        scene = recast.recast(scenario.load(), networks) if channels else scenario.load()
        page = goal.hooks["facebook"].account if "facebook" in goal.hooks else target.DEFAULT_ACCOUNTS["facebook"]
        script = plan.build(scene, messages=messages, seed=seed, run=run_id, page=page)
        async with aiohttp.ClientSession() as session:
            reader = Reader(session, goal, pace)
            await reader.start()
            with closing(Ledger(ledger_path or demo_json.parent / f"drill-{run_id}.jsonl", run=run_id)) as ledger:
                sender = Sender(session, goal, ledger, Encoder(run_id, speed), pace, patience_s)
                return await _drill(script, reader, sender, console, catch_up_s)
    except target.CannotDrill as reason:
        console.print(Text(str(reason), "bold red"))
        return COULD_NOT


async def _drill(script: list[Delivery], reader: Reader, sender: Sender, console: Console, catch_up_s: float) -> int:
    await _play(script, sender, console)
    moves = [move for delivery in script if delivery.copy_of is None for move in delivery.moves]
    withdrawn = {move.message_id for move in moves if move.verb == "delete"}
    awaited = {move.message_id for move in moves if move.verb == "message"} - withdrawn
    with console.status("letting the inbox catch up"):
        fetched = {move.message_id for move in moves if _is_fetched(move) and sender.ledger.accepted(move.message_id)}
        items = await reader.catch_up(
            awaited, fetched=fetched, most_s=catch_up_s + (FETCHED_WITHIN_S if fetched else 0)
        )  # fmt: skip
    comparison = compare(sender.ledger, reader.events)
    report.print_sent(console, tally.sent(script), sender.retries)
    report.print_made(console, tally.made(moves, reader.events, items))
    report.print_verdict(console, comparison, sender.refusals, str(sender.ledger.path))
    return ALL_WELL if comparison.ok and not sender.refusals else LOST_SOMETHING


def _is_fetched(move: Move) -> bool:
    return move.verb == "message" and move.line.network in SHAPES and SHAPES[move.line.network].fetched


async def _play(script: list[Delivery], sender: Sender, console: Console) -> None:
    titles = {act.name: act.title for act in scenario.load().acts}
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("requests"))
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        task: TaskID = progress.add_task(titles[script[0].act], total=len(script))

        order = list(titles)
        latest = 0

        def on_done(delivery: Delivery) -> None:
            nonlocal latest
            latest = max(latest, order.index(delivery.act))  # a straggler of an earlier act does not turn time back
            progress.update(task, advance=1, description=titles[order[latest]])

        await sender.play(script, on_done)

"""The summary at the end of a drill, as tables for the terminal."""

from __future__ import annotations

import textwrap
from collections import Counter

from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.drill.ledger import Comparison
from services.drill.sender import Refusal
from services.drill.tally import Danger, Made, Sent

SHOWN = 12
SAID_MOST = 90


def _counts(title: str, by: dict[str, Counter[str]], *, in_order: frozenset[str] = frozenset()) -> Table:
    table = Table(title=title, title_justify="left", show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    for heading, counts in by.items():
        entries = counts.items() if heading in in_order else sorted(counts.items(), key=lambda e: (-e[1], e[0]))
        table.add_row(f"by {heading}", " · ".join(f"{key} {count}" for key, count in entries) or "none")
    return table


def print_sent(console: Console, sent: Sent, retries: Counter[str]) -> None:
    console.print()
    title = f"Sent: {sent.messages} messages of {len(sent.authors)} authors"
    console.print(_counts(title, sent.by, in_order=frozenset({"act"})))
    console.print(
        f"{sent.requests} requests, {sent.batches} of them with several messages; {sent.redeliveries} re-deliveries, "
        f"{sent.edits} edits, {sent.deletions} deletions, {sent.echoes} replies made on the networks"
    )
    if retries:
        console.print("tried again: " + ", ".join(f"{count} × {why}" for why, count in sorted(retries.items())))


def print_made(console: Console, made: Made) -> None:
    in_order = {heading: Counter(dict(sorted(counts.items()))) for heading, counts in made.by.items()}
    console.print()
    console.print(_counts(f"The inbox made {made.items} items of it", in_order, in_order=frozenset({"priority"})))
    console.print("every item is scored" if not made.unscored else f"{made.unscored} items are still unscored")
    if made.lag_p50_s is not None and made.lag_p95_s is not None:
        console.print(f"from receipt to judgement: {made.lag_p50_s:.2f} s in the middle, {made.lag_p95_s:.2f} s at p95")
    console.print()
    console.print(_dangers(made.dangers))


def _dangers(dangers: list[Danger]) -> Table:
    p1 = sum(danger.priority == 1 for danger in dangers)
    table = Table(title=f"Scripted dangers: {len(dangers)}, in P1: {p1}", title_justify="left", pad_edge=False)
    table.add_column("ended in", no_wrap=True, min_width=8)
    table.add_column("danger", no_wrap=True, min_width=14)
    table.add_column("lang", no_wrap=True, min_width=4)
    table.add_column("what they wrote", no_wrap=True, overflow="ellipsis")
    for danger in sorted(dangers, key=lambda danger: (danger.met, danger.topic, danger.lang)):
        ended = f"P{danger.priority}" if danger.priority else "no row"
        style = "green" if danger.met else "bold red"
        said = Text(textwrap.shorten(danger.text, SAID_MOST, placeholder=" …"))
        table.add_row(Text(ended, style=style), danger.topic.replace("_", " "), danger.lang, said)
    return table


def print_verdict(console: Console, comparison: Comparison, refusals: list[Refusal], ledger: str) -> None:
    console.print()
    _ids(console, "LOST: answered 2xx, and not in the log", comparison.lost)
    _ids(console, "TWICE in the log", comparison.duplicated)
    _ids(console, "UNEXPECTED: in the log, and never sent", comparison.unexpected)
    for refusal in refusals[:SHOWN]:
        what = f"REFUSED with {refusal.status} on {refusal.delivery.network}: {refusal.said[:300]}"
        console.print(Text(what, "bold red"))
    if len(refusals) > SHOWN:
        console.print(Text(f"… and {len(refusals) - SHOWN} more refusals", "bold red"))
    if comparison.recovered:
        console.print(f"{len(comparison.recovered)} were stored although their answer never came back")
    if comparison.ok and not refusals:
        console.print(Text("Everything that was acknowledged is in the log exactly once.", "bold green"))
    console.print(Text(f"ledger: {ledger}", "dim"))


def _ids(console: Console, what: str, ids: tuple[str, ...]) -> None:
    if ids:
        more = f" … and {len(ids) - SHOWN} more" if len(ids) > SHOWN else ""
        console.print(Text(f"{what}: {', '.join(ids[:SHOWN])}{more}", "bold red"))

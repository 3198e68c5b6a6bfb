"""`vigie reclassify`: tries a model on the history of a brand, reports what would change, and switches when told to.

The run is a row in the database, which the workers of any process go on with; this command works on it as well, so that
it needs none, and shows how far it is. Interrupted, the run goes on wherever workers run.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import uuid
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from rich.progress import Progress

from inbox import trials
from inbox.catalogue import ModelCard
from inbox.comparison import Moves, Report
from inbox.errors import Refused
from inbox.ids import BrandId
from inbox.people import brands
from inbox.people.brands import Brand
from inbox.trials import Trial
from services import administration, catalogue
from services.administration import Desk
from services.model_commands import named
from services.models import Sources
from services.settings import Settings
from services.workers.in_force import InForce
from services.workers.judging import Judging
from services.workers.trying import Trying

LOOK_S = 0.5


async def reclassify(settings: Settings, args: argparse.Namespace) -> int:
    """1 when a run failed."""
    sources, name = Sources.of(settings), named(settings, args.model)
    card = await asyncio.to_thread(catalogue.describe, sources, name)
    if card.wrong is not None:
        raise Refused("model_wrong", f"This model cannot be used: {card.wrong}")
    async with administration.opened(settings) as desk:
        chosen = await _brands(desk, args)
        models = InForce(desk.log.pool, Judging(sources.load), sources)
        try:
            done = [await _Command(desk, models, brand, card, args).run() for brand in chosen]
        finally:
            models.close()
            models.default.close()
    if args.json:
        print(json.dumps([told(brand, trial) for brand, trial in zip(chosen, done, strict=True)], indent=2))
    return 1 if any(trial.state == "failed" for trial in done) else 0


async def _brands(desk: Desk, args: argparse.Namespace) -> list[Brand]:
    everyone = await brands.everyone(desk.log)
    if args.all == (args.brand is not None):
        raise Refused("brand_unclear", "Name one brand, or say --all.")
    chosen = [brand for brand in everyone if args.all or brand.id == args.brand]
    if not chosen and not args.all:
        there = ", ".join(f"{one.id} ({one.name})" for one in everyone)
        raise Refused("brand_unknown", f"There is no brand {args.brand}; there are: {there or 'none yet'}.")
    return chosen


def since_of(text: str, zone: str) -> datetime:
    """A day begins at midnight in the brand's zone; a time names its own."""
    try:
        if len(text) == len("2026-11-01"):
            return datetime.combine(date.fromisoformat(text), time(), ZoneInfo(zone)).astimezone(UTC)
        at = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise Refused("since_bad", "--since takes a day (2026-11-01) or a time with its zone.") from error
    if at.tzinfo is None:
        raise Refused("since_bad", "--since takes a day (2026-11-01) or a time with its zone.")
    return at.astimezone(UTC)


class _Command:
    """One brand: tried, reported, and applied where that was asked for."""

    def __init__(
        self, desk: Desk, models: InForce, brand: Brand, card: ModelCard, args: argparse.Namespace
    ) -> None:  # fmt: skip
        self._desk = desk
        self._brand = brand
        self._card = card
        self._args = args
        self._trying = Trying(desk.log, desk.clock, models, rest=False)

    async def run(self) -> Trial:
        log, brand = self._desk.log, BrandId(self._brand.id)
        since = since_of(self._args.since, self._brand.zone)
        run_id = await trials.ask(log, brand, self._card.name, since=since, by=None, now=self._desk.clock.now())
        trial = await self._watch(brand, run_id, "Trying")
        if not self._args.json:
            print("\n".join(report_lines(self._brand, trial)))
        if self._args.apply and trial.state == "tried":
            await trials.switch(log, brand, run_id, by=None, now=self._desk.clock.now())
            trial = await self._watch(brand, run_id, "Appending")
            if not self._args.json:
                print(_applied(trial))
        return trial

    async def _watch(self, brand: BrandId, run_id: uuid.UUID, what: str) -> Trial:
        """Works on the run, or looks on while another process does, until it has ended."""
        title = f"{what} {self._card.model} on {self._brand.name}"
        with Progress(disable=self._args.json) as progress:
            task = progress.add_task(title, total=1.0)
            while True:
                worked = await self._trying.step(brand, run_id)
                trial = await trials.one(self._desk.log.pool, brand, run_id)
                progress.update(task, completed=trial.progress)
                if not trial.active:
                    return trial
                if not worked:
                    await asyncio.sleep(LOOK_S)


def report_lines(brand: Brand, trial: Trial) -> list[str]:
    report = trial.report
    if trial.state == "failed":
        return [f"{brand.name}: the run failed: {trial.reason}"]
    lines = [f"{brand.name}: {report.judged} messages since {trial.since.isoformat()}, judged by {trial.model_id}"]
    lines += [_moves("priority", report.by_priority), _moves("level", report.by_level)]
    lines += [f"  {count} not judged before" for count in (report.fresh,) if count]
    lines += [f"  {count} that the model cannot read" for count in (report.unread,) if count]
    lines += [f"  level {move.replace('>', ' → ')}: {count}" for move, count in sorted(report.levels.items())]
    lines += [f"  P{move.replace('>', ' → P')}: {count}" for move, count in sorted(report.priorities.items())]
    for one in report.examples:
        lines.append(
            f"  {one.item_id}  level {one.before.level} → {one.after.level}  "
            f"P{one.before.priority} → P{one.after.priority}"
        )
    return lines


def _moves(what: str, moves: Moves) -> str:
    return f"  by {what}: {moves.up} up, {moves.down} down, {moves.same} the same"


def _applied(trial: Trial) -> str:
    if trial.state == "failed":
        return f"It is in force for new messages; appending to the history failed: {trial.reason}"
    return f"In force from now on; {trial.report.appended} judgements appended, those before stay in the log."


def told(brand: Brand, trial: Trial) -> dict[str, Any]:
    """As JSON: ids and figures, no words."""
    return {
        "brand": brand.id, "run": str(trial.run_id), "model": trial.model, "model_id": trial.model_id,
        "sha256": trial.sha256, "since": trial.since.isoformat(), "state": trial.state, "reason": trial.reason,
        **figures(trial.report),
    }  # fmt: skip


def figures(report: Report) -> dict[str, Any]:
    fields = asdict(report)
    fields["examples"] = [{**one, "item_id": str(one["item_id"])} for one in fields["examples"]]
    return {**fields, "by_level": asdict(report.by_level), "by_priority": asdict(report.by_priority)}

"""Which model reads the brand's messages, trying another on what was said, and putting it in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from inbox import catalogue, trials
from inbox.catalogue import DEFAULT, ModelCard
from inbox.comparison import Example
from inbox.events import ModelSwitched
from inbox.state import Message
from inbox.trials import Trial
from inbox.views.row import timestamp
from inbox.web.api import asked, bodies
from inbox.web.api.answer import as_json
from inbox.web.api.described import Operation
from inbox.web.api.shapes import ClassifierShape, TrialShape
from inbox.web.context import deps, viewer
from inbox.web.routes import Route
from inbox.web.security import brand_of


class TrialOrder(BaseModel):
    """`model`: a name of the list, "" for the default one; `days`: how far back."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    model: str = Field("", max_length=200)
    days: int = Field(7, ge=1, le=trials.MOST_DAYS)


async def shown(request: web.Request) -> web.StreamResponse:
    asked.only(request)
    own, brand = deps(request), brand_of(request)
    cards = await own.catalogue.known()
    return as_json({
        "in_force": _in_force(cards, await trials.in_force(own.pool, brand)),
        "models": [asdict(card) for card in cards],
        "trials": [trial_json(trial, {}) for trial in await trials.of_brand(own.pool, brand)],
    })  # fmt: skip


def _in_force(cards: Sequence[ModelCard], switched: ModelSwitched | None) -> dict[str, Any]:
    name, sha256 = (switched.model, switched.sha256) if switched else (DEFAULT, "")
    card = catalogue.usable(cards, name, sha256)
    return {
        "model": name,
        "sha256": sha256 if name != DEFAULT or card is None else card.sha256,
        "at": timestamp(switched.at) if switched else None,
        "by": switched.by if switched else None,
        "available": card is not None,
    }


async def shown_trial(request: web.Request) -> web.StreamResponse:
    asked.only(request)
    return await _answer(request, asked.run_id(request))


async def try_it(request: web.Request) -> web.StreamResponse:
    asked.only(request)
    own, order = deps(request), await bodies.read(request, TrialOrder)
    made = await trials.try_on(
        own.log, brand_of(request), await own.catalogue.known(), order.model, days=order.days,
        by=viewer(request).actor, now=own.clock.now(),
    )  # fmt: skip
    return await _answer(request, made)


async def switch(request: web.Request) -> web.StreamResponse:
    asked.only(request)
    own, run = deps(request), asked.run_id(request)
    await trials.switch(own.log, brand_of(request), run, by=viewer(request).actor, now=own.clock.now())
    return await _answer(request, run)


async def stop(request: web.Request) -> web.StreamResponse:
    asked.only(request)
    own, run = deps(request), asked.run_id(request)
    await trials.stop(own.log, brand_of(request), run, now=own.clock.now())
    return await _answer(request, run)


async def _answer(request: web.Request, run: UUID) -> web.Response:
    """The examples' words are for those who may read the words of people."""
    own, brand = deps(request), brand_of(request)
    trial = await trials.one(own.pool, brand, run)
    personal = viewer(request).may(brand, "personal")
    return as_json(trial_json(trial, await trials.examples(own.pool, brand, trial.report) if personal else {}))


def trial_json(trial: Trial, shown: Mapping[tuple[UUID, str], Message]) -> dict[str, Any]:
    report = trial.report
    return {
        "id": str(trial.run_id), "model": trial.model, "model_id": trial.model_id, "sha256": trial.sha256,
        "since": timestamp(trial.since), "asked_at": timestamp(trial.asked_at), "asked_by": trial.asked_by,
        "state": trial.state, "progress": trial.progress, "reason": trial.reason, "judged": report.judged,
        "unread": report.unread, "fresh": report.fresh, "appended": report.appended,
        "by_level": asdict(report.by_level), "by_priority": asdict(report.by_priority),
        "levels": dict(report.levels), "priorities": dict(report.priorities),
        "examples": [_example(one, shown.get((one.item_id, one.external_id))) for one in report.examples],
    }  # fmt: skip


def _example(example: Example, message: Message | None) -> dict[str, Any]:
    return {**asdict(example), "item_id": str(example.item_id), "text": message.text if message else None}


BASE = "/api/v1/brands/{brand_id}/classifier"
ROUTES = [
    Route("GET", BASE, shown, "read", "api", "api.classifier"),
    Route("GET", BASE + "/trials/{run_id}", shown_trial, "read", "api", "api.trial"),
    Route("POST", BASE + "/trials", try_it, "manage", "api", "api.try_model"),
    Route("POST", BASE + "/trials/{run_id}/switch", switch, "manage", "api", "api.switch_model"),
    Route("POST", BASE + "/trials/{run_id}/stop", stop, "manage", "api", "api.stop_model"),
]
OPERATIONS = {
    "api.classifier": Operation("The model in force, those on offer, and the latest runs", "Classifier",
                                answers=ClassifierShape),
    "api.trial": Operation("One run: what would change, or changed", "Classifier", answers=TrialShape),
    "api.try_model": Operation("Try a model on what was said; nothing changes", "Classifier", body=TrialOrder,
                               answers=TrialShape, problems=(408, 409, 413, 415)),
    "api.switch_model": Operation("Put the model of a finished run in force, and judge those messages anew",
                                  "Classifier", answers=TrialShape, problems=(409,)),
    "api.stop_model": Operation("Stop a run that is under way; what it did stays", "Classifier", answers=TrialShape,
                                problems=(409,)),
}  # fmt: skip

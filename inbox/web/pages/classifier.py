"""Settings › Classifier (leads): which model reads the brand's messages, and what another one would make of them.

A model is tried on the last days first: nothing changes but the report. Whoever has seen it may put the model in force.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

from inbox import catalogue, harsh, trials
from inbox.catalogue import DEFAULT, ModelCard
from inbox.comparison import Example
from inbox.errors import NotFound, Refused
from inbox.events import ModelSwitched
from inbox.state import Message
from inbox.trials import Trial
from inbox.web.api import asked
from inbox.web.context import deps, viewer
from inbox.web.i18n import N_, Speech
from inbox.web.pages import render, settings
from inbox.web.routes import Route

SPANS = (7, 30)
MOST_LETTERS = 300
RELOAD_S = 4
STATES: Mapping[str, str] = {
    "asked": N_("about to begin"), "trying": N_("being tried"), "tried": N_("tried: nothing has changed yet"),
    "applying": N_("in force; the history is being judged anew"), "applied": N_("put in force"),
    "failed": N_("failed"), "stopped": N_("stopped"),
}  # fmt: skip
REFUSALS: Mapping[str, str] = {
    "model_unknown": N_("No model of that name can be used here."),
    "since_bad": N_("A run goes back 1 to 366 days."),
    "trial_running": N_("A run is under way already: wait until it has ended."),
    "not_tried": N_("Only what was tried to its end can be put in force."),
    "not_running": N_("This run has ended already."),
}


@dataclass(frozen=True)
class Shown:
    """One example in words. `text`: None where it was forgotten, or the viewer may not read it; `fold`: why it stays
    folded."""

    example: Example
    text: str | None
    fold: Sequence[str] = ()


@dataclass(frozen=True)
class Run:
    trial: Trial
    title: str
    state: str
    examples: list[Shown]


@dataclass(frozen=True)
class InForce:
    """`reads`: the model that really reads here; another than the chosen one where that is missing."""

    title: str
    sha256: str
    switched: ModelSwitched | None
    reads: ModelCard | None
    missing: bool


async def show(request: web.Request) -> web.StreamResponse:
    return await _shown(request, await render.world(request))


async def _shown(
    request: web.Request, world: render.World, *, error: str | None = None, status: int = 200
) -> web.Response:  # fmt: skip
    own, say = deps(request), world.say
    cards = await own.catalogue.known()
    runs = [await _run(request, world, trial) for trial in await trials.of_brand(own.pool, world.brand.id)]
    switched = await trials.in_force(own.pool, world.brand.id)
    return settings.shown(
        request, world, "classifier", "settings_classifier.html", status=status, error_text=error, runs=runs,
        in_force=_in_force(cards, switched, say), models=[(card, title(card.name, cards, say)) for card in cards],
        spans=SPANS, reload=RELOAD_S if any(run.trial.active for run in runs) else None, most=MOST_LETTERS,
    )  # fmt: skip


def _in_force(cards: Sequence[ModelCard], switched: ModelSwitched | None, say: Speech) -> InForce:
    name, sha256 = (switched.model, switched.sha256) if switched else (DEFAULT, "")
    card = catalogue.usable(cards, name, sha256)
    reads = card or catalogue.usable(cards, DEFAULT)
    chosen = sha256 if name != DEFAULT else (card.sha256 if card else "")
    return InForce(title(name, cards, say), chosen, switched, reads, missing=card is None)


def title(name: str, cards: Sequence[ModelCard], say: Speech) -> str:
    """What a model is called on the screen: its own name, with the one of the settings."""
    card = catalogue.by_name(cards).get(name)
    said = card.model if card and card.model else ""
    if name == DEFAULT:
        return say("%(model)s (default)", model=said) if said else say("the default model")
    return f"{name} · {said}" if said else name


async def _run(request: web.Request, world: render.World, trial: Trial) -> Run:
    readable = world.may("personal") and trial.report.examples
    found = await trials.examples(deps(request).pool, world.brand.id, trial.report) if readable else {}
    shown = [_shown_example(one, found.get((one.item_id, one.external_id))) for one in trial.report.examples]
    name = trial.model or world.say("the default model")
    return Run(trial, f"{name} · {trial.model_id}" if trial.model_id else name, world.say(STATES[trial.state]), shown)


def _shown_example(example: Example, message: Message | None) -> Shown:
    return Shown(example, message.text, harsh.named(message)) if message else Shown(example, None)


async def try_it(request: web.Request) -> web.StreamResponse:
    own, asking, world = deps(request), viewer(request), await render.world(request)
    fields = await render.form(request)
    days = fields.get("days", "")
    try:
        await trials.try_on(
            own.log, world.brand.id, await own.catalogue.known(), fields.get("model", DEFAULT),
            days=int(days) if days.isascii() and days.isdigit() and len(days) < 5 else 0, by=asking.actor,
            now=own.clock.now(),
        )  # fmt: skip
    except Refused as refused:
        return await _refused(request, world, refused)
    return render.see_other(request, f"{world.base}/settings/classifier")


async def switch(request: web.Request) -> web.StreamResponse:
    own, asking, world = deps(request), viewer(request), await render.world(request)
    try:
        await trials.switch(own.log, world.brand.id, asked.run_id(request), by=asking.actor, now=own.clock.now())
    except NotFound:
        raise
    except Refused as refused:
        return await _refused(request, world, refused)
    return render.see_other(request, f"{world.base}/settings/classifier?saved=1")


async def stop(request: web.Request) -> web.StreamResponse:
    own, world = deps(request), await render.world(request)
    try:
        await trials.stop(own.log, world.brand.id, asked.run_id(request), now=own.clock.now())
    except NotFound:
        raise
    except Refused as refused:
        return await _refused(request, world, refused)
    return render.see_other(request, f"{world.base}/settings/classifier")


async def _refused(request: web.Request, world: render.World, refused: Refused) -> web.Response:
    if refused.code not in REFUSALS:
        raise refused
    return await _shown(request, world, error=world.say(REFUSALS[refused.code]), status=refused.status)


BASE = "/b/{brand_id}/settings/classifier"
ROUTES = [
    Route("GET", BASE, show, "manage", "page", "settings_classifier"),
    Route("POST", BASE + "/try", try_it, "manage", "page", "settings_try_model"),
    Route("POST", BASE + "/{run_id}/switch", switch, "manage", "page", "settings_switch_model"),
    Route("POST", BASE + "/{run_id}/stop", stop, "manage", "page", "settings_stop_model"),
]

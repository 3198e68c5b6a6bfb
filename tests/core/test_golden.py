"""Events of every version that was released, as it wrote them, are read by this one, and folded wherever it folds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import orjson
import pytest

from inbox import assigning, author_card, events, freezes, handover, item, settings_history
from inbox.author_events import (
    AuthorCitySaid,
    AuthorNoted,
    AuthorNoteRemoved,
    AuthorOptOutSaid,
    AuthorsLinked,
    AuthorsUnlinked,
)
from inbox.events import (
    AuthorForgotten,
    CorrectionsExported,
    Event,
    FreezeLifted,
    ItemEvent,
    MessageReceived,
    PolicyChanged,
    ReferenceHeld,
    SettingChanged,
    TopicFrozen,
    WordingRemoved,
    WordingSaved,
)
from inbox.policy import Policy
from inbox.state import Item
from inbox.team_events import AssignmentRulesChanged, HandoverAccepted, HandoverDeclined
from inbox.views import policies
from inbox.wording import Draft
from services.workers import link
from tests.core import golden
from tests.core.golden import FOLDER
from tests.core.world import ITEM

RELEASES = sorted(FOLDER.glob("*.jsonl"))
Kind = TypeVar("Kind", bound=Event)


def written(release: Path) -> Iterator[dict[str, Any]]:
    yield from map(orjson.loads, release.read_bytes().splitlines())


def read(line: dict[str, Any], *, forgotten: bool = False) -> Event:
    sealed = None if forgotten or line["sealed"] is None else orjson.dumps(line["sealed"])
    return events.decode(line["type"], line["v"], orjson.dumps(line["body"]), sealed)


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.stem)
def test_what_a_release_wrote_is_read_as_it_was_meant(release: Path) -> None:
    for line in written(release):
        told = orjson.loads(orjson.dumps(read(line).model_dump(mode="json")))
        meant = line["body"] | (line["sealed"] or {})
        if line["v"] == events.EVENT_TYPES[line["type"]].V:
            assert {name: _plain(told[name]) for name in meant} == {name: _plain(meant[name]) for name in meant}


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.stem)
@pytest.mark.parametrize("forgotten", [False, True])
def test_what_a_release_wrote_folds_into_an_item(release: Path, forgotten: bool) -> None:
    state = Item(ITEM)
    happened = [event for event in said(release, forgotten=forgotten) if isinstance(event, ItemEvent | AuthorForgotten)]
    for position, event in enumerate(happened, 1):
        state = item.evolve(state, event, position, Policy())
    assert state.position == len(happened)
    assert bool(state.messages) == any(isinstance(event, MessageReceived) for event in happened)


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.stem)
def test_what_a_release_wrote_of_a_brand_is_what_this_one_goes_by(release: Path) -> None:
    happened = said(release)
    for policy in _of(happened, PolicyChanged):
        assert _holds(policies.policy_of(policy).model_dump(mode="json"), policy.policy)
    for wording in _of(happened, WordingSaved):
        assert _holds(Draft.model_validate(wording.wording).model_dump(mode="json"), wording.wording)
    frozen = freezes.fold(happened)
    assert {one.said.freeze_id for one in frozen} == {one.freeze_id for one in _of(happened, TopicFrozen)}
    assert {one.said.freeze_id for one in frozen if one.lifted_at} == {e.freeze_id for e in _of(happened, FreezeLifted)}
    ended = {one.handover_id for one in _of(happened, HandoverAccepted)}
    ended |= {one.handover_id for one in _of(happened, HandoverDeclined)}
    assert {one.ident for one in handover.fold(happened) if one.ended} == ended
    assert assigning.in_force(happened) == next((r.rules for r in _of(happened, AssignmentRulesChanged)[::-1]), ())
    removed = {one.note_id for one in _of(happened, AuthorNoteRemoved)}
    noted = [one for one in _of(happened, AuthorNoted) if one.note_id not in removed]
    assert author_card.notes(happened) == noted
    last_said = {(type(e), e.subject_id): e for e in happened if isinstance(e, AuthorOptOutSaid | AuthorCitySaid)}
    for (_, subject), said_last in last_said.items():
        stands = author_card.facts(e for e in happened if getattr(e, "subject_id", None) == subject)
        says = said_last.opted_out if isinstance(said_last, AuthorOptOutSaid) else said_last.city
        assert (said_last in {stands.opt_out, stands.city}) == bool(says)
    apart = {(one.one, one.other) for one in _of(happened, AuthorsUnlinked)}
    linked = {(one.one, one.other) for one in _of(happened, AuthorsLinked)} - apart
    assert {
        (link.said.one, link.said.other) for one, _ in linked for link in author_card.links(happened, one)
    } == linked


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.stem)
def test_what_a_release_held_back_is_linked_to_its_item(release: Path) -> None:
    for position, held in enumerate(_of(said(release), ReferenceHeld), 1):
        state = item.evolve(Item(ITEM), link.meant(held, ITEM), position, Policy())
        assert state.position == position


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.stem)
def test_who_changed_which_setting_can_be_read_of_what_a_release_wrote(release: Path) -> None:
    last = dict[type[Event], Event]()
    for event in said(release):
        if isinstance(event, settings_history.States | SettingChanged | WordingRemoved | CorrectionsExported):
            changed = list(settings_history._differences(event, last.get(type(event))))
            assert settings_history._named(event)[0]
            assert type(event) not in last or all(one.before != one.after for one in changed)
            last[type(event)] = event


def test_every_type_has_its_lines_at_the_version_that_is_written_today() -> None:
    """A new type, or a new version of one: `python -m tests.core.golden NAME TYPE`."""
    kept = {(line["type"], line["v"]) for release in RELEASES for line in written(release)}
    assert {(kind.TYPE, kind.V) for kind in events.EVENT_TYPES.values()} - kept == set()


def test_the_next_release_writes_some_of_each_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(golden, "FOLDER", tmp_path)
    lines = [*written(golden.write("next"))]
    assert {line["type"] for line in lines} == events.EVENT_TYPES.keys()
    assert {line["type"] for line in written(golden.write("one", ["TopicFrozen"]))} == {"TopicFrozen"}
    with pytest.raises(FileExistsError):
        golden.write("next")


def said(release: Path, *, forgotten: bool = False) -> list[Event]:
    return [read(line, forgotten=forgotten) for line in written(release)]


def _of(happened: Sequence[Event], kind: type[Kind]) -> list[Kind]:
    return [event for event in happened if isinstance(event, kind)]


def _holds(told: Mapping[str, Any], meant: Mapping[str, Any]) -> bool:
    """A later version may say more."""
    return {name: told[name] for name in meant} == meant


def _plain(value: Any) -> Any:
    """Times are written with Z or with an offset."""
    return value.replace("+00:00", "Z") if isinstance(value, str) else value

"""Adding a channel is adding its own files: a module, its page, a fixture. Nothing else is edited.

The channel below is written to a folder of its own, which the registry is told to look into as well; everything else is
the house as it is. It is then listed, shown in the settings, set up, and takes a signed delivery.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from inbox.clock import SimulatedClock
from inbox.events import MessageReceived
from inbox.log.store import Log
from services import channels
from services.channels import proof, registry
from services.cli import main
from tests.channels import mutants, test_conformance
from tests.ingest.conftest import Hooks, hooks
from tests.web.world import a_world

__all__ = ["hooks"]
MODULE = '''
"""A lighthouse: its keeper writes down what ships ask."""

from services.channels import parts, proof, reading
from services.channels.base import BaseChannel, guarded
from services.channels.contract import Capabilities, Received
from inbox.channels import SetupField


class Lighthouse(BaseChannel):
    id = "lighthouse"
    title = "Phare"
    capabilities = Capabilities(("webhook",), limits="a ship at a time")
    setup_fields = (
        SetupField("secret", "secret", {"fr": "Secret", "en": "Secret"}, {"fr": "Du gardien.", "en": "The keeper's."},
                   required=True),
    )
    setup_steps = {"fr": ("Donnez {hook_url} au gardien.",), "en": ("Give {hook_url} to the keeper.",)}

    def verify(self, request, channel):
        given = proof.after(request.header("x-light"), "sha256=")
        return proof.first(channel, lambda secret: proof.same(given, proof.hexadecimal(secret, request.raw)))

    def read(self, envelope, channel, received_at):
        return (guarded(lambda said: _message(said, received_at), envelope.content),)


def _message(said, received_at):
    ident, ship = reading.need(said.get("no"), "the number"), parts.person(said.get("ship"))
    return Received("dm", ident, ident, received_at, reading.words(said.get("asks")), ship)


CHANNEL = Lighthouse()
'''
ASKED = {"no": 7, "ship": "F-GHAB", "asks": "Le port est-il ouvert ?"}


@pytest.fixture
def lighthouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Path]]:
    """Its files, and nothing else, exist from here on; the registry forgets them afterwards."""
    module, page = tmp_path / "code" / "lighthouse.py", tmp_path / "docs" / "lighthouse.md"
    fixture = tmp_path / "tests" / "fixtures" / "lighthouse" / "asked.json"
    for path, text in ((module, MODULE), (page, "# Lighthouse\n"), (fixture, json.dumps(ASKED))):
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "tests" / "variants.json").write_text("[]", encoding="utf-8")
    monkeypatch.setattr(channels, "__path__", [*channels.__path__, str(module.parent)])
    monkeypatch.setattr(test_conformance, "DOCS", page.parent)
    monkeypatch.setattr(mutants, "HERE", tmp_path / "tests")
    registry.networks.cache_clear()
    yield [module, page, fixture]
    registry.networks.cache_clear()
    sys.modules.pop("services.channels.lighthouse", None)


def test_three_files_of_its_own_are_all_that_a_channel_needs(
    lighthouse: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert len(lighthouse) == 3
    for demand in (
        test_conformance.test_its_set_up_is_told_in_full_in_both_languages,
        test_conformance.test_it_has_its_page,
        test_conformance.test_what_it_says_that_it_can_it_does,
        test_conformance.test_it_has_fixtures_and_reads_them,
        test_conformance.test_what_its_fixtures_show_it_also_says,
        test_conformance.test_what_it_reads_can_be_stored,
        test_conformance.test_no_bytes_make_it_stumble,
        test_conformance.test_a_repeated_header_proves_nothing,
    ):
        demand("lighthouse")
    assert main(["channel", "parse", "lighthouse", str(lighthouse[2])]) == 0
    told = json.loads(capfdbinary.readouterr().out)
    assert (told["verb"], told["external_id"], told["text"]) == ("received", "7", ASKED["asks"])


async def test_its_hook_takes_what_is_signed(lighthouse: list[Path], hooks: Hooks) -> None:
    channel, raw = await hooks.channel("lighthouse"), json.dumps(ASKED).encode()
    signed = {"x-light": "sha256=" + proof.hexadecimal(channel.secrets["secret"], raw)}
    assert (await hooks.post(channel, raw, signed))[0] == 200
    assert (await hooks.post(channel, raw, {"x-light": "sha256=00"}))[0] == 401
    (event,) = await hooks.events()
    assert isinstance(event, MessageReceived)
    assert (event.network, event.text) == ("lighthouse", ASKED["asks"])


async def test_the_settings_offer_it_and_ask_for_its_secret(lighthouse: list[Path], log: Log, noon: datetime) -> None:
    async with a_world(log, SimulatedClock(noon)) as world:
        cookie, _ = await world.session("lead")
        listed = await world.ask("GET", f"/b/{world.brand}/settings/channels", headers=world.cookie(cookie))
        form = await world.ask(
            "GET", f"/b/{world.brand}/settings/channels/new?network=lighthouse", headers=world.cookie(cookie)
        )
    assert "Phare" in listed.text
    assert 'name="secret"' in form.text

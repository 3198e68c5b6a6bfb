"""What every network must keep to, whoever wrote it: found by the registry, so that a new one is tested by being there.

A network's fixtures are the files of `fixtures/NETWORK/`, one body each, or (Meta's) the cases of
`fixtures/NETWORK.json`.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest

from services import channel_tools
from services.channels.base import BaseChannel
from services.channels.contract import (
    TEXT_MOST,
    CannotRead,
    Channel,
    Echoed,
    Edited,
    Inbound,
    Received,
    Withdrawn,
)
from services.channels.registry import networks
from services.cli import main
from tests.channels import mutants
from tests.channels.mutants import fixtures, readable, request_of, storable
from tests.channels.senders import NOON, channel

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs" / "channels"
LOCALES = {"fr", "en"}
SPOILT = 100
FORGED = {
    "authorization": "Bearer x.y.z", "x-hub-signature": "sha1=" + "0" * 40, "x-hub-signature-256": "sha256=" + "0" * 64,
    "x-signature-ed25519": "00" * 64, "x-signature-timestamp": "1774260000", "x-slack-signature": "v0=" + "0" * 64,
    "x-slack-request-timestamp": "1774260000", "x-telegram-bot-api-secret-token": "\xe9", "x-twilio-signature": "AAAA",
    "x-twitter-webhooks-signature": "sha256=AAAA", "tiktok-signature": "t=1774260000,s=00", "x-li-signature": "00",
    "x-discourse-event-signature": "sha256=00", "x-zendesk-webhook-signature": "AAAA", "x-front-signature": "AAAA",
    "x-chatwoot-signature": "sha256=00", "webhook-id": "1", "webhook-timestamp": "1774260000",
    "webhook-signature": "v1,AAAA", "x-twilio-email-event-webhook-signature": "AAAA",
    "x-twilio-email-event-webhook-timestamp": "1774260000",
}  # fmt: skip
pytestmark = pytest.mark.parametrize("name", networks())


def is_own(network: Channel, method: str) -> bool:
    return getattr(type(network), method) is not getattr(BaseChannel, method)


# --- what it says of itself -----------------------------------------------------------------------------------------


def test_its_set_up_is_told_in_full_in_both_languages(name: str) -> None:
    network = networks()[name]
    names = [field.name for field in network.setup_fields]
    assert len(names) == len(set(names))
    assert sum(field.place == "account" for field in network.setup_fields) <= 1
    for field in network.setup_fields:
        assert field.name.isidentifier()
        assert set(field.label) == set(field.hint) == LOCALES, field.name
        assert all(text.strip() for text in (*field.label.values(), *field.hint.values())), field.name
        assert field.make is None or field.make().strip(), field.name
    steps = network.setup_steps
    assert set(steps) == LOCALES
    assert len(steps["fr"]) == len(steps["en"]) > 0
    assert all(step.strip() for locale in LOCALES for step in steps[locale])


def test_it_has_its_page(name: str) -> None:
    page = DOCS / f"{name}.md"
    assert page.is_file(), f"docs/channels/{name}.md is missing"
    assert page.read_text(encoding="utf-8").startswith("# ")


def test_what_it_says_that_it_can_it_does(name: str) -> None:
    network = networks()[name]
    can = network.capabilities
    assert can.receives
    assert can.reply == is_own(network, "reply") == network.can_reply
    assert can.sweeps == is_own(network, "sweep")
    assert can.fetches == is_own(network, "fetch")
    assert can.listens == is_own(network, "listen")
    assert network.tends == is_own(network, "tend")
    assert ("webhook" in can.receives) == is_own(network, "verify")
    assert (can.hide or can.like) == is_own(network, "gesture")
    assert can.private_reply == (can.private_within is not None) == (network.private_within is not None)
    assert can.reply or not (can.private_reply or can.window or can.length_most)
    assert can.length_most is None or 0 < can.length_most <= TEXT_MOST
    assert "\n" not in can.limits
    assert network.sweep_every_s >= 10


def test_it_is_listed(name: str, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["channel", "networks", "--json"]) == 0
    listed = {one["id"]: one for one in json.loads(capfdbinary.readouterr().out)}
    network = networks()[name]
    one = listed[name]
    assert one["title"] == network.title
    assert one["receives"] == list(network.capabilities.receives)
    assert {f["name"]: f["secret"] for f in one["setup_fields"]} == {f.name: f.secret for f in network.setup_fields}


# --- proof --------------------------------------------------------------------------------------------------------


def secrets_of(name: str, value: str | None) -> Iterator[Mapping[str, str]]:
    """None at all, and each secret set-up field, also the one before a rotation, with that value."""
    if value is None:
        yield {"unused": ""}
        return
    names = [field.name for field in networks()[name].setup_fields if field.secret] or ["secret"]
    yield {**dict.fromkeys(names, value), **{f"{one}_previous": value for one in names}}


@pytest.mark.parametrize("value", [None, "", "0123456789abcdef", "whsec_AAAA", "é\x00"])
def test_nothing_proves_itself_by_an_empty_secret_by_no_header_or_by_garbage(name: str, value: str | None) -> None:
    network = networks()[name]
    if "webhook" not in network.capabilities.receives:
        pytest.skip("it has no hook")
    bodies = [b"", b"{}", b"\xff", *(raw for _, raw in fixtures(name)[:3])]
    empty = {"authorization": "Basic Og==", "x-telegram-bot-api-secret-token": "", "x-webhook-secret": ""}
    for secrets in secrets_of(name, value):
        for headers in ({}, FORGED, empty, dict.fromkeys(FORGED, ""), dict.fromkeys(FORGED, "ü\x01")):
            for raw in bodies:
                for url in ("", "https://v.example/hooks/1", "https://v.example/hooks/1?token=&secret=&key="):
                    request = Inbound({key: [given] for key, given in headers.items()}, raw, url)
                    assert network.verify(request, channel(name, secrets=secrets)) is None


def test_a_repeated_header_proves_nothing(name: str) -> None:
    network = networks()[name]
    if "webhook" in network.capabilities.receives:
        request = Inbound({key: [given, given] for key, given in FORGED.items()}, b"{}")
        assert network.verify(request, channel(name)) is None


# --- reading ------------------------------------------------------------------------------------------------------


def test_it_has_fixtures_and_reads_them(name: str) -> None:
    given = fixtures(name)
    assert given, f"tests/channels/fixtures/{name}/ is missing"
    kinds = {type(one) for kind, raw in given for _, one in readable(name, request_of(kind, raw))}
    assert Received in kinds or "webhook" not in networks()[name].capabilities.receives


def test_what_its_fixtures_show_it_also_says(name: str) -> None:
    can = networks()[name].capabilities
    for kind, raw in fixtures(name):
        for _, one in readable(name, request_of(kind, raw)):
            assert not isinstance(one, Edited) or can.edits
            assert not isinstance(one, Withdrawn) or can.withdrawals
            assert not isinstance(one, Echoed) or can.echoes
            assert not getattr(one, "attachments", ()) or can.attachments


def test_what_it_reads_can_be_stored(name: str) -> None:
    for kind, raw in fixtures(name):
        for _, one in readable(name, request_of(kind, raw)):
            storable(one)


def test_no_bytes_make_it_stumble(name: str) -> None:
    _, faults = mutants.run(name, SPOILT, name)
    assert not faults, faults[0]


def test_what_another_brand_keeps_of_a_delivery_reads_the_same(name: str) -> None:
    """Where envelopes name accounts, they may be parted: each part, joined, is read as it was."""
    network, known = networks()[name], channel(name)
    for kind, raw in fixtures(name):
        try:
            envelopes = network.split_request(request_of(kind, raw))
        except CannotRead:
            continue
        for envelope in envelopes:
            if envelope.account_id is not None:
                again = network.split(network.join([envelope]))
                found = [one for part in again for one in network.read(part, known, NOON)]
                assert found == list(network.read(envelope, known, NOON))


@pytest.mark.parametrize(
    "raw", [b"", b"\x00", b"{}", b"[]", b"null", b"\xff\xfe", b"[" * 9000, b'{"a":' * 9000, b"%zz=&&"]
)
def test_parse_says_a_sentence_and_never_a_traceback(
    name: str, raw: bytes, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
    code = main(["channel", "parse", name, "-"])
    out, err = capfdbinary.readouterr()
    lines = [json.loads(line) for line in out.splitlines()]
    assert b"Traceback" not in err
    assert b"in our own code" not in err
    if code == 1:
        assert err.startswith(b"vigie: Nothing could be read: ")
    else:
        assert (code, err) == (0, b"")
    assert all({"verb", *channel_tools.KEYS} <= set(line) for line in lines)

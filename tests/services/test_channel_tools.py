"""`vigie channel parse` and `vigie channel networks`: what a body says, without a database, whatever the bytes."""

from __future__ import annotations

import gzip
import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from services import captures
from services.channel_tools import KEYS
from services.channels import registry
from services.cli import main
from tests.channels.senders import WHSEC, standard
from tests.fakes.network import FakeNetwork

MESSAGE = {
    "type": "message.received", "id": "c-1", "kind": "comment", "thread_id": "p-1", "text": "Le chargeur fume 😱",
    "sent_at": "2026-11-21T11:00:00+01:00", "author": {"id": "u-1", "name": "Zoé"},
}  # fmt: skip
ECHO = {"type": "reply.echoed", "id": "r-1", "in_reply_to": "c-1", "sent_at": "2026-11-21T10:06:00Z"}


class Shell:
    def __init__(self, folder: Path, capture: pytest.CaptureFixture[bytes]) -> None:
        self.folder = folder
        self._capture = capture

    def file(self, name: str, content: object) -> str:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return str(path)

    def parse(self, network: str, body: object, *more: str) -> tuple[int, list[dict[str, Any]], str]:
        code = main(["channel", "parse", network, self.file("body", body), *more])
        out, err = self._capture.readouterr()
        return code, [json.loads(line) for line in out.splitlines()], err.decode()


@pytest.fixture
def shell(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> Shell:
    return Shell(tmp_path, capfdbinary)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeNetwork:
    fake = FakeNetwork()
    monkeypatch.setattr(registry, "networks", lambda: {fake.id: fake})
    return fake


def test_each_thing_is_a_line_with_all_that_is_known_of_it(shell: Shell) -> None:
    code, (message, echo), err = shell.parse("generic", {"messages": [MESSAGE, ECHO]})
    assert (code, err) == (0, "")
    assert {key: message[key] for key in ("verb", "kind", "external_id", "thread_id", "text", "sent_at")} == {
        "verb": "received", "kind": "comment", "external_id": "c-1", "thread_id": "p-1", "text": "Le chargeur fume 😱",
        "sent_at": "2026-11-21T10:00:00Z",
    }  # fmt: skip
    assert (message["author"]["id"], message["author"]["name"], message["attachments"]) == ("u-1", "Zoé", [])
    assert (echo["verb"], echo["external_id"], echo["in_reply_to"], echo["author"]) == ("echoed", "r-1", "c-1", None)
    assert set(message) == set(echo) == {"verb", *KEYS}


def test_what_cannot_be_read_is_told_beside_what_can(shell: Shell) -> None:
    code, (good, bad), err = shell.parse("generic", {"messages": [MESSAGE, {**MESSAGE, "kind": "x"}]})
    assert (code, err, good["verb"], bad["verb"]) == (0, "", "received", "unreadable")
    assert bad["reason"] == "fields are missing or wrong"
    assert bad["problems"][0]["pointer"] == "/messages/1/kind"


def test_a_body_that_says_nothing_is_a_failure_with_a_sentence(shell: Shell) -> None:
    code, (line,), err = shell.parse("facebook", b"\x00\xff")
    assert (code, line["verb"]) == (1, "unreadable")
    assert err == f"vigie: Nothing could be read: {line['reason']}.\n"


def test_a_body_that_rightly_holds_nothing_is_none(shell: Shell) -> None:
    assert shell.parse("facebook", {"object": "page", "entry": []}) == (0, [], "")


def test_it_reads_stdin(shell: Shell, monkeypatch: pytest.MonkeyPatch, capfdbinary: Any) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(json.dumps(MESSAGE).encode())))
    assert main(["channel", "parse", "generic", "-"]) == 0
    assert json.loads(capfdbinary.readouterr().out)["external_id"] == "c-1"


def test_a_file_may_be_packed_or_hold_several_deliveries(shell: Shell) -> None:
    one = {"object": "page", "entry": [{"id": "1", "time": 1774260000, "changes": []}]}
    slack = {
        "type": "event_callback",
        "event": {"type": "message", "channel": "C1", "ts": "1774260000.1", "text": "a=b"},
    }
    assert shell.parse("facebook", gzip.compress(json.dumps(one).encode()))[0] == 0
    for several in ([slack, slack], f"{json.dumps(slack)}\n\n{json.dumps(slack)}\n".encode()):
        assert [line["text"] for line in shell.parse("slack", several)[1]] == ["a=b", "a=b"]
    assert [line["text"] for line in shell.parse("slack", b"\xef\xbb\xbf" + json.dumps(slack).encode())[1]] == ["a=b"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (gzip.compress(b"{}" * 50)[:-9], "broken"),
        (gzip.compress(b" " * (captures.SIZE_MOST + 1)), "64 MB"),
        (b"[1, 2]", "no event of Slack"),
        (b"{}\nnothing", "not JSON"),
    ],
    ids=["broken", "a bomb", "a list of something else", "lines of something else"],
)
def test_a_file_that_is_no_delivery_is_refused_with_a_sentence(shell: Shell, body: bytes, why: str) -> None:
    code, _, said = shell.parse("slack", body)
    assert code != 0
    assert why in said


@pytest.mark.parametrize(
    "headers", [{"X-About": "a review"}, {"x-about": ["a review"]}, b"X-About: a review\r\nX: y: z\n"]
)
def test_headers_are_an_object_or_lines(shell: Shell, fake: FakeNetwork, headers: object) -> None:
    given = shell.file("headers", headers)
    _, (line,), _ = shell.parse("fake", [["said", "1", "Bonjour"]], "--headers", given)
    assert line["text"] == "Bonjour (a review)"


def test_headers_that_are_garbage_are_none(shell: Shell, fake: FakeNetwork) -> None:
    for garbage in (b"\xff\x00", b"[1]", b"{", b"", b"[" * 99_999):
        _, (line,), _ = shell.parse("fake", [["said", "1", "Bonjour"]], "--headers", shell.file("headers", garbage))
        assert line["text"] == "Bonjour (nothing)"


def test_a_status_and_a_hint_say_what_they_are(shell: Shell, fake: FakeNetwork) -> None:
    _, (status, hint), _ = shell.parse("fake", [["failed", "r-1", "blocked"], ["hint", "reviews/1", ""]])
    assert (status["verb"], status["external_id"], status["state"], status["reason"]) == (
        "status", "r-1", "failed", "blocked",
    )  # fmt: skip
    assert (hint["verb"], hint["what"], hint["ref"]) == ("hint", "review", "reviews/1")


def test_a_hand_shake_is_no_message(shell: Shell, fake: FakeNetwork) -> None:
    _, (line,), _ = shell.parse("fake", "ping")
    assert (line["verb"], line["reason"]) == ("ignored", "a hand-shake")


def test_our_own_account_is_told_by_the_command_line(shell: Shell) -> None:
    value = {"item": "comment", "verb": "add", "comment_id": "c", "post_id": "p", "from": {"id": "1"}, "message": "x"}
    body = {
        "object": "page",
        "entry": [{"id": "1", "time": 1774260000, "changes": [{"field": "feed", "value": value}]}],
    }
    for more, verb in (([], "received"), (["--account", "1"], "ignored"), (["--set", "account_id=1"], "ignored")):
        assert shell.parse("facebook", body, *more)[1][0]["verb"] == verb


def test_the_signature_is_checked_when_asked_for_only(shell: Shell) -> None:
    raw = json.dumps(MESSAGE).encode()
    proof, forged = shell.file("good", standard(raw)), shell.file("bad", standard(raw + b" "))
    secret = ["--set", f"secret={WHSEC}"]
    assert shell.parse("generic", raw, "--headers", forged)[0] == 0
    assert shell.parse("generic", raw, "--headers", proof, "--verify", *secret)[0] == 0
    for wrong in ([forged, "--verify", *secret], [proof, "--verify"]):
        code, lines, err = shell.parse("generic", raw, "--headers", *wrong)
        assert (code, lines) == (1, [])
        assert err.startswith("vigie: The signature does not hold")


def test_mistakes_on_the_command_line_are_told_in_a_sentence(shell: Shell, tmp_path: Path) -> None:
    assert "Networks there are: " in shell.parse("nowhere", b"")[2]
    assert "generic has no field a; it has secret" in shell.parse("generic", MESSAGE, "--set", "a=b")[2]
    assert "cannot be read" in shell.parse("generic", MESSAGE, "--headers", str(tmp_path / "none"))[2]
    assert main(["channel", "parse", "generic", str(tmp_path)]) == 1


def test_a_fault_of_our_own_is_one_sentence_without_the_words(shell: Shell, fake: FakeNetwork) -> None:
    fake.stumbles = True
    code, lines, err = shell.parse("fake", [["said", "1", "Bonjour"]])
    assert (code, lines, err) == (1, [], "vigie: Reading it failed in our own code: RuntimeError.\n")


def test_the_networks_are_listed_for_people_and_for_programs(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["channel", "networks"]) == 0
    table = capfdbinary.readouterr().out.decode()
    assert all(network.id in table for network in registry.networks().values())
    assert main(["channel", "networks", "--json"]) == 0
    (generic,) = (one for one in json.loads(capfdbinary.readouterr().out) if one["id"] == "generic")
    assert (generic["title"], generic["receives"], generic["reply"]) == ("Webhook", ["webhook"], True)
    secret, url = generic["setup_fields"]
    assert (secret["name"], secret["secret"], secret["required"], secret["made"]) == ("secret", True, True, True)
    assert (url["name"], url["secret"], url["kind"], set(url["label"])) == ("reply_url", False, "url", {"fr", "en"})

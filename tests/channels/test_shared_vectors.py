"""Signatures made by others, where a developer has them (VIGIE_SHARED_DIR): they hold here, at the time they name."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from services.channels.registry import networks
from tests.channels import cases, clocks
from tests.channels.senders import channel
from tests.channels.test_shared_samples import FOLDER

Vector = Mapping[str, str]


def _zendesk(vector: Vector) -> dict[str, str]:
    return {
        "x-zendesk-webhook-signature": vector["expected"],
        "x-zendesk-webhook-signature-timestamp": vector["timestamp"],
    }


def _slack(vector: Vector) -> dict[str, str]:
    return {"x-slack-signature": vector["expected"], "x-slack-request-timestamp": vector["timestamp"]}


HEADERS: Mapping[str, tuple[str, Callable[[Vector], dict[str, str]]]] = {
    "github_docs": ("github", lambda v: {"x-hub-signature-256": v["expected"]}),
    "octokit_mysecret": ("github", lambda v: {"x-hub-signature-256": v["expected"]}),
    "tiktok": ("tiktok", lambda v: {"tiktok-signature": v["expected"]}),
    "linkedin_post": ("linkedin", lambda v: {"x-li-signature": v["expected"]}),
    "intercom": ("intercom", lambda v: {"x-hub-signature": v["expected"]}),
    "zendesk_current": ("zendesk", _zendesk),
    "slack_v0": ("slack", _slack),
    "x_post": ("x", lambda v: {"x-twitter-webhooks-signature": v["expected"]}),
    "discourse_spec": ("discourse", lambda v: {"x-discourse-event-signature": v["expected"]}),
    "meta_sha256": ("whatsapp", lambda v: {"x-hub-signature-256": v["expected"]}),
}
"""Vector → network, and the headers in which it is sent."""


@pytest.fixture(scope="module")
def vectors() -> dict[str, dict[str, Any]]:
    path = FOLDER / "signature_vectors.json"
    if not path.is_file():
        pytest.skip("the folder of third-party samples is not here (VIGIE_SHARED_DIR)")
    return {one["name"]: one for one in json.loads(path.read_text(encoding="utf-8"))}


def _seconds(vector: Vector) -> float:
    at = vector.get("timestamp", "0")
    return float(at) if at.isdigit() else datetime.fromisoformat(at).timestamp()


@pytest.mark.parametrize("name", HEADERS)
def test_a_signature_of_others_holds(
    vectors: dict[str, dict[str, Any]], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    vector, (network, headers) = vectors[name], HEADERS[name]
    clocks.set_to(monkeypatch, _seconds(vector))
    raw, secret = vector["body"].encode(), {"secret": vector["secret"]}
    assert cases.proves(network, raw, headers(vector), secret) == vector["secret"]
    assert cases.proves(network, raw + b" ", headers(vector), secret) is None


def test_zendesks_older_order_of_body_and_time_does_not_hold(vectors: dict[str, dict[str, Any]]) -> None:
    vector = vectors["zendesk_old_docs_body_then_ts"]
    proof = cases.proves("zendesk", vector["body"].encode(), _zendesk(vector), {"secret": vector["secret"]})
    assert proof is None


def test_linkedins_challenge_is_answered_as_others_answer_it(vectors: dict[str, dict[str, Any]]) -> None:
    vector = vectors["linkedin_challenge"]
    known = channel("linkedin", secrets={"secret": vector["secret"]})
    answer = networks()["linkedin"].handshake({"challengeCode": vector["challengeCode"]}, known)
    assert answer is not None
    assert json.loads(answer.body)["challengeResponse"] == vector["expected"]


def test_xs_challenge_is_answered_as_others_answer_it(vectors: dict[str, dict[str, Any]]) -> None:
    vector = vectors["x_crc"]
    answer = networks()["x"].handshake({"crc_token": vector["crc_token"]}, channel("x", {"secret": vector["secret"]}))
    assert answer is not None
    assert json.loads(answer.body) == {"response_token": vector["expected"]}


def test_discords_signature_of_others_holds(vectors: dict[str, dict[str, Any]]) -> None:
    """The public key is the secret: nobody can sign with it."""
    vector = vectors["discord_ed25519"]
    headers = {"x-signature-ed25519": vector["expected"], "x-signature-timestamp": vector["timestamp"]}
    raw, secret = vector["body"].encode(), {"secret": vector["public_key"]}
    assert cases.proves("discord", raw, headers, secret) == vector["public_key"]
    assert cases.proves("discord", raw + b" ", headers, secret) is None


@pytest.mark.parametrize("name", ["form", "dup", "json_bodysha256", "port_1234", "port_443", "port_80"])
def test_twilios_signature_of_others_holds(vectors: dict[str, dict[str, Any]], name: str) -> None:
    vector = vectors[f"twilio_{name}"]
    raw = str(vector.get("body") or vector.get("form") or urlencode(vector.get("params", {}))).encode()
    headers, secret, url = {"x-twilio-signature": vector["expected"]}, {"secret": vector["secret"]}, vector["url"]
    assert cases.proves("twilio", raw, headers, secret, url) == vector["secret"]
    assert cases.proves("twilio", raw + b"1", headers, secret, url) is None
    assert cases.proves("twilio", raw, headers, secret, url + "&x=1") is None


def test_mailguns_signature_of_others_holds(
    vectors: dict[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stands in the form, with the token and the time that it is over."""
    vector = vectors["mailgun"]
    clocks.set_to(monkeypatch, _seconds(vector))
    fields = {name: vector[name] for name in ("timestamp", "token")}
    raw = urlencode({**fields, "signature": vector["expected"]}).encode()
    assert cases.proves("mailgun", raw, {}, {"secret": vector["secret"]}) == vector["secret"]
    wrong = urlencode({**fields, "signature": vector["expected"][:-1] + "0"}).encode()
    assert cases.proves("mailgun", wrong, {}, {"secret": vector["secret"]}) is None

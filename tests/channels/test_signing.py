"""Every network that signs, by one table (`signers.py`): what holds, and everything near it that must not.

Replays are not the signature's business where a network signs no time: the keys under which the log takes things are
the same whenever a body comes again, which is tested here for every fixture.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from services.channels.contract import CannotRead, Inbound, Parsed
from services.channels.registry import networks
from tests.channels.mutants import fixtures, request_of
from tests.channels.senders import NOON, channel
from tests.channels.signers import BODY, CARRYING, ELSEWHERE, SIGNERS, URL

signing = pytest.mark.parametrize("name", SIGNERS)
in_a_header = pytest.mark.parametrize("name", [name for name, signer in SIGNERS.items() if signer.header])


def proves(name: str, request: Inbound, secrets: Mapping[str, str] | None = None) -> str | None:
    return networks()[name].verify(request, channel(name, secrets=secrets or SIGNERS[name].holding()))


def with_header(request: Inbound, name: str, *values: str) -> Inbound:
    return dataclasses.replace(request, headers={**request.headers, name: list(values)})


def test_every_network_with_a_hook_is_in_the_table_or_says_why_not() -> None:
    hooked = {name for name, network in networks().items() if "webhook" in network.capabilities.receives}
    assert hooked == SIGNERS.keys() | CARRYING.keys() | ELSEWHERE.keys()


@signing
def test_what_is_signed_holds_by_the_secret_of_now_and_of_before(name: str) -> None:
    signer = SIGNERS[name]
    held, other = signer.keeps(signer.secret), signer.keeps(signer.other)
    assert proves(name, signer.request()) == held
    rotated = {signer.field: other, f"{signer.field}_previous": held}
    assert proves(name, signer.request(), rotated) == held
    assert proves(name, signer.request(signer.other), rotated) == other


@signing
def test_another_brands_secret_proves_nothing(name: str) -> None:
    signer = SIGNERS[name]
    assert proves(name, signer.request(signer.other)) is None
    assert proves(name, signer.request(), signer.holding(signer.other)) is None


@signing
def test_an_empty_secret_proves_nothing_not_even_what_is_signed_with_none(name: str) -> None:
    signer = SIGNERS[name]
    for secrets in ({signer.field: ""}, {"unused": "x"}):
        assert proves(name, signer.request(""), secrets) is None


@signing
def test_one_changed_bit_of_the_body_breaks_it(name: str) -> None:
    signer, request = SIGNERS[name], SIGNERS[name].request()
    for at in (0, len(request.raw) // 2, len(request.raw) - 1) if signer.covers_body else ():
        changed = bytes(byte ^ 1 if n == at else byte for n, byte in enumerate(request.raw))
        assert proves(name, dataclasses.replace(request, raw=changed)) is None
    assert not signer.covers_body or proves(name, dataclasses.replace(request, raw=request.raw + b" ")) is None


SPOILT: dict[str, Callable[[str], list[str]]] = {
    "missing": lambda good: [],
    "empty": lambda good: [""],
    "truncated": lambda good: [good[:-4]],
    "longer": lambda good: [good + "AAAA"],
    "one character": lambda good: [good[:-3] + ("0" if good[-3] != "0" else "1") + good[-2:]],
    "non-ascii": lambda good: [good[:-2] + "é"],
    "surrogate": lambda good: [good[:-2] + "\udce9"],
    "sent twice": lambda good: [good, good],
    "garbage": lambda good: [good[:7] + "!" * (len(good) - 7)],
}


@in_a_header
@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_a_spoilt_signature_proves_nothing(name: str, spoil: Callable[[str], list[str]]) -> None:
    signer, request = SIGNERS[name], SIGNERS[name].request()
    assert proves(name, with_header(request, signer.header, *spoil(request.headers[signer.header][0]))) is None


@in_a_header
@pytest.mark.parametrize("named", ["sha1", "sha512", "md5", "none", "plain", "v1a", "v9"])
def test_another_algorithm_proves_nothing(name: str, named: str) -> None:
    """Neither the same digest under another name, nor, where a name is said at all, no digest."""
    signer, request = SIGNERS[name], SIGNERS[name].request()
    before, mark, digest = request.headers[signer.header][0].partition("=")
    before, mark, digest = (before, mark, digest) if digest.strip("=") else ("", "=", before + mark)
    if before != named:
        assert proves(name, with_header(request, signer.header, f"{named}{mark}{digest}")) is None
    assert proves(name, with_header(request, signer.header, f"{named}=")) is None


@in_a_header
def test_a_public_key_is_no_shared_secret(name: str) -> None:
    """What anybody can see must not sign: where a public key is held, a digest made with it proves nothing."""
    signer = SIGNERS[name]
    if signer.keeps is not str:
        for hub in ("facebook", "x", "zendesk"):
            forged = SIGNERS[hub].request(signer.keeps(signer.secret)).headers[SIGNERS[hub].header][0]
            digest = forged.partition("=")[2] or forged
            assert proves(name, with_header(signer.request(), signer.header, digest)) is None


@signing
@pytest.mark.parametrize(("age_s", "holds"), [(290, True), (-290, True), (302, False), (-302, False), (10**9, False)])
def test_a_signed_time_holds_for_five_minutes(name: str, age_s: int, holds: bool) -> None:
    signer = SIGNERS[name]
    if signer.fresh:
        assert (proves(name, signer.request(age_s=age_s)) is not None) == holds


@in_a_header
def test_a_signed_time_cannot_be_moved_nor_left_out_nor_doubled(name: str) -> None:
    signer, request = SIGNERS[name], SIGNERS[name].request(age_s=30)
    if signer.at is not None:
        good = request.headers[signer.at][0]
        later = SIGNERS[name].request().headers[signer.at][0]
        for values in ([later], [], [""], [good, good], ["٣"], ["nan"], ["-1"], ["9" * 400], [f"{good} "]):
            assert proves(name, with_header(request, signer.at, *values)) is None, values


@signing
def test_a_body_that_was_written_anew_proves_nothing(name: str) -> None:
    """As a proxy or a framework would: another order of keys, another escape, compressed."""
    signer = SIGNERS[name]
    for again in (BODY.replace(b" ", b""), BODY.decode().encode("unicode_escape"), b"\x1f\x8b" + BODY):
        if signer.covers_body:
            headers = signer.request().headers
            assert proves(name, Inbound(headers, signer.sign(signer.secret, again, 0)[0], URL)) is None


# --- replays ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", networks())
def test_what_comes_again_a_day_later_is_taken_under_the_same_keys(name: str) -> None:
    for kind, raw in fixtures(name):
        first, again = (known_by(name, request_of(kind, raw), days) for days in (0, 1))
        assert first == again


def known_by(name: str, request: Inbound, days: int) -> list[tuple[Any, ...]]:
    network, known = networks()[name], channel(name)
    try:
        envelopes = network.split_request(request)
    except CannotRead:
        return []
    found = [one for part in envelopes for one in network.read(part, known, NOON + timedelta(days=days))]
    return [keys_of(one) for one in found]


def keys_of(one: Parsed) -> tuple[Any, ...]:
    names = ("external_id", "thread_id", "version", "in_reply_to", "ref")
    author = getattr(one, "author", None)
    return (type(one).__name__, *(getattr(one, name, None) for name in names), author and author.id)

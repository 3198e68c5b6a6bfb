"""Google's reviews: a push that Google signed names one, and the API tells it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from services.channels import google_push, proof
from services.channels.contract import CannotRead, Hint, Inbound, Refused, Sent, SweepFailed, Way
from services.channels.google_reviews import CHANNEL
from services.outbound import Outbound
from tests.channels import asked, cases
from tests.channels.answering import replied
from tests.channels.clocks import set_to
from tests.channels.senders import channel
from tests.channels.taken import mutants, survives
from tests.fakes.server import Fake, says
from tests.ingest.conftest import BASE_URL, Hooks, hooks

__all__ = ["hooks"]
REVIEW = "accounts/1/locations/55/reviews/r1"
PLACE = "accounts/1/locations/55"
HOOK = "https://vigie.example/hooks/1-abc"
PUSHER = "push@project.iam.gserviceaccount.com"
NOW = 1_774_260_000
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
REVIEWS: list[dict[str, Any]] = [
    {"is": "Received", "kind": "review", "external_id": REVIEW, "thread_id": PLACE, "sent_at": "2026-03-23T10:00:00Z",
     "text": "Personne ne répond au téléphone.", "author": {"id": REVIEW, "name": "Zoé R."}},
    {"is": "Edited", "external_id": REVIEW, "sent_at": "2026-03-23T11:00:00Z"},
    {"is": "Echoed", "external_id": f"{REVIEW}/reply", "in_reply_to": REVIEW, "text": "Nous vous rappelons."},
    {"is": "Received", "external_id": f"{PLACE}/reviews/r2", "author": None, "text": None},
    {"is": "Ignored"},
]  # fmt: skip


def body(name: str) -> bytes:
    return (cases.FIXTURES / "google_reviews" / name).read_bytes()


@pytest.mark.parametrize("name", ["push.json", "push_v1.json"])
def test_a_push_names_the_review_to_fetch_and_the_location_it_is_for(name: str) -> None:
    assert cases.read("google_reviews", body(name)) == [Hint("review", REVIEW, PLACE)]
    assert [envelope.account_id for envelope in CHANNEL.split(body(name))] == [PLACE]


def test_a_push_of_something_else_is_ignored() -> None:
    cases.check(cases.read("google_reviews", body("push_other.json")), [{"is": "Ignored"}])


def test_reviews_are_read_with_our_answers() -> None:
    cases.check(cases.read("google_reviews", body("reviews.json")), REVIEWS)


@pytest.mark.parametrize(
    "name", ["accounts/1/locations/55/reviews/../../x", "reviews/1", "", 5, "é/locations/1/reviews/2"]
)
def test_a_name_that_would_lead_elsewhere_is_unreadable(name: object) -> None:
    raw = json.dumps({"type": "NEW_REVIEW", "reviewName": name}).encode()
    assert [cases.told(one) for one in cases.read("google_reviews", raw)] == ["Unreadable"]


@pytest.mark.parametrize(
    "raw", [b"5", b'{"message": {}}', b'{"message": {"data": "!"}}', b'{"message": {"data": "bm8="}}']
)
def test_a_push_without_data_is_unreadable_as_a_whole(raw: bytes) -> None:
    with pytest.raises(CannotRead):
        CHANNEL.split(raw)


def test_what_another_brand_keeps_is_read_alike() -> None:
    for name in ("push.json", "reviews.json"):
        envelopes = CHANNEL.split(body(name))
        assert list(CHANNEL.split(CHANNEL.join(envelopes))) == list(envelopes)


def test_whatever_comes_never_raises() -> None:
    for raw in mutants("google_reviews"):
        survives("google_reviews", raw)


# --- proof ------------------------------------------------------------------------------------------------------------


def token(key: rsa.RSAPrivateKey = KEY, kid: str = "k1", algorithm: str = "RS256", **changes: Any) -> str:
    claims = {
        "iss": "https://accounts.google.com", "aud": HOOK, "email": PUSHER, "email_verified": True, "iat": NOW,
        "exp": NOW + 3600, **changes,
    }  # fmt: skip
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": kid})


def certificates(*named: tuple[str, rsa.RSAPrivateKey]) -> dict[str, Any]:
    public = ((kid, jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)) for kid, key in named)
    return {"keys": [{**one, "kid": kid, "alg": "RS256", "use": "sig"} for kid, one in public]}


async def proven(fake: Fake, sent: str, settings: Mapping[str, Any] | None = None, url: str = HOOK) -> str | None:
    request = Inbound({"authorization": [f"Bearer {sent}"]}, body("push.json"), url)
    known = channel("google_reviews", settings={"api_url": fake.url, "push_account": PUSHER, **(settings or {})})
    async with Outbound(["127.0.0.0/8"]) as http:
        await CHANNEL.prepare(Way(http, ""), request, known)
    secret = CHANNEL.verify(request, known)
    assert secret is None or CHANNEL.knows(known, secret)
    return secret


@pytest.fixture(autouse=True)
def then(monkeypatch: pytest.MonkeyPatch) -> None:
    set_to(monkeypatch, NOW + 5)


async def test_a_push_that_google_signed_for_us_holds() -> None:
    async with Fake(says(200, certificates(("k1", KEY)))) as fake:
        assert await proven(fake, token())
        assert await proven(fake, token(), url=HOOK + "?x=1")
        assert await proven(fake, token(aud="other"), {"audience": "other"})
        assert [seen.path for seen in fake.seen] == ["/oauth2/v3/certs"]  # asked once, kept since


SPOILED = {
    "another key": token(OTHER),
    "an unknown key": token(kid="k9"),
    "another audience": token(aud="https://other.example"),
    "another issuer": token(iss="https://accounts.example"),
    "another account": token(email="x@project.iam.gserviceaccount.com"),
    "an unproven account": token(email_verified=False),
    "too old": token(iat=NOW - 7200, exp=NOW - 3600),
    "of tomorrow": token(iat=NOW + 86_400, exp=NOW + 90_000),
    "no token": "x.y.z",
    "unsigned": token().rpartition(".")[0] + ".",
    "one bit": token()[:-10] + ("A" if token()[-10] != "A" else "B") + token()[-9:],
    "not ascii": "é",
}


@pytest.mark.parametrize("sent", SPOILED.values(), ids=SPOILED.keys())
async def test_any_other_token_proves_nothing(sent: str) -> None:
    async with Fake(says(200, certificates(("k1", KEY)))) as fake:
        assert await proven(fake, sent) is None


async def test_a_token_signed_with_the_public_key_as_a_secret_proves_nothing() -> None:
    public = certificates(("k1", KEY))["keys"][0]["n"]
    sent = jwt.encode({"aud": HOOK, "email": PUSHER}, public, algorithm="HS256", headers={"kid": "k1"})
    async with Fake(says(200, certificates(("k1", KEY)))) as fake:
        assert await proven(fake, sent) is None


async def test_who_keeps_keys_of_their_own_proves_nothing_for_their_neighbours() -> None:
    async with Fake(says(200, certificates(("k1", KEY)))) as fake:
        secret = await proven(fake, token())
    neighbour = channel("google_reviews", settings={"push_account": PUSHER})
    assert secret is not None
    assert not CHANNEL.knows(neighbour, secret)


async def test_unknown_keys_make_us_ask_once_a_minute_at_most() -> None:
    async with Fake(says(200, certificates(("k1", KEY)))) as fake:
        for number in range(5):
            assert await proven(fake, token(OTHER, kid=f"unknown {number}")) is None
        assert len(fake.seen) == 1


async def test_keys_that_cannot_be_had_prove_nothing_and_raise_nothing() -> None:
    for answer in (says(500), says(200, []), says(200, {"keys": [{"kty": "RSA", "kid": "k1"}]})):
        async with Fake(answer) as fake:
            assert await proven(fake, token()) is None


def test_without_a_service_account_the_secret_stands_in_the_address() -> None:
    known = channel("google_reviews", {"secret": "s3cret"})
    for url, held in ((HOOK + "?token=s3cret", "s3cret"), (HOOK + "?token=s3cre", None), (HOOK, None)):
        assert CHANNEL.verify(Inbound({}, b"{}", url), known) == held
    with_account = channel("google_reviews", {"secret": "s3cret"}, settings={"push_account": PUSHER})
    assert CHANNEL.verify(Inbound({}, b"{}", HOOK + "?token=s3cret"), with_account) is None


def test_the_keys_of_one_address_prove_nothing_for_another() -> None:
    assert google_push.keys("https://a.example") is not google_push.keys("https://b.example")
    assert google_push.keys("https://a.example") is google_push.keys("https://a.example")
    assert proof.CLOCK.now().timestamp() == NOW + 5


async def test_a_push_is_taken_with_keys_that_were_fetched_for_it(hooks: Hooks) -> None:
    async with Fake(says(200, certificates(("k1", KEY)))) as fake:
        settings = {"api_url": fake.url, "push_account": PUSHER}
        connected = await hooks.channel("google_reviews", settings=settings, account_id=PLACE)
        signed = token(aud=f"{BASE_URL}/hooks/{connected.channel_id}")
        status, *_ = await hooks.post(connected, body("push.json"), {"authorization": f"Bearer {signed}"})
        assert status == 200
        status, *_ = await hooks.post(connected, body("push.json"), {"authorization": f"Bearer {token()}"})
        assert status == 401


# --- asking and answering ---------------------------------------------------------------------------------------------

TOKEN = {"access_token": "t"}


async def test_a_hint_is_fetched_and_what_is_gone_is_nothing() -> None:
    review = json.loads(body("reviews.json"))["reviews"][0]
    async with Fake(says(200, review)) as fake:
        cases.check(await asked.fetched("google_reviews", fake, Hint("review", REVIEW), TOKEN), REVIEWS[:3])
        assert (fake.seen[0].method, fake.seen[0].path) == ("GET", f"/v4/{REVIEW}")
        assert fake.seen[0].headers["authorization"] == "Bearer t"
    async with Fake(says(404)) as fake:
        assert await asked.fetched("google_reviews", fake, Hint("review", REVIEW), TOKEN) == ()
    async with Fake(says(429)) as fake:
        with pytest.raises(SweepFailed, match="too_many"):
            await asked.fetched("google_reviews", fake, Hint("review", REVIEW), TOKEN)


async def test_an_answer_is_put_beside_its_review_and_named_as_its_echo_will_be() -> None:
    async with Fake(says(200, {"comment": "Bonjour Léa", "updateTime": "2026-03-23T12:00:00Z"})) as fake:
        assert await replied("google_reviews", fake, TOKEN, in_reply_to=REVIEW) == Sent(f"{REVIEW}/reply")
        (seen,) = fake.seen
        assert (seen.method, seen.path) == ("PUT", f"/v4/{REVIEW}/reply")
        assert json.loads(seen.body) == {"comment": "Bonjour Léa"}
    async with Fake(says(403, {"error": {"code": 403, "status": "PERMISSION_DENIED"}})) as fake:
        assert await replied("google_reviews", fake, TOKEN, in_reply_to=REVIEW) == Refused("not_authorised")
        assert await replied("google_reviews", fake, TOKEN, in_reply_to="../x") == Refused("rejected")


async def test_a_look_finds_what_no_push_brought() -> None:
    async with Fake(says(200, json.loads(body("reviews.json")))) as fake:
        found = await asked.swept("google_reviews", fake, None, TOKEN, account_id=PLACE)
        cases.check(found.parsed, REVIEWS[:4])
        assert found.more is False
        assert fake.seen[0].path == f"/v4/{PLACE}/reviews"

"""Whether a network lets us in: it is asked something that changes nothing, and says who we are or why not."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from services.channels.contract import SweepFailed, Way
from services.channels.registry import networks
from services.outbound import Outbound
from tests.channels.senders import NOON, channel
from tests.fakes.server import Fake, Seen, says


class Door(NamedTuple):
    """How one network answers whom it lets in, and whom it does not."""

    secrets: dict[str, str]
    settings: dict[str, str]
    account: str | None
    in_by: tuple[int, Any]
    name: str | None
    out_by: tuple[int, Any]
    reason: str
    asked: str


DOORS = {
    "discourse": Door(
        {"api_key": "k"}, {"api_user": "vigie"}, None, (200, {"current_user": {"id": 1, "username": "vigie"}}), "vigie",
        (403, {"error_type": "invalid_access"}), "not_authorised", "GET /session/current.json",
    ),
    "linkedin": Door(
        {"access_token": "t"}, {}, "urn:li:organization:42", (200, {"id": 42, "localizedName": "Vélos & Cie"}),
        "Vélos & Cie", (401, {"code": "REVOKED_ACCESS_TOKEN"}), "not_authorised", "GET /rest/organizations/42",
    ),
    "tiktok": Door(
        {"access_token": "t"}, {}, "b1", (200, {"code": 0, "data": {"username": "velos", "display_name": "Vélos"}}),
        "Vélos", (200, {"code": 40105, "message": "Access token is incorrect"}), "not_authorised",
        "GET /open_api/v1.3/business/get/",
    ),
    "trustpilot": Door(
        {"api_secret": "s"}, {"api_key": "k"}, None, (200, {"access_token": "a"}), None, (401, {}), "not_authorised",
        "POST /v1/oauth/oauth-business-users-for-applications/accesstoken",
    ),
    "mailgun": Door(
        {"api_key": "k"}, {}, "contact@velos.example", (400, {"message": "to parameter is missing"}), "velos.example",
        (401, {"message": "Forbidden"}), "not_authorised", "POST /v3/velos.example/messages",
    ),
}  # fmt: skip


async def knock(network: str, fake: Fake, secrets: dict[str, str] | None = None) -> str | None:
    door = DOORS[network]
    settings = {**door.settings, "api_url": fake.url}
    known = channel(network, door.secrets if secrets is None else secrets, door.account, settings)
    async with Outbound(["127.0.0.0/8"]) as http:
        return await networks()[network].check(Way(http, fake.url), known, NOON)


@pytest.mark.parametrize("network", DOORS)
async def test_who_is_let_in_is_told_by_name_where_the_network_tells_it(network: str) -> None:
    door = DOORS[network]
    async with Fake(says(*door.in_by)) as fake:
        assert await knock(network, fake) == door.name
        (seen,) = fake.seen
        assert f"{seen.method} {seen.path}" == door.asked
        assert proves(seen)


def proves(seen: Seen) -> bool:
    """Access is shown in a header, never in the address."""
    return bool({"authorization", "api-key", "access-token"} & seen.headers.keys()) and "token" not in seen.query


@pytest.mark.parametrize("network", DOORS)
async def test_who_is_not_let_in_learns_why(network: str) -> None:
    door = DOORS[network]
    async with Fake(says(*door.out_by)) as fake:
        with pytest.raises(SweepFailed) as refused:
            await knock(network, fake)
    assert refused.value.reason == door.reason


@pytest.mark.parametrize("network", DOORS)
async def test_without_access_nobody_is_asked(network: str) -> None:
    async with Fake(says(200, {})) as fake:
        with pytest.raises(SweepFailed) as refused:
            await knock(network, fake, {"secret": "only for what comes in"})
        assert fake.seen == []
    assert refused.value.reason == "not_configured"

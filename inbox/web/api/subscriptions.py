"""Webhooks out, for scripts: who is sent what, and how that goes. Secrets are shown once, by what made them."""

from __future__ import annotations

from typing import Annotated, Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from inbox import subscriptions
from inbox.errors import Refused
from inbox.subscription import MOST_ADDRESS, MOST_DESCRIPTION, Attempt, By, Subscription
from inbox.views.row import timestamp
from inbox.web.api import asked, bodies
from inbox.web.api.answer import as_json
from inbox.web.api.described import Operation
from inbox.web.api.shapes import AttemptsShape, SubscriptionShape, SubscriptionsShape
from inbox.web.context import deps, viewer
from inbox.web.problems import bad
from inbox.web.routes import Handler, Route
from inbox.web.security import brand_of

Types = Annotated[tuple[str, ...], Field(max_length=100)]


class SubscriptionOrder(BaseModel):
    """`types`: of the events wanted, none for all. `personal`: with names and words of people, which needs the right
    `personal`."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    address: str = Field(max_length=MOST_ADDRESS)
    types: Types = ()
    personal: bool = False
    description: str = Field("", max_length=MOST_DESCRIPTION)


class SubscriptionChange(BaseModel):
    """What is null or left out stays as it is."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    address: str | None = Field(None, max_length=MOST_ADDRESS)
    types: Types | None = None
    personal: bool | None = None
    description: str | None = Field(None, max_length=MOST_DESCRIPTION)


class AgainOrder(BaseModel):
    """`position`: of the event. `onwards`: everything wanted from it on."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    position: int = Field(ge=1, le=2**62)
    onwards: bool = False


FIELDS = {
    "address_bad": "address", "address_plain": "address", "address_private": "address", "type_unknown": "types",
}  # fmt: skip


def acting(request: web.Request) -> By:
    asking = viewer(request)
    return By(asking.actor, asking.may(brand_of(request), "personal"))


async def listed(request: web.Request) -> web.StreamResponse:
    asked.only(request)
    found = await subscriptions.of_brand(deps(request).log, brand_of(request))
    return as_json({"subscriptions": [subscription_json(one) for one in found]})


async def shown(request: web.Request) -> web.StreamResponse:
    asked.only(request)
    return await _answer(request, _id(request))


async def attempts(request: web.Request) -> web.StreamResponse:
    asked.only(request)
    log, brand, subscription_id = deps(request).log, brand_of(request), _id(request)
    await subscriptions.one(log, brand, subscription_id)
    return as_json({
        "attempts": [attempt_json(one) for one in await subscriptions.attempts(log, brand, subscription_id)],
        "given_up": [one._asdict() for one in await subscriptions.given_up(log, brand, subscription_id)],
    })  # fmt: skip


async def create(request: web.Request) -> web.StreamResponse:
    asked.only(request)
    own, order = deps(request), await bodies.read(request, SubscriptionOrder)
    try:
        made, secret = await subscriptions.create(
            own.log, brand_of(request), **order.model_dump(), by=acting(request), allow=own.settings.outbound_allow,
            now=own.clock.now(),
        )  # fmt: skip
    except Refused as refused:
        raise _named(refused) from refused
    return await _answer(request, made, secret)


async def change(request: web.Request) -> web.StreamResponse:
    asked.only(request)
    own, order = deps(request), await bodies.read(request, SubscriptionChange)
    try:
        await subscriptions.update(
            own.log, brand_of(request), _id(request), **order.model_dump(), by=acting(request),
            allow=own.settings.outbound_allow, now=own.clock.now(),
        )  # fmt: skip
    except Refused as refused:
        raise _named(refused) from refused
    return await _answer(request, _id(request))


def _named(refused: Refused) -> Refused:
    """With the name of the field that is at fault."""
    field = FIELDS.get(refused.code)
    return refused if field is None else bad(f"/{field}", refused.message)


async def rotate(request: web.Request) -> web.StreamResponse:
    asked.only(request)
    own = deps(request)
    secret = await subscriptions.rotate(
        own.log, brand_of(request), _id(request), by=acting(request), now=own.clock.now()
    )  # fmt: skip
    return await _answer(request, _id(request), secret)


async def send_again(request: web.Request) -> web.StreamResponse:
    asked.only(request)
    own, order = deps(request), await bodies.read(request, AgainOrder)
    await subscriptions.send_again(
        own.log, brand_of(request), _id(request), order.position, onwards=order.onwards, by=acting(request),
        now=own.clock.now(),
    )  # fmt: skip
    return await _answer(request, _id(request))


async def remove(request: web.Request) -> web.StreamResponse:
    """Answers what it was."""
    asked.only(request)
    own, brand = deps(request), brand_of(request)
    was = await subscriptions.one(own.log, brand, _id(request))
    await subscriptions.remove(own.log, brand, was.id, by=acting(request), now=own.clock.now())
    return as_json(subscription_json(was))


def _simply(act: Any) -> Handler:
    """A change that needs no words."""

    async def handle(request: web.Request) -> web.StreamResponse:
        asked.only(request)
        own = deps(request)
        await act(own.log, brand_of(request), _id(request), by=acting(request), now=own.clock.now())
        return await _answer(request, _id(request))

    return handle


def _id(request: web.Request) -> str:
    return request.match_info["subscription_id"]


async def _answer(request: web.Request, subscription_id: str, secret: str | None = None) -> web.Response:
    found = await subscriptions.one(deps(request).log, brand_of(request), subscription_id)
    return as_json({**subscription_json(found), "secret": secret})


def subscription_json(one: Subscription) -> dict[str, Any]:
    return {
        "id": one.id, "address": one.address, "description": one.description, "types": list(one.types),
        "personal": one.personal, "created_by": one.created_by, "created_at": timestamp(one.created_at),
        "position": one.position, "waiting": one.waiting, "given_up": one.given_up, "failures": one.failures,
        "failing_since": timestamp(one.failing_since), "paused_at": timestamp(one.paused_at),
        "pause_reason": one.pause_reason, "two_secrets": len(one.secrets) > 1, "secret": None,
    }  # fmt: skip


def attempt_json(one: Attempt) -> dict[str, Any]:
    fields = one._asdict()
    del fields["attempt_id"]
    return {**fields, "at": timestamp(one.at)}


BASE = "/api/v1/brands/{brand_id}/subscriptions"
ONE = BASE + "/{subscription_id}"
ROUTES = [
    Route("GET", BASE, listed, "manage", "api", "api.subscriptions"),
    Route("POST", BASE, create, "manage", "api", "api.subscribe"),
    Route("GET", ONE, shown, "manage", "api", "api.subscription"),
    Route("PATCH", ONE, change, "manage", "api", "api.change_subscription"),
    Route("DELETE", ONE, remove, "manage", "api", "api.unsubscribe"),
    Route("GET", ONE + "/attempts", attempts, "manage", "api", "api.attempts"),
    Route("POST", ONE + "/rotate", rotate, "manage", "api", "api.rotate_secret"),
    Route("POST", ONE + "/retire", _simply(subscriptions.retire), "manage", "api", "api.retire_secret"),
    Route("POST", ONE + "/pause", _simply(subscriptions.pause), "manage", "api", "api.pause"),
    Route("POST", ONE + "/resume", _simply(subscriptions.resume), "manage", "api", "api.resume"),
    Route("POST", ONE + "/again", send_again, "manage", "api", "api.send_again"),
]
TAG = "Webhooks out"
OF_BODY = (408, 409, 413, 415)
OPERATIONS = {
    "api.subscriptions": Operation("Where the brand's events are sent", TAG, answers=SubscriptionsShape),
    "api.subscribe": Operation("Have events sent to an address; `secret` is shown this once", TAG,
                               body=SubscriptionOrder, answers=SubscriptionShape, problems=OF_BODY),
    "api.subscription": Operation("One subscription, and how it does", TAG, answers=SubscriptionShape),
    "api.change_subscription": Operation("Change what is given", TAG, body=SubscriptionChange,
                                         answers=SubscriptionShape, problems=OF_BODY),
    "api.unsubscribe": Operation("Remove it, with what it was still to be sent", TAG, answers=SubscriptionShape),
    "api.attempts": Operation("Its latest attempts, newest first, and what was given up", TAG, answers=AttemptsShape),
    "api.rotate_secret": Operation("A new secret, shown this once; the old one signs too until it is retired", TAG,
                                   answers=SubscriptionShape),
    "api.retire_secret": Operation("Sign with the new secret only", TAG, answers=SubscriptionShape),
    "api.pause": Operation("Send nothing until somebody resumes", TAG, answers=SubscriptionShape, problems=(409,)),
    "api.resume": Operation("Go on from where it stopped", TAG, answers=SubscriptionShape, problems=(409,)),
    "api.send_again": Operation("Send an event again, or everything from it on, under the same ids", TAG,
                                body=AgainOrder, answers=SubscriptionShape, problems=OF_BODY),
}  # fmt: skip

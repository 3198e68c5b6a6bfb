"""Channels (leads): connect a network, see whether it is healthy, have it asked, change its secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from aiohttp import web

from inbox import channel_watch, looks, waiting
from inbox.channels import ChannelRecord, Health, Network, SetupField
from inbox.errors import NotFound, Refused
from inbox.web import address, channel_words, words
from inbox.web.context import deps, viewer
from inbox.web.i18n import Speech, typeset
from inbox.web.pages import render, settings
from inbox.web.routes import Route


@dataclass(frozen=True)
class Told:
    """One set-up field in the reader's language."""

    name: str
    label: str
    hint: str
    required: bool
    type: str
    value: str
    error: str | None


async def show(request: web.Request) -> web.StreamResponse:
    own, world = deps(request), await render.world(request)
    health = await own.channels.health(world.brand.id)
    states = await channel_watch.states(own.pool, world.brand.id, own.clock.now())
    channels = [
        (channel, health.get(ident := str(channel.channel_id)), _worries(request, states.get(ident), world.say))
        for channel in world.channels
    ]
    return settings.shown(
        request, world, "channels", "settings_channels.html", channels=channels, networks=_networks(request)
    )


def _worries(request: web.Request, state: channel_watch.State | None, say: Speech) -> list[channel_words.Worry]:
    now = deps(request).clock.now()
    return [channel_words.worry(one, say, now) for one in state.concerns] if state else []


def _networks(request: web.Request) -> list[tuple[str, str]]:
    return [(network.id, network.title) for network in deps(request).networks.values()]


async def new(request: web.Request) -> web.StreamResponse:
    world = await render.world(request)
    network = _network(request, request.query.get("network", ""))
    led = {"guide": "yes"} if request.query.get("guide") else {}
    return _form(request, world, network, led, {})


def _network(request: web.Request, network_id: str) -> Network:
    network = deps(request).networks.get(network_id)
    if network is None:
        raise NotFound
    return network


def _form(
    request: web.Request, world: render.World, network: Network, values: Mapping[str, str], errors: Mapping[str, str],
    status: int = 200,
) -> web.Response:  # fmt: skip
    lang = world.say.lang
    fields = [_told(field, lang, values, errors) for field in network.setup_fields]
    return settings.shown(
        request, world, "channels", "settings_channel_new.html", status=status, network=network, fields=fields,
        name=values.get("name", ""), errors={"name": errors.get("name"), "form": errors.get("form")},
        steps=_steps(request, network, None, lang), guide=values.get("guide"),
    )  # fmt: skip


def _told(field: SetupField, lang: str, values: Mapping[str, str], errors: Mapping[str, str]) -> Told:
    return Told(
        field.name, _in(field.label, lang), _in(field.hint, lang), field.required and field.make is None,
        "url" if field.kind == "url" else "password" if field.secret and field.make is None else "text",
        "" if field.secret else values.get(field.name, ""), errors.get(field.name),
    )  # fmt: skip


def _in(texts: Mapping[str, str], lang: str) -> str:
    return typeset(texts.get(lang) or texts.get("en") or next(iter(texts.values()), ""), lang)


def _steps(request: web.Request, network: Network, channel: ChannelRecord | None, lang: str) -> list[str]:
    """The set-up text, with this channel's own address and token in it once it has them."""
    hook = address.absolute(request, f"/hooks/{channel.channel_id}") if channel else "…"
    token = channel.secrets.get("verify_token", "…") if channel else "…"
    steps = network.setup_steps.get(lang) or network.setup_steps.get("en") or ()
    told = [typeset(step, lang) for step in steps]
    return [step.replace("{hook_url}", hook).replace("{verify_token}", token) for step in told]


async def add(request: web.Request) -> web.StreamResponse:
    """Shows the secrets that were made, this once, on the page that answers."""
    own, asking, world = deps(request), viewer(request), await render.world(request)
    fields = await render.form(request)
    network = _network(request, fields.get("network", ""))
    try:
        channel = await own.channels.set_up(
            world.brand.id, network, name=fields.get("name", ""), values=fields, by=asking.actor
        )
    except Refused as refused:
        missing = refused.details.get("fields", ())
        errors = {name: world.say("This is needed.") for name in missing} or {"form": words.refusal(refused, world.say)}
        return _form(request, world, network, fields, errors, refused.status)
    made = {field.name for field in network.setup_fields if field.secret and field.make is not None}
    return await _one(
        request, world, channel, fresh={name: value for name, value in channel.secrets.items() if name in made},
        guide=bool(fields.get("guide")),
    )  # fmt: skip


async def one(request: web.Request) -> web.StreamResponse:
    world = await render.world(request)
    return await _one(request, world, await _channel(request, world))


async def _channel(request: web.Request, world: render.World) -> ChannelRecord:
    return await deps(request).channels.get(world.brand.id, request.match_info["channel_id"])


async def _one(
    request: web.Request, world: render.World, channel: ChannelRecord, *, fresh: Mapping[str, str] | None = None,
    given: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None,
    verified: tuple[str, str] | None = None, guide: bool = False,
) -> web.Response:  # fmt: skip
    """`guide`: it was connected from the first steps, which are led back to."""
    own, lang = deps(request), world.say.lang
    health: Health | None = (await own.channels.health(world.brand.id)).get(str(channel.channel_id))
    state = (await channel_watch.states(own.pool, world.brand.id, own.clock.now())).get(str(channel.channel_id))
    async with own.pool.acquire() as connection:
        waits = (await waiting.of_brand(connection, world.brand.id, own.clock.now())).get(str(channel.channel_id))
    network = own.networks.get(channel.network)
    labels = {field.name: _in(field.label, lang) for field in network.setup_fields} if network else {}
    rotates = [
        (field.name, _in(field.label, lang), f"{field.name}_previous" in channel.secrets)
        for field in (network.setup_fields if network else ())
        if field.secret and field.make is not None
    ]
    given, errors = given or {}, errors or {}
    return settings.shown(
        request, world, "channels", "settings_channel.html", status=400 if errors else 200, channel=channel,
        health=health, labels=labels, name=given.get("name", channel.name), errors={"name": None, **errors},
        fields=_editing(channel, network, world.say, given, errors),
        fresh=[(labels.get(name, name), value) for name, value in (fresh or {}).items()], rotates=rotates,
        steps=_steps(request, network, channel, lang) if network else [],
        hook_url=address.absolute(request, f"/hooks/{channel.channel_id}"), waits=waits, state=state,
        worries=_worries(request, state, world.say), verified=verified, guide=guide,
    )  # fmt: skip


def _editable(network: Network | None) -> list[SetupField]:
    """What may be given anew; a secret that we make ourselves is rotated instead."""
    return [field for field in network.setup_fields if not (field.secret and field.make)] if network else []


def _editing(
    channel: ChannelRecord, network: Network | None, say: Speech, given: Mapping[str, str], errors: Mapping[str, str]
) -> list[Told]:
    """The form of a connected channel. A secret is never shown: an empty field leaves it alone."""
    kept = say("One is kept. Leave empty to keep it.")
    held = {name: str(value) for name, value in channel.settings.items()}
    fields = []
    for field in _editable(network):
        values = {field.name: (channel.account_id or "") if field.place == "account" else held.get(field.name, "")}
        told = _told(field, say.lang, {**values, **given}, errors)
        if channel.secrets.get(field.name):
            told = replace(told, hint=kept, required=False)
        fields.append(told)
    return fields


async def change(request: web.Request) -> web.StreamResponse:
    own, asking, world = deps(request), viewer(request), await render.world(request)
    channel, given, say = await _channel(request, world), await render.form(request), world.say
    fields = _editable(own.networks.get(channel.network))
    values = {field.name: given.get(field.name, "").strip() for field in fields}
    keeps = {field.name for field in fields if field.secret and not values[field.name]}
    missing = {field.name for field in fields if field.required and not values[field.name]}
    missing -= {name for name in keeps if channel.secrets.get(name)}
    if not given.get("name", "").strip():
        missing.add("name")
    if missing:
        return await _one(
            request, world, channel, given=given, errors={name: say("This is needed.") for name in missing}
        )
    at = {
        place: {field.name: values[field.name] for field in fields if field.place == place and field.name not in keeps}
        for place in ("account", "setting", "secret")
    }
    await own.channels.update(
        world.brand.id, channel.channel_id, name=given["name"].strip(),
        account_id=next(iter(at["account"].values()), None), settings=at["setting"], secrets=at["secret"],
        by=asking.actor,
    )  # fmt: skip
    return _back(request, world, channel)


async def rotate(request: web.Request) -> web.StreamResponse:
    """A fresh secret, shown once; the one before it stays valid until it is retired."""
    own, asking, world = deps(request), viewer(request), await render.world(request)
    channel = await _channel(request, world)
    name = (await render.form(request)).get("name", "secret")
    fields = own.networks[channel.network].setup_fields if channel.network in own.networks else ()
    field = next((field for field in fields if field.name == name and field.secret and field.make), None)
    if field is None or field.make is None:
        raise NotFound
    new_secret = field.make()
    changed = await own.channels.rotate_secret(
        world.brand.id, channel.channel_id, new_secret, name=name, by=asking.actor
    )
    return await _one(request, world, changed, fresh={name: new_secret})


async def verify(request: web.Request) -> web.StreamResponse:
    """Asks the network now, and says on the page what it answered."""
    own, world = deps(request), await render.world(request)
    channel = await _channel(request, world)
    verified = channel_words.verified(await own.verify(channel), world.say)
    return await _one(request, world, channel, verified=verified)


async def look(request: web.Request) -> web.StreamResponse:
    """Has a network that is asked in its turn asked at once."""
    own, world = deps(request), await render.world(request)
    channel = await _channel(request, world)
    await looks.ask(own.pool, world.brand.id, channel.channel_id, own.clock.now())
    told = world.say("The network is being asked. What is new there comes into the queue within seconds.")
    return await _one(request, world, channel, verified=("met", told))


async def retire(request: web.Request) -> web.StreamResponse:
    own, asking, world = deps(request), viewer(request), await render.world(request)
    channel = await _channel(request, world)
    name = (await render.form(request)).get("name", "secret")
    await own.channels.retire_secret(world.brand.id, channel.channel_id, name=name, by=asking.actor)
    return _back(request, world, channel)


async def disable(request: web.Request) -> web.StreamResponse:
    own, asking, world = deps(request), viewer(request), await render.world(request)
    channel = await _channel(request, world)
    await own.channels.disable(world.brand.id, channel.channel_id, by=asking.actor)
    return _back(request, world, channel)


async def enable(request: web.Request) -> web.StreamResponse:
    own, asking, world = deps(request), viewer(request), await render.world(request)
    channel = await _channel(request, world)
    await own.channels.enable(world.brand.id, channel.channel_id, by=asking.actor)
    return _back(request, world, channel)


def _back(request: web.Request, world: render.World, channel: ChannelRecord) -> web.Response:
    return render.see_other(request, f"{world.base}/settings/channels/{channel.channel_id}?saved=1")


_CHANNEL = "/b/{brand_id}/settings/channels/{channel_id}"
ROUTES = [
    Route("GET", "/b/{brand_id}/settings/channels", show, "manage", "page", "settings_channels"),
    Route("GET", "/b/{brand_id}/settings/channels/new", new, "manage", "page", "settings_new_channel"),
    Route("POST", "/b/{brand_id}/settings/channels", add, "manage", "page", "settings_add_channel"),
    Route("GET", _CHANNEL, one, "manage", "page", "settings_channel"),
    Route("POST", _CHANNEL, change, "manage", "page", "settings_change_channel"),
    Route("POST", f"{_CHANNEL}/rotate", rotate, "manage", "page", "settings_rotate_secret"),
    Route("POST", f"{_CHANNEL}/verify", verify, "manage", "page", "settings_verify_channel"),
    Route("POST", f"{_CHANNEL}/look", look, "manage", "page", "settings_look_at_channel"),
    Route("POST", f"{_CHANNEL}/retire", retire, "manage", "page", "settings_retire_secret"),
    Route("POST", f"{_CHANNEL}/disable", disable, "manage", "page", "settings_disable_channel"),
    Route("POST", f"{_CHANNEL}/enable", enable, "manage", "page", "settings_enable_channel"),
]

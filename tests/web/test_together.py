"""What colleagues do together, as the pages and the API have it: promises, hand-overs at the end of a shift, and rules
that assign."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

from inbox import assigning, handing, rules
from inbox.assigning import Colleague
from inbox.events import (
    Event,
    ItemAssigned,
    MessageClassified,
    PromiseBroken,
    ReasonGiven,
    ReplyQueued,
    ReplySending,
    ReplySent,
)
from inbox.ids import ItemId, dedupe_key
from inbox.log.record import NewEvent, Recorded
from inbox.people import members
from inbox.state import Item
from inbox.team_events import AssignmentRule
from inbox.views import notices
from services.workers.assign import Assign
from tests.web.test_approval import page, press
from tests.web.world import World


async def happen(world: World, item: ItemId, *events: Event) -> None:
    subject = world.log.keyring.ids.subject(world.brand, "generic", "zoe")
    new = [
        NewEvent(event, str(item), dedupe_key(uuid.uuid4().hex), subject if event.SEALED else None) for event in events
    ]
    await world.log.append(world.brand, new)
    await world.project()


async def promised(world: World, item: ItemId, by: str = "cm", minutes: int = 60) -> None:
    """A holding reply that reached the person and says when we come back."""
    now, reply = world.clock.now(), uuid.uuid4()
    await happen(
        world, item,
        ReplyQueued(
            item_id=item, reply_id=reply, purpose="holding", promise_until=now + timedelta(minutes=minutes),
            by=world.people[by], at=now, text="Nous revenons vers vous",
        ),
        ReplySending(item_id=item, reply_id=reply, attempt=1, at=now),
        ReplySent(item_id=item, reply_id=reply, external_id=uuid.uuid4().hex, at=now),
    )  # fmt: skip


async def answered(world: World, item: ItemId) -> None:
    now, reply = world.clock.now(), uuid.uuid4()
    await happen(
        world, item,
        ReplyQueued(item_id=item, reply_id=reply, purpose="response", by=world.people["cm"], at=now, text="Voilà"),
        ReplySending(item_id=item, reply_id=reply, attempt=1, at=now),
        ReplySent(item_id=item, reply_id=reply, external_id=uuid.uuid4().hex, at=now),
    )  # fmt: skip


async def given(world: World, item: ItemId, to: str) -> None:
    member = world.people[to]
    await happen(world, item, ItemAssigned(item_id=item, assignee=member, by=member, at=world.clock.now()))


async def holder(world: World, item: ItemId) -> int | None:
    await world.project()
    found: int | None = (await world.api("GET", f"/items/{item}")).json()["assignee"]
    return found


# --- promises ------------------------------------------------------------------------------------------------------


async def standing(world: World, item: ItemId, query: str = "", who: str = "cm") -> list[str]:
    """In which of the three lists of promises the item stands."""
    return [
        state for state in ("open", "broken", "kept")
        if f"/items/{item}" in await page(world, who, f"/promises?state={state}{query}")
    ]  # fmt: skip


async def test_a_promise_runs_until_it_is_kept_or_its_hour_is_over(world: World) -> None:
    kept, broken = await world.hear(author="zoe"), await world.hear(author="max")
    await promised(world, kept)
    await promised(world, broken)
    assert [await standing(world, item) for item in (kept, broken)] == [["open"], ["open"]]
    assert "chip-promise" in await page(world, "cm", f"/items/{kept}")
    world.clock.advance(timedelta(minutes=50))
    await answered(world, kept)
    world.clock.advance(timedelta(minutes=20))
    # Nobody has said yet that the other one is broken: its hour alone says so.
    assert [await standing(world, item) for item in (kept, broken)] == [["kept"], ["broken"]]
    due = world.clock.now() - timedelta(minutes=10)
    await happen(world, broken, PromiseBroken(item_id=broken, promise_until=due, at=world.clock.now()))
    assert await standing(world, broken) == ["broken"]
    row = await page(world, "cm", "/queue?view=all")
    assert re.search(r'chip-promise" data-state="overdue"', row)


async def test_a_promise_is_whose_the_item_is_and_counted_beside_the_link(world: World) -> None:
    item = await world.hear()
    await promised(world, item, by="cm")
    assert await standing(world, item, "&mine=yes", "cm") == ["open"]
    assert "promises?mine=yes" in await page(world, "cm", "/notices")
    await given(world, item, "lead")
    assert await standing(world, item, "&mine=yes", "cm") == []
    assert await standing(world, item, "&mine=yes", "lead") == ["open"]
    assert "promises?mine=yes" not in await page(world, "cm", "/notices")


async def test_what_was_promised_of_a_closed_item_stands_nowhere(world: World) -> None:
    item = await world.hear()
    await promised(world, item)
    assert (await press(world, "cm", f"/items/{item}/resolve", reason="spam")).status == 303
    assert await standing(world, item) == []


# --- hand-overs ----------------------------------------------------------------------------------------------------


async def offered(world: World, *items: ItemId, to: str | None = "lead", who: str = "cm") -> uuid.UUID:
    """Items are held by who offers them, and offered on the page."""
    shown = await page(world, who, "/handover")
    key = re.search(r'name="key" value="([0-9a-f]+)"', shown)
    assert key
    cookie, csrf = await world.session(who)
    form = [("csrf", csrf), ("key", key[1]), ("text", "Zoé rappelle à 18 h"), *(("item", str(item)) for item in items)]
    form += [("to", str(world.people[to]))] if to else []
    answer = await world.ask("POST", f"/b/{world.brand}/handover", headers=world.cookie(cookie), form=form)
    assert answer.status == 303, answer.text
    return (await handing.of_brand(world.log, world.brand))[-1].ident


async def carried_out(world: World, ident: uuid.UUID) -> int:
    """What the follower does, at once."""
    return await handing.carry_out(world.log, world.clock, world.brand, ident)


async def test_a_shift_is_handed_over_with_what_was_said_and_promised(world: World) -> None:
    waiting, other = await world.hear(author="zoe"), await world.hear("Et ma commande ?", author="max")
    for item in (waiting, other):
        await given(world, item, "cm")
    await promised(world, waiting)
    ident = await offered(world, waiting, other)
    read = await page(world, "lead", "/handover")
    assert "Nous revenons vers vous" in read
    assert "Et ma commande ?" in read
    assert "Zoé rappelle à 18 h" in read
    assert (await press(world, "lead", f"/handover/{ident}", do="accept")).status == 303
    assert await carried_out(world, ident) == 2
    assert [await holder(world, item) for item in (waiting, other)] == [world.people["lead"]] * 2
    last = (await world.log.read_stream(world.brand, str(other)))[-1].event
    assert isinstance(last, ItemAssigned)
    assert last.by == world.people["lead"]
    assert await carried_out(world, ident) == 0  # a restart gives nothing twice


async def test_what_changed_hands_meanwhile_stays_where_it_is(world: World) -> None:
    taken, done, left = [await world.hear(author=name) for name in ("a", "b", "c")]
    for item in (taken, done, left):
        await given(world, item, "cm")
    ident = await offered(world, taken, done, left)
    await given(world, taken, "owner")
    assert (await press(world, "cm", f"/items/{done}/resolve", reason="spam")).status == 303
    await press(world, "lead", f"/handover/{ident}", do="accept")
    assert await carried_out(world, ident) == 1
    people = world.people
    assert [await holder(world, item) for item in (taken, done, left)] == [
        people["owner"],
        people["cm"],
        people["lead"],
    ]


async def test_it_is_accepted_once_and_only_by_whom_it_is_for(world: World) -> None:
    item = await world.hear()
    await given(world, item, "cm")
    ident = await offered(world, item, to="lead")
    assert (await press(world, "owner", f"/handover/{ident}", do="accept")).status == 409
    assert (await press(world, "cm", f"/handover/{ident}", do="accept")).status == 409
    assert (await press(world, "lead", f"/handover/{ident}", do="decline", text="Je finis aussi")).status == 303
    assert (await press(world, "lead", f"/handover/{ident}", do="accept")).status == 409
    assert await carried_out(world, ident) == 0
    assert "Je finis aussi" in await page(world, "cm", "/handover")
    assert await holder(world, item) == world.people["cm"]


async def test_an_offer_to_whoever_comes_goes_to_the_first_and_stands_for_a_day(world: World) -> None:
    ident = await offered(world, to=None)
    assert (await press(world, "cm", "/handover", key="other")).status == 409  # one at a time
    assert (await press(world, "owner", f"/handover/{ident}", do="accept")).status == 303
    assert (await press(world, "lead", f"/handover/{ident}", do="accept")).status == 409
    late = await offered(world, to=None)
    world.clock.advance(timedelta(hours=25))
    assert (await press(world, "lead", f"/handover/{late}", do="accept")).status == 409


async def test_who_is_asked_and_who_asked_have_notices(world: World) -> None:
    async def unread(who: str) -> list[str]:
        async with world.pool.acquire() as connection:
            found = await notices.of_member(connection, world.brand, world.people[who])
        return [one.kind for one in found]

    ident = await offered(world, to="lead")
    await press(world, "lead", f"/handover/{ident}", do="accept")
    assert (await unread("lead"), await unread("cm"), await unread("owner")) == (
        ["handover"],
        ["handover_accepted"],
        [],
    )
    assert "/handover" in await page(world, "lead", "/notices")


async def test_a_script_offers_accepts_and_repeats_itself_without_harm(world: World) -> None:
    item = await world.hear()
    await given(world, item, "owner")  # whose the token is
    body = {"to": world.people["lead"], "hours": 4}
    made = [(await world.api("POST", "/handovers", json=body, key="k")).json() for _ in range(2)]
    assert made[0] == made[1]
    assert [one["item_id"] for one in made[0]["items"]] == [str(item)]
    listed = (await world.api("GET", "/handovers")).json()["handovers"]
    assert [one["id"] for one in listed] == [made[0]["id"]]
    assert (await world.api("POST", f"/handovers/{made[0]['id']}/accept")).status == 409  # not to oneself
    back = (await world.api("POST", f"/handovers/{made[0]['id']}/decline", json={})).json()
    assert (back["state"], back["decided_by"]) == ("declined", world.people["owner"])
    assert (await world.api("GET", "/handovers")).json()["handovers"] == []


# --- rules that assign ---------------------------------------------------------------------------------------------

RULE = AssignmentRule(rule_id=uuid.UUID(int=1), name="Tout")


def an_item(lang: str = "fr", channel: str = "c", category: str = "press") -> Item:
    reasons = (ReasonGiven(category=category, score=0.9),)
    return Item(ItemId(uuid.UUID(int=2)), channel_id=channel, lang=lang, reasons=reasons)


def test_the_first_rule_whose_every_condition_holds_assigns() -> None:
    press = RULE.model_copy(update={"channels": ("c",), "langs": ("fr", "en"), "categories": ("press", "legal")})
    assert assigning.rule_for([press, RULE], an_item()) is press
    others = [an_item(lang="de"), an_item(channel="d"), an_item(category="praise")]
    assert [assigning.rule_for([press, RULE], item) for item in others] == [RULE] * 3
    assert assigning.rule_for([press], an_item(lang="de")) is None


def test_it_goes_by_turns_or_to_the_least_load_among_who_is_named_and_understands() -> None:
    ana = Colleague(1, frozenset({"fr"}), frozenset({"night"}), load=5, last=10)
    ben = Colleague(2, frozenset({"de"}), frozenset(), load=1, last=20)

    def chosen(**how: object) -> int | None:
        return assigning.choose(RULE.model_copy(update=how), an_item(), [ana, ben])

    assert (chosen(), chosen(way="load")) == (1, 2)
    assert (chosen(way="load", speaks=True), chosen(way="load", team="night"), chosen(members=(2,))) == (1, 1, 2)
    assert chosen(members=(2,), speaks=True) is None


async def in_force(world: World, *made: AssignmentRule) -> None:
    _, seen = await rules.of_brand(world.log, world.brand)
    await rules.change(world.log, world.brand, made, by=world.people["lead"], seen=seen, now=world.clock.now())


async def here(world: World, *who: str) -> None:
    async with world.pool.acquire() as connection:
        await rules.note_here(connection, world.brand, [world.people[one] for one in who], world.clock.now())


async def read(world: World, author: str) -> ItemId:
    """Somebody speaks, the classifier reads it, and the follower does what it does."""
    item = await world.hear(author=author)
    judged = MessageClassified(
        item_id=item, external_id=f"m{world.heard}", model="m", assessed=True, sentiment="negative", urgency=0.5,
        level=2, lang="fr", at=world.clock.now(),
    )  # fmt: skip
    before = await world.log.head(world.brand)
    await happen(world, item, judged)
    events: list[Recorded] = await world.log.read(world.brand, before)
    await Assign(world.log, world.clock).handle(None, world.brand, events)
    await Assign(world.log, world.clock).handle(None, world.brand, events)  # as after a restart
    return item


async def test_rules_give_by_turns_to_who_is_here_and_a_person_has_the_last_word(world: World) -> None:
    cm, lead = world.people["cm"], world.people["lead"]
    await in_force(world, RULE)
    assert await holder(world, await read(world, "a")) is None  # nobody is here
    await here(world, "cm", "lead", "observer", "revoked")
    items = [await read(world, name) for name in "bcde"]
    assert sorted([await holder(world, item) for item in items]) == sorted([cm, lead] * 2)  # type: ignore[type-var]
    assert "Vigie" in await page(world, "cm", f"/items/{items[0]}")
    owner = "cm" if await holder(world, items[0]) == cm else "lead"
    await press(world, owner, f"/items/{items[0]}/assign", assignee="none")
    await read(world, "b")
    assert await holder(world, items[0]) is None  # given back to the queue: that was meant
    world.clock.advance(timedelta(minutes=4))
    assert await holder(world, await read(world, "f")) is None  # they have gone home


async def test_a_lead_adds_rehearses_and_removes_rules_and_sees_what_they_would_have_done(world: World) -> None:
    await world.hear()
    form = {"name": "Tout à Cm", "member": str(world.people["cm"]), "seen": "0"}
    rehearsed = await press(world, "lead", "/settings/assignment", do="rehearse", **form)
    assert re.search(r"Cm Test <strong>1</strong>", rehearsed.text)
    assert (await rules.of_brand(world.log, world.brand))[0] == ()
    assert (await press(world, "lead", "/settings/assignment", do="add", **form)).status == 303
    assert (await press(world, "owner", "/settings/assignment", do="add", **form)).status == 409  # of an old page
    (made,), seen = await rules.of_brand(world.log, world.brand)
    assert (made.name, made.members) == ("Tout à Cm", (world.people["cm"],))
    assert "Tout à Cm" in await page(world, "lead", "/settings/history")
    await press(world, "lead", "/settings/assignment", do="remove", rule=str(made.rule_id), seen=str(seen))
    assert (await rules.of_brand(world.log, world.brand))[0] == ()


async def test_an_owner_says_what_a_member_speaks_and_belongs_to(world: World) -> None:
    path = f"/settings/members/{world.people['cm']}"
    assert (await press(world, "owner", path, do="skills", langs="FR, en,fr", teams="Nuit,  Nuit ")).status == 303
    (cm,) = [one for one in await members.of_brand(world.log, world.brand) if one.id == world.people["cm"]]
    assert (cm.langs, cm.teams) == (("fr", "en"), ("Nuit",))
    assert (await press(world, "owner", path, do="skills", langs="français", teams="")).status == 400

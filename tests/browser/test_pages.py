"""Pages without a browser: forms that come back with their errors, figures that lead to their items, the export."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta

import pytest

from inbox.clock import SimulatedClock
from inbox.events import ReasonGiven
from inbox.log.store import Log
from inbox.policy import Calendar, Policy, Span
from inbox.web import charts, words
from inbox.web.i18n import Speech
from inbox.web.pages import calendar_form, policy_form, worked
from tests.web.world import Answer, World, a_world

pytestmark = pytest.mark.postgres
SAY = Speech("en")


@pytest.fixture
async def world(log: Log) -> AsyncIterator[World]:
    async with a_world(log, SimulatedClock(datetime(2026, 11, 24, 11, 0, tzinfo=UTC))) as world:
        yield world


async def get(world: World, rest: str, who: str = "owner") -> Answer:
    token, _ = await world.session(who)
    return await world.ask("GET", f"/b/{world.brand}{rest}", headers=world.cookie(token))


async def post(world: World, rest: str, fields: dict[str, str], who: str = "owner") -> Answer:
    token, csrf = await world.session(who)
    path = rest if rest.startswith("/account") else f"/b/{world.brand}{rest}"
    return await world.ask("POST", path, headers=world.cookie(token), form={"csrf": csrf, **fields})


def test_a_policy_comes_back_from_its_form_as_it_went_in() -> None:
    read, errors = policy_form.policy_of(policy_form.fields_of(Policy()), SAY)
    assert errors == {}
    assert read == Policy()


def test_all_hours_of_a_day_are_in_the_form_and_there_is_room_for_more() -> None:
    market = [Span(weekday=2, start=time(hour), end=time(hour + 1)) for hour in (6, 9, 12, 20)]
    policy = Policy(calendar=Calendar(spans=tuple(market)))
    fields = policy_form.fields_of(policy)
    read, _ = policy_form.policy_of(fields, SAY)
    assert read == policy
    assert calendar_form.spans_shown(fields)[2] == 5
    assert calendar_form.spans_shown(fields, "day-2")[2] == 6


def test_holidays_that_are_worked_are_ticked_by_name_and_others_given_by_their_date() -> None:
    calendar = Calendar(holidays_of="FR", open_on_holidays=(date(2026, 5, 1), date(2026, 12, 25)))
    fields = policy_form.fields_of(Policy(calendar=calendar))
    shown = worked.shown(fields, date(2026, 11, 24), Speech("fr"))
    assert [(one.day, one.name) for one in shown.holidays if one.ticked] == [("ven. 25 déc. 2026", "Noël")]
    assert (len(shown.holidays), shown.own) == (11, ("2026-05-01", ""))
    pressed = fields | {"worked-0": "2026-05-01", "worked-1": "", "work-2027-05-08": "yes"}
    read, _ = policy_form.policy_of(pressed, SAY)
    assert read is not None
    assert read.calendar.open_on_holidays == (date(2026, 5, 1), date(2027, 5, 8))
    assert policy_form.policy_of(fields | {"worked-1": "Noël"}, SAY)[1] == {
        "worked-1": "Give a day, such as 2026-12-24."
    }


def test_each_region_has_its_own_holidays_to_tick() -> None:
    def names(region: str) -> set[str]:
        fields = {"country": "FR", "region": region, "work-2026-12-26": "yes", "more": "worked"}
        found = worked.shown(fields, date(2026, 11, 24), Speech("fr"))
        assert found.own == ("", "")
        assert ("ven. 1er janv. 2027", "Jour de l’an") in [(one.day, one.name) for one in found.holidays]
        return {one.name for one in found.holidays if one.ticked}

    assert (names("57"), names("")) == ({"Saint-Étienne"}, set())
    assert worked.shown({"country": "", "worked-0": "2026-12-25"}, date(2026, 11, 24), SAY).own == ("2026-12-25", "")


async def test_a_ticked_holiday_is_open_in_the_preview_and_stays_ticked_without_javascript(world: World) -> None:
    page = await get(world, "/settings/policy", "lead")
    position = re.search(r'name="position" value="(\d+)"', page.text)
    assert position is not None
    fields = policy_form.fields_of(Policy(calendar=Calendar(holidays_of="FR"))) | {"position": position[1]}
    assert "ven. 25 déc. 2026 (Noël)" in (await post(world, "/settings/policy/preview", fields, "lead")).text
    ticked = (await post(world, "/settings/policy/preview", fields | {"work-2026-12-25": "yes"}, "lead")).text
    assert "ven. 25 déc. 2026 (Noël)" not in ticked
    assert 'name="work-2026-12-25" value="yes" checked' in ticked
    assert (await post(world, "/settings/policy", fields | {"work-2026-12-25": "yes"}, "lead")).status == 303
    assert 'name="work-2026-12-25" value="yes" checked' in (await get(world, "/settings/policy", "lead")).text


def test_days_off_are_ranges_with_a_name_and_regions_of_their_country() -> None:
    fields = policy_form.fields_of(Policy()) | {
        "country": "FR", "region": "57", "off-0-from": "2026-08-01", "off-0-to": "2026-08-15", "off-0-name": " Été ",
        "off-1-from": "2026-12-24",
    }  # fmt: skip
    policy, errors = policy_form.policy_of(fields, SAY)
    assert policy is not None, errors
    assert (policy.calendar.holidays_of, len(policy.calendar.closed)) == ("FR-57", 16)
    again = policy_form.fields_of(policy)
    assert {name: value for name, value in again.items() if name.startswith("off-") and value} == {
        "off-0-from": "2026-08-01", "off-0-to": "2026-08-15", "off-0-name": "Été", "off-1-from": "2026-12-24",
    }  # fmt: skip
    assert Policy.model_validate(policy.model_dump(mode="json")) == policy
    assert "names" not in Policy().model_dump(mode="json")["calendar"]  # what the last release reads
    moved, _ = policy_form.policy_of(fields | {"country": "BE"}, SAY)
    assert moved is not None
    assert moved.calendar.holidays_of == "BE"
    for bad in ({"off-0-to": "2026-07-01"}, {"off-0-to": "2027-08-01"}, {"off-0-from": ""}):
        assert "off-0" in policy_form.policy_of(fields | bad, SAY)[1], bad


async def test_a_lead_sees_what_hours_mean_before_they_are_saved(world: World) -> None:
    token, csrf = await world.session("lead")
    fields = policy_form.fields_of(Policy()) | {"ack-2": "30", "zone": "Asia/Tokyo"}
    headers = {**world.cookie(token), "HX-Request": "true"}
    path, before = f"/b/{world.brand}/settings/policy", await world.log.policies(world.brand)
    answer = await world.ask("POST", f"{path}/preview", headers=headers, form={"csrf": csrf, **fields})
    assert answer.status == 200
    assert "<html" not in answer.text
    assert "juste avant votre fermeture" in answer.text
    assert await world.log.policies(world.brand) == before
    never = fields | {f"span-{day}-0-start": "" for day in range(7)} | {"span-0-0-end": ""}
    answer = await world.ask("POST", f"{path}/preview", headers=headers, form={"csrf": csrf, **never})
    assert answer.status == 200
    assert "Corrigez les champs en rouge" in answer.text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ack-1": "soon"}, "ack-1"),
        ({"response-1": "5"}, "response-1"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"country": "XX"}, "country"),
        ({"off-0-from": "24/12/2026"}, "off-0"),
        ({"warn_share": "100"}, "warn_share"),
        ({"span-0-0-end": ""}, "span-0"),
        ({"impact-1": "1"}, "impact-0"),
        ({"claim_limit": "-3"}, "claim_limit"),
    ],
)
def test_what_is_wrong_with_a_policy_is_said_beside_its_field(change: dict[str, str], field: str) -> None:
    read, errors = policy_form.policy_of({**policy_form.fields_of(Policy()), **change}, SAY)
    assert read is None
    assert field in errors or (field == "response-1" and "ack-1" in errors)


async def test_a_refused_policy_shows_its_error_and_keeps_what_was_typed(world: World) -> None:
    fields = {**policy_form.fields_of(Policy()), "ack-2": "never", "position": "0"}
    answer = await post(world, "/settings/policy", fields, "lead")
    assert answer.status == 400
    assert 'id="ack-2-error"' in answer.text
    assert 'value="never"' in answer.text


async def test_a_policy_is_saved_and_in_force(world: World) -> None:
    page = await get(world, "/settings/policy", "lead")
    position = re.search(r'name="position" value="(\d+)"', page.text)
    assert position is not None
    fields = {**policy_form.fields_of(Policy()), "ack-1": "10", "position": position[1]}
    assert (await post(world, "/settings/policy", fields, "lead")).status == 303
    assert 'id="ack-1" name="ack-1" value="10"' in (await get(world, "/settings/policy", "lead")).text
    stale = await post(world, "/settings/policy", fields, "lead")
    assert stale.status == 409


async def test_every_figure_of_the_period_leads_to_its_items(world: World) -> None:
    item = await world.hear(author="zoe")
    page = await get(world, "/sla?period=today")
    assert page.status == 200
    links = set(re.findall(r'href="(/b/\d+/sla/turns[^"]*)"', page.text))
    assert links
    token, _ = await world.session("owner")
    for link in links:
        answer = await world.ask("GET", link.replace("&amp;", "&"), headers=world.cookie(token))
        assert answer.status == 200
        if "hour=" in link or "at=" in link:
            assert str(item) in answer.text, link
    assert any("hour=" in link for link in links)
    assert any("at=" in link for link in links)
    assert str(item) in (await get(world, "/sla/turns?period=today")).text


async def test_what_a_colleague_reopened_leads_to_its_item_and_not_to_who_wrote_again(world: World) -> None:
    reopened, again = await world.hear(author="zoe"), await world.hear(author="lea")
    for item in (reopened, again):
        resolved = {"expected_position": await world.log.head(world.brand), "reason": "no_answer_needed"}
        assert (await world.api("POST", f"/items/{item}/resolve", json=resolved)).status == 200
    world.clock.advance(timedelta(hours=1))
    await world.hear("Toujours rien", author="lea")
    seen = {"expected_position": await world.log.head(world.brand)}
    assert (await world.api("POST", f"/items/{reopened}/reopen", json=seen)).status == 200
    await world.project()
    page = (await get(world, "/sla?period=today&compare=before")).text
    for said in ("la personne a réécrit", "rouvert par un collègue", "Rouverts par un collègue dans la semaine"):
        assert said in page
    for back, behind, other in (("reopened", reopened, again), ("yes", again, reopened)):
        rows = (await get(world, f"/sla/turns?period=today&back={back}")).text
        assert (str(behind) in rows, str(other) in rows) == (True, False)
    answer = (await world.api("GET", "/sla")).json()
    assert answer["back"] == {"ended": 1, "came_back": 1, "once_ended": 2, "reopened": 1}


async def test_a_period_that_ends_before_it_begins_is_said_so(world: World) -> None:
    answer = await get(world, "/sla?period=custom&from=2026-11-20&to=2026-11-10")
    assert answer.status == 400
    assert 'class="error"' in answer.text


async def test_the_export_is_a_file_of_the_period(world: World) -> None:
    await world.hear(author="zoe")
    answer = await get(world, "/sla.csv?period=today")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="vigie-2026-11-24-2026-11-24.csv"'
    assert answer.text.count("\r\n") == 2


async def test_without_javascript_an_action_is_a_form_and_a_redirect(world: World) -> None:
    item = await world.hear(author="zoe")
    page = await get(world, f"/items/{item}", "cm")
    seen = re.search(r'name="expected_position" value="(\d+)"', page.text)
    assert seen is not None
    answer = await post(
        world, f"/items/{item}/note", {"text": "À voir", "expected_position": seen[1], "idempotency_key": "k"}, "cm"
    )
    assert answer.status == 303
    assert answer.headers["Location"].endswith("done=note")
    assert "À voir" in (await get(world, f"/items/{item}", "cm")).text


async def test_an_empty_reply_comes_back_with_its_reason(world: World) -> None:
    item = await world.hear(author="zoe")
    fields = {"text": "  ", "expected_position": "99999", "idempotency_key": "k"}
    answer = await post(world, f"/items/{item}/reply", fields, "cm")
    assert answer.status == 400
    assert 'id="text-error"' in answer.text


async def test_a_new_member_gets_a_link_that_is_shown_once(world: World) -> None:
    fields = {"name": "Théo", "email": "theo@t.test", "role": "cm"}
    answer = await post(world, "/settings/members", fields)
    assert "/sign-in/link/" in answer.text
    assert "/sign-in/link/" not in (await get(world, "/settings/members")).text
    again = await post(world, "/settings/members", fields)
    assert again.status == 409
    assert 'id="email-error"' in again.text


async def test_a_channel_shows_the_secret_it_made_once(world: World) -> None:
    answer = await post(world, "/settings/channels", {"network": "generic", "name": "Forum"}, "lead")
    secret = re.search(r'id="fresh-1">([^<]+)<', answer.text)
    assert secret is not None
    assert "/hooks/" in answer.text
    path = re.search(r"/settings/channels/[\w-]+", answer.text.split("facts")[1])
    assert path is not None
    assert secret[1] not in (await get(world, path[0].removesuffix("/rotate"), "lead")).text


async def test_a_connected_channel_is_changed_and_its_secrets_stay_unseen(world: World) -> None:
    made = await post(world, "/settings/channels", {"network": "generic", "name": "Forum"}, "lead")
    found = re.search(r"(/settings/channels/[\w-]+)/rotate", made.text)
    assert found is not None
    refused = await post(world, found[1], {"name": "", "reply_url": "https://a.example/r"}, "lead")
    assert refused.status == 400
    assert 'id="name-error"' in refused.text
    assert "https://a.example/r" in refused.text
    fields = {"name": "Forum vélo", "reply_url": "https://a.example/r"}
    assert (await post(world, found[1], fields, "lead")).status == 303
    channel = await world.deps.channels.get(world.brand, found[1].rsplit("/", 1)[1])
    assert (channel.name, channel.settings["reply_url"]) == ("Forum vélo", "https://a.example/r")
    assert channel.secrets["secret"]
    assert channel.secrets["secret"] not in (await get(world, found[1], "lead")).text


async def test_a_share_leads_to_the_turns_that_it_is_a_share_of(world: World) -> None:
    waiting = await world.hear(author="zoe")
    page = await get(world, "/sla/turns?period=today&ack=due")
    assert str(waiting) not in page.text
    assert str(waiting) in (await get(world, "/sla/turns?period=today")).text


def test_a_chip_quotes_what_tells_most() -> None:
    assert words.quoted(("batterie", "fume")) == "batterie … fume"
    assert words.quoted(("fumer", "batterie", "enfants qui dorment")) == "fumer … batterie"
    assert len(words.quoted(("x" * 90,))) == words.QUOTED
    reason = ReasonGiven(category="safety", score=0.9, evidence=("batterie", "fume"))
    assert words.chip(reason, SAY) == "danger: \u2068batterie … fume\u2069"


def test_a_suspicion_that_no_word_bears_out_is_told_as_one() -> None:
    faint = ReasonGiven(category="safety", score=0.06)
    assert words.chip(faint, SAY) == "perhaps: danger to a person"
    assert words.chip(ReasonGiven(category="safety", score=0.6), SAY) == "danger to a person"
    assert not words.is_doubtful(ReasonGiven(category="safety", score=0.3, evidence=("fume",)))
    assert not words.is_doubtful(ReasonGiven(category="praise", score=0.3)), "a trifle alarms nobody"


def test_why_a_delivery_was_not_read_is_said_in_the_readers_language() -> None:
    told = words.unreadable("fields are missing or wrong (/kind); the body is not JSON", Speech("fr"))
    assert told == "des champs manquent ou sont faux (/kind); le corps n’est pas du JSON"


async def test_forgetting_needs_its_word(world: World) -> None:
    item = await world.hear("Mon secret", author="zoe")
    await world.pool.execute("UPDATE vigie.members SET locale = 'fr'")
    assert (await post(world, f"/items/{item}/forget", {"confirm": "oui"})).status == 400
    assert (await post(world, f"/items/{item}/forget", {"confirm": "oublier"})).status == 303
    await world.project()
    assert "Mon secret" not in (await get(world, f"/items/{item}")).text


def test_a_chart_has_a_text_alternative_and_no_line_through_what_was_not_measured() -> None:
    points = [charts.Point("a", 3, 4.0, 9.0), charts.Point("b"), charts.Point("c", 1, 2.0, 3.0)]
    drawn = charts.pace(points, label='half "within" 4 <min>', p50="p50", p90="p90", number=str)
    assert 'role="img"' in drawn
    assert "&lt;min&gt;" in drawn
    assert "<polyline" not in drawn
    assert "style=" not in drawn


@pytest.mark.parametrize(("value", "top"), [(0, 1), (0.4, 1), (3, 4), (5, 5), (7, 10), (34, 40), (101, 200)])
def test_axes_end_at_round_numbers(value: float, top: float) -> None:
    assert charts.nice_top(value) == top

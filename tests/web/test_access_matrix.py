"""Every route × everybody who might ask. A route that is not listed here fails the build.

`EXPECTED` says again, independently of the code, who may use which route; the walk then asks each of them over HTTP,
with somebody who may, somebody who may not, strangers, the dead and nobody.
"""

from __future__ import annotations

import re

from inbox.web.context import RIGHTS_OF_ROLE
from inbox.web.routes import Access, Route
from inbox.web.table import TABLE
from tests.web.world import ROLES, Answer, World

EXPECTED: dict[str, Access] = {
    "healthz": "public",
    "lent_file": "public",
    "readyz": "public",
    "openapi": "public",
    "api.items": "read",
    "api.item": "read",
    "api.acknowledge": "act",
    "api.reply": "act",
    "api.gesture": "act",
    "api.propose": "act",
    "api.approve": "act",
    "api.reject": "act",
    "api.proposals": "read",
    "api.handovers": "act",
    "api.offer_handover": "act",
    "api.accept_handover": "act",
    "api.decline_handover": "act",
    "api.bulk": "act",
    "api.bulk_draft": "act",
    "api.bulk_job": "act",
    "api.bulk_items": "act",
    "api.bulk_orders": "act",
    "api.bulk_begin": "act",
    "api.bulk_stop": "act",
    "api.bulk_undo": "act",
    "api.bulk_follow": "act",
    "api.freezes": "personal",
    "api.freeze": "manage",
    "api.lift_freeze": "manage",
    "api.attach": "act",
    "api.file": "personal",
    "api.detach": "act",
    "api.note": "act",
    "api.assign": "act",
    "api.resolve": "act",
    "api.reopen": "act",
    "api.priority": "act",
    "api.categories": "act",
    "api.language": "act",
    "api.not-urgent": "act",
    "api.mute": "act",
    "api.unmute": "act",
    "api.weights": "personal",
    "api.translate": "personal",
    "api.person": "own",
    "api.forget": "own",
    "api.retention": "own",
    "api.change_retention": "own",
    "api.agreement": "manage",
    "api.corrections": "manage",
    "api.waves": "read",
    "api.wave": "read",
    "api.events": "read",
    "api.live": "read",
    "api.sla": "read",
    "api.classifier": "read",
    "api.trial": "read",
    "api.try_model": "manage",
    "api.switch_model": "manage",
    "api.stop_model": "manage",
    "api.members": "read",
    "api.channels": "read",
    "api.subscriptions": "manage",
    "api.subscribe": "manage",
    "api.subscription": "manage",
    "api.change_subscription": "manage",
    "api.unsubscribe": "manage",
    "api.attempts": "manage",
    "api.rotate_secret": "manage",
    "api.retire_secret": "manage",
    "api.pause": "manage",
    "api.resume": "manage",
    "api.send_again": "manage",
    "api.wordings": "read",
    "api.create_wording": "manage",
    "api.wording": "read",
    "api.change_wording": "manage",
    "api.remove_wording": "manage",
    "page.live": "personal",
    "page.here": "personal",
    "hook": "public",
    "hook.handshake": "public",
    "hook.preflight": "public",
    "demo.asked": "public",
    "demo.graph": "public",
    "demo.mail": "public",
    "demo.put": "public",
    "demo.said": "public",
    "demo.taken_back": "public",
    "demo.told": "public",
    "demo.unlike": "public",
    "demo.hide": "public",
    "demo.object": "public",
    "demo.reply": "public",
    "metrics": "public",
    "home": "signed_in",
    "brand": "personal",
    "static": "public",
    "offline": "public",
    "sign_in": "public",
    "sign_in_with_password": "public",
    "sign_in_link": "public",
    "sign_in_with_link": "public",
    "sign_out": "signed_in",
    "sign_out_everywhere": "signed_in",
    "ask_first_password": "signed_in",
    "first_password": "signed_in",
    "account": "signed_in",
    "design": "signed_in",
    "account_here": "signed_in",
    "devices": "signed_in",
    "devices_add": "signed_in",
    "devices_choose": "signed_in",
    "devices_rename": "signed_in",
    "devices_try": "signed_in",
    "devices_remove": "signed_in",
    "account_preferences": "signed_in",
    "account_password": "signed_in",
    "account_close_session": "signed_in",
    "queue": "personal",
    "queue_count": "personal",
    "queue_fits": "personal",
    "queue_shown": "personal",
    "queue_standing": "personal",
    "queue_words": "personal",
    "views": "personal",
    "views_counts": "personal",
    "views_save": "personal",
    "views_change": "personal",
    "views_move": "personal",
    "views_delete": "personal",
    "views_restore": "personal",
    "keys": "personal",
    "keys_choose": "personal",
    "item": "personal",
    "item_acknowledge": "act",
    "item_kept": "act",
    "item_reply": "act",
    "item_private": "act",
    "item_gesture": "act",
    "item_file": "personal",
    "item_attach": "act",
    "item_sent_file": "personal",
    "item_detach": "act",
    "item_by-hand": "act",
    "item_note": "act",
    "item_take": "act",
    "item_assign": "act",
    "item_resolve": "act",
    "item_reopen": "act",
    "item_priority": "act",
    "item_settle": "act",
    "item_categories": "act",
    "item_language": "act",
    "item_not-urgent": "act",
    "item_mute": "act",
    "item_unmute": "act",
    "item_translate": "personal",
    "item_translate-draft": "act",
    "item_author_keep": "act",
    "item_author": "personal",
    "item_opened": "personal",
    "item_evidence": "manage",
    "evidence": "manage",
    "settings_exposure": "manage",
    "item_propose": "act",
    "item_approve": "act",
    "item_reject": "act",
    "item_approval-link": "manage",
    "item_approval-link-back": "manage",
    "approvals": "personal",
    "approve_by_link": "public",
    "decide_by_link": "public",
    "freezes": "personal",
    "freeze": "manage",
    "freeze_lift": "manage",
    "promises": "personal",
    "settings_assignment": "manage",
    "settings_change_assignment": "manage",
    "handover": "act",
    "handover_offer": "act",
    "handover_decide": "act",
    "notices": "personal",
    "notices_read": "personal",
    "settings_approval": "manage",
    "settings_change_approval": "manage",
    "item_weights": "personal",
    "item_ask_forget": "own",
    "item_forget": "own",
    "item_person": "own",
    "item_wordings": "act",
    "bulk": "act",
    "bulk_choose": "act",
    "bulk_job": "act",
    "bulk_orders": "act",
    "bulk_begin": "act",
    "bulk_stop": "act",
    "bulk_undo": "act",
    "bulk_follow": "act",
    "guide": "manage",
    "guide_brand": "own",
    "guide_hours": "manage",
    "guide_colleague": "manage",
    "guide_message": "manage",
    "guide_skip": "manage",
    "record": "act",
    "record_message": "act",
    "sla": "personal",
    "sla_csv": "read",
    "sla_turns": "personal",
    "sla_waiting": "personal",
    "sla_parquet": "read",
    "reports": "manage",
    "reports_save": "manage",
    "reports_logo": "manage",
    "reports_logo_remove": "manage",
    "reports_remove": "manage",
    "reports_make": "manage",
    "report": "manage",
    "report_pdf": "manage",
    "report_html": "manage",
    "report_mail": "manage",
    "report_check": "manage",
    "wall": "read",
    "wall_figures": "read",
    "wall_live": "read",
    "wall_by_link": "public",
    "wall_figures_by_link": "public",
    "wall_live_by_link": "public",
    "wall_links": "manage",
    "wall_links_make": "manage",
    "wall_links_revoke": "manage",
    "waves": "personal",
    "wave": "personal",
    "agreement": "manage",
    "agreement_csv": "manage",
    "corrections": "manage",
    "settings": "manage",
    "settings_brand": "own",
    "settings_change_brand": "own",
    "settings_policy": "manage",
    "settings_change_policy": "manage",
    "settings_preview_policy": "manage",
    "settings_history": "manage",
    "settings_classifier": "manage",
    "settings_try_model": "manage",
    "settings_switch_model": "manage",
    "settings_stop_model": "manage",
    "settings_channels": "manage",
    "settings_verify_channel": "manage",
    "settings_look_at_channel": "manage",
    "settings_new_channel": "manage",
    "settings_add_channel": "manage",
    "settings_channel": "manage",
    "settings_change_channel": "manage",
    "settings_rotate_secret": "manage",
    "settings_retire_secret": "manage",
    "settings_disable_channel": "manage",
    "settings_enable_channel": "manage",
    "settings_quarantine": "manage",
    "settings_delivery": "manage",
    "settings_parse_again": "manage",
    "settings_set_aside": "manage",
    "settings_handle_again": "manage",
    "settings_take_again": "manage",
    "settings_subscriptions": "manage",
    "settings_subscribe": "manage",
    "settings_subscription": "manage",
    "settings_change_subscription": "manage",
    "settings_act_on_subscription": "manage",
    "settings_wordings": "manage",
    "settings_add_wording": "manage",
    "settings_wording": "manage",
    "settings_change_wording": "manage",
    "settings_remove_wording": "manage",
    "settings_translation": "manage",
    "settings_change_translation": "manage",
    "settings_try_translation": "manage",
    "settings_retention": "manage",
    "settings_preview_retention": "manage",
    "settings_change_retention": "own",
    "settings_members": "manage",
    "settings_add_member": "manage",
    "settings_change_member": "manage",
    "settings_member_link": "manage",
    "settings_tokens": "own",
    "settings_create_token": "own",
    "settings_revoke_token": "own",
}
MISSING_BRAND = 999_999
PLACES = re.compile(r"\{(\w+)(?::[^}]*)?\}")


def fill(path: str, brand: int, item: object) -> str:
    values = {"brand_id": str(brand), "item_id": str(item), "token": "x" * 43}
    return PLACES.sub(lambda place: values.get(place[1], "x"), path)


def test_no_two_routes_share_a_name(world: World) -> None:
    names = [route.name for route in world.app[TABLE]]
    assert len(names) == len(set(names))


def test_every_route_is_listed_with_the_right_it_needs(world: World) -> None:
    served = {route.name: route.access for route in world.app[TABLE]}
    assert served == EXPECTED, sorted(set(served.items()) ^ set(EXPECTED.items()))


def test_nothing_is_served_that_is_not_in_the_table(world: World) -> None:
    served = {(route.method, route.resource.canonical) for route in world.app.router.routes() if route.resource}
    listed = {(r.method, PLACES.sub(r"{\1}", r.path)) for r in world.app[TABLE]}
    assert {entry for entry in served if entry[0] != "HEAD"} == listed


async def as_member(world: World, route: Route, path: str, who: str) -> Answer:
    """With a fresh session each time, since some routes end it; forms carry their CSRF token."""
    cookie, csrf = await world.session(who)
    form = {"csrf": csrf} if route.method != "GET" else None
    return await world.ask(route.method, path, headers=world.cookie(cookie), form=form)


async def as_token(world: World, route: Route, path: str, token: str) -> Answer:
    headers = world.bearer(token) | {"Idempotency-Key": "k"}
    return await world.ask(route.method, path, headers=headers, json={} if route.method != "GET" else None)


def bounced(route: Route, answer: Answer) -> bool:
    """Sent to sign in, or told to show a token."""
    if route.surface == "page":
        return answer.status == 303 and answer.headers["Location"].startswith("/sign-in")
    return answer.status == 401


async def test_who_has_no_business_here_learns_and_changes_nothing(world: World) -> None:
    item = await world.hear()
    heads = {brand: await world.log.head(brand) for brand in (world.brand, world.other)}
    for route in world.app[TABLE]:
        if route.access == "public":
            continue
        path = fill(route.path, world.brand, item)
        dead, _ = await world.session("revoked")
        assert bounced(route, await world.ask(route.method, path)), route.name
        assert bounced(route, await world.ask(route.method, path, headers=world.cookie(dead))), route.name
        assert bounced(route, await world.ask(route.method, path, headers=world.cookie("forged"))), route.name
        for token in ("dead", "orphan"):
            assert bounced(route, await as_token(world, route, path, token)), (route.name, token)
        if "{brand_id}" in route.path:
            await _strangers(world, route, path, fill(route.path, MISSING_BRAND, item))
    assert heads == {brand: await world.log.head(brand) for brand in (world.brand, world.other)}


async def _strangers(world: World, route: Route, path: str, missing: str) -> None:
    """A foreign brand answers exactly like one that does not exist."""
    if route.surface == "api":
        foreign, nowhere = (
            await as_token(world, route, path, "foreign"),
            await as_token(world, route, missing, "foreign"),
        )
        assert (foreign.status, foreign.text) == (404, nowhere.text), route.name
    if route.surface == "api" and route.method != "GET":
        assert (await as_member(world, route, path, "stranger")).status == 401, route.name
        return
    foreign, nowhere = (
        await as_member(world, route, path, "stranger"),
        await as_member(world, route, missing, "stranger"),
    )
    assert foreign.status == nowhere.status == 404, route.name


async def test_every_role_may_do_what_it_may_and_no_more(world: World) -> None:
    item = await world.hear()
    for route in world.app[TABLE]:
        path = fill(route.path, world.brand, item)
        for role in ROLES:
            answer = await as_member(world, route, path, role)
            wanted = route.access in {"public", "signed_in"} or route.access in RIGHTS_OF_ROLE[role]  # type: ignore[index]
            if route.surface == "api" and route.method != "GET":
                assert answer.status == 401, (route.name, role)  # commands need a token
            elif wanted:
                assert answer.status < 500, (route.name, role, answer.text)
                assert route.access == "public" or answer.status not in {401, 403}, (route.name, role, answer.status)
            else:
                assert answer.status == 403, (route.name, role, answer.status)


async def test_a_token_may_do_what_its_rights_say_and_no_more(world: World) -> None:
    item = await world.hear()
    for route in world.app[TABLE]:
        if route.surface != "api":
            continue
        path = fill(route.path, world.brand, item)
        full, reader = await as_token(world, route, path, "full"), await as_token(world, route, path, "reader")
        assert full.status not in {401, 403}, route.name
        assert full.status < 500, (route.name, full.text)
        assert (reader.status == 403) == (route.access not in {"public", "read"}), (route.name, reader.status)

"""Every write of a setting stands in the history of settings: by whom, what became what, and never a secret.

Each form of a lead's or an owner's is pressed here, or listed with why it changes no setting. A new one that is
neither fails the build.
"""

from __future__ import annotations

import re

from inbox import settings_history
from inbox.policy import Policy
from inbox.web.pages import policy_form
from inbox.web.table import TABLE
from tests.web.world import World

Write = tuple[str, str, dict[str, str], str]
"""Name of the route, what follows its brand, fields, and what the history says was changed."""

POLICY = policy_form.fields_of(Policy())
HOURS = {"zone": "Europe/Paris", "country": "", "day-1": "yes", "from": "08:00", "to": "20:00"}
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
REPORT = "0b6f5b8e-5a51-4b0e-9f6e-0d8f0f6b2a11"
WRITES: tuple[Write, ...] = (
    ("settings_change_brand", "/settings/brand", {"name": "Brizéo 2", "zone": "Europe/Rome"}, "brand"),
    ("settings_change_policy", "/settings/policy", {**POLICY, "ack-1": "9"}, "policy"),
    (
        "settings_change_approval", "/settings/approval",
        {"always": "yes", "role": "cm", "escalate": "30", "expires": "24"}, "policy",
    ),
    ("settings_change_assignment", "/settings/assignment", {"do": "add", "name": "Nuit", "seen": "0"}, "assignment"),
    ("settings_change_retention", "/settings/retention", {"words_days": "400", "raw_days": "20"}, "retention"),
    (
        "settings_change_translation", "/settings/translation",
        {"kind": "deepl", "address": "https://mt.example/v2/translate", "key": SECRET, "enabled": "yes"}, "translation",
    ),
    ("settings_add_channel", "/settings/channels", {"network": "generic", "name": "Site", "secret": SECRET}, "channel"),
    ("settings_change_channel", "/settings/channels/{channel}", {"name": "Le forum"}, "channel"),
    ("settings_rotate_secret", "/settings/channels/{channel}/rotate", {"name": "secret"}, "channel"),
    ("settings_retire_secret", "/settings/channels/{channel}/retire", {"name": "secret"}, "channel"),
    ("settings_disable_channel", "/settings/channels/{channel}/disable", {}, "channel"),
    ("settings_enable_channel", "/settings/channels/{channel}/enable", {}, "channel"),
    ("settings_subscribe", "/settings/subscriptions", {"address": "https://crm.example/hook"}, "subscription"),
    (
        "settings_change_subscription", "/settings/subscriptions/{subscription}",
        {"address": "https://crm.example/other", "description": "CRM"}, "subscription",
    ),
    ("settings_act_on_subscription", "/settings/subscriptions/{subscription}/act", {"do": "rotate"}, "subscription"),
    ("settings_add_wording", "/settings/wordings", {"title": "Retard", "variant_text": "Nous regardons.",
     "variant_lang": "fr", "variant_network": ""}, "wording"),
    ("settings_change_wording", "/settings/wordings/{wording}", {"title": "Retards", "version": "1",
     "variant_text": "Nous cherchons.", "variant_lang": "fr", "variant_network": ""}, "wording"),
    ("settings_remove_wording", "/settings/wordings/{wording}/remove", {}, "wording"),
    ("settings_add_member", "/settings/members", {"name": "Noa", "email": "noa@t.test", "role": "cm"}, "member"),
    ("settings_change_member", "/settings/members/{member}", {"do": "role", "role": "lead"}, "member"),
    ("settings_member_link", "/settings/members/{member}/link", {}, "member"),
    ("settings_create_token", "/settings/tokens", {"name": "script", "rights": "read"}, "token"),
    ("settings_revoke_token", "/settings/tokens/{token}/revoke", {}, "token"),
    ("guide_brand", "/guide/brand", {"name": "Brizéo 3", "zone": "Europe/Paris"}, "brand"),
    ("guide_hours", "/guide/hours", HOURS, "policy"),
    ("guide_colleague", "/guide/colleague", {"name": "Max", "email": "max@t.test", "role": "cm"}, "member"),
    ("guide_skip", "/guide/skip", {"step": "message"}, "guide"),
    ("wall_links_make", "/walls", {"name": "Salle", "lang": "fr"}, "wall"),
    ("wall_links_revoke", "/walls/{wall}/revoke", {}, "wall"),
    ("reports_save", "/reports", {"report": REPORT, "name": "Mois", "lang": "fr"}, "report"),
    ("reports_remove", f"/reports/{REPORT}/remove", {}, "report"),
)  # fmt: skip
MADE = {"channel", "subscription", "wording", "member", "token", "wall"}
"""What later lines are about is what an earlier one made: by the subject of its line in the history."""
SILENT: dict[str, str] = {
    "settings_preview_policy": "saves nothing", "settings_preview_retention": "saves nothing",
    "settings_verify_channel": "asks the network", "settings_look_at_channel": "asks the network",
    "settings_try_translation": "asks the service",
    "settings_parse_again": "of a delivery", "settings_handle_again": "of an event",
    "settings_take_again": "of a delivery",
    "settings_try_model": "a trial, which judges nothing yet", "settings_stop_model": "ends a trial",
    "settings_switch_model": "told as ModelSwitched once its trial is through: tests/web/test_classifier.py",
    "guide_message": "a message", "reports_make": "an issue, with an event of its own", "report_mail": "the same",
    "report_check": "changes nothing", "reports_logo": "takes a file: tests/web/test_reports.py",
    "reports_logo_remove": "the same", "freeze": "an act in a crisis: its page lists who froze what, and when",
    "freeze_lift": "the same", "item_approval-link": "of an item", "item_approval-link-back": "of an item",
    "item_evidence": "of an item", "evidence": "of items", "item_forget": "of an author",
}  # fmt: skip


def test_every_form_of_leads_and_owners_is_pressed_here_or_changes_no_setting(world: World) -> None:
    forms = {
        route.name for route in world.app[TABLE]
        if route.surface == "page" and route.method != "GET" and route.access in {"manage", "own"}
    }  # fmt: skip
    pressed = {name for name, *_ in WRITES}
    assert forms == pressed | set(SILENT), sorted(forms ^ (pressed | set(SILENT)))
    assert not pressed & set(SILENT)


async def test_each_write_of_a_setting_stands_in_the_history_and_no_secret_does(world: World) -> None:
    cookie, csrf = await world.session("owner")
    made, shown = dict[str, str](), set[str]()
    for name, rest, fields, what in WRITES:
        before = await world.log.head(world.brand)
        path = f"/b/{world.brand}{rest.format(**made)}"
        answer = await world.ask("POST", path, headers=world.cookie(cookie), form={"csrf": csrf, **fields})
        assert answer.status in {200, 303}, (name, answer.status)
        shown |= set(re.findall(r'<code id="fresh-[^"]*">([^<]+)', answer.text))
        found = await settings_history.page(world.log, world.brand, settings_history.THE_END, 5)
        new = [one for one in found if one.position > before]
        assert [(one.what, one.by) for one in new][-1:] == [(what, world.people["owner"])], name
        if name not in {"guide_skip", "guide_colleague"} and what in MADE:
            made[what] = await _newest(world, what, new[-1].subject)
    page = await world.ask("GET", f"/b/{world.brand}/settings/history", headers=world.cookie(cookie))
    for became in ("Brizéo 2", "Brizéo 3", "Europe/Rome", "Retards", "Nous cherchons.", "400", "Nuit", "Le forum"):
        assert became in page.text, became
    assert len(shown) >= 5  # links, tokens and secrets that were shown once
    for secret in (*shown, SECRET):
        assert secret not in page.text
        assert secret.rpartition("/")[2] not in page.text


async def _newest(world: World, what: str, subject: str) -> str:
    """The id behind the line; a wording's line has its title."""
    if what != "wording":
        return subject
    found = await world.pool.fetchval("SELECT wording_id FROM vigie.wordings WHERE brand_id = $1", world.brand)
    return str(found)

"""Events of a brand that are of no item: some of each type, with and without what may be missing, as the code of today
has them. What a policy or a wording holds is written by the code that keeps it."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from inbox import events
from inbox.author_events import (
    AuthorCitySaid,
    AuthorNoted,
    AuthorNoteRemoved,
    AuthorOptOutSaid,
    AuthorsLinked,
    AuthorsUnlinked,
)
from inbox.events import Attachment, Event
from inbox.team_events import (
    AssignmentRule,
    AssignmentRulesChanged,
    HandedItem,
    HandoverAccepted,
    HandoverDeclined,
    HandoverOffered,
)
from inbox.wording import Draft, Variant
from tests.core.histories import OFFICE
from tests.core.world import ANA, BEN, ITEM, POLICY, minute

NAMED_DAYS = OFFICE.calendar.model_copy(update={"names": {date(2026, 3, 3): "Inventory"}})
OWN_HOURS = OFFICE.model_copy(update={"calendar": NAMED_DAYS})
THANKS = Draft(
    title="Delays",
    categories=("delivery",),
    variants=(Variant(text="It leaves {today}", lang="en"), Variant(text="Il part", lang="fr", network="x")),
    owner=ANA,
    expires_on=date(2026, 12, 31),
    approved=True,
)
ONE, OTHER, NOTE, THIS = (uuid.UUID(int=number) for number in (1, 2, 3, 4))
PHOTO = Attachment(url="https://cdn.example/1.jpg", content_type="image/jpeg", bytes=9, name="1.jpg")
NIGHTS = AssignmentRule(
    rule_id=ONE, name="Nights", channels=("page",), langs=("fr", "de"), categories=("safety",), members=(ANA, BEN),
    way="load", speaks=True,
)  # fmt: skip
DAYS = AssignmentRule(rule_id=OTHER, name="Days", team="service")


def of_brand() -> list[Event]:
    """In an order in which they can have happened: what is lifted, removed or taken back was said before."""
    at, later = minute(0), minute(90)
    return [
        events.PolicyChanged(policy=POLICY.model_dump(mode="json"), at=at),
        events.PolicyChanged(policy=OWN_HOURS.model_dump(mode="json"), by=ANA, at=later),
        events.WordingSaved(wording_id=ONE, wording=THANKS.model_dump(mode="json"), by=ANA, at=at),
        events.WordingSaved(wording_id=OTHER, wording=Draft(title="Bare").model_dump(mode="json"), by=BEN, at=at),
        events.WordingRemoved(wording_id=OTHER, by=ANA, at=later),
        events.TopicFrozen(
            freeze_id=ONE, reason="The press asks", categories=("safety",), wave_id=THIS, words=("brake",),
            until=minute(2880), holding_allowed=False, by=ANA, at=at,
        ),
        events.TopicFrozen(freeze_id=OTHER, reason="All of it", by=ANA, at=at),
        events.FreezeLifted(freeze_id=OTHER, by=BEN, at=later),
        events.ModelSwitched(model="", at=at),
        events.ModelSwitched(model="ours", sha256="ab" * 32, by=ANA, at=later),
        events.RetentionChanged(words_days=None, raw_days=30, hold=False, at=at),
        events.RetentionChanged(words_days=365, raw_days=7, hold=True, reason="A case in court", by=ANA, at=later),
        events.PersonExported(subject_id=ONE, at=at),
        events.PersonExported(subject_id=ONE, by=ANA, at=at),
        events.EvidenceTaken(item=ITEM, by=ANA, at=at),
        events.CorrectionsExported(lines=0, at=at),
        events.CorrectionsExported(lines=120, by=ANA, at=at),
        events.SettingChanged(what="guide", action="skipped", subject="colleague", by=ANA, at=at),
        events.SettingChanged(
            what="channel", action="changed", subject="page", before={"name": "Old"}, after={"name": "New"}, by=ANA,
            at=at,
        ),
        events.SettingChanged(what="subscription", action="paused: gone", subject="s1", at=later),
        events.ReportMade(
            report_id=ONE, issue_id=OTHER, first="2026-02-01", last="2026-02-28", as_of=120, digest="cd" * 32, at=at
        ),
        events.ReportMade(
            report_id=ONE, issue_id=THIS, first="2026-01-01", last="2026-01-31", as_of=121, digest="ef" * 32, by=ANA,
            at=later,
        ),
        events.ReportMailed(report_id=ONE, issue_id=OTHER, outcome="sent", at=at),
        events.ReportMailed(report_id=ONE, issue_id=OTHER, outcome="failed", reason="refused", at=later),
        events.ReferenceHeld(
            verb="edited", channel_id="page", external_id="m1", refers_to="m1", sent_at=at, received_at=later,
            text="It leaves today", attachments=(PHOTO,),
        ),
        events.ReferenceHeld(
            verb="withdrawn", channel_id="page", external_id="m2", refers_to="m2", sent_at=at, received_at=later,
        ),
        events.ReferenceHeld(
            verb="echoed", channel_id="page", external_id="e1", refers_to="m1", sent_at=at, received_at=later,
            text="We are looking into it",
        ),
        events.DeliveryQuarantined(channel_id="page", delivery_id=THIS, reason="not JSON", at=at),
        HandoverOffered(
            handover_id=ONE, to=BEN, since=at - timedelta(hours=8), acknowledged=3, answered=2, text="Mind the first",
            items=(HandedItem(item_id=ITEM, why=("open", "promised")),), by=ANA, at=at,
        ),
        HandoverAccepted(handover_id=ONE, offered_by=ANA, by=BEN, at=later),
        HandoverOffered(handover_id=OTHER, to=None, since=at, items=(), by=BEN, at=later),
        HandoverDeclined(handover_id=OTHER, offered_by=BEN, text="Ill", by=ANA, at=later),
        AssignmentRulesChanged(rules=(), by=ANA, at=at),
        AssignmentRulesChanged(rules=(NIGHTS, DAYS), by=ANA, at=later),
        AuthorNoted(subject_id=ONE, note_id=NOTE, by=ANA, at=at, text="Writes at night"),
        AuthorNoted(subject_id=ONE, note_id=THIS, by=BEN, at=at, text="A journalist"),
        AuthorNoteRemoved(subject_id=ONE, note_id=THIS, by=BEN, at=later),
        AuthorOptOutSaid(subject_id=ONE, by=ANA, at=at, opted_out=True),
        AuthorOptOutSaid(subject_id=OTHER, by=ANA, at=at, opted_out=True),
        AuthorOptOutSaid(subject_id=OTHER, by=BEN, at=later),
        AuthorCitySaid(subject_id=ONE, by=ANA, at=at, city="Le Mans"),
        AuthorCitySaid(subject_id=ONE, by=BEN, at=later),
        AuthorCitySaid(subject_id=OTHER, by=ANA, at=at, city="Brest"),
        AuthorsLinked(one=ONE, other=OTHER, by=ANA, at=at),
        AuthorsLinked(one=ONE, other=THIS, by=ANA, at=at),
        AuthorsUnlinked(one=ONE, other=THIS, by=BEN, at=later),
        events.AuthorForgotten(subject_id=ONE, item_ids=(ITEM,), by=None, at=later),
        events.AuthorForgotten(subject_id=OTHER, item_ids=(), by=ANA, at=later),
    ]  # fmt: skip

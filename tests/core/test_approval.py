"""A reply that somebody looks at before it leaves, and topics on which nobody replies for now."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta

import pytest

from inbox import approval, commands, events, freezes, item, mentions
from inbox.errors import Refused
from inbox.events import Event, Role
from inbox.freezes import Freeze
from inbox.policy import Approval, Policy
from inbox.standing import Standing
from inbox.state import Item
from tests.core.world import ANA, BEN, CHLOE, ITEM, POLICY, given, judged, minute, named, resolved, said, then

DORA = 4
ASKING = POLICY.model_copy(update={"approval": Approval(always=True, approvers=(BEN, CHLOE), escalate_s=600)})
PROPOSE = commands.ProposeReply(ANA, ("It leaves today", "Tomorrow at the latest"))


def decided(
    state: Item, command: commands.Command, at: float = 20, *, role: Role | None = "cm", policy: Policy = ASKING,
    held: Sequence[Freeze] = (), command_id: str = "c1",
) -> list[Event]:  # fmt: skip
    return item.decide(state, command, minute(at), policy, command_id=command_id, within=Standing(role, held))


def refused(state: Item, command: commands.Command, at: float = 20, **how: object) -> str:
    with pytest.raises(Refused) as refusal:
        decided(state, command, at, **how)  # type: ignore[arg-type]
    return refusal.value.code


def proposed(at: float = 10) -> Item:
    return then(given(said()), *decided(given(said()), PROPOSE, at))  # type: ignore[arg-type]


def the_proposal(state: Item) -> uuid.UUID:
    return state.proposals[-1].proposal_id


def approve(state: Item, by: int | None = BEN, text: str = "It leaves today", **more: object) -> commands.ApproveReply:
    return commands.ApproveReply(by, the_proposal(state), 0, text, **more)  # type: ignore[arg-type]


# --- when it is needed --------------------------------------------------------------------------------------------


def test_what_a_community_manager_writes_is_proposed_where_the_policy_says_so() -> None:
    state = given(said())
    assert refused(state, commands.Reply(ANA, "hello")) == "approval_needed"
    assert named(decided(state, commands.Reply(ANA, "hello"), role="lead")) == ["ReplyQueued"]
    assert named(decided(state, commands.Reply(ANA, "hello"), policy=POLICY)) == ["ReplyQueued"]


def test_an_acknowledgement_leaves_at_once_unless_the_policy_names_it_too() -> None:
    state, hello = given(said()), commands.Acknowledge(ANA, "We read you")
    assert named(decided(state, hello)) == ["ItemAcknowledged", "ReplyQueued"]
    both = ASKING.model_copy(update={"approval": Approval(always=True, holding_too=True)})
    assert refused(state, hello, policy=both) == "approval_needed"


@pytest.mark.parametrize(
    ("rule", "needed"),
    [
        (Approval(), False), (Approval(channels=("page",)), True), (Approval(channels=("other",)), False),
        (Approval(priorities=(2,)), True), (Approval(priorities=(1,)), False),
        (Approval(always=True, roles=("observer",)), False),
    ],
)  # fmt: skip
def test_it_goes_by_channel_by_priority_and_by_role(rule: Approval, needed: bool) -> None:
    policy = POLICY.model_copy(update={"approval": rule})
    assert approval.needed(policy, given(said()), "response", "cm") is needed


# --- propose, approve, refuse -------------------------------------------------------------------------------------


def test_the_words_that_the_first_variant_was_translated_from_go_along_with_it_and_with_no_other() -> None:
    two = commands.ProposeReply(ANA, ("Es geht heute raus", "Sorry"), original="It leaves today")
    state = then(given(said()), *decided(given(said()), two, 10))  # type: ignore[arg-type]
    assert state.proposals[-1].original == "It leaves today"
    for variant, kept in ((0, "It leaves today"), (1, None)):
        approved = commands.ApproveReply(BEN, the_proposal(state), variant, "Es geht heute los")
        after = then(state, *decided(state, approved))  # type: ignore[arg-type]
        assert (after.replies[-1].text, after.replies[-1].original) == ("Es geht heute los", kept)
    long = commands.ProposeReply(ANA, ("kurz",), original="x" * 10_001)
    assert refused(given(said()), long) == "text_too_long"


def test_an_approved_wording_leaves_in_the_name_of_who_wrote_it() -> None:
    state = proposed()
    approved, queued = decided(state, approve(state, text="It leaves today, promised"))
    assert isinstance(approved, events.ReplyApproved)
    assert isinstance(queued, events.ReplyQueued)
    assert (approved.edited, approved.by, approved.reply_id) == (True, BEN, queued.reply_id)
    assert (queued.by, queued.text) == (ANA, "It leaves today, promised")
    after = then(state, approved, queued)
    assert (after.proposals[0].state, after.replies[0].state) == ("approved", "queued")
    assert decided(after, approve(after, text="It leaves today, promised")) == []


def test_nobody_approves_what_they_wrote_themselves_and_a_bystander_nothing() -> None:
    state = proposed()
    assert refused(state, approve(state, ANA), role="lead") == "own_proposal"
    assert refused(state, approve(state, DORA)) == "not_asked"
    assert refused(state, approve(state, CHLOE)) == "not_asked"  # her turn comes only after his
    assert named(decided(state, approve(state, DORA), role="lead")) == ["ReplyApproved", "ReplyQueued"]


def test_a_refusal_says_why_and_its_author_may_take_it_back() -> None:
    state = proposed()
    assert refused(state, commands.RejectReply(BEN, the_proposal(state), " ")) == "reason_needed"
    after = then(state, *decided(state, commands.RejectReply(BEN, the_proposal(state), "Too cold")))  # type: ignore[arg-type]
    assert (after.proposals[0].state, after.proposals[0].text) == ("rejected", "Too cold")
    assert refused(after, approve(after)) == "proposal_decided"
    back = then(state, *decided(state, commands.RejectReply(ANA, the_proposal(state))))  # type: ignore[arg-type]
    assert back.proposals[0].state == "taken_back"


def test_one_proposal_waits_at_a_time_and_the_same_command_makes_one() -> None:
    state = proposed()
    assert decided(state, PROPOSE) == []
    assert refused(state, PROPOSE, command_id="c2") == "already_proposed"


def test_what_could_not_leave_is_not_proposed() -> None:
    assert refused(given(said(reply_until=5)), PROPOSE) == "window_closed"
    assert refused(given(said()), commands.ProposeReply(ANA, ("fine", "  "))) == "empty_text"
    assert refused(given(said()), commands.ProposeReply(ANA, ())) == "variants_bad"


def test_a_leads_own_reply_or_the_end_of_the_item_overtakes_a_proposal() -> None:
    state = proposed()
    sent = then(state, *decided(state, commands.Reply(DORA, "Done"), role="lead"))  # type: ignore[arg-type]
    assert sent.proposals[0].state == "overtaken"
    assert then(state, resolved()).proposals[0].state == "overtaken"


def test_new_words_since_are_in_the_approvers_way_and_a_change_of_hands_is_not() -> None:
    state = proposed()
    since = [
        said("And now it burns", 15, id="m2"),
        events.ItemAssigned(item_id=ITEM, assignee=DORA, by=DORA, at=minute(16)),
    ]
    assert named(item.conflicts(approve(state), since)) == ["MessageReceived"]


# --- time passes --------------------------------------------------------------------------------------------------


def test_who_does_not_look_in_time_is_followed_by_the_next_then_by_any_lead() -> None:
    state, asked = proposed(at=10), []
    for at in (20, 30):
        assert approval.next_alarm_at(state) == minute(at)
        (escalated,) = (e for e in decided(state, commands.CheckClocks(), at) if e.TYPE == "ProposalEscalated")
        state = then(state, escalated)  # type: ignore[arg-type]
        asked.append(approval.asked_now(state.proposals[0]))
    assert asked == [CHLOE, None]
    assert approval.next_alarm_at(state) == state.proposals[0].expires_at
    assert named(decided(state, approve(state, CHLOE), 40)) == ["ReplyApproved", "ReplyQueued"]


def test_what_nobody_decides_on_expires_once() -> None:
    state = proposed(at=10)
    late = 10 + ASKING.approval.expires_s / 60
    assert refused(state, approve(state), late) == "proposal_decided"
    said_so = [e for e in decided(state, commands.CheckClocks(), late) if e.TYPE.startswith("Proposal")]
    assert named(said_so) == ["ProposalExpired"]
    after = then(state, *said_so)  # type: ignore[arg-type]
    assert after.proposals[0].state == "expired"
    assert approval.next_alarm_at(after) is None


# --- without a seat -----------------------------------------------------------------------------------------------


def let_in(state: Item, minutes: float = 60, role: Role = "lead") -> list[Event]:
    until = minute(20) + timedelta(minutes=minutes)
    command = commands.MakeApprovalLink(BEN, the_proposal(state), "Mme Roy", "ab" * 32, until)
    return decided(state, command, role=role, command_id="link")


def test_a_link_decides_once_within_its_time_and_not_when_it_was_taken_back() -> None:
    before = proposed()
    state = then(before, *let_in(before))  # type: ignore[arg-type]
    link = state.proposals[0].links[0].link_id
    by_link = approve(state, None, guest=link)
    happened = decided(state, by_link, role=None)
    assert named(happened) == ["ReplyApproved", "ReplyQueued"]
    assert refused(then(state, *happened), by_link, role=None, command_id="c9") == "proposal_decided"  # type: ignore[arg-type]
    assert refused(state, by_link, 81, role=None) == "link_dead"
    assert refused(state, approve(state, None, guest=uuid.uuid4()), role=None) == "link_dead"
    shut = then(state, *decided(state, commands.RevokeApprovalLink(BEN, link), role="lead"))  # type: ignore[arg-type]
    assert refused(shut, by_link, role=None) == "link_dead"


def test_a_link_that_is_told_twice_is_one_link() -> None:
    before = proposed()
    told = let_in(before)
    once = then(before, *told)  # type: ignore[arg-type]
    assert then(once, *told).proposals == once.proposals  # type: ignore[arg-type]


def test_only_a_lead_lets_somebody_in_and_for_a_week_at_most() -> None:
    assert (
        refused(proposed(), commands.MakeApprovalLink(BEN, the_proposal(proposed()), "R", "d", minute(60)))
        == "forbidden"
    )
    with pytest.raises(Refused):
        let_in(proposed(), minutes=8 * 24 * 60)


def test_with_the_author_the_wordings_and_the_links_are_forgotten() -> None:
    before = proposed()
    state = then(before, *let_in(before), events.AuthorForgotten(  # type: ignore[arg-type]
        subject_id=uuid.uuid4(), item_ids=(ITEM,), by=None, at=minute(30)
    ))  # fmt: skip
    assert state.proposals[0].variants == ()
    assert (state.proposals[0].links[0].name, state.proposals[0].links[0].digest) == (None, None)


# --- freezes ------------------------------------------------------------------------------------------------------


def frozen(until: float | None = None, **how: object) -> Freeze:
    said_so = events.TopicFrozen(
        freeze_id=uuid.uuid4(), reason="The plant looks into it", by=BEN, at=minute(1),
        until=None if until is None else minute(until), **how,
    )  # fmt: skip
    (freeze,) = freezes.fold([said_so])
    return freeze


def test_on_a_frozen_topic_nobody_replies_not_even_a_lead_and_they_read_why() -> None:
    state = given(said("My battery smokes"))
    with pytest.raises(Refused) as refusal:
        decided(state, commands.Reply(ANA, "hello"), role="owner", held=[frozen(words=("battery smokes",))])
    assert refusal.value.code == "frozen"
    assert refusal.value.details["reason"] == "The plant looks into it"
    assert refused(state, PROPOSE, held=[frozen()]) == "frozen"
    assert refused(proposed(), approve(proposed()), held=[frozen()]) == "frozen"


def test_a_freeze_lets_acknowledgements_through_where_it_says_so() -> None:
    state, hello = given(said()), commands.Acknowledge(ANA, "We read you")
    assert named(decided(state, hello, held=[frozen()])) == ["ItemAcknowledged", "ReplyQueued"]
    assert refused(state, hello, held=[frozen(holding_allowed=False)]) == "frozen"
    assert named(decided(state, commands.Acknowledge(ANA), held=[frozen(holding_allowed=False)])) == [
        "ItemAcknowledged"
    ]


def test_a_freeze_touches_its_topic_and_ends_in_time_or_by_hand() -> None:
    state = given(said("My battery smokes"), judged(0.9))
    reason = state.reasons[0].category
    wave = uuid.uuid4()
    in_wave = then(state, events.WaveJoined(
        item_id=ITEM, external_id="m1", wave_id=wave, alike="words", similarity=1, at=minute(2)
    ))  # fmt: skip
    now = minute(20)
    assert [bool(freezes.over([f], in_wave, now)) for f in (
        frozen(), frozen(words=("BATTERY",)), frozen(words=("screen",)), frozen(categories=(reason,)),
        frozen(categories=("praise",)), frozen(wave_id=wave), frozen(wave_id=uuid.uuid4()), frozen(until=19),
        frozen(until=21),
    )] == [True, True, False, True, False, True, False, False, True]  # fmt: skip
    said_so = frozen().said
    lifted = events.FreezeLifted(freeze_id=said_so.freeze_id, by=BEN, at=minute(15))
    assert not freezes.over(freezes.fold([said_so, lifted]), state, now)


def test_a_note_calls_by_full_name_or_by_a_first_name_that_only_one_has() -> None:
    names = {1: "Ana", 2: "Ana Lopez", 3: "Léo Roux", 4: "Zoë Ndiaye"}
    assert mentions.called("@Ana Lopez, tu peux voir ?", names) == [2]  # not Ana, whose name begins alike
    assert mentions.called("Voir avec @ana et @LÉO", names) == [1, 3]
    assert mentions.called("ana@zoë.example, @Zoëlle et @@", names) == []

"""P1 to P4: what the matrix gives, what a person decides, what waiting adds, and how the item says why."""

from __future__ import annotations

import pytest

from inbox import priority
from inbox.policy import Band
from inbox.state import Item, Judgement
from tests.core.world import (
    ITEM,
    POLICY,
    START,
    about,
    breached,
    by_hand,
    claimed,
    edited,
    given,
    judged,
    minute,
    overridden,
    queued,
    said,
    sending,
    sent,
    withdrawn,
)


def judgement(urgency: float, *, level: int = 0, assessed: bool = True) -> Judgement:
    return Judgement(model="m", assessed=assessed, sentiment="neutral", urgency=urgency, level=level)


def codes(item: Item, at: float = 10) -> list[str]:
    return [why.code for why in priority.explain(item, POLICY, minute(at))]


def params(item: Item, code: str, at: float = 10) -> dict[str, str | int | float]:
    return next(why.params for why in priority.explain(item, POLICY, minute(at)) if why.code == code)


@pytest.mark.parametrize(
    ("urgency", "band"),
    [(0, "low"), (0.2499, "low"), (0.25, "mid"), (0.4999, "mid"), (0.5, "high"), (0.7499, "high"), (0.75, "critical"),
     (1, "critical")],
)  # fmt: skip
def test_urgency_bands_are_quarters(urgency: float, band: Band) -> None:
    assert priority.urgency_band(urgency) == band


@pytest.mark.parametrize(
    ("followers", "spread", "band"),
    [(None, 1, "low"), (999, 9, "low"), (1000, 1, "mid"), (None, 10, "mid"), (10_000, 10, "high"), (5, 50, "high"),
     (100_000, 1, "critical"), (1000, 200, "critical")],
)  # fmt: skip
def test_impact_is_the_higher_of_reach_and_spread(followers: int | None, spread: int, band: Band) -> None:
    assert priority.impact_band(POLICY, followers, spread) == band


def test_the_matrix_gives_the_priority() -> None:
    assert priority.base_priority(POLICY, judgement(0.1), None, 1) == 4
    assert priority.base_priority(POLICY, judgement(0.1), 20_000, 1) == 3
    assert priority.base_priority(POLICY, judgement(0.3), 20_000, 1) == 2
    assert priority.base_priority(POLICY, judgement(0.6), 200_000, 1) == 1
    assert priority.base_priority(POLICY, judgement(0.8), None, 1) == 1


def test_the_unscored_rank_no_lower_than_p2() -> None:
    assert priority.base_priority(POLICY, None, 500_000, 500) == 2


def test_what_could_not_be_assessed_ranks_no_lower_than_p2_and_may_rank_higher() -> None:
    assert priority.base_priority(POLICY, judgement(0.1, assessed=False), None, 1) == 2
    assert priority.base_priority(POLICY, judgement(0.9, assessed=False), None, 1) == 1


def test_a_danger_to_a_person_is_p1_whatever_the_reach_and_the_urgency() -> None:
    assert priority.base_priority(POLICY, judgement(0.1, level=3), None, 1) == 1
    assert priority.base_priority(POLICY, judgement(0.1, level=3, assessed=False), None, 1) == 1


@pytest.mark.parametrize(
    ("base", "override", "promoted", "rank"),
    [(4, None, 0, 4), (4, None, 1, 3), (4, None, 2, 2), (3, None, 2, 2), (2, None, 2, 2), (1, None, 2, 1),
     (4, 4, 2, 4), (2, 1, 0, 1)],
)  # fmt: skip
def test_waiting_promotes_but_never_into_p1_and_never_against_a_person(
    base: int, override: int | None, promoted: int, rank: int
) -> None:
    assert priority.effective(base, override, promoted) == rank


def test_an_item_is_as_urgent_as_its_most_urgent_message() -> None:
    item = given(said(), judged(0.1), said("and my child is ill of it", 1, id="m2"), judged(0.8, id="m2"))
    assert (item.base_priority, item.urgency, item.scored) == (1, 0.8, True)


def test_a_danger_outweighs_a_higher_urgency() -> None:
    item = given(said(), judged(0.7, level=3), said(id="m2"), judged(0.9, id="m2"))
    assert (item.level, item.urgency) == (3, 0.7)


def test_an_unscored_message_keeps_the_item_at_p2_and_a_known_p1_does_not_wait() -> None:
    assert given(said(), judged(0.1), said(id="m2")).priority == 2
    assert given(said(), judged(0.9), said(id="m2")).priority == 1
    assert not given(said(), judged(0.9), said(id="m2")).scored


def test_a_withdrawn_message_no_longer_counts() -> None:
    item = given(said(), judged(0.1), said(id="m2"), judged(0.9, id="m2"), withdrawn(id="m2"))
    assert (item.base_priority, item.urgency) == (4, 0.1)


def test_an_edit_never_hides_a_danger_until_the_new_words_are_judged() -> None:
    before = given(said(), judged(0.9, level=3), edited("all fine"), edited("really", 2))
    assert (before.priority, before.scored, before.level) == (1, False, 3)
    after = given(said(), judged(0.9, level=3), edited("all fine"), judged(0.1, 2, level=0))
    assert (after.priority, after.scored, after.level) == (4, True, 0)


def test_an_edited_trifle_is_unscored_again() -> None:
    item = given(said(), judged(0.1), edited("it burns"))
    assert (item.priority, item.scored) == (2, False)


def test_the_widest_spread_heard_counts_for_the_whole_turn() -> None:
    item = given(said(), judged(0.3), said(id="m2"), judged(0.1, id="m2", spread=60))
    assert item.base_priority == 2


def test_the_reach_of_the_author_counts() -> None:
    assert given(said(followers=123_456), judged(0.6)).base_priority == 1


def test_a_new_turn_is_judged_by_its_own_words() -> None:
    item = given(said(), judged(0.9), by_hand(), said("thanks", 20, id="m2"), judged(0.1, id="m2"))
    assert item.priority == 4


def test_an_override_outlives_the_turn_until_it_is_given_back() -> None:
    answered = [said(), judged(0.1), overridden(1), by_hand(), said("hello?", 20, id="m2")]
    assert given(*answered).priority == 1
    assert given(*answered, judged(0.1, id="m2"), overridden(None)).priority == 4


def test_a_breach_promotes_the_rank_and_moves_no_due_time() -> None:
    item = given(said(), judged(0.1), breached("ack"))
    assert (item.base_priority, item.promoted, item.priority) == (4, 1, 3)
    assert item.turn is not None
    assert (item.turn.priority, item.turn.ack_due_at) == (4, minute(240))


def test_a_breach_counts_once_and_is_gone_with_its_turn() -> None:
    late = [said(), judged(0.1), breached("ack"), breached("ack"), breached("response")]
    assert given(*late).priority == 2
    assert given(*late, by_hand()).promoted == 0
    assert given(*late, by_hand(), said(at=20, id="m2"), judged(0.1, id="m2")).priority == 4


def test_a_breach_of_a_turn_that_is_over_promotes_nothing() -> None:
    assert given(said(), by_hand(), said(at=20, id="m2"), breached("ack", turn=1)).promoted == 0
    assert given(said(), breached("ack", turn=7)).promoted == 0


# --- why ----------------------------------------------------------------------------------------------------------


def test_a_fresh_item_says_that_it_is_unscored_and_what_is_due() -> None:
    item = given(said())
    assert codes(item) == ["unscored", "waiting", "due"]
    assert params(item, "waiting") == {"since": START.isoformat(), "seconds": 600}
    assert params(item, "due") == {"clock": "ack", "at": minute(30).isoformat(), "seconds": 1200}


def test_the_risk_is_said_with_the_authors_own_words() -> None:
    item = given(said(), judged(0.6, evidence=("never came", "fraud")))
    assert params(item, "risk") == {"category": "delivery", "score": 0.9, "evidence": "never came … fraud"}


def test_reasons_come_in_order_of_weight() -> None:
    item = given(
        said(followers=20_000, reply_until=1440),
        judged(0.9, level=3, spread=70, assessed=False),
        said(id="m2"),
        overridden(2),
    )
    assert codes(item) == [
        "danger", "risk", "unscored", "not_assessed", "reach", "spread", "override", "waiting", "due", "window_closing",
    ]  # fmt: skip
    assert params(item, "reach") == {"followers": 20_000, "band": "high"}
    assert params(item, "spread") == {"authors": 70, "band": "high"}
    assert params(item, "override") == {"priority": 2, "rules": 1}


def test_a_promoted_item_says_from_where() -> None:
    item = given(said(), judged(0.1), breached("ack"))
    assert params(item, "promoted") == {"from": 4, "to": 3, "breaches": 1}


def test_a_breach_that_moved_nothing_is_not_given_as_a_reason() -> None:
    assert "promoted" not in codes(given(said(), judged(0.6), breached("ack")))


def test_what_is_late_counts_below_zero() -> None:
    assert params(given(said()), "due", at=40)["seconds"] == -600


def test_the_response_is_due_next_once_somebody_acknowledged() -> None:
    assert params(given(said(), claimed()), "due")["clock"] == "response"


def test_a_window_that_has_closed_is_said_so() -> None:
    assert "window_closed" in codes(given(said(reply_until=5)))


def test_a_promise_is_given_as_a_reason_while_it_runs() -> None:
    item = given(said(), queued(1, purpose="holding", promise_until=60), sending(2), sent(3))
    assert params(item, "promise") == {"at": minute(60).isoformat(), "seconds": 3000}


def test_an_answered_item_waits_for_nothing() -> None:
    assert codes(given(said(reply_until=1440), judged(0.6), by_hand())) == ["risk"]
    assert codes(Item(ITEM)) == []


def test_a_danger_that_no_word_bears_out_and_that_is_not_likely_is_suspected() -> None:
    def is_suspected(score: float, evidence: tuple[str, ...] = (), category: str = "safety") -> bool:
        read = judged(0.8, level=3, category=category, score=score, evidence=evidence)
        return priority.is_suspected(given(said(), read))

    assert is_suspected(0.06)
    assert not is_suspected(0.06, ("fume",))
    assert not is_suspected(0.5)
    assert not is_suspected(0.1, category="other")


def test_one_sure_message_makes_an_item_sure() -> None:
    faint = judged(0.9, level=3, category="safety", score=0.06, evidence=())
    item = given(said(), faint, said(id="m2"), judged(0.8, id="m2", level=3, category="violence", evidence=("tuer",)))
    assert not priority.is_suspected(item)
    lesser = judged(0.6, id="m2", level=2, category="legal", evidence=("avocat",))
    assert priority.is_suspected(given(said(), faint, said(id="m2"), lesser)), "a lawyer is no fire"


def test_a_persons_word_is_no_suspicion_and_below_p1_nothing_is_one() -> None:
    faint = judged(0.9, level=3, category="safety", score=0.06, evidence=())
    assert not priority.is_suspected(given(said(), faint, overridden(1)))
    assert not priority.is_suspected(given(said(), faint, overridden(2)))
    assert not priority.is_suspected(given(said(), faint, about("safety")))
    doubtful = judged(0.6, level=2, category="legal", score=0.1, evidence=())
    assert not priority.is_suspected(given(said(), doubtful))
    assert priority.is_suspected(given(said(followers=200_000), doubtful)), "in P1 by its reach, if it were true"
    assert not priority.is_suspected(given(said(followers=200_000), judged(0.8, level=1, category="complaint")))


def test_a_suspicion_is_told_among_the_reasons() -> None:
    faint = judged(0.9, level=3, category="safety", score=0.06, evidence=())
    assert codes(given(said(), faint))[:2] == ["danger", "suspected"]
    assert "suspected" not in codes(given(said(), faint, overridden(1)))


def test_every_reason_given_is_one_that_screens_know() -> None:
    item = given(said(followers=20_000, reply_until=1), judged(0.9, level=3, spread=70), breached("ack"))
    assert set(codes(item)) <= set(priority.WHY_CODES)

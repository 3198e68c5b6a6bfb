"""Prepared words: gaps that are filled or refused, the variant that fits, what is offered first."""

from __future__ import annotations

import dataclasses
import uuid
from datetime import UTC, date, datetime

import pytest
from hypothesis import given as each
from hypothesis import strategies as st

from inbox import commands, filling, gap_values, item, wording
from inbox.errors import Refused
from inbox.events import ReplyQueued
from inbox.wording import Draft, Variant, Wording
from tests.core.world import ANA, POLICY, given, minute, said

FR, EN, FR_X, ANY = (
    Variant(text="Bonjour {name|}", lang="fr"), Variant(text="Hello", lang="en"),
    Variant(text="Court", lang="fr", network="x"), Variant(text="✔"),
)  # fmt: skip


def kept(title: str, *variants: Variant, used: int = 0, **more: object) -> Wording:
    draft = Draft.model_validate({"title": title, "variants": variants, **more})
    return Wording(
        uuid.uuid5(uuid.NAMESPACE_OID, title), draft, 1, 1, datetime(2026, 1, 1, tzinfo=UTC), None, None, used
    )


def test_gaps_are_filled_and_the_others_refused_by_name() -> None:
    assert filling.fill("Bonjour {name}, commande {order}.", {"name": "Zoé", "order": "A-12345"}) == (
        "Bonjour Zoé, commande A-12345."
    )
    with pytest.raises(Refused) as refused:
        filling.fill("{name} {city} {city} {order}", {"name": "Zoé", "order": "  "})
    assert (refused.value.code, refused.value.details["missing"]) == ("gap_missing", ["city", "order"])


def test_words_after_a_bar_stand_where_nothing_is_known() -> None:
    assert filling.fill("Bonjour {name|à vous},", {}) == "Bonjour à vous,"
    assert filling.fill("Bonjour {name|à vous},", {"name": "Zoé"}) == "Bonjour Zoé,"


@each(
    st.text(alphabet="ab{}|name ", max_size=40),
    st.dictionaries(st.sampled_from(["a", "b", "name"]), st.text(max_size=5)),
)
def test_what_was_filled_never_holds_an_empty_gap(text: str, values: dict[str, str]) -> None:
    known = {name: value.replace("{", "").replace("}", "") for name, value in values.items()}
    if filling.missing(text, known):
        with pytest.raises(Refused):
            filling.fill(text, known)
    else:
        assert filling.GAP.sub("", text) == text or filling.fill(text, known) != text


def test_no_reply_leaves_with_a_gap_in_it() -> None:
    zoe = given(said())
    for command in (
        commands.Reply(ANA, "Bonjour {name}"),
        commands.Reply(ANA, "Bonjour de {ville}", wording=uuid.UUID(int=1)),
        commands.Acknowledge(ANA, "Bonjour {order|}", wording=uuid.UUID(int=1)),
    ):
        with pytest.raises(Refused) as refused:
            item.decide(zoe, command, minute(5), POLICY, command_id="k")
        assert refused.value.code == "gap_missing"
    (braces,) = item.decide(zoe, commands.Reply(ANA, "Tapez {x: 1} ou {ville}"), minute(5), POLICY, command_id="k")
    assert isinstance(braces, ReplyQueued)
    assert braces.wording is None


def test_a_reply_says_what_it_was_written_with() -> None:
    used = uuid.UUID(int=7)
    _, held = item.decide(
        given(said()), commands.Acknowledge(ANA, "Lu", wording=used), minute(5), POLICY, command_id="k"
    )
    assert isinstance(held, ReplyQueued)
    assert held.wording == used


def test_the_variant_of_the_language_and_network_comes_before_the_others() -> None:
    every = (ANY, EN, FR, FR_X)
    assert wording.pick(every, "fr", "x") == FR_X
    assert wording.pick(every, "fr", "facebook") == FR
    assert wording.pick(every, "tr", "facebook") == ANY
    assert wording.pick((EN, FR_X), "fr", "facebook") is None
    assert wording.nearest((EN, FR_X), "fr", "facebook") == EN
    assert wording.nearest((FR_X,), "fr", "facebook") is None


def test_what_the_wave_was_answered_with_comes_first_then_what_it_is_about() -> None:
    wave, about, often, mute = (
        kept("w", EN),
        kept("a", FR, categories=("legal",)),
        kept("o", FR, used=9),
        kept("x", FR_X),
    )
    found = wording.ranked(
        [often, mute, about, wave], about={"legal"}, lang="fr", network="facebook", in_wave={wave.wording_id: 2}
    )
    assert [one.draft.title for one in found] == ["w", "a", "o"]


def test_it_is_offered_up_to_its_last_day() -> None:
    one = kept("t", FR, expires_on=date(2026, 3, 1))
    assert [one.in_force(date(2026, 3, day)) for day in (1, 2)] == [True, False]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"title": " "}, "title_bad"), ({"variants": ()}, "no_variant"), ({"variants": (FR, FR)}, "variant_twice"),
        ({"variants": (FR, Variant(text=" ", lang="en"), FR_X), "categories": ("nothing",)}, "no_such_category"),
        ({"variants": (Variant(text="a", lang="FR!"),)}, "no_such_language"),
        ({"variants": (Variant(text="a", network="myspace"),)}, "no_such_network"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused(change: dict[str, object], code: str) -> None:
    draft = Draft(title="t", variants=(FR,)).model_copy(update=change)
    with pytest.raises(Refused) as refused:
        wording.checked(draft, {"x", "facebook"})
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("words", "order"),
    [
        ("Ma commande n° 123456 n'est pas là", "123456"), ("order #AB-98765", "AB-98765"), ("n°4521", "4521"),
        ("Order number: 77001122", "77001122"), ("J'ai payé 12345 euros", None),
        ("commande 1234 et commande 5678", None),
        ("appelez le 0612345678", None), ("", None),
    ],
)  # fmt: skip
def test_an_order_number_is_known_where_exactly_one_was_written(words: str, order: str | None) -> None:
    zoe = given(said(words))
    values = gap_values.of(zoe, brand="Brizéo", channel="Page", promise=None)
    assert (values["order"], values["brand"]) == (order, "Brizéo")


def test_for_many_at_once_what_their_waves_were_answered_with_comes_first_then_what_most_are_about() -> None:
    few, many = kept("few", FR, categories=("legal",)), kept("many", FR, categories=("outage",))
    wave, mute = kept("wave", EN), kept("none of it", FR, categories=("praise",), used=90)
    elsewhere = kept("elsewhere", FR_X, categories=("outage",))
    found = wording.suggested(
        [few, many, wave, mute, elsewhere], about={"legal": 1, "outage": 4}, networks={"facebook"},
        in_waves={wave.wording_id: 1},
    )  # fmt: skip
    assert [one.draft.title for one in found] == ["wave", "many", "few"]


def test_a_city_is_what_was_noted_and_no_word_of_the_message() -> None:
    zoe = given(said("Ma commande n° 123456 à Brest"))
    assert gap_values.of(zoe, brand="Brizéo", channel="Page")["city"] is None
    assert gap_values.of(zoe, brand="Brizéo", channel="Page", city="Le Mans")["city"] == "Le Mans"


def test_which_gaps_their_own_words_stand_in_for_is_told() -> None:
    text = "Bonjour {name|à vous}, à {city|chez vous} : {city|là}, {order}, {brand|nous}"
    assert filling.stand_ins(text, {"city": " ", "brand": "Brizéo"}) == ("name", "city")


def test_a_nickname_is_no_first_name() -> None:
    zoe = given(said())
    assert zoe.author is not None
    for name, first in (("Zoé Petit", "Zoé"), ("xXx_92", None), ("Brizéo", None)):
        named = dataclasses.replace(zoe, author=zoe.author.model_copy(update={"name": name}))
        assert gap_values.of(named, brand="b", channel="c")["name"] == first

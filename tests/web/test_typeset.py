"""French words as French prints them."""

from __future__ import annotations

import re

import pytest

from inbox.web.i18n import typeset
from services.channels.registry import networks

THIN = "\u202f"


def test_the_blank_before_a_tall_sign_is_narrow_and_breaks_no_line() -> None:
    assert typeset("Vide : « à vous » ? Oui ; non !", "fr") == (
        f"Vide{THIN}: «{THIN}à vous{THIN}»{THIN}? Oui{THIN}; non{THIN}!"
    )


@pytest.mark.parametrize("text", ["à 18:05", "?token= et", "https://a.example/b?c", "GET /x?y=1 :z"])
def test_signs_of_addresses_and_hours_stay(text: str) -> None:
    assert typeset(text, "fr") == text


def test_english_words_stay() -> None:
    assert typeset("Empty : is it ?", "en") == "Empty : is it ?"


def test_no_network_tells_how_to_connect_it_with_a_blank_that_may_break() -> None:
    for network in networks().values():
        for text in (*network.setup_steps["fr"], *(field.hint.get("fr", "") for field in network.setup_fields)):
            assert not re.search(r" [:;!?»](\s|$)|« ", typeset(text, "fr")), text

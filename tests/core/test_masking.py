"""What names or reaches a person does not leave the house in a training text."""

from __future__ import annotations

import pytest

from inbox.masking import MOST_LETTERS, mask


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("voyez https://exemple.fr/a?b=c merci", "voyez http merci"),
        ("voyez www.exemple.fr", "voyez http"),
        ("voyez exemple.fr/commande/12 merci", "voyez http merci"),
        ("@brizeo et @jean.dupont-75 répondez", "@user et @user répondez"),
        ("écrivez à jean.dupont+x@mail.example.com.", "écrivez à [email]."),
        ("appelez le 06 12 34 56 78 ou +33 6.12.34.56.78", "appelez le [phone] ou [phone]"),
        ("appelez (01)2345-6789", "appelez [phone]"),
        ("IBAN FR76 3000 6000 0112 3456 7890 189 merci", "IBAN [iban] merci"),
        ("iban gb82 west 1234 5698 7654 32 ok", "iban [iban] ok"),
        ("FR7630006000011234567890189", "[iban]"),
        ("carte 4970 1012 3456 7890", "carte [card]"),
        ("carte 4970101234567890,", "carte [card],"),
        ("commande 4821377 et CMD-48213, #A12B34", "commande [number] et [number], [number]"),
        ("رقمي ٠٦١٢٣٤٥٦٧٨", "رقمي [phone]"),
        ("depuis 2019, 49,90 €, à 18h30, 3 fois en 48 h", "depuis 2019, 49,90 €, à 18h30, 3 fois en 48 h"),
        ("le 21/11/2026", "le [phone]"),
        ("", ""),
    ],
)
def test_addresses_and_numbers_go_and_prices_and_years_stay(text: str, masked: str) -> None:
    assert mask(text) == masked


def test_the_authors_own_name_goes_whole_and_in_parts_whatever_its_case() -> None:
    text = "Ici Léa Le Goff. LÉA ! lea_lg vous écrit, le chat de Goffman aussi"
    assert mask(text, ["Léa Le Goff", "@lea_lg"]) == "Ici [name]. [name] ! [name] vous écrit, le chat de Goffman aussi"
    assert mask("rien", [None, "", "@", "Li"]) == "rien"


def test_a_name_that_looks_like_a_pattern_is_only_a_name() -> None:
    assert mask("Ana dit abc", ["a.c", "(A"]) == "Ana dit abc"


@pytest.mark.parametrize("piece", ["a.", "1 ", "1-", "@", "a@", "AB12", "-1", "www.", "#", "a1-"])
def test_a_text_of_any_length_and_kind_is_masked_in_one_go(piece: str) -> None:
    """A pattern that tries again from each letter would not come to an end here."""
    assert len(mask(piece * 500_000)) <= MOST_LETTERS * 5

"""The set-up fields that every way of getting e-mail has."""

from __future__ import annotations

from inbox.channels import SetupField


def addresses() -> tuple[SetupField, ...]:
    return (
        SetupField(
            "account_id", "account",
            {"fr": "Votre adresse", "en": "Your address"},
            {
                "fr": "Celle à qui l’on écrit, et dont partent les réponses : contact@exemple.fr",
                "en": "The one that people write to, and that answers come from: contact@example.com",
            },
        ),
        SetupField(
            "addresses", "setting",
            {"fr": "Vos autres adresses", "en": "Your other addresses"},
            {
                "fr": "Séparées par des virgules. Ce qui en vient n’est pas le message d’un client.",
                "en": "Separated by commas. What comes from them is no message of a customer.",
            },
        ),
        SetupField(
            "sender_name", "setting",
            {"fr": "Nom de l’expéditeur", "en": "Sender's name"},
            {"fr": "Affiché à côté de votre adresse dans les réponses.", "en": "Shown beside your address in answers."},
        ),
    )  # fmt: skip

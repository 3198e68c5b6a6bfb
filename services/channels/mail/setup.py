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
            "authserv_id", "setting",
            {"fr": "Serveur qui vérifie l’expéditeur", "en": "Server that checks the sender"},
            {
                "fr": "Son nom dans l’en-tête Authentication-Results de vos courriels (mx.google.com). Vide : on ne"
                " croit aucun de ces en-têtes, que tout expéditeur peut écrire.",
                "en": "Its name in the Authentication-Results header of your mails (mx.google.com). Empty: none of"
                " these headers is believed, for any sender can write them.",
            },
        ),
        SetupField(
            "sender_name", "setting",
            {"fr": "Nom de l’expéditeur", "en": "Sender's name"},
            {"fr": "Affiché à côté de votre adresse dans les réponses.", "en": "Shown beside your address in answers."},
        ),
    )  # fmt: skip

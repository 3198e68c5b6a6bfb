"""Messenger: direct messages to a page. The page's comments come at the same hook, and are read by facebook's rules."""

from __future__ import annotations

from datetime import timedelta

from inbox.channels import SetupField
from services.channels import facebook, meta_replies
from services.channels.contract import PUBLIC
from services.channels.meta import Meta

CHANNEL = Meta(
    "messenger",
    "Messenger",
    facebook.change,
    2000,
    "Within 24 hours of the person's last message.",
    SetupField(
        "account_id", "account",
        {"fr": "Identifiant de la page", "en": "Page ID"},
        {
            "fr": "Vide : prend toute page de l’app que personne d’autre ne réclame.",
            "en": "Empty: takes any page of the app that no other channel claims.",
        },
    ),
    {
        "fr": (
            "Dans la console de Meta, ajoutez le produit Messenger à votre app.",
            "Adresse de rappel : {hook_url} — jeton de vérification : {verify_token}",
            "Abonnez la page à messages, message_edits, message_echoes, messaging_postbacks et standby.",
            "Passez l’app en mode Live avec l’accès avancé à pages_messaging.",
            "Une réponse part dans les 24 heures qui suivent le dernier message de la personne.",
        ),
        "en": (
            "In Meta's console, add the product Messenger to your app.",
            "Callback URL: {hook_url} — verify token: {verify_token}",
            "Subscribe the page to messages, message_edits, message_echoes, messaging_postbacks and standby.",
            "Set the app Live, with Advanced Access to pages_messaging.",
            "A reply can leave within 24 hours of the person's last message.",
        ),
    },
    able={
        "private_reply": True, "private_within": timedelta(days=7), "hide": True, "like": True,
        "gestures_on": frozenset({"comment"}), "files": meta_replies.PAGE_FILES, "lengths": dict.fromkeys(PUBLIC, 8000),
    },
)  # fmt: skip

"""Instagram: comments, live comments and mentions as changes; direct messages as messaging events."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from inbox.channels import SetupField
from inbox.events import Author
from services.channels import meta_files, reading
from services.channels.contract import Echoed, Ignored, Parsed, Received
from services.channels.meta import Context, Meta


def change(field: str, value: Any, context: Context) -> Parsed:
    if field in ("comments", "live_comments"):
        return _comment(value, context)
    if field == "mentions":
        return _mention(value, context)
    return Ignored(f"a change of another field: {field}"[:80])


def _comment(value: dict[str, Any], context: Context) -> Parsed:
    """Instagram tells of new comments only, never of edited or deleted ones. Comments carry no time of their own."""
    ident = reading.need(value.get("id"), "the comment's id")
    parent, author = reading.ident(value.get("parent_id")), _author(value)
    text = reading.words(value.get("text"))
    if author is not None and author.id in {context.account_id, *context.own_ids}:
        return Echoed(ident, context.entry_time, text, parent) if parent else Ignored("own")
    media = value.get("media")
    thread = reading.ident(media.get("id")) if isinstance(media, dict) else None
    return Received(
        kind="comment", external_id=ident, thread_id=thread or ident, sent_at=context.entry_time, text=text,
        author=author, parent_id=parent,
    )  # fmt: skip


def _mention(value: dict[str, Any], context: Context) -> Parsed:
    """Only ids: who mentioned us and what they said must be looked up by hand, so it is a message without words."""
    comment, media = reading.ident(value.get("comment_id")), reading.ident(value.get("media_id"))
    ident = comment or media
    return Received(
        kind="mention", external_id=reading.need(ident, "the mention's id"), thread_id=media or str(ident),
        sent_at=context.entry_time, text=None,
    )  # fmt: skip


def _author(value: dict[str, Any]) -> Author | None:
    sender = value.get("from")
    ident = reading.ident(sender.get("id")) if isinstance(sender, dict) else None
    if ident is None or not isinstance(sender, dict):
        return None
    username = sender.get("username")
    handle = username[:200] if isinstance(username, str) and username else None
    return Author(id=ident, handle=handle, name=handle)


CHANNEL = Meta(
    "instagram",
    "Instagram",
    change,
    1000,
    "Comments up to 300 characters; direct messages within 24 hours; calls are counted by account and hour.",
    SetupField(
        "account_id", "account",
        {"fr": "Identifiant du compte Instagram professionnel", "en": "Instagram professional account ID"},
        {
            "fr": "Vide : prend tout compte de l’app que personne d’autre ne réclame.",
            "en": "Empty: takes any account of the app that no other channel claims.",
        },
    ),
    {
        "fr": (
            "Reliez le compte Instagram professionnel à une page Facebook.",
            "Dans la console de Meta, ajoutez le produit Webhooks à votre app et choisissez l’objet Instagram.",
            "Adresse de rappel : {hook_url} — jeton de vérification : {verify_token}",
            "Abonnez-vous aux champs comments, live_comments, mentions et messages.",
            "Passez l’app en mode Live avec l’accès avancé à instagram_manage_comments et instagram_manage_messages.",
        ),
        "en": (
            "Link the Instagram professional account to a Facebook page.",
            "In Meta's console, add the product Webhooks to your app and choose the object Instagram.",
            "Callback URL: {hook_url} — verify token: {verify_token}",
            "Subscribe to the fields comments, live_comments, mentions and messages.",
            "Set the app Live, with Advanced Access to instagram_manage_comments and instagram_manage_messages.",
        ),
    },
    (
        SetupField(
            "page_id", "setting",
            {"fr": "Identifiant de la page Facebook reliée", "en": "ID of the linked Facebook page"},
            {
                "fr": "Les réponses aux messages privés partent par elle.",
                "en": "Replies to direct messages leave through it.",
            },
        ),
    ),
    able={
        "private_reply": True, "private_within": timedelta(days=7), "hide": True,
        "gestures_on": frozenset({"comment"}), "lengths": {"comment": 300, "mention": 300},
        "files": {"dm": meta_files.INSTAGRAM},
    },
)  # fmt: skip

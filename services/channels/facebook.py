"""Facebook pages: comments, visitors' posts, mentions and recommendations, in the old and the new form of the feed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from inbox.channels import SetupField
from inbox.events import Attachment, Author
from services.channels import meta_replies, parts, reading
from services.channels.contract import Echoed, Edited, Ignored, Parsed, Received, Withdrawn
from services.channels.meta import Context, Meta

POSTS = frozenset({"status", "post", "photo", "video", "share", "link", "note"})
OURS = frozenset({"album", "event"})
"""Items that only the page itself makes."""
EDITS = frozenset({"edit", "edited"})
VERBS = EDITS | {"add", "remove"}
"""The others (hidden, blocked, muted) are what became of a post, and may name it by its picture or film only."""


def change(field: str, value: Any, context: Context) -> Parsed:
    if field not in ("feed", "mention", "ratings"):
        return Ignored(f"a change of another field: {field}"[:80])
    item, verb = value.get("item"), value.get("verb")
    if item in ("reaction", "like"):
        return Ignored("a reaction")
    if item in OURS:
        return Ignored("own")
    if field == "ratings" and item == "rating":
        return _rating(value, verb, context)
    if item == "comment":
        return _comment(field, value, verb, context)
    if item in POSTS and verb in VERBS:
        return _post(field, value, verb, context)
    return Ignored(f"a change of state: {verb}"[:80] if item in POSTS else f"a change of another item: {item}"[:80])


def _comment(field: str, value: dict[str, Any], verb: Any, context: Context) -> Parsed:
    ident = reading.need(value.get("comment_id"), "the comment's id")
    thread = reading.ident(value.get("post_id")) or ident
    parent, author = reading.ident(value.get("parent_id")), _author(value)
    if author is not None and _is_ours(author.id, context, parent not in (None, thread)):
        return _ours(value, verb, ident, thread, parent, context)
    return _said("mention" if field == "mention" else "comment", value, verb, ident, thread, parent, author, context)


def _post(field: str, value: dict[str, Any], verb: Any, context: Context) -> Parsed:
    ident = reading.need(value.get("post_id"), "the post's id")
    author = _author(value)
    if author is not None and author.id in {context.account_id, *context.own_ids}:
        return Ignored("own")
    return _said("mention" if field == "mention" else "post", value, verb, ident, ident, None, author, context)


def _is_ours(author_id: str, context: Context, answers_a_comment: bool) -> bool:
    """A channel that knows its account knows its own words. One that does not takes a page's comments for a person's,
    unless they answer a comment: better a comment too many in the queue than a person's complaint overlooked."""
    if author_id in context.own_ids:
        return True
    return not context.own_ids and author_id == context.account_id and answers_a_comment


def _ours(value: dict[str, Any], verb: Any, ident: str, thread: str, parent: str | None, context: Context) -> Parsed:
    """Our own reply to a comment counts as an answer, wherever it was typed; our own comment on a post does not."""
    if verb != "add" or parent is None or parent == thread:
        return Ignored("own")
    return Echoed(ident, _at(value, context), reading.words(value.get("message")), parent)


def _said(
    kind: Any, value: dict[str, Any], verb: Any, ident: str, thread: str, parent: str | None, author: Author | None,
    context: Context,
) -> Parsed:  # fmt: skip
    text = reading.words(value.get("message"))
    if verb == "add":
        return Received(
            kind=kind, external_id=ident, thread_id=thread, sent_at=_at(value, context), text=text, author=author,
            parent_id=parent, permalink=_permalink(value), attachments=_attachments(value),
        )  # fmt: skip
    if verb in EDITS:
        # `created_time` may be that of the comment itself; the entry's time is that of the edit.
        at = context.entry_time
        return Edited(ident, at, at.isoformat(), text, _attachments(value), thread if author else None, author)
    if verb == "remove":
        return Withdrawn(ident, context.entry_time, thread if author else None, author)
    return Ignored(f"a change of state: {verb}"[:80])


def _rating(value: dict[str, Any], verb: Any, context: Context) -> Parsed:
    """A recommendation. Its story's id is its id and its thread."""
    ident = reading.need(value.get("open_graph_story_id"), "the recommendation's id")
    reviewer = reading.ident(value.get("reviewer_id"))
    author = Author(id=reviewer, name=_name(value.get("reviewer_name"))) if reviewer else None
    words = {**value, "message": value.get("review_text")}
    found = _said("review", words, verb, ident, ident, None, author, context)
    return replace(found, title=parts.stars(value.get("rating"))) if isinstance(found, Received) else found


def _author(value: dict[str, Any]) -> Author | None:
    sender = value.get("from")
    if isinstance(sender, dict):
        ident = reading.ident(sender.get("id"))
        return Author(id=ident, name=_name(sender.get("name"))) if ident else None
    ident = reading.ident(value.get("sender_id"))
    return Author(id=ident, name=_name(value.get("sender_name"))) if ident else None


def _name(value: Any) -> str | None:
    return value[:200] if isinstance(value, str) and value else None


def _at(value: dict[str, Any], context: Context) -> datetime:
    created = value.get("created_time")
    return context.entry_time if created is None else reading.instant(created)


def _permalink(value: dict[str, Any]) -> str | None:
    post = value.get("post")
    nested = post.get("permalink_url") if isinstance(post, dict) else None
    return reading.link(value.get("permalink_url")) or reading.link(nested)


def _attachments(value: dict[str, Any]) -> tuple[Attachment, ...]:
    listed = value.get("photos")
    photos = [value.get("photo"), *(listed if isinstance(listed, list) else ())]
    found = [*((url, "image") for url in photos), (value.get("video"), "video")]
    return tuple(Attachment(url=link, content_type=kind) for url, kind in found[:100] if (link := reading.link(url)))


CHANNEL = Meta(
    "facebook",
    "Facebook",
    change,
    8000,
    "Calls are counted by page and hour; direct messages within 24 hours of the person's last one.",
    SetupField(
        "account_id", "account",
        {"fr": "Identifiant de la page", "en": "Page ID"},
        {
            "fr": "Conseillé : vos propres commentaires ne deviennent alors pas des messages. Vide : prend toute page"
            " de l’app que personne d’autre ne réclame.",
            "en": "Advised: your own comments then do not become messages. Empty: takes any page of the app that no"
            " other channel claims.",
        },
    ),
    {
        "fr": (
            "Dans la console de Meta, ajoutez le produit Webhooks à votre app et choisissez l’objet Page.",
            "Adresse de rappel : {hook_url} — jeton de vérification : {verify_token}",
            "Abonnez-vous aux champs feed, mention et ratings.",
            "Abonnez la page à l’app : POST /{page-id}/subscribed_apps pour chacun de ces champs.",
            "Passez l’app en mode Live avec l’accès avancé à pages_read_user_content et pages_manage_engagement.",
        ),
        "en": (
            "In Meta's console, add the product Webhooks to your app and choose the object Page.",
            "Callback URL: {hook_url} — verify token: {verify_token}",
            "Subscribe to the fields feed, mention and ratings.",
            "Subscribe the page to the app: POST /{page-id}/subscribed_apps for each of these fields.",
            "Set the app Live, with Advanced Access to pages_read_user_content and pages_manage_engagement.",
        ),
    },
    able={
        "private_reply": True, "private_within": timedelta(days=7), "hide": True, "like": True,
        "gestures_on": frozenset({"comment"}), "files": meta_replies.PAGE_FILES, "lengths": {"dm": 2000},
    },
)  # fmt: skip

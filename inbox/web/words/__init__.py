"""Codes into words: what the log, the rules and the classifier call things, and what a duty officer calls them.

Every table maps a code to its English source string, which the catalogues translate. A code nobody knows yet is shown
as it is, spelled out, rather than lost. No I/O, no HTML: markup belongs to the templates.
"""

from __future__ import annotations

from inbox.suspicion import is_doubtful
from inbox.web.words.codes import (
    BANDS,
    CLOCKS,
    DRAWN_AS,
    FILTER_HAS,
    FILTER_KEYS,
    FILTER_STATES,
    FILTER_TIMES,
    KINDS,
    NETWORK_ICONS,
    NETWORKS,
    PRIORITIES,
    RESOLVE_REASONS,
    RIGHTS,
    ROLES,
    SAVED_ICONS,
    SENTIMENTS,
    STATUSES,
    VIEWS,
    WEEKDAYS,
    band,
    in_words,
    kind,
    member,
    network,
    network_icon,
    priority,
    resolve_reason,
    right,
    role,
    saved_icon,
    sentiment,
    spelled,
    status,
    titled,
    wave,
)
from inbox.web.words.facts import FACTS, KEY_FACTS, OF_CORRECTION, SOON_FACTS, fact
from inbox.web.words.failures import (
    DELIVERY_FAILURES,
    GESTURES,
    REMEDIES,
    REPLY_FAILURES,
    UNREADABLE,
    delivery_failure,
    gesture,
    remedy,
    reply_failure,
    unreadable,
    waits,
)
from inbox.web.words.refusals import REFUSALS, refusal
from inbox.web.words.whys import (
    CONFIDENCES,
    DANGERS,
    ISOLATED,
    LEVELS,
    QUOTED,
    REASON_ICONS,
    REASONS,
    SHORT_REASONS,
    TRIFLES,
    WHY_ICONS,
    WHYS,
    chip,
    confidence,
    folded,
    is_danger,
    is_trifle,
    level,
    quoted,
    reason,
    reason_icon,
    reasons,
    telling,
    weight,
    why,
)

__all__ = [
    "NETWORKS", "NETWORK_ICONS", "DRAWN_AS", "KINDS", "STATUSES", "PRIORITIES", "ROLES", "BANDS", "SENTIMENTS",
    "RESOLVE_REASONS", "CLOCKS", "RIGHTS", "VIEWS", "SAVED_ICONS", "FILTER_KEYS", "FILTER_STATES", "FILTER_HAS",
    "FILTER_TIMES", "WEEKDAYS", "spelled", "in_words", "titled", "network", "network_icon", "saved_icon", "kind",
    "status", "priority", "role", "band", "sentiment", "resolve_reason", "right", "wave", "member",
    "REASONS", "DANGERS", "TRIFLES", "REASON_ICONS", "reason", "reasons", "reason_icon", "telling", "SHORT_REASONS",
    "QUOTED", "ISOLATED", "chip", "quoted", "is_trifle", "is_danger", "is_doubtful", "CONFIDENCES", "confidence",
    "folded", "LEVELS", "level", "WHYS", "WHY_ICONS", "why", "weight",
    "FACTS", "KEY_FACTS", "SOON_FACTS", "OF_CORRECTION", "fact",
    "REPLY_FAILURES", "waits", "REMEDIES", "remedy", "GESTURES", "gesture", "reply_failure", "UNREADABLE",
    "unreadable", "DELIVERY_FAILURES", "delivery_failure",
    "REFUSALS", "refusal",
]  # fmt: skip

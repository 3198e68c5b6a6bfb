"""What the browser says by itself of an act that waits for the network, was refused, or can still be taken back."""

from __future__ import annotations

from typing import Any

from inbox.web.i18n import Speech


def told(say: Speech) -> dict[str, Any]:
    """`{who}`: the author; `{what}`: one of `acts`; `{n}`: how many."""
    return {
        "acts": {
            "acknowledge": say("Acknowledgement"), "reply": say("Reply"), "private": say("Private answer"),
            "note": say("Note"), "by-hand": say("Answered by hand"), "take": say("Taking charge"),
            "assign": say("Assignment"), "resolve": say("Resolving"), "reopen": say("Reopening"),
            "priority": say("Priority"),
        },
        "other": say("Action"),
        "one": say("{what} for {who}"),
        "kept": say("Kept on this device. It leaves as soon as we are back."),
        "leaves": say("Acknowledgement to {who} leaves in a moment."),
        "waits": {"one": say("1 action waits for the network."), "more": say("{n} actions wait for the network.")},
        "refused": {"one": say("1 action was refused."), "more": say("{n} actions were refused.")},
        "taken_back": say("Taken back: nothing was sent."),
    }  # fmt: skip

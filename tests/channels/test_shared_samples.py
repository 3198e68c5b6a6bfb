"""Third-party samples, where a developer has them (VIGIE_SHARED_DIR): each is read as somebody read it by hand.

They are never copied here: their folder lies beside the repository, and these tests skip without it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from inbox.events import Author
from services.channels import reading
from services.channels.contract import Echoed, Edited, Ignored, Received, Withdrawn
from services.channels.registry import networks
from tests.channels.senders import NOON, channel

FOLDER = Path(os.environ.get("VIGIE_SHARED_DIR", Path(__file__).parents[3] / "shared")) / "payloads"
NETWORK_OF = {"facebook_page": "facebook", "messenger": "messenger", "instagram": "instagram"}


def samples() -> list[Any]:
    index = FOLDER / "INDEX.jsonl"
    if not index.is_file():
        reason = "the folder of third-party samples is not here (VIGIE_SHARED_DIR)"
        return [pytest.param({}, marks=pytest.mark.skip(reason=reason), id="no samples")]
    lines = (json.loads(line) for line in index.read_text(encoding="utf-8").splitlines())
    return [pytest.param(one, id=one["file"]) for one in lines if one["channel"] in NETWORK_OF]


def expected_types(sample: dict[str, Any]) -> tuple[type, ...]:
    """What each kind of the index is to an inbox. "other" is what was no message to whoever read it."""
    if sample["expected"].get("direction") == "outbound":
        return (Echoed,)
    if sample["kind"] == "other" and "messaging" in sample["file"]:
        return (Received,)  # a person sent what the API cannot show: they wait for an answer all the same
    kinds = {
        "edit": (Edited,),
        "delete": (Withdrawn,),
        "reaction": (Ignored,),
        "receipt": (Ignored,),
        "other": (Ignored,),
    }
    return kinds.get(sample["kind"], (Received,))


@pytest.mark.parametrize("sample", samples())
def test_a_sample_is_read_as_it_was_read_by_hand(sample: dict[str, Any]) -> None:
    network = NETWORK_OF[sample["channel"]]
    module, known = networks()[network], channel(network)
    envelopes = module.split((FOLDER / sample["file"]).read_bytes())
    found = [parsed for envelope in envelopes for parsed in module.read(envelope, known, NOON)]
    if sample["expected"].get("items") == 0:
        assert all(isinstance(one, Ignored) for one in found)
        return
    (one,) = found
    assert isinstance(one, expected_types(sample))
    if isinstance(one, Received | Edited | Withdrawn | Echoed):
        compare(one, sample)


def compare(one: Received | Edited | Withdrawn | Echoed, sample: dict[str, Any]) -> None:
    expected = sample["expected"]
    assert one.external_id == str(expected["external_id"])
    assert one.sent_at == reading.instant(expected["timestamp"])
    if not isinstance(one, Withdrawn):
        assert one.text == expected.get("text")
    author: Author | None = one.author
    if isinstance(one, Echoed):
        assert one.thread_id == reading.ident(expected.get("thread_id", one.thread_id))
        return
    assert (author.id if author else None) == reading.ident(expected["author_id"])
    if expected.get("author_name"):
        assert author is not None
        assert expected["author_name"] in (author.name, author.handle)
    if expected.get("thread_id"):
        assert one.thread_id == str(expected["thread_id"])
    if isinstance(one, Received):
        assert one.parent_id == reading.ident(expected.get("parent_id"))
        assert [a.url for a in one.attachments] == expected.get("attachments", [])
        if sample["kind"] in ("comment", "mention", "dm", "review"):
            assert one.kind == sample["kind"]

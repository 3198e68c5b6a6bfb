"""Which files a network takes, said before anything is chosen."""

from __future__ import annotations

from collections.abc import Mapping

from inbox.file_rules import FileRule
from inbox.web.i18n import Speech

KINDS: Mapping[str, str] = {
    "image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WebP", "video/mp4": "MP4",
    "video/3gpp": "3GP", "video/quicktime": "MOV", "audio/mpeg": "MP3", "application/pdf": "PDF", "text/plain": "TXT",
}  # fmt: skip
"""By their names among people; a kind without one goes unnamed behind an ellipsis."""


def rule(rule_: FileRule, say: Speech) -> str:
    most = say("up to %(size)s each", size=say.size(rule_.largest))
    count = say.many("%(num)s file", "%(num)s files", rule_.count)
    return " · ".join([_kinds(rule_.accepted, say), count, *_alone(rule_, say), most, *_text(rule_, say)])


def _kinds(types: tuple[str, ...], say: Speech) -> str:
    named = [KINDS[kind] for kind in types if kind in KINDS]
    more = ["…"] if len(named) < len(types) else []
    return ", ".join([*named, *more]) or say("any kind of file")


def _alone(rule_: FileRule, say: Speech) -> list[str]:
    if not rule_.alone or rule_.count == 1:
        return []
    kinds = ", ".join(KINDS.get(kind, kind) for kind in sorted(rule_.alone))
    return [say("%(kinds)s by itself", kinds=kinds)]


def _text(rule_: FileRule, say: Speech) -> list[str]:
    most = rule_.length_most
    return [say.many("%(num)s character of text", "%(num)s characters of text", most)] if most else []

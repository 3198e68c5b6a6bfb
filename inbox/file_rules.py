"""Which files may go with a reply: each network's own rule, asked by the screen before anything is chosen, by the desk
before it decides, and by the deliverer before it calls. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from inbox.errors import Refused
from inbox.events import ReplyFile

MOST_BYTES = 10_000_000
"""Of one file, whatever the network would take: it is held whole in memory on its way."""
MOST_TOGETHER = 18_000_000
ANY = "*"
BARRED = frozenset({"image/svg+xml", "text/html", "application/xhtml+xml", "text/xml", "application/xml"})
"""What a browser would run. No network needs it, and nobody should get it from a brand."""
PHOTOS = ("image/jpeg", "image/png")
IMAGES = (*PHOTOS, "image/gif", "image/webp")


@dataclass(frozen=True, slots=True)
class FileRule:
    """`types`: content type → most bytes of a file of it; `ANY` for all that are not named. `count`: files with one
    reply; `together`: bytes of all of them. `length_most`: of the words beside a file, where the network then takes
    fewer. `alone`: types of which one goes by itself."""

    types: Mapping[str, int]
    count: int = 1
    together: int = MOST_TOGETHER
    length_most: int | None = None
    alone: frozenset[str] = frozenset()

    def size_most(self, content_type: str) -> int | None:
        """None: not taken."""
        if content_type in BARRED:
            return None
        most = self.types.get(content_type, self.types.get(ANY))
        return None if most is None else min(most, MOST_BYTES)

    @property
    def largest(self) -> int:
        return min(max(self.types.values()), MOST_BYTES)

    @property
    def accepted(self) -> tuple[str, ...]:
        """The types by name; empty where any is taken."""
        return () if ANY in self.types else tuple(self.types)


def of(types: Sequence[str], most: int) -> Mapping[str, int]:
    return dict.fromkeys(types, most)


def check_one(rule: FileRule | None, content_type: str, size: int) -> None:
    """Refused: `files_not_taken`, `file_type_not_taken`, `file_too_heavy`, `file_empty`."""
    if rule is None:
        raise Refused("files_not_taken", "The network takes no files with this reply.", status=409)
    most = rule.size_most(content_type)
    if most is None:
        taken = ", ".join(rule.accepted) or "any but pages and drawings that a browser runs"
        raise Refused("file_type_not_taken", f"The network does not take a file of this kind; it takes {taken}.")
    if size > most:
        raise Refused("file_too_heavy", f"A file of this kind may have {most:,} bytes.", status=413)
    if size == 0:
        raise Refused("file_empty", "There is nothing in this file.")


def check(rule: FileRule | None, files: Sequence[ReplyFile]) -> None:
    """All files of one reply. Refused: as `check_one`, `too_many_files`, `file_goes_alone`."""
    for file in files:
        check_one(rule, file.content_type, file.bytes)
    if rule is None:
        return
    if len(files) > rule.count:
        raise Refused("too_many_files", f"The network takes {rule.count} with one reply.")
    if len(files) > 1 and any(file.content_type in rule.alone for file in files):
        raise Refused("file_goes_alone", "The network takes a film or a moving picture by itself only.")
    if sum(file.bytes for file in files) > rule.together:
        raise Refused("file_too_heavy", f"All files together may have {rule.together:,} bytes.", status=413)

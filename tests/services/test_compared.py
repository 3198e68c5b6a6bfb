"""Nothing that lets somebody in is compared letter by letter: how long that takes would tell how much of a guess was
right. `hmac.compare_digest` it is (`services.channels.proof.same`), and every other comparison is known here."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
OPENS = re.compile(r"(^|_)(secrets?|signature|digest|hexdigest|mac|token|password|csrf)$")
ALLOWED = {
    "services/backup_archive.py": "a file's checksum, beside the file",
    "services/demo_mail/imap.py": "the demo's own mailbox, on loopback",
    "services/demo_networks/asked.py": "the demo's own networks, on loopback",
    "services/demo_networks/bluesky.py": "the demo's own network, on loopback",
    "inbox/reports/making.py": "whether a report made again is the same: no secret",
    "services/channels/meta.py": "a length",
    "services/channels/base.py": "which channels hold the secret that has proven itself",
    "services/channels/sendgrid.py": "the same",
    "services/channels/google_reviews.py": "the same",
    "services/channels/slack.py": "the same",
    "services/channels/mail/seen.py": "of a body that was proven: is it the one that came with this token before?",
    "services/workers/wave_shelf.py": "of words, to find what is nearly the same",
    "services/workers/wave_prints.py": "a number of a change",
    "inbox/channel_changes.py": "which settings a lead changed",
    "inbox/log/digests.py": "seals over what is stored, compared by the operator's own command",
    "inbox/log/notary.py": "the same",
    "inbox/web/pages/channels.py": "the name of a field",
    "inbox/web/pages/account.py": "which line of the list is this session's",
}


def compared(source: str) -> Iterator[str]:
    """Comparisons of what may let somebody in with anything but a constant."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare) and any(
            isinstance(op, ast.Eq | ast.NotEq | ast.In | ast.NotIn) for op in node.ops
        ):
            sides = [node.left, *node.comparators]
            named = any(OPENS.search(name) for side in sides for name in _names(side))
            if named and not any(isinstance(side, ast.Constant) for side in sides):
                yield ast.unparse(node)


def _names(side: ast.expr) -> Iterator[str]:
    for node in ast.walk(side):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr


def test_what_lets_somebody_in_is_compared_in_constant_time() -> None:
    sources = {
        str(path.relative_to(ROOT)): path for name in ("services", "inbox") for path in (ROOT / name).rglob("*.py")
    }
    found = {name: told for name, path in sources.items() if (told := list(compared(path.read_text(encoding="utf-8"))))}
    assert found.keys() == ALLOWED.keys(), found


def test_another_comparison_would_be_seen() -> None:
    assert list(compared("if given == channel.secret: pass"))
    assert list(compared("ok = hmac.new(k, b, 'sha256').hexdigest() == signature"))
    assert not list(compared("if token is None or proof.same(given, secret): pass"))

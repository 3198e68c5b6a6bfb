"""Findings that were looked at and are right as they are, each with its reason. docs/security-findings.md says it to
people. What is found and does not stand here makes the target fail."""

from __future__ import annotations

BANDIT: dict[tuple[str, str], str] = {
    ("B101", "*"): "asserts tell the type checker what the caller guarantees; no input is checked by one",
    ("B105", "*"): "names of tokens in a vocabulary, of refusals and of settings: none is a password",
    ("B311", "*"): "samples, shuffles, jitter of waiting times; keys, tokens and ids come from the system",
    ("B404", "*"): "our own children are started with argument lists",
    ("B603", "*"): "the same: no shell, and no argument that comes from outside",
    ("B301", "services/beside/wire.py"): "a pipe between two processes of ours, never a file and never the network",
    ("B301", "services/workers/reading.py"): "the pipe to our own child that reads with a model",
    ("B403", "services/beside/wire.py"): "as above",
    ("B403", "services/workers/reading.py"): "as above",
    ("B405", "services/channels/youtube_videos.py"): "the type only; what is parsed is parsed by defusedxml",
    ("B615", "classifier/encoder.py"): "a folder of this host, with `local_files_only`: nothing is fetched",
    ("B615", "classifier/plugged.py"): "a folder of this host, with `local_files_only`: nothing is fetched",
    ("B704", "inbox/web/charts.py"): "SVG put together of numbers and of parts that `escape` made",
    ("B704", "inbox/web/pages/queue.py"): "our own templates' output, autoescaped when it was made",
    ("B704", "inbox/web/pages/sla.py"): "our own templates' output, autoescaped when it was made",
    ("B704", "inbox/web/pages/waves.py"): "our own templates' output, autoescaped when it was made",
}  # fmt: skip
"""(rule, file or *) → why."""

WAPITI: dict[str, str] = {
    "Secure Flag cookie": "the instance under attack speaks http; with an https address cookies are Secure",
    "Strict-Transport-Security": "for the same reason; sent with an https address",
}
"""Kind of finding → why."""

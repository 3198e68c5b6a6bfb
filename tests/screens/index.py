"""The page that shows all pictures: a screen a section, its languages, widths and themes side by side."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from itertools import groupby
from pathlib import Path

from tests.screens.camera import Shot

HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Vigie: screens</title><style>
body{font:14px system-ui;margin:1rem;background:#888}h2{margin:2rem 0 .5rem}.row{display:flex;gap:8px;overflow-x:auto}
figure{margin:0;flex:none}img{height:420px;max-width:600px;object-fit:contain;object-position:top;display:block}
.bad{outline:4px solid #c00}figcaption{font-size:12px}</style>
"""


def write(folder: Path, shots: list[Shot], missing: list[str], left_out: Mapping[str, str]) -> None:
    """`missing`: screens that were not reached, a fault; `left_out`: routes that are no screen, and why."""
    parts = [HEAD, f"<p>{len(shots)} pictures, {sum(one.faulty for one in shots)} with a fault (red).</p>"]
    if missing:
        parts.append(f'<p class="bad">Not reached: {escape(", ".join(missing))}.</p>')
    for screen, group in groupby(sorted(shots, key=lambda one: one.file), key=lambda one: one.screen):
        parts.append(f'<h2>{escape(screen)}</h2><div class="row">{"".join(map(_figure, group))}</div>')
    said = "".join(f"<li>{escape(name)}: {escape(why)}</li>" for name, why in sorted(left_out.items()))
    parts.append(f"<h2>Pages' addresses that are no screen</h2><ul>{said}</ul>")
    (folder / "index.html").write_text("".join(parts))


def _figure(one: Shot) -> str:
    said = f"{one.language} {one.width} {one.theme}"
    fault = f": {one.status}, {one.wide_by} px too wide" if one.faulty else ""
    return (
        f'<figure{" class=bad" if one.faulty else ""}><a href="{one.file}"><img src="{one.file}" loading="lazy" '
        f'alt="{escape(one.screen)}, {said}"></a><figcaption>{said}{fault}</figcaption></figure>'
    )

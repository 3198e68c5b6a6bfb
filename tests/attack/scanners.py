"""Each tool's run: how it is called, and what it found that nobody has explained."""

from __future__ import annotations

import copy
import csv
import json
import re
from pathlib import Path
from typing import Any

from tests.attack import explained, tools
from tests.attack.site import Site

SOURCE = ("services", "inbox", "classifier")
REPOSITORY = Path(__file__).parents[2]
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "missing_required_header", "unsupported_method", "allow_header_conformance",
    "ignored_auth",
)  # fmt: skip
"""All but the two that want all to be taken that the schema allows: we take less (docs/security-findings.md)."""
MODULES = "cookieflags,crlf,csp,exec,file,http_headers,methods,permanentxss,redirect,sql,timesql,upload,xss"
"""All but those that call hosts outside (ssrf, xxe, log4shell) or guess passwords and folders."""
STREAM = "/live"
SAMPLES = {
    "q": "feu", "status": "open", "priority": "1", "from": "2026-11-01", "to": "2026-11-30", "limit": "5",
    "assignee": "none", "view": "all", "page": "1",
}  # fmt: skip
FAILED = re.compile(r"^- (ST\d+ .*)$", re.MULTILINE)


def bandit() -> list[str]:
    call = [tools.command("bandit"), "--quiet", "--recursive", *SOURCE, "--format", "json"]
    found = json.loads(tools.ran(call, within_s=600, cwd=REPOSITORY).stdout)
    assert found["metrics"]["_totals"]["loc"] > 10_000
    return [
        f"{one['test_id']} {one['filename']}:{one['line_number']} {one['issue_text']}"
        for one in found["results"]
        if not {(one["test_id"], "*"), (one["test_id"], one["filename"].removeprefix("./"))} & explained.BANDIT.keys()
    ]


def schemathesis(site: Site, folder: Path, examples: int) -> list[str]:
    """Every operation but the stream, of a brand and items that are there."""
    document = folder / "openapi.json"
    document.write_text(json.dumps(narrowed(site)))
    call = [
        tools.command("schemathesis"), "run", str(document), "--url", site.base_url,
        "--header", f"Authorization: Bearer {site.token}", "--phases", "examples,coverage,fuzzing",
        "--checks", ",".join(CHECKS), "--max-examples", str(examples), "--seed", "1", "--continue-on-failure",
        "--no-shrink", "--suppress-health-check", "all", "--warnings", "off", "--request-timeout", "60",
    ]  # fmt: skip
    done = tools.ran(call, within_s=3600, cwd=folder)
    (folder / "schemathesis.txt").write_text(done.stdout + done.stderr)
    told = FAILED.findall(done.stdout)
    return told if told or done.returncode == 0 else [f"ended with {done.returncode}: {done.stdout[-300:]}"]


def narrowed(site: Site) -> dict[str, Any]:
    document = copy.deepcopy(site.document)
    known = {
        "brand_id": {"type": "integer", "enum": [int(site.brand)]},
        "item_id": {"type": "string", "enum": list(site.items)},
    }
    document["paths"] = {path: methods for path, methods in document["paths"].items() if STREAM not in path}
    for operation in (one for methods in document["paths"].values() for one in methods.values()):
        for parameter in operation["parameters"]:
            if parameter["in"] == "path":
                parameter["schema"] = known.get(parameter["name"], parameter["schema"])
    return document


def wapiti(site: Site, folder: Path, minutes: float) -> list[str]:
    """Signed in; it walks the pages and attacks every form and parameter that it finds."""
    report = folder / "wapiti.json"
    call = [
        tools.command("wapiti3"), "--url", f"{site.base_url}/b/{site.brand}/queue", "--scope", "domain",
        "--start", f"{site.base_url}/b/{site.brand}/settings/channels", "--exclude", f"{site.base_url}/sign-out*",
        "--exclude", f"{site.base_url}/account/*", "--cookie-value", site.cookie, "--drop-set-cookie",
        "--module", MODULES, "--max-scan-time", str(minutes * 20), "--max-attack-time", str(minutes * 10),
        "--depth", "3", "--scan-force", "normal", "--flush-session", "--no-bugreport", "--format", "json",
        "--output", str(report), "--store-session", str(folder / "session"), "--store-config", str(folder / "config"),
    ]  # fmt: skip
    done = tools.ran(call, within_s=minutes * 60 * 5, cwd=folder)
    (folder / "wapiti.txt").write_text(done.stdout + done.stderr)
    found = json.loads(report.read_text())
    return [
        f"{kind}: {one['method']} {one['path']} {one['info']}"
        for several in (found["vulnerabilities"], found["anomalies"])
        for kind, ones in several.items()
        for one in ones
        if kind not in explained.WAPITI
    ]


def sqlmap(site: Site, folder: Path, level: int) -> list[str]:
    """Every parameter of every query, of the API and of the pages."""
    targets, results = folder / "targets.txt", folder / "sqlmap.csv"
    targets.write_text("\n".join(queries(site)) + "\n")
    call = [
        tools.command("sqlmap"), "-m", str(targets), "--header", f"Authorization: Bearer {site.token}",
        "--cookie", site.cookie, "--batch", "--level", str(level), "--risk", "1", "--dbms", "postgresql",
        "--flush-session", "--disable-coloring", "--output-dir", str(folder / "sqlmap"),
        "--results-file", str(results),
    ]  # fmt: skip
    done = tools.ran(call, within_s=3600, cwd=folder)
    (folder / "sqlmap.txt").write_text(done.stdout + done.stderr)
    tested = done.stdout.count("does not seem to be injectable")
    with results.open() as file:
        found = [" ".join(row) for row in list(csv.reader(file))[1:] if row]
    return found if tested or found else [f"nothing was tested: {done.stdout[-300:]}"]


def queries(site: Site) -> list[str]:
    pages = (
        "queue?view=all&q=feu&priority=1&channel=c",
        "sla?from=2026-11-01&to=2026-11-30&priority=1",
        "waves?page=1",
    )
    found = [f"{site.base_url}/b/{site.brand}/{page}" for page in pages]
    for path, methods in narrowed(site)["paths"].items():
        asked = [p["name"] for p in methods.get("get", {}).get("parameters", ()) if p["in"] == "query"]
        placed = path.replace("{brand_id}", site.brand).replace("{item_id}", site.items[0])
        if asked and "{" not in placed:
            found.append(f"{site.base_url}{placed}?" + "&".join(f"{name}={SAMPLES.get(name, '1')}" for name in asked))
    return found

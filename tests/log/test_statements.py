"""Every statement names the brand it is about; the few that look at all brands are listed, each with its reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHARED = {
    "organisations", "brands", "members", "memberships", "sessions", "sign_in_links", "login_attempts", "crew",
    "push_devices", "push_wishes",
}  # fmt: skip
"""What the installation shares has a copy on each machine, or lies where everybody connects."""
ACROSS = {
    "lookout.heads": "once a second and process: how far each log has come, one narrow table",
    "lookout.behind": "after it, only the brands whose log has moved; named by an array",
    "channel_watch.brands": "once a minute: who has channels at all",
    "channels.of_organisation": "cached for seconds: an app's hook serves the accounts of several brands",
    "trials.active": "a poll: models being tried, an index that holds nothing else",
    "rebuilding.dead": "a poll: rebuilds whose process died, a row a brand at most",
    "bulk.running": "a poll: jobs that somebody began, an index that holds nothing else",
    "bulk.open_receipts": "a poll: jobs of the last week that wrote to people, an index that holds nothing else",
    "classify.brands": "a poll: who has words that nobody judged, one step down each brand's index",
    "clock.brands": "a poll: when each brand's clock speaks next, one step down each brand's index",
    "clock.all_brands": "for the metrics, every half minute or rarer",
    "deliver.due": "a poll: replies on their way, a partial index that holds nothing else",
    "deliver.lost": "a poll: the same index",
    "files.expire": "each minute: files that nobody sent, an index that holds nothing else",
    "fetch.due": "a poll: hints that are due",
    "forward.ready": "a poll: subscriptions with something to do, a few rows a brand",
    "forward.measure": "for the metrics: what waits to be sent, of all brands",
    "notary.unsealed": "a poll each half minute: brands whose log has gone on since it was sealed, a row of each",
    "listen.wanted": "a poll: channels that are to be listened to and are not",
    "backup_tables.last_seals": "a backup, from an operator's shell: how far each brand's log is sealed",
    "backup_tables.occupied": "a restore: is anything in here?",
    "backup_tables.a_subject_key": "a restore: does the master key at hand open a key?",
    "backup_tables.stop_everywhere": "a restore: no brand sends anything",
    "backup_tables.brands": "a restore: an era begins in each log",
    "backup_tables.under_way": "a restore: what was being sent, of all brands",
    "backup_tables.not_in_outbox": "a restore: the rest of it",
    "backup_tables.end_outbox": "a restore: none of it leaves",
    "walls.are_up": "at the start: asks the catalogue, and no table",
    "rewrap.brands": "an operator's command: all brands, one after the other",
    "proof.subject_keys": "a start: does the master key at hand open what is stored? Two rows by the primary key",
    "proof.delivery_keys": "the same",
    "proof.channels": "the same",
    "reports.monthly": "each minute: reports of the first of the month, an index that holds nothing else",
    "reports.wanted": "a poll: reports that somebody ordered, an index that holds nothing else",
    "reports.open_mails": "a poll: reports to be sent, an index that holds nothing else",
    "reports.lost": "a poll: the same index",
    "sweep.due": "a poll: channels whose network is to be asked",
    "aside.asked": "a poll: what somebody wants tried again, an index that holds nothing else",
    "deliver.waiting": "for the metrics: replies that wait for an account, a row a network",
    "spool_aside.of_spool": "a poll, while a host's spool holds what nobody could read: what it has told of",
    "tend.due": "a poll: channels with something that runs out",
    "untold.due": "a poll: brands with news for somebody's device, a row of each",
    "waves.brands": "a poll: whose prints may have run out",
}


def statements() -> dict[str, str]:
    """All of the product, without comments, by `file.name`."""
    found: dict[str, str] = {}
    for path in sorted([*ROOT.glob("inbox/**/*.sql"), *ROOT.glob("services/**/*.sql")]):
        if "migrations" not in path.parts:
            parts = re.split(r"^-- name: (\w+)\s*$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
            texts = (re.sub(r"--.*", "", text).strip() for text in parts[2::2])
            found |= {f"{path.stem}.{name}": text for name, text in zip(parts[1::2], texts, strict=True)}
    return found


def tables(text: str) -> dict[str, str]:
    """Tables of brands by the names that the statement gives them, its own names for them included."""
    every = re.findall(r"\bvigie\.(\w+)\b(?!\()(?:\s+AS)?(?:\s+(?!SET\b|WHERE\b|ON\b)(\w+))?", text)
    return {alias: table for table, given in every if table not in SHARED for alias in (table, given) if alias}


def names_its_brand(text: str) -> bool:
    """`brand_id = $1` of a brand's table, an insert of `$1`, or a function that takes the brand first."""
    known = tables(text)
    compared = re.findall(r"(?:\b(\w+)\.)?\bbrand_id = \$\d+(?!\d)(?! *::bigint\[)", text)
    if any(not alias or alias in known for alias in compared):
        return True
    inserted = re.match(
        r"INSERT INTO [\w.]+(?: AS \w+)?\s*\(\s*brand_id\b.*?(?:SELECT|VALUES)\s*\(?\s*\$1\b", text, re.S
    )
    called = re.match(r"SELECT\b.*?\bFROM vigie\.\w+\(\s*\$1\b", text, re.S)
    return bool(inserted or called)


FOUND = statements()


@pytest.mark.parametrize("name", [name for name, text in FOUND.items() if tables(text) and name not in ACROSS])
def test_a_statement_names_its_brand(name: str) -> None:
    assert names_its_brand(FOUND[name]), f"{name} spans brands: name the brand, or list it in ACROSS with a reason"


@pytest.mark.parametrize("name", ACROSS)
def test_what_is_listed_still_spans_brands(name: str) -> None:
    assert tables(FOUND[name])
    assert not names_its_brand(FOUND[name])

"""`vigie doctor`: what is wrong, in words, with what would mend it, and an exit code that a script can act on."""

from __future__ import annotations

import shutil
from collections import namedtuple
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from inbox.clock import SystemClock
from services import cli, doctor
from services.doctor import Finding
from services.settings import Settings

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def settings(tmp_path: Path, database: str) -> Settings:
    return Settings(data_dir=tmp_path / "not" / "yet", database_url=database)


@pytest.mark.parametrize(("free", "verdict"), [(50 * 2**20, "wrong"), (2**30, "note"), (50 * 2**30, "ok")])
async def test_it_says_when_the_disk_is_nearly_full(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, free: int, verdict: str
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(2**40, 0, free))
    found = await doctor._room(settings)
    assert found.verdict == verdict
    assert bool(found.remedy) is (verdict != "ok")


@pytest.mark.parametrize(
    ("off", "verdict"), [(0, "ok"), (-20, "note"), (20, "note"), (3600, "wrong"), (-86_400, "wrong")]
)
async def test_it_says_when_the_clocks_are_apart(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, off: int, verdict: str
) -> None:
    monkeypatch.setattr(SystemClock, "now", lambda _: datetime.now(UTC) + timedelta(seconds=off))
    assert (await doctor._clock(settings)).verdict == verdict


async def test_without_a_database_the_clock_is_no_reason_to_fail(tmp_path: Path) -> None:
    gone = Settings(data_dir=tmp_path, database_url="postgresql://vigie@127.0.0.1:1/vigie")
    assert (await doctor._clock(gone)).verdict == "note"
    assert (await doctor._database(gone)).verdict == "wrong"
    assert (await doctor._clock(Settings(data_dir=tmp_path))).verdict == "ok"


@pytest.mark.parametrize(("verdict", "code"), [("ok", 0), ("note", 0), ("wrong", 1)])
def test_what_is_wrong_is_marked_told_with_its_remedy_and_in_the_exit_code(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    verdict: doctor.Verdict,
    code: int,
) -> None:
    async def fine(_: Settings) -> Finding:
        return Finding("ok", "the roof is tight")

    async def asked(_: Settings) -> Finding:
        return Finding(verdict, "the cellar", "pump it out")

    monkeypatch.setattr(doctor, "CHECKS", (fine, asked))
    monkeypatch.setenv("VIGIE_DATA_DIR", str(tmp_path))
    assert cli.main(["doctor"]) == code
    told = capsys.readouterr().out
    assert "ok    the roof is tight" in told
    assert {"ok": "ok   ", "note": "note ", "wrong": "WRONG"}[verdict] + " the cellar\n      → pump it out" in told

"""On what was measured: a figure without its machine says little."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

CPUINFO = Path("/proc/cpuinfo")


def load() -> str:
    """The load averages of the last 1, 5 and 15 minutes."""
    return ", ".join(f"{average:.2f}" for average in os.getloadavg())


async def facts(dsn: str, load_before: str) -> dict[str, str]:
    connection = await asyncpg.connect(dsn)
    try:
        postgres = await connection.fetchval("SHOW server_version")
    finally:
        await connection.close()
    return {
        "processor": processor(),
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "system": f"{platform.system()} {platform.machine()}",
        "postgresql": str(postgres),
        "python": platform.python_version(),
        "date": datetime.now(UTC).date().isoformat(),
        "load_before": load_before,
    }


def processor() -> str:
    """The model's name, where the system tells."""
    lines = CPUINFO.read_text(encoding="utf-8").splitlines() if CPUINFO.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"

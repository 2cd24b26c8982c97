"""The database restarts, hangs up, is locked, or has no room left."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from tests.faults.intents import Notebook
from tests.faults.ledger import judge
from tests.faults.play import REAL, Run, man, scenario
from tests.faults.scenarios.broker import wait_for
from tests.faults.scenarios.crashes import MIXED, lives, meanwhile
from tests.faults.site import open_site
from tests.faults.told import read_told


@scenario("PostgreSQL restarted in mid-flow", databases=("postgresql",), unique="off")
def restarted(run: Run) -> None:
    run.site.sandbox.latency(writes=MIXED)
    crowd = lives(run, run.caller(), run.scale.requests // 2)
    meanwhile(run, crowd, run.scale.restarts, partial(_restart, run), pause=(1.0, 4.0))


@scenario("connections to PostgreSQL cut", databases=("postgresql",), unique="off")
def cut(run: Run) -> None:
    run.site.sandbox.latency(writes=MIXED)
    crowd = lives(run, run.caller(), max(8, run.scale.requests // 2))
    meanwhile(run, crowd, run.scale.kills, partial(_cut, run), pause=(0.05, 0.5))
    run.note = "killed counts rounds of cuts"


@scenario("SQLite locked by another writer", databases=("sqlite",), unique="off")
def locked(run: Run) -> None:
    """For longer than anybody waits for the lock: five seconds."""
    run.site.sandbox.latency(writes=MIXED)
    crowd = lives(run, run.caller(), max(8, run.scale.requests // 2))
    for _ in range(max(1, run.scale.restarts)):
        with run.site.locked_database():
            wait_for(6.5)
        run.killed += 1
        wait_for(1.0)
    meanwhile(run, crowd, 0, partial(bool), pause=(9, 9))
    run.note = "killed counts locks"


@scenario("disk full", databases=("sqlite",), crew=())
def disk_full(run: Run) -> None:
    """A small file system for the whole site, filled to the last byte while callers ask; judged here."""
    with small_disk(run.site.crew.directory / "disk") as place:
        if place is None:
            run.note = "SKIPPED: a small file system can only be mounted as root"
            return
        with open_site("sqlite", seed=run.site.seed, directory=place) as site:
            man(site, REAL)
            _fill_up(run, Run(site, run.scale, run.notebook))
            told = read_told(site.receiver.received)
            counts, findings, _ = judge(run.notebook, site.truth(), told=told)
            run.unmet += findings
            run.notebook = Notebook(run.notebook.mark)
            run.note += f", sins {dict(counts)}"


def _fill_up(run: Run, inner: Run) -> None:
    caller, filler = inner.caller(), inner.site.crew.directory / "filler"
    before = caller.follow(caller.book())
    _fill(filler)
    refused = [caller.send(caller.book(), wait=1).status for _ in range(5)]
    filler.unlink()
    after = caller.follow(caller.book())
    inner.site.drain(60)
    run.killed = 1
    run.expect(before.yes and after.yes, "booked before, and without anybody's help after")
    run.expect(set(refused) <= {202, 503}, f"told honestly while full: {refused}")
    run.note = f"while full {refused}"


@contextmanager
def small_disk(place: Path) -> Iterator[Path | None]:
    """A file system of 24 MB in memory; None where this user may not mount one."""
    place.mkdir()
    if (
        os.geteuid() != 0
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(place)], check=False, capture_output=True
        ).returncode
    ):
        yield None
        return
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def _fill(filler: Path) -> None:
    try:
        with filler.open("wb", buffering=0) as file:
            for size in (65536, 512, 1):
                with suppress(OSError):
                    while file.write(b"\0" * size):
                        pass
    except OSError:
        return


def _restart(run: Run) -> bool:
    server = run.site.server
    if server is None:
        return False
    server.stop()
    server.start()
    return True


def _cut(run: Run) -> bool:
    return run.site.cut_database() > 0

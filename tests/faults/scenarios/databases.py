"""The database restarts, hangs up, is locked, or has no room left."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from tests.faults.play import REAL, Run, scenario
from tests.faults.scenarios.broker import wait_for
from tests.faults.scenarios.crashes import MIXED, lives, meanwhile


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


@scenario("disk full", databases=("sqlite",), crew=REAL)
def disk_full(run: Run) -> None:
    """A small file system for the database alone, full to the last byte while callers ask."""
    caller, filler = run.caller(), run.site.crew.directory / "filler"
    if not os.path.ismount(run.site.crew.directory):
        run.note = "SKIPPED: needs a small file system (root), see tests.faults.site"
        return
    crowd = lives(run, caller, 6)
    crowd.results()
    _fill(filler)
    refused = [caller.send(caller.book(), wait=1).status for _ in range(5)]
    filler.unlink()
    run.killed = 1
    run.expect(set(refused) <= {503, 202}, f"told honestly: {refused}")
    crowd = lives(run, caller, 6)
    crowd.results()
    run.note = f"while full {refused}"


def _fill(filler: Path) -> None:
    try:
        with filler.open("wb", buffering=0) as file:
            while file.write(b"\0" * 65536):
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

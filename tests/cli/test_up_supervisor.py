"""The supervisor: order, readiness, restarts, bounded stops, and nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli.child import LARGEST_LOG, Program
from app.cli.stop_signals import StopSignals
from app.cli.supervisor import RestartPolicy, StartError, StopRequestedError, Supervisor
from app.cli.watchdog import Watchdog
from tests.cli.processes import descendants, is_gone
from tests.cli.up_children import CHATTY, SERVER, STUBBORN, server
from tests.support.waiting import eventually


class Rig:
    """A supervisor, what it said, and the processes it has."""

    def __init__(self, place: Path, signals: StopSignals) -> None:
        self.place = place
        self.signals = signals
        self.said: list[str] = []
        self._not_ours = descendants(os.getpid())  # servers that other tests of this process share
        restarts = RestartPolicy(first_pause=0.01, limit=2)
        self.supervisor = Supervisor(signals=signals, say=self.said.append, log_dir=place, restarts=restarts)

    def journal(self) -> list[str]:
        return (self.place / "journal").read_text().splitlines()

    def children(self) -> list[int]:
        return sorted(descendants(os.getpid()).keys() - self._not_ours.keys())


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with StopSignals() as signals:
        made = Rig(tmp_path, signals)
        try:
            yield made
        finally:
            made.supervisor.stop()


def test_programs_start_in_order_and_stop_in_the_reverse_order(rig):
    for name in ("first", "second", "third"):
        rig.supervisor.start(server(name, rig.place))
    rig.supervisor.stop()
    started, stopped = rig.journal()[:3], rig.journal()[3:]
    assert started == ["first started", "second started", "third started"]
    assert stopped == ["third stopped", "second stopped", "first stopped"]
    assert rig.children() == []
    assert [line.split(" (")[0] for line in rig.said] == ["first is ready", "second is ready", "third is ready"]


def test_a_program_that_fails_to_start_is_told_with_the_end_of_its_log(rig):
    (rig.place / "broken.log").write_text("from an earlier run\n")
    code = "print('reading the map'); raise SystemExit('the map is upside down')"
    with pytest.raises(StartError) as caught:
        rig.supervisor.start(server("broken", rig.place, code))
    assert str(caught.value).startswith("broken failed: exit code 1\n")
    assert "    the map is upside down" in str(caught.value)
    assert "earlier" not in str(caught.value)


def test_a_program_that_is_not_there_is_told(rig):
    with pytest.raises(StartError, match=r"ghost cannot be started: .*No such file"):
        rig.supervisor.start(Program(name="ghost", command=("/nowhere/ghost",)))


def test_a_program_that_never_gets_ready_is_given_up_in_time(rig):
    with pytest.raises(StartError, match=r"slow failed: not ready after 0\.3 s"):
        rig.supervisor.start(Program(name="slow", command=("sleep", "60"), ready=lambda: False, ready_within=0.3))


def test_a_command_runs_to_its_end(rig):
    rig.supervisor.run(Program(name="fine", command=(sys.executable, "-c", "")))
    with pytest.raises(StartError, match="bad failed: exit code 3"):
        rig.supervisor.run(Program(name="bad", command=(sys.executable, "-c", "raise SystemExit(3)")))
    with pytest.raises(StartError, match=r"long failed: not ready after 0\.2 s"):
        rig.supervisor.run(Program(name="long", command=("sleep", "60"), ready_within=0.2))
    assert rig.children() == []


def test_a_command_runs_beside_programs_that_start_and_they_wait_for_its_end(rig):
    wait = "import pathlib, sys, time\nwhile not pathlib.Path(sys.argv[1]).exists(): time.sleep(0.01)"
    beside = Program(name="beside", command=(sys.executable, "-c", wait, str(rig.place / "journal")))
    rig.supervisor.start(server("early", rig.place), meanwhile=beside)
    assert rig.journal() == ["early started"]
    assert rig.said[0].startswith("early is ready (")


def test_a_command_that_fails_beside_them_ends_the_start(rig):
    broken = Program(name="broken", command=(sys.executable, "-c", "raise SystemExit('no schema')"))
    with pytest.raises(StartError, match=r"(?s)broken failed: exit code 1.*no schema"):
        rig.supervisor.start(server("early", rig.place), meanwhile=broken)
    assert rig.said == []
    rig.supervisor.stop()
    assert rig.children() == []


def test_a_crashed_program_is_started_again_and_the_others_are_left_alone(rig):
    rig.supervisor.start(server("steady", rig.place))
    rig.supervisor.start(server("shaky", rig.place))
    steady, shaky = rig.children()
    os.kill(shaky, signal.SIGKILL)
    eventually(lambda: rig.supervisor.revive() and rig.journal().count("shaky started") == 2)
    assert steady in rig.children()
    assert rig.said[2:] == [
        "shaky ended by itself (SIGKILL); starting it again in 0.01 s",
        "shaky was started again",
    ]


def test_a_program_that_crashes_while_another_starts_is_started_again(rig):
    rig.supervisor.start(server("early", rig.place))
    os.kill(rig.children()[0], signal.SIGKILL)
    back = Program(
        name="late", command=("sleep", "60"), ready=lambda: rig.journal().count("early started") == 2, ready_within=20
    )
    rig.supervisor.start(back)


def test_a_program_that_keeps_crashing_is_given_up(rig):
    doomed = Program(name="doomed", command=(sys.executable, "-c", "raise SystemExit('no luck today')"))
    rig.supervisor.start(doomed)
    assert rig.supervisor.watch() is False
    assert sum("starting it again" in line for line in rig.said) == 2
    assert "3 times in a row; giving up" in rig.said[-1]
    assert "no luck today" in rig.said[-1]


def test_pauses_between_restarts_double_up_to_a_bound():
    policy = RestartPolicy(first_pause=0.5, longest_pause=10.0)
    assert [policy.pause(crashes) for crashes in range(1, 8)] == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0]


def test_a_program_that_ignores_the_request_to_stop_is_killed_with_its_children(rig):
    rig.supervisor.start(server("stubborn", rig.place, STUBBORN, stop_within=0.2))
    began = time.monotonic()
    rig.supervisor.stop()
    assert time.monotonic() - began < 5
    assert rig.said[-1] == "stubborn did not stop in time and was killed"
    eventually(lambda: is_gone(int((rig.place / "grandchild").read_text())))


def test_a_second_signal_ends_the_patience(rig):
    rig.supervisor.start(server("stubborn", rig.place, STUBBORN, stop_within=60))
    rig.signals.count = 1
    asked = time.monotonic()
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    rig.supervisor.stop()
    assert time.monotonic() - asked < 10
    assert rig.said[-1] == "stubborn did not stop in time and was killed"


def test_one_request_that_arrives_twice_counts_once(rig):
    os.kill(os.getpid(), signal.SIGTERM)
    os.kill(os.getpid(), signal.SIGINT)
    assert rig.signals.count == 1


def test_a_crashed_program_takes_its_children_along(rig):
    rig.supervisor.start(server("parent", rig.place, STUBBORN))
    os.kill(rig.children()[0], signal.SIGKILL)
    grandchild = int((rig.place / "grandchild").read_text())
    eventually(lambda: rig.supervisor.revive() and is_gone(grandchild))


def test_a_signal_while_starting_stops_the_start(rig):
    os.kill(os.getpid(), signal.SIGTERM)
    with pytest.raises(StopRequestedError):
        rig.supervisor.start(server("never", rig.place, SERVER))


def test_a_signal_ends_the_watch(rig):
    rig.supervisor.start(server("one", rig.place))
    threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
    assert rig.supervisor.watch() is True


def test_a_log_that_grew_too_long_is_set_aside(rig):
    log = rig.place / "one.log"
    log.write_bytes(b"x" * (LARGEST_LOG + 1))
    rig.supervisor.start(server("one", rig.place))
    assert log.stat().st_size < LARGEST_LOG
    assert (rig.place / "one.log.1").stat().st_size == LARGEST_LOG + 1


def test_a_log_that_grows_while_its_program_runs_is_set_aside_and_goes_on(rig):
    log = rig.place / "one.log"
    rig.supervisor.start(server("one", rig.place, CHATTY))
    eventually(lambda: rig.supervisor.revive() and (rig.place / "one.log.1").exists())
    assert (rig.place / "one.log.1").stat().st_size > LARGEST_LOG
    (rig.place / "go on").touch()
    eventually(lambda: "still here" in log.read_text(), within=10)
    assert log.stat().st_size < LARGEST_LOG


@pytest.mark.slow
def test_a_killed_supervisor_leaves_no_process_behind(tmp_path):
    supervisor = subprocess.Popen([sys.executable, "-m", "tests.cli.up_children", str(tmp_path)])
    try:
        eventually((tmp_path / "all.ready").exists)
        family = descendants(supervisor.pid)
        assert len(family) >= 3
    finally:
        supervisor.kill()
        supervisor.wait(timeout=10)
    eventually(lambda: all(map(is_gone, family)), within=10)


@pytest.mark.slow
def test_where_the_kernel_does_not_help_the_watchdog_kills_what_is_left():
    orphan = subprocess.Popen(["sleep", "60"], start_new_session=True)
    spared = subprocess.Popen(["sleep", "60"], start_new_session=True)
    try:
        watchdog = Watchdog()
        watchdog.watch(orphan.pid)
        watchdog.watch(spared.pid)
        watchdog.forget(spared.pid)
        watchdog.close()
        assert orphan.wait(timeout=10) == -signal.SIGKILL
        assert spared.poll() is None
    finally:
        for process in (orphan, spared):
            process.kill()
            process.wait(timeout=10)

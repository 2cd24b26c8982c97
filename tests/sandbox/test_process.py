"""The stand-in as a process: it starts, keeps what it committed, and stops when told."""

import json
import signal
from pathlib import Path

import pytest

from app.sandbox.world import DEFAULT_WORLD
from tests.sandbox.caller import Caller
from tests.support.sandbox import SandboxProcess


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_when_told(how: signal.Signals) -> None:
    sandbox = SandboxProcess().start()
    Caller(sandbox.url).book(timeout=5)
    assert sandbox.stop(how) == 0


def test_it_stops_even_while_somebody_waits(tmp_path: Path) -> None:
    sandbox = SandboxProcess().start()
    call = Caller(sandbox.url)
    with pytest.raises(OSError, match="timed out"):
        call("GET", "/v2/me", fault="slow=60", timeout=0.2)
    assert sandbox.stop() == 0


def test_bookings_holds_and_webhooks_survive_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    hook = {"subscriberUrl": "http://127.0.0.1:9/x", "triggers": ["MEETING_ENDED"], "active": True, "secret": "s"}
    with SandboxProcess(state=state) as first:
        call = Caller(first.url)
        uid = call.uid()
        moved = call("POST", f"/v2/bookings/{uid}/reschedule", {"start": "2035-05-15T17:00:00Z"}).json()["data"]["uid"]
        call("POST", "/v2/slots/reservations", {"eventTypeId": 101, "slotStart": "2035-05-15T18:00:00Z"})
        call("POST", "/v2/webhooks", hook)
        before = first.state()
    with SandboxProcess(state=state) as second:
        call = Caller(second.url)
        assert second.state() == before
        assert call("GET", f"/v2/bookings/{uid}").json()["data"]["rescheduledToUid"] == moved
        assert call.book("17:00").status_code == 400
        assert call("GET", f"/v2/bookings/{moved}").json()["data"]["id"] < int(call.book("19:00").json()["data"]["id"])


def test_what_was_answered_is_on_disk_when_the_process_is_killed(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    sandbox = SandboxProcess(state=state).start()
    uid = Caller(sandbox.url).uid()
    sandbox.kill()
    with SandboxProcess(state=state) as again:
        assert [b["uid"] for b in again.bookings()] == [uid]


def test_another_world_may_be_given(tmp_path: Path) -> None:
    world = json.loads(DEFAULT_WORLD.read_text(encoding="utf-8"))
    world["users"][0]["name"] = "Somebody Else"
    path = tmp_path / "world.json"
    path.write_text(json.dumps(world), encoding="utf-8")
    with SandboxProcess("--world", str(path)) as sandbox:
        assert Caller(sandbox.url, "cal_sandbox_anna")("GET", "/v2/me").json()["data"]["name"] == "Somebody Else"


def test_the_default_world_has_the_demo_doctor() -> None:
    with SandboxProcess() as sandbox:
        call = Caller(sandbox.url)
        assert call("GET", "/v2/me").json()["data"]["name"] == "Dr. Rivera"
        types = {t["id"]: t["slug"] for t in call("GET", "/v2/event-types").json()["data"]}
    assert types == {101: "consultation", 102: "consultation-by-request", 103: "phone-consultation"}

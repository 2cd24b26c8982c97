"""Every fault does what its name says, and what it leaves behind is the truth."""

import time
from collections.abc import Callable

import pytest
import requests

from app.sandbox.faults import NAMES, Chance
from tests.sandbox.caller import Caller
from tests.support.sandbox import BERT, RIVERA, SandboxProcess, running_sandbox


def test_an_error_before_the_commit_leaves_nothing(sandbox: SandboxProcess, call: Caller) -> None:
    answer = call.book(fault="server_error")
    assert (answer.status_code, answer.json()) == (500, {"statusCode": 500, "message": "Internal server error"})
    assert sandbox.bookings() == []


def test_an_error_after_the_commit_leaves_the_booking(sandbox: SandboxProcess, call: Caller) -> None:
    assert call.book(fault="server_error_after_commit").status_code == 500
    assert len(sandbox.bookings("accepted")) == 1


@pytest.mark.parametrize(("fault", "left"), [("bad_gateway_html", 0), ("bad_gateway_html=after", 1)])
def test_a_proxy_page_says_nothing_about_the_booking(
    sandbox: SandboxProcess, call: Caller, fault: str, left: int
) -> None:
    answer = call.book(fault=fault)
    assert answer.status_code == 502
    assert answer.headers["Content-Type"].startswith("text/html")
    assert len(sandbox.bookings()) == left


@pytest.mark.parametrize(("fault", "left"), [("cut_before_commit", 0), ("cut_after_commit", 1)])
def test_a_cut_connection_brings_no_answer(sandbox: SandboxProcess, call: Caller, fault: str, left: int) -> None:
    with pytest.raises(requests.ConnectionError):
        call.book(fault=fault)
    assert len(sandbox.bookings()) == left
    assert call("GET", "/v2/me").status_code == 200


def test_chance_meets_as_many_requests_as_it_says() -> None:
    with running_sandbox("--chance", "server_error=1") as unlucky:
        answer = requests.get(f"{unlucky.url}/v2/me", headers={"Authorization": f"Bearer {RIVERA}"}, timeout=10)
    with running_sandbox("--chance", "server_error=0") as lucky:
        other = requests.get(f"{lucky.url}/v2/me", headers={"Authorization": f"Bearer {RIVERA}"}, timeout=10)
    assert (answer.status_code, other.status_code) == (500, 200)


@pytest.mark.parametrize("text", ["no_such_fault=0.5", "server_error=2"])
def test_a_chance_of_nothing_known_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"unknown fault|a share is"):
        Chance.parse(text)


def test_half_an_answer_breaks_off(sandbox: SandboxProcess, call: Caller) -> None:
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        call.book(fault="truncated")
    assert len(sandbox.bookings()) == 1


def test_garbage_comes_with_a_good_status(sandbox: SandboxProcess, call: Caller) -> None:
    answer = call.book(fault="garbage_json")
    assert answer.status_code == 201
    with pytest.raises(requests.JSONDecodeError):
        answer.json()
    assert len(sandbox.bookings()) == 1


@pytest.mark.parametrize(
    ("fault", "status", "start"),
    [("conflict", 409, "booking_conflict_error"), ("prisma_timeout", 400, "\nInvalid `tx.booking.create()`")],
)
def test_raw_refusals_leave_nothing(sandbox: SandboxProcess, call: Caller, fault: str, status: int, start: str) -> None:
    answer = call.book(fault=fault)
    assert answer.status_code == answer.json()["statusCode"] == status
    assert answer.json()["message"].startswith(start)
    assert sandbox.bookings() == []


def test_an_unavailable_server_answers_in_the_envelope(call: Caller) -> None:
    answer = call.book(fault="unavailable")
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "INTERNAL_SERVER_ERROR")


def test_rate_limited_blocks_the_key_for_a_minute(call: Caller) -> None:
    answer = call.book(fault="rate_limited")
    assert answer.status_code == 429
    assert (answer.headers["X-RateLimit-Remaining-Default"], answer.headers["X-RateLimit-Reset-Default"]) == ("0", "60")
    assert "Retry-After" not in answer.headers
    assert call("GET", "/v2/me").status_code == 429


@pytest.mark.parametrize("fault", ["slow=0.3", "slow_after_commit=0.3"])
def test_slow_answers_come_late_but_whole(sandbox: SandboxProcess, call: Caller, fault: str) -> None:
    began = time.monotonic()
    assert call.book(fault=fault).status_code == 201
    assert time.monotonic() - began >= 0.3


def test_the_late_part_of_slow_is_before_or_after_the_commit(sandbox: SandboxProcess, call: Caller) -> None:
    for fault, there in (("slow=5", 0), ("slow_after_commit=5", 1)):
        sandbox.reset()
        with pytest.raises(requests.Timeout):
            call("POST", "/v2/bookings", _body(), fault, timeout=0.5)
        assert len(sandbox.bookings()) == there


def test_a_late_commit_arrives_after_the_connection_is_gone(sandbox: SandboxProcess, call: Caller) -> None:
    with pytest.raises(requests.ConnectionError):
        call.book(fault="late_commit=0.5")
    assert sandbox.bookings() == []
    _await(lambda: len(sandbox.bookings("accepted")) == 1)


def test_lying_slots_list_what_is_taken_and_what_is_not_there(call: Caller) -> None:
    call.book("15:00")
    assert "15:00" not in call.slots()
    assert "15:00" in call.slots(fault="lying_slots")
    assert call.slots(fault="lying_slots=outside")[-1] == "21:00"
    assert call.book("15:00").status_code == 400


def test_a_stale_list_shows_the_past(call: Caller) -> None:
    uid = call.uid()
    assert [b["uid"] for b in call.listed()] == [uid]
    assert call.listed(fault="stale_list=60") == []
    assert call("GET", f"/v2/bookings/{uid}", fault="stale_list=60").status_code == 404


def test_record_not_found_is_a_success_in_disguise(sandbox: SandboxProcess, call: Caller) -> None:
    uid = call.uid()
    answer = call("POST", f"/v2/bookings/{uid}/cancel", {"cancellationReason": "x"}, "record_not_found")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")
    assert len(sandbox.bookings("cancelled")) == 1


def test_scripted_faults_are_used_up_in_order(sandbox: SandboxProcess, call: Caller) -> None:
    sandbox.faults(["server_error", {"fault": "conflict", "times": 2}])
    assert [call.book().status_code for _ in range(4)] == [500, 409, 409, 201]


def test_scripted_faults_choose_method_path_and_key(sandbox: SandboxProcess, call: Caller) -> None:
    match = {"method": "POST", "path": "/cancel", "key": RIVERA}
    sandbox.faults([{"fault": "unavailable", "match": match}])
    uid = call.uid()
    stranger = Caller(sandbox.url, BERT)
    assert stranger("GET", f"/v2/bookings/{uid}").status_code == 200
    assert call("POST", f"/v2/bookings/{uid}/cancel", {"cancellationReason": "x"}).status_code == 500
    assert call("POST", f"/v2/bookings/{uid}/cancel", {"cancellationReason": "x"}).status_code == 200


def test_cleared_faults_are_gone(sandbox: SandboxProcess, call: Caller) -> None:
    sandbox.faults(["server_error"])
    sandbox.clear_faults()
    assert call.book().status_code == 201


def test_an_unknown_fault_is_refused(sandbox: SandboxProcess, call: Caller) -> None:
    assert call.book(fault="no_such_fault").status_code == 400
    with pytest.raises(OSError, match="400"):
        sandbox.faults(["no_such_fault"])
    assert set(sandbox.ask("GET", "/_sandbox/faults")["known"]) == set(NAMES)


def _body() -> dict[str, object]:
    attendee = {"name": "Jane Doe", "email": "jane@example.com", "timeZone": "UTC"}
    return {"start": "2035-05-15T15:00:00Z", "eventTypeId": 101, "attendee": attendee}


def _await(holds: Callable[[], bool], patience: float = 10) -> None:
    deadline = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)

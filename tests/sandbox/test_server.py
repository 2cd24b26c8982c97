"""Limits, latency, races and the journal, over real sockets."""

import http.client
import random
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.sandbox.latency import Delay
from tests.sandbox.caller import Caller, booking
from tests.support.sandbox import ANNA, SandboxProcess


def test_one_connection_serves_many_requests(sandbox: SandboxProcess) -> None:
    connection = http.client.HTTPConnection(sandbox.url.removeprefix("http://"), timeout=5)
    sockets = set()
    for _ in range(3):
        connection.request("GET", "/v2/me", headers={"Authorization": f"Bearer {ANNA}"})
        answer = connection.getresponse()
        assert (answer.status, len(answer.read()) > 100) == (200, True)
        sockets.add(connection.sock)
    connection.close()
    assert len(sockets) == 1
    assert None not in sockets


def test_the_121st_call_of_a_minute_is_refused(sandbox: SandboxProcess, call: Caller) -> None:
    answers = [call("GET", "/v2/me") for _ in range(121)]
    assert {a.status_code for a in answers[:120]} == {200}
    assert answers[119].headers["X-RateLimit-Remaining-Default"] == "0"
    assert answers[120].status_code == 429
    assert (
        answers[120].json()["error"]["details"] == "CustomThrottlerGuard - Too many requests. Please try again later."
    )
    assert Caller(sandbox.url, ANNA)("GET", "/v2/me").status_code == 200


def test_without_enforcement_the_headers_remain(sandbox: SandboxProcess, call: Caller) -> None:
    sandbox.options(rate_limit=3, rate_limit_enforced=False)
    answers = [call("GET", "/v2/me") for _ in range(6)]
    assert {a.status_code for a in answers} == {200}
    assert answers[-1].headers["X-RateLimit-Limit-Default"] == "3"


def test_latency_applies_to_writes_and_reads_apart(sandbox: SandboxProcess, call: Caller) -> None:
    sandbox.latency(writes=0.3, reads=0)
    assert _seconds(lambda: call("GET", "/v2/me")) < 0.25
    assert _seconds(call.book) >= 0.3


def test_lognormal_latency_has_the_median_and_tail_asked_for() -> None:
    delay = Delay.parse("lognormal:0.3:2.5")
    dice = random.Random(7)  # noqa: S311 - waiting times, not secrets
    drawn = sorted(delay.draw(dice) for _ in range(20_000))
    assert statistics.median(drawn) == pytest.approx(0.3, rel=0.05)
    assert drawn[int(len(drawn) * 0.99)] == pytest.approx(2.5, rel=0.15)
    assert str(delay) == "lognormal:0.3:2.5"


def test_ten_at_once_for_one_slot_give_one_booking(sandbox: SandboxProcess) -> None:
    sandbox.latency(writes=0.5)
    booked, *refused = sorted(_at_once(sandbox, ["15:00"] * 10))
    assert booked == 201
    assert set(refused) <= {400, 409}  # 400 for whoever came after the booking was made, as on a slow machine some do
    assert len(sandbox.bookings()) == 1


def test_overlapping_starts_at_once_are_both_booked(sandbox: SandboxProcess) -> None:
    sandbox.latency(writes=0.5)
    assert _at_once(sandbox, ["15:00", "15:15"]) == [201, 201]


def test_one_after_the_other_they_are_not(call: Caller) -> None:
    assert [call.book("15:00").status_code, call.book("15:15").status_code] == [201, 400]


def test_without_uniqueness_one_slot_is_booked_twice(sandbox: SandboxProcess) -> None:
    sandbox.options(unique="off")
    sandbox.latency(writes=0.5)
    assert _at_once(sandbox, ["15:00", "15:00"]) == [201, 201]
    assert len(sandbox.bookings("accepted")) == 2


def test_slots_may_be_outdated_for_two_seconds(sandbox: SandboxProcess, call: Caller) -> None:
    sandbox.options(slots_cache_seconds=2)
    assert "15:00" in call.slots()
    call.book("15:00")
    assert "15:00" in call.slots()
    deadline = time.monotonic() + 10
    while "15:00" in call.slots():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_the_journal_tells_requests_and_commits_in_order(sandbox: SandboxProcess, call: Caller) -> None:
    call.book()
    call.book()
    told = [(e["kind"], e["status"]) for e in sandbox.journal()]
    assert told == [("request", 201), ("commit", "accepted"), ("request", 400)]
    assert sandbox.journal("request")[0]["body"]["eventTypeId"] == 101


def test_a_planted_booking_takes_its_slot(sandbox: SandboxProcess, call: Caller) -> None:
    sandbox.plant(eventTypeId=101, start="2035-05-15T15:00:00Z", attendees=[{"email": "walk-in@example.com"}])
    assert "15:00" not in call.slots()
    assert call.book("15:00").status_code == 400


def test_a_bad_option_is_refused(sandbox: SandboxProcess) -> None:
    with pytest.raises(OSError, match="400"):
        sandbox.options(nonsense=1)


def _at_once(sandbox: SandboxProcess, starts: list[str]) -> list[int]:
    with ThreadPoolExecutor(len(starts)) as pool:
        calls = [
            pool.submit(Caller(sandbox.url), "POST", "/v2/bookings", booking(at, email=f"jane{n}@example.com"))
            for n, at in enumerate(starts)
        ]
        return [call.result().status_code for call in calls]


def _seconds(action: Callable[[], object]) -> float:
    began = time.monotonic()
    action()
    return time.monotonic() - began

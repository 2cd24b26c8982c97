"""Rules of Cal.com that no kept recording shows, but the written notes on the real server do."""

from tests.sandbox.caller import DAY, Caller
from tests.support.sandbox import ANNA, BERT, SandboxProcess


def test_a_daily_limit_is_a_raw_401(sandbox: SandboxProcess) -> None:
    call = Caller(sandbox.url, ANNA)
    assert call.book("15:00", 10).status_code == 201
    second = call.book("16:00", 10)
    assert (second.status_code, second.json()) == (401, {"statusCode": 401, "message": "booking_limit_reached"})
    assert call.slots(10) == []


def test_a_type_that_needs_its_owner_refuses_a_stranger_with_403(sandbox: SandboxProcess) -> None:
    answer = Caller(sandbox.url, BERT).book("15:00", 18)
    assert answer.status_code == 403
    assert answer.json()["error"]["message"].startswith("checkBookingRequiresAuthentication - user is not authorized")


def test_the_same_attendee_gets_no_second_seat(sandbox: SandboxProcess) -> None:
    call = Caller(sandbox.url, ANNA)
    assert call.book("15:00", 4).status_code == 201
    again = call.book("15:00", 4)
    assert (again.status_code, again.json()["message"]) == (409, "already_signed_up_for_this_booking_error")


def test_a_phone_type_checks_the_number(sandbox: SandboxProcess) -> None:
    person = {"name": "Jane Doe", "phoneNumber": "12345", "timeZone": "America/New_York"}
    body = {"start": f"{DAY}T15:00:00Z", "eventTypeId": 5, "attendee": person}
    answer = Caller(sandbox.url, ANNA)("POST", "/v2/bookings", body)
    assert answer.json()["error"]["message"] == "responses - {attendeePhoneNumber}invalid_number, "


def test_cancelling_with_an_unknown_uid_is_worded_differently_from_reading(call: Caller) -> None:
    read, cancel = call("GET", "/v2/bookings/nosuch"), call("POST", "/v2/bookings/nosuch/cancel", {})
    assert read.json()["error"]["message"] == "Booking with uid=nosuch was not found in the database"
    assert cancel.json()["error"]["message"] == "Booking with uid=nosuch not found"


def test_a_stranger_cannot_confirm(sandbox: SandboxProcess, call: Caller) -> None:
    uid = call.uid("15:00", 102)
    answer = Caller(sandbox.url, BERT)("POST", f"/v2/bookings/{uid}/confirm", {})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "TRPCError")


def test_a_booking_that_has_ended_cannot_be_cancelled(sandbox: SandboxProcess, call: Caller) -> None:
    past = sandbox.plant(eventTypeId=101, start="2020-05-12T15:00:00Z", attendees=[{"email": "old@example.com"}])
    answer = call("POST", f"/v2/bookings/{past['uid']}/cancel", {"cancellationReason": "x"})
    assert answer.json() == {"statusCode": 400, "message": "Cannot cancel a booking that has already ended"}


def test_a_slot_is_held_once(call: Caller) -> None:
    body = {"eventTypeId": 101, "slotStart": f"{DAY}T15:00:00Z"}
    assert call("POST", "/v2/slots/reservations", body).status_code == 201
    assert call("POST", "/v2/slots/reservations", body).status_code == 422
    assert "15:00" not in call.slots()
    assert call.book("15:00").status_code == 201


def test_a_route_behind_a_key_refuses_without_one(sandbox: SandboxProcess) -> None:
    answer = Caller(sandbox.url, None)("GET", "/v2/me")
    assert answer.status_code == 401
    assert answer.json()["error"]["message"].startswith("ApiAuthStrategy - No authentication method provided.")


def test_a_moved_collective_booking_keeps_all_its_hosts(sandbox: SandboxProcess) -> None:
    call = Caller(sandbox.url, ANNA)
    made = call.book("14:00", 25).json()["data"]
    assert [a["email"] for a in made["attendees"]] == ["jane@example.com", "bert@host.example.com"]
    moved = call("POST", f"/v2/bookings/{made['uid']}/reschedule", {"start": f"{DAY}T14:30:00Z"})
    assert moved.status_code == 201
    assert Caller(sandbox.url, BERT).book("14:30", 20).status_code == 400

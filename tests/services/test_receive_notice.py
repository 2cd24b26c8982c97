"""Only who knows the account's secret is listened to, and what is kept says nothing of a person."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.answers import Result
from app.domain.appointments import AppointmentStatus, Booking
from app.domain.errors import RefusedError
from app.domain.notices import KEEP
from app.storage.notice_tables import notices
from tests.services.desk import TWO_PM_TUESDAY, Desk
from tests.services.switchboard import ACCOUNT, SECRET, Switchboard, body, signed

BOOKING = Booking(
    uid="uid1",
    status=AppointmentStatus.ACCEPTED,
    starts_at=TWO_PM_TUESDAY,
    ends_at=TWO_PM_TUESDAY + timedelta(minutes=30),
    metadata={},
)


@pytest.fixture
def board(desk: Desk) -> Switchboard:
    return Switchboard(desk)


def refused(board: Switchboard, account_id: str, raw: bytes, signature: str) -> Result:
    with pytest.raises(RefusedError) as caught:
        board.receive(account_id, raw, signature)
    assert caught.value.fields == {}
    return caught.value.result


def test_what_is_not_signed_with_the_secret_is_refused_and_not_kept(board: Switchboard) -> None:
    raw = body("BOOKING_CANCELLED", BOOKING, created_at=board.desk.now)
    for signature in ("", "no-secret-provided", signed(raw, "another"), signed(raw + b" "), signed(raw).upper(), "é"):
        assert refused(board, ACCOUNT, raw, signature) is Result.FORBIDDEN
    assert refused(board, ACCOUNT, raw + b" ", signed(raw)) is Result.FORBIDDEN
    assert board.outcomes() == []


def test_an_unknown_account_and_one_without_a_hook_are_refused_alike(board: Switchboard) -> None:
    raw = body("BOOKING_CANCELLED", BOOKING, created_at=board.desk.now)
    with board.desk.database.unit() as unit:
        account = unit.directory.account(ACCOUNT)
        assert account is not None
        unit.directory.save_account(replace(account, id="c" * 32, name="Hookless"), "cal_test_key")
        unit.commit()
    for account_id in ("c" * 32, "nobody", ""):
        assert refused(board, account_id, raw, signed(raw, "")) is Result.FORBIDDEN
        assert refused(board, account_id, raw, signed(raw)) is Result.FORBIDDEN


def test_both_secrets_are_taken_while_the_new_one_is_not_confirmed_and_for_a_while_after(board: Switchboard) -> None:
    def takes(secret: str) -> bool:
        raw = json.dumps({"triggerEvent": "PING", "createdAt": str(board.desk.now), "with": secret}).encode()
        try:
            board.receive(ACCOUNT, raw, signed(raw, secret))
        except RefusedError:
            return False
        return True

    with board.desk.database.unit() as unit:
        hook = unit.hooks.get(ACCOUNT)
        assert hook is not None
        hook = replace(hook, secret="new", former_secret=SECRET)
        unit.hooks.save(hook)
        unit.commit()
    board.desk.later(10_000)
    assert (takes("new"), takes(SECRET)) == (True, True)
    with board.desk.database.unit() as unit:
        unit.hooks.save(replace(hook, former_until=board.desk.now + timedelta(minutes=10)))
        unit.commit()
    board.desk.later(599)
    assert (takes("new"), takes(SECRET)) == (True, True)
    board.desk.later(1)
    assert (takes("new"), takes(SECRET)) == (True, False)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"triggerEvent":"PING","createdAt":"2026-11-23T14:00:00.000Z","payload":{"type":"Test"}}',
        b'{"triggerEvent":"MEETING_ENDED","id":7,"uid":"uid1","startTime":"2026-11-24T19:00:00.000Z"}',
        b'{"triggerEvent":"BOOKING_PAID","payload":{"uid":"uid1"}}',
        b'{"triggerEvent":"BOOKING_CREATED","payload":{"uid":["uid1"]}}',
        b"title=made+by+a+template",
        b"[" * 10_000,
        b"\xff\x00",
        b"",
    ],
)
def test_what_says_nothing_of_a_booking_is_taken_and_left_alone(board: Switchboard, raw: bytes) -> None:
    board.send(raw)
    assert (board.outcomes(), board.bells.notices) == (["ignored"], [])


def test_nothing_of_a_person_is_kept(board: Switchboard) -> None:
    board.tell("BOOKING_CREATED", BOOKING, metadata={"ringbook_job": "job_x", "notes": "a private matter"})
    with board.desk.database.reading_unit() as unit:
        (row,) = unit._connection.execute(notices.select()).all()
    kept = str(row)
    assert ("uid1" in kept, "job_x" in kept) == (True, True)
    assert not any(word in kept for word in ("Jane", "jane@", "private"))


def test_notices_are_kept_for_a_month_so_that_a_replay_is_known(board: Switchboard) -> None:
    raw = board.tell("PING", BOOKING)
    board.desk.later((KEEP - timedelta(seconds=1)).total_seconds())
    assert board.rescue.prune() == 0
    board.send(raw)
    assert board.outcomes() == ["ignored"]
    board.desk.later(2)
    assert (board.rescue.prune(), board.outcomes()) == (1, [])

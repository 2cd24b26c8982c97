"""Free times are kept while they are booked: what the next caller is offered then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.cache.slot_cache import RedisSlotCache
from app.domain.answers import Result
from app.domain.appointments import Action, AppointmentStatus
from app.domain.directory import Agent
from app.domain.errors import CalendarError
from app.domain.event_types import EventType
from app.domain.jobs import Status
from app.domain.outcomes import Failed, Outcome, RetryLater, SlotUnavailable
from app.services.manage_appointment import ManageRequest
from tests.services.desk import AGENT, NOW, ORG, PLAIN, TWO_PM_TUESDAY, Desk
from tests.services.switchboard import Switchboard
from tests.support.valkey import ValkeyServer

COLLEAGUE = "9c858901-8a57-4791-81fe-4c455b099bcb"
HOUR = replace(PLAIN, id=102, length_minutes=60)
HALF = timedelta(minutes=30)
OpenDesk = Callable[[EventType], Desk]


@pytest.fixture
def open_desk(tmp_path: Path, empty_valkey: ValkeyServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenDesk]:
    """A desk that keeps free times in Redis, and gives a busy machine time to answer."""
    monkeypatch.setattr("app.cache.slot_store.STEP_SECONDS", 5.0)
    with ExitStack() as opened:

        def open_desk(event_type: EventType) -> Desk:
            desk = Desk(tmp_path, event_type)
            opened.callback(desk.close)
            cache: Any = RedisSlotCache(empty_valkey.url, desk.clock)
            desk.cache = cache
            desk._wire_callers()
            desk._wire_workers()
            return desk

        yield open_desk


@pytest.fixture
def shared(open_desk: OpenDesk) -> Desk:
    """Two agents book for one host: one appointments of half an hour, the other of a whole one."""
    desk = open_desk(PLAIN)
    add_colleague(desk)
    return desk


def add_colleague(desk: Desk) -> None:
    colleague = Agent(id=COLLEAGUE, org_id=ORG, name="Long", account_id=None, event_type=HOUR, created_at=NOW)
    with desk.database.unit() as unit:
        unit.directory.save_agent(colleague)
        unit.commit()


def offered(desk: Desk, agent_id: str = AGENT) -> list[datetime]:
    return list(desk.manage(ManageRequest(action=Action.AVAILABILITY, org_id=ORG, agent_id=agent_id, wait=5)).openings)


@pytest.mark.parametrize("places", [{"seats": 3}, {"scheduling": "ROUND_ROBIN"}])
@pytest.mark.parametrize("left", [[TWO_PM_TUESDAY], []])
def test_where_others_may_have_the_same_time_cal_com_says_whether_it_is_left(
    open_desk: OpenDesk, places: dict[str, Any], left: list[datetime]
) -> None:
    desk = open_desk(replace(PLAIN, **places))
    desk.calendar.free = [TWO_PM_TUESDAY]
    assert offered(desk) == [TWO_PM_TUESDAY]

    desk.booked()
    desk.calendar.free = left

    assert offered(desk) == left


def test_what_an_agent_is_getting_its_colleagues_do_not_offer_nor_what_runs_into_it(shared: Desk) -> None:
    free = [TWO_PM_TUESDAY - 2 * HALF, TWO_PM_TUESDAY - HALF, TWO_PM_TUESDAY, TWO_PM_TUESDAY + HALF]
    shared.calendar.free = free
    assert offered(shared) == offered(shared, COLLEAGUE) == free

    shared.book()
    assert offered(shared) == [free[0], free[1], free[3]]
    assert offered(shared, COLLEAGUE) == [free[0], free[3]]

    shared.work()
    assert offered(shared) == [free[0], free[1], free[3]]
    assert offered(shared, COLLEAGUE) == [free[0], free[3]]


@pytest.mark.parametrize(
    "refused", [SlotUnavailable(result=Result.LIMIT_REACHED), Failed(result=Result.UPSTREAM_REFUSED)]
)
def test_what_an_agent_did_not_get_its_colleagues_offer_again(shared: Desk, refused: Outcome) -> None:
    shared.calendar.free, shared.calendar.script = [TWO_PM_TUESDAY], [refused]
    offered(shared, COLLEAGUE)

    shared.booked()

    assert offered(shared, COLLEAGUE) == [TWO_PM_TUESDAY]


def test_where_an_agent_finds_a_time_taken_its_colleagues_ask_again(shared: Desk) -> None:
    shared.calendar.free, shared.calendar.script = [TWO_PM_TUESDAY], [SlotUnavailable()]
    offered(shared, COLLEAGUE)
    shared.calendar.free = []

    shared.booked()

    assert offered(shared, COLLEAGUE) == []


def test_what_an_agent_calls_off_its_colleagues_offer_again(shared: Desk) -> None:
    booked, free = shared.booked(), [TWO_PM_TUESDAY, TWO_PM_TUESDAY + 4 * HALF]
    shared.calendar.free = free[1:]
    shared.later(11)
    assert offered(shared, COLLEAGUE) == free[1:]

    shared.ask(Action.CANCEL, appointment_id=booked.appointment_id)
    shared.work()
    shared.calendar.free = free

    assert offered(shared, COLLEAGUE) == free


def test_what_any_host_of_a_team_may_get_is_hidden_from_nobody(open_desk: OpenDesk) -> None:
    desk = open_desk(replace(PLAIN, scheduling="ROUND_ROBIN"))
    add_colleague(desk)
    desk.calendar.free = [TWO_PM_TUESDAY]
    desk.book()
    assert offered(desk, COLLEAGUE) == [TWO_PM_TUESDAY]

    desk.work()
    assert offered(desk, COLLEAGUE) == [TWO_PM_TUESDAY]
    desk.calendar.free = []
    desk.booked(name="John Roe", email="john@example.com")
    assert offered(desk, COLLEAGUE) == []


def test_what_a_team_does_not_get_stays_reserved_for_who_is_getting_it(open_desk: OpenDesk) -> None:
    desk = open_desk(replace(PLAIN, scheduling="ROUND_ROBIN", length_minutes=60))
    add_colleague(desk)
    desk.calendar.free, desk.calendar.script = [TWO_PM_TUESDAY], [SlotUnavailable(result=Result.LIMIT_REACHED)]
    at = TWO_PM_TUESDAY.isoformat()
    wish: dict[str, Any] = {"name": "John Roe", "email": "john@example.com", "appointment_datetime": at}
    desk.manage(ManageRequest(action=Action.BOOK, org_id=ORG, agent_id=COLLEAGUE, wait=0, **wish))
    desk.bells.published.clear()

    desk.booked()

    assert offered(desk, COLLEAGUE) == []


def test_of_another_account_only_the_agents_own_event_type_is_known(shared: Desk) -> None:
    line = shared.manage.connect_agent(ORG, AGENT)
    assert line.event_types == (PLAIN, HOUR)
    assert line.sharing("a" * 32) == (PLAIN, HOUR)
    assert line.sharing("b" * 32) == (PLAIN,)


@pytest.mark.parametrize("result", [Result.SLOT_TAKEN, Result.LIMIT_REACHED])
def test_a_refused_time_hides_none_of_those_next_to_it(open_desk: OpenDesk, result: Result) -> None:
    """Half an hour from 2 PM on runs into something at 2:15, and from 1:45 on it does not."""
    desk = open_desk(PLAIN)
    before, behind = TWO_PM_TUESDAY - HALF / 2, TWO_PM_TUESDAY + 3 * HALF / 2
    desk.calendar.free = [before - HALF / 2, before, TWO_PM_TUESDAY, behind]
    desk.calendar.script = [SlotUnavailable(result=result)]

    assert desk.booked().openings == (before, before - HALF / 2, behind)


def test_a_time_that_cal_com_refuses_is_not_offered_while_it_is_still_listed(shared: Desk) -> None:
    shared.calendar.free = [TWO_PM_TUESDAY, TWO_PM_TUESDAY + HALF / 2]
    shared.calendar.script = [SlotUnavailable()]

    shared.booked()

    assert offered(shared) == [TWO_PM_TUESDAY + HALF / 2]


@pytest.mark.parametrize("action", [Action.CANCEL, Action.RESCHEDULE])
@pytest.mark.parametrize("agent_id", [AGENT, COLLEAGUE])
def test_what_was_booked_only_just_is_offered_as_soon_as_it_is_given_up(
    shared: Desk, action: Action, agent_id: str
) -> None:
    booked, later = shared.booked(), TWO_PM_TUESDAY + 4 * HALF
    shared.later(5)
    change = shared.ask(action, appointment_id=booked.appointment_id, appointment_datetime=later.isoformat())
    shared.work()
    assert shared.job(change.job_id).status is Status.SUCCEEDED
    shared.calendar.free = [TWO_PM_TUESDAY]

    assert offered(shared, agent_id) == [TWO_PM_TUESDAY]


def test_a_late_notice_does_not_show_a_time_that_somebody_else_has_by_now(shared: Desk) -> None:
    board = Switchboard(shared)
    board.booked()
    shared.later(11)
    gone = board.decide("uid1", AppointmentStatus.CANCELLED)
    assert shared.booked(name="John Roe", email="john@example.com").result is Result.BOOKED
    shared.calendar.free = [TWO_PM_TUESDAY]
    board.tell("BOOKING_CANCELLED", gone)
    board.work()
    assert offered(shared) == []


def test_a_move_of_what_nobody_knows_keeps_no_time_from_others(open_desk: OpenDesk) -> None:
    desk = open_desk(PLAIN)
    desk.calendar.script, desk.calendar.look_fault = ["lost"], CalendarError(RetryLater())
    booking = desk.book()
    desk.work_until_final(booking.job_id)
    desk.calendar.look_fault, wanted = None, TWO_PM_TUESDAY + timedelta(hours=2)
    desk.calendar.free = [wanted]
    desk.ask(Action.RESCHEDULE, appointment_id=booking.appointment_id, appointment_datetime=wanted.isoformat())
    desk.work()
    assert offered(desk) == [wanted]


def test_a_time_the_host_has_just_set_free_is_offered_at_once(shared: Desk) -> None:
    board, hour = Switchboard(shared), timedelta(hours=1)
    board.booked()
    shared.later(3)
    shared.calendar.free = [TWO_PM_TUESDAY]
    moved = board.move("uid1", by=hour)
    board.tell("BOOKING_RESCHEDULED", moved, rescheduleUid="uid1")
    board.work()
    assert (offered(shared), offered(shared, COLLEAGUE)) == ([TWO_PM_TUESDAY], [TWO_PM_TUESDAY])

    shared.later(3)
    shared.calendar.free = [TWO_PM_TUESDAY, TWO_PM_TUESDAY + hour]
    board.tell("BOOKING_CANCELLED", board.decide(moved.uid, AppointmentStatus.CANCELLED))
    board.work()
    assert offered(shared) == [TWO_PM_TUESDAY, TWO_PM_TUESDAY + hour]

"""An appointment keeps its id for life and is found under every uid it ever had, by its own organization only."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from app.domain.appointments import Appointment, AppointmentStatus
from app.storage.database import Database
from tests.storage import rows
from tests.storage.rows import ANN, START, at_once


def saved(database: Database, **changes: object) -> Appointment:
    appointment = rows.make_appointment(**changes)
    save(database, appointment)
    return appointment


def save(database: Database, appointment: Appointment) -> None:
    with database.unit() as unit:
        unit.appointments.save(appointment)
        unit.commit()


def found(database: Database, reference: str, org_id: str = "org") -> Appointment | None:
    with database.reading_unit() as unit:
        return unit.appointments.get(org_id, reference)


def upcoming(database: Database, *, email: str = "", phone: str = "", agent_id: str = "agent") -> list[Appointment]:
    with database.reading_unit() as unit:
        return unit.appointments.upcoming("org", agent_id, email=email, phone=phone, now=START)


def test_an_appointment_is_found_by_its_id_and_by_every_uid_it_had(database: Database) -> None:
    appointment = saved(database, uids=("uid-b", "uid-a", "uid-c"))
    saved(database, uids=("uid-other",))
    for reference in (appointment.id, "uid-a", "uid-b", "uid-c"):
        assert found(database, reference) == appointment
    assert found(database, "uid-d") is None


def test_of_several_names_the_first_that_has_an_appointment_decides(database: Database) -> None:
    own, others = saved(database, uids=("uid-own",)), saved(database, uids=("uid-others",))
    for names, expected in (
        (("ap_unknown", "uid-others", own.id), others),
        ((own.id, "uid-others"), own),
        (("uid-others", own.id), others),
        (("uid-own", own.id), own),
        (("ap_unknown",), None),
    ):
        with database.reading_unit() as unit:
            assert unit.appointments.first_named("org", *names) == expected
            assert unit.appointments.first_named("elsewhere", *names) is None


def test_another_organization_finds_nothing(database: Database) -> None:
    appointment = saved(database)
    assert found(database, appointment.id, "elsewhere") is None
    assert found(database, "uid-1", "elsewhere") is None


def test_saving_again_changes_it_and_only_ever_adds_uids(database: Database) -> None:
    appointment = saved(database)
    moved = replace(appointment, starts_at=START + timedelta(days=1), uids=("uid-1", "uid-2"))
    save(database, moved)
    assert found(database, "uid-1") == moved
    save(database, replace(appointment, uids=("uid-3",)))
    stored = found(database, "uid-3")
    assert stored is not None
    assert stored.starts_at == START
    assert stored.uids == ("uid-1", "uid-2", "uid-3")


def test_uids_added_at_once_are_all_kept(database: Database) -> None:
    appointment = saved(database, uids=())
    at_once(10, lambda number: save(database, replace(appointment, uids=(f"uid-{number}",))))
    stored = found(database, appointment.id)
    assert stored is not None
    assert set(stored.uids) == {f"uid-{number}" for number in range(10)}


def test_a_uid_belongs_to_one_appointment_of_an_account(database: Database) -> None:
    first = saved(database)
    saved(database, account_id="another account", org_id="another")
    saved(database)
    with database.reading_unit() as unit:
        found = unit.appointments.get(first.org_id, first.uid)
    assert found is not None
    assert found.id == first.id


def test_one_whose_booking_is_anothers_is_not_there(database: Database) -> None:
    first, second = saved(database), saved(database)
    assert found(database, second.id) is None
    with database.reading_unit() as unit:
        theirs = unit.appointments.overlapping(
            first.account_id, first.event_type_id, starts_at=START, ends_at=START + timedelta(minutes=1), but=""
        )
    assert theirs == [first]


def test_upcoming_ones_are_those_of_the_agent_and_contact_that_are_live_and_not_over(database: Database) -> None:
    later = saved(database, uids=("1",), starts_at=START + timedelta(hours=1), ends_at=START + timedelta(hours=2))
    running = saved(database, uids=("2",), starts_at=START - timedelta(minutes=1))
    pending = saved(database, uids=("3",), status=AppointmentStatus.PENDING, starts_at=START + timedelta(minutes=1))
    saved(database, uids=("4",), ends_at=START)
    saved(database, uids=("5",), status=AppointmentStatus.CANCELLED)
    saved(database, uids=("6",), status=AppointmentStatus.REJECTED)
    saved(database, uids=("7",), agent_id="another")
    saved(database, uids=("8",), org_id="another")
    saved(database, uids=("9",), attendee=replace(ANN, email="bob@example.org", phone=""))
    expected = [running, pending, later]
    assert upcoming(database, email=ANN.email) == expected
    assert upcoming(database, phone=ANN.phone) == expected
    assert upcoming(database, email=ANN.email, phone="+15559999") == expected
    assert upcoming(database, email="carl@example.org", phone="+15559999") == []


def test_without_a_contact_nothing_is_listed(database: Database) -> None:
    saved(database, attendee=replace(ANN, email="", phone=""))
    assert upcoming(database) == []


def test_a_status_is_set_on_its_own(database: Database) -> None:
    appointment = saved(database)
    other = saved(database, uids=("uid-2",))
    with database.unit() as unit:
        unit.appointments.set_status(appointment.id, AppointmentStatus.CANCELLED)
        unit.commit()
    assert found(database, appointment.id) == replace(appointment, status=AppointmentStatus.CANCELLED)
    assert found(database, other.id) == other


def test_overlapping_ones_are_live_ones_of_the_event_type_that_share_a_moment(database: Database) -> None:
    minute = timedelta(minutes=1)
    there = saved(database, uids=("1",))
    inside = saved(database, uids=("2",), starts_at=START + 10 * minute, ends_at=START + 20 * minute)
    before = saved(database, uids=("3",), starts_at=START - 30 * minute, ends_at=START)
    around = saved(database, uids=("4",), starts_at=START - 30 * minute, ends_at=START + minute)
    saved(database, uids=("5",), starts_at=START + 30 * minute, ends_at=START + 60 * minute)
    saved(database, uids=("6",), status=AppointmentStatus.CANCELLED)
    saved(database, uids=("7",), account_id="another account")
    saved(database, uids=("8",), event_type_id=there.event_type_id + 1)

    def overlapping(but: str) -> list[Appointment]:
        with database.reading_unit() as unit:
            return unit.appointments.overlapping(
                there.account_id, there.event_type_id, starts_at=START, ends_at=START + 30 * minute, but=but
            )

    assert overlapping("") == [around, there, inside]
    assert overlapping(there.id) == [around, inside]
    assert before not in overlapping("")

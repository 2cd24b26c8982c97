"""Everything below the API wired together for one test: real SQLite, a scripted calendar, a clock set by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from app.domain.answers import Answer
from app.domain.appointments import Action, Appointment
from app.domain.caller_secrets import CallerSecret, SecretKind, hash_of
from app.domain.directory import Account, Agent, Organization
from app.domain.event_types import BookingField, EventType
from app.domain.identifiers import new_secret_id
from app.domain.jobs import Job
from app.services.accept_turns import AcceptTurns
from app.services.admission import Admission
from app.services.await_outcome import AwaitOutcome, WaitingRoom
from app.services.bulkhead import Bulkhead
from app.services.connect_agent import ConnectAgent
from app.services.execute_job import ExecuteJob
from app.services.find_room import FindRoom
from app.services.find_slots import FindSlots
from app.services.keep_leases import KeepLeases
from app.services.list_appointments import ListAppointments
from app.services.manage_appointment import ManageAppointment, ManageRequest
from app.services.note_told import NoteTold
from app.services.read_job import ReadJob
from app.services.reconcile_job import ReconcileJob
from app.services.rescue_jobs import RescueJobs
from app.services.send_command import SendCommand
from app.services.settle_job import SettleJob
from app.services.submit_job import SubmitJob
from app.services.verify_caller import VerifyCaller
from app.storage.database import Database
from tests.services.at_once import NO_HURRY, AtOnce
from tests.services.bells import Bells
from tests.services.passing_cache import PassingCache
from tests.services.rounds import RoundsByHand
from tests.services.scripted_calendar import ScriptedCalendar
from tests.services.scripted_traffic import ScriptedTraffic
from tests.support.sqlite import migrated
from tests.support.tally import Tally

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)  # a Monday, 9 AM in New York
TWO_PM_TUESDAY = datetime(2026, 11, 24, 19, 0, tzinfo=UTC)
ORG = "1268c1f0-19f3-47db-aefb-c16a7c3ace6e"
AGENT = "019d1fdb-98e9-7c87-86c7-321e2fa98733"
PLAIN = EventType(
    id=101,
    slug="consultation",
    title="Consultation",
    length_minutes=30,
    time_zone="America/New_York",
    fields=(
        BookingField(slug="name", required=True),
        BookingField(slug="email", type="email", required=True),
        BookingField(slug="notes", type="textarea"),
    ),
)


class Desk:
    """`ask` is what the API calls; `work` runs what was published; `later` moves the clock."""

    def __init__(self, directory: Path, event_type: EventType = PLAIN, **agent_settings: Any) -> None:
        self.now = NOW
        self.stopping = False
        self.calendar = ScriptedCalendar()
        self.bells = Bells()
        self.cache = PassingCache()
        self.traffic = ScriptedTraffic()
        self.limits = Tally()
        self.bulkhead = Bulkhead(seats=2)
        url = migrated(f"sqlite:///{directory}/ringbook.db")
        self.database = Database(url, secret_keys=(Fernet.generate_key().decode(),))
        self._add_directory(event_type, agent_settings)
        self._wire_callers()
        self._wire_workers()

    def _add_directory(self, event_type: EventType, agent_settings: dict[str, Any]) -> None:
        account = Account(
            id="a" * 32,
            org_id=ORG,
            name="Main",
            base_url="http://127.0.0.1:1/v2",
            key_last4="tkey",
            username="rivera",
            time_zone="America/New_York",
            created_at=NOW,
        )
        agent = Agent(
            id=AGENT,
            org_id=ORG,
            name="Dr. Rivera",
            account_id=None,
            event_type=event_type,
            created_at=NOW,
            **agent_settings,
        )
        with self.database.unit() as unit:
            unit.directory.save_organization(Organization(id=ORG, name="Clinic", created_at=NOW))
            unit.directory.save_account(account, "cal_test_secretkey")
            unit.directory.save_organization(
                Organization(id=ORG, name="Clinic", created_at=NOW, primary_account_id=account.id)
            )
            unit.directory.save_agent(agent)
            unit.commit()

    def _wire_callers(self) -> None:
        clock, open_unit, read_unit = self.clock, self.database.unit, self.database.reading_unit
        note_told = NoteTold(open_unit=open_unit, read_unit=read_unit, notes=AtOnce(), clock=clock)
        writing: dict[str, Any] = {"open_unit": open_unit, "publisher": self.bells, "cache": self.cache, "clock": clock}
        self.watch = RoundsByHand(read_unit=read_unit, note=note_told.all_pending, clock=clock)
        self.await_outcome = AwaitOutcome(
            read_unit=read_unit,
            doorbell=self.bells,
            room=WaitingRoom(2),
            watch=self.watch,
            way_back=self.bells.way_back,
            clock=clock,
        )
        self.manage = ManageAppointment(
            connect_agent=ConnectAgent(read_unit=read_unit),
            verify_caller=VerifyCaller(read_unit=read_unit, clock=clock),
            accept_turns=AcceptTurns(clock=clock),
            submit_job=SubmitJob(admission=Admission(read_unit=read_unit, clock=clock), limits=self.limits, **writing),
            await_outcome=self.await_outcome,
            note_told=note_told,
            find_slots=FindSlots(
                read_unit=read_unit,
                calendar_at=lambda _priority: self.calendar,
                cache=self.cache,
                within=NO_HURRY,
                clock=clock,
            ),
            list_appointments=ListAppointments(
                open_unit=open_unit, read_unit=read_unit, calendar=self.calendar, within=NO_HURRY, clock=clock
            ),
            clock=clock,
        )
        self.read_job = ReadJob(read_unit=read_unit, await_outcome=self.await_outcome, note_told=note_told, clock=clock)
        units: dict[str, Any] = {"open_unit": open_unit, "read_unit": read_unit}
        self.rescue_jobs = RescueJobs(**units, publisher=self.bells, clock=clock, owner="scheduler-1")

    def _wire_workers(self) -> None:
        clock, open_unit, read_unit = self.clock, self.database.unit, self.database.reading_unit
        reconcile = ReconcileJob(calendar=self.calendar, clock=clock)
        self.keep_leases = KeepLeases(open_unit=open_unit, clock=clock)
        self.execute = ExecuteJob(
            open_unit=open_unit,
            read_unit=read_unit,
            reconcile_job=reconcile,
            send_command=SendCommand(
                open_unit=open_unit,
                calendar=self.calendar,
                traffic=self.traffic,
                reconcile_job=reconcile,
                find_room=FindRoom(read_unit=read_unit, reconcile_job=reconcile, clock=clock),
                stopping=lambda: self.stopping,
                clock=clock,
            ),
            settle_job=SettleJob(
                open_unit=open_unit,
                read_unit=read_unit,
                calendar=self.calendar,
                cache=self.cache,
                doorbell=self.bells,
                publisher=self.bells,
                within=NO_HURRY,
                clock=clock,
            ),
            keep_leases=self.keep_leases,
            bulkhead=self.bulkhead,
            stopping=lambda: self.stopping,
            clock=clock,
        )

    def clock(self) -> datetime:
        return self.now

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def ask(self, action: Action, *, wait: float = 0.0, **fields: Any) -> Answer:
        return self.manage(ManageRequest(action=action, org_id=ORG, agent_id=AGENT, wait=wait, **fields))

    def book(self, at: datetime = TWO_PM_TUESDAY, **fields: Any) -> Answer:
        known = {"name": "Jane Doe", "email": "jane@example.com", "appointment_datetime": at.isoformat()}
        return self.ask(Action.BOOK, **(known | fields))

    def add_secret(self, text: str, kind: SecretKind = SecretKind.SHARED, **changes: Any) -> None:
        kept = hash_of(text) if kind is SecretKind.SHARED else text
        values: dict[str, Any] = {"id": new_secret_id(), "org_id": ORG, "kind": kind, "created_at": NOW, "kept": kept}
        with self.database.unit() as unit:
            unit.caller_secrets.save(CallerSecret(**(values | changes)))
            unit.commit()

    def change_organization(self, **changes: Any) -> None:
        with self.database.unit() as unit:
            organization = unit.directory.organization(ORG)
            assert organization is not None
            unit.directory.save_organization(replace(organization, **changes))
            unit.commit()

    def work(self) -> None:
        """Run what was published, as a worker would."""
        while self.bells.published:
            self.execute(self.bells.published.pop(0))

    def work_until_final(self, job_id: str, *, within: float = 3 * 3600) -> Job:
        """Scheduler rounds and worker turns, the clock going on to the job's next turn, until the job is final."""
        end = self.now + timedelta(seconds=within)
        while not (job := self.job(job_id)).status.is_final:
            assert self.now < end, f"still {job.status} after {within} s"
            self.now = max(self.now + timedelta(seconds=1), job.next_attempt_at, job.lease_until or self.now)
            self.rescue_jobs()
            self.work()
        return job

    def booked(self, at: datetime = TWO_PM_TUESDAY, **fields: Any) -> Answer:
        """Book and work: the final answer."""
        asked = self.book(at, **fields)
        self.work()
        return self.read_job(asked.job_id).answer

    def job(self, job_id: str) -> Job:
        with self.database.reading_unit() as unit:
            job = unit.jobs.get_with_history(job_id)
        assert job is not None
        return job

    def appointment(self, appointment_id: str) -> Appointment:
        with self.database.reading_unit() as unit:
            appointment = unit.appointments.get(ORG, appointment_id)
        assert appointment is not None
        return appointment

    def close(self) -> None:
        self.database.dispose()

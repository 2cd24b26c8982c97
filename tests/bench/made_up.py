"""Makes up a clinic chain's months of calls: organizations, agents, people, jobs of every end, appointments."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from app.domain.answers import Final, Result
from app.domain.appointments import Appointment, AppointmentStatus, Attendee, Book, Cancel, Reschedule
from app.domain.job_search import ENDINGS
from app.domain.jobs import Attempt, Command, Job, Status
from app.domain.outcomes import Asked

DAYS = timedelta(days=90)
ORGANIZATIONS, AGENTS_EACH = 20, 3
OPEN = {Status.QUEUED: 25, Status.RUNNING: 8, Status.RETRYING: 20}
"""Jobs that are not over: as many in a large database as in a small one."""

BATCH = 5000
ZONES = ("America/New_York", "America/Chicago", "Europe/Berlin", "Asia/Tokyo")
GIVEN = ("Ann", "Ben", "Carla", "Deepak", "Elif", "Femi", "Grace", "Hiro", "Ines", "Jonas")
FAMILY = ("Bell", "Costa", "Drew", "Evans", "Fuchs", "Garcia", "Haas", "Ito", "Jones", "Khan")
FAILING = ENDINGS[Status.FAILED]
WEIGHTS = [2.0 ** -(number / 2) for number in range(len(FAILING))]
"""A slot that is taken is the usual end of a failed job; most others are rare."""


@dataclass
class Batch:
    jobs: list[Job] = field(default_factory=list)
    attempts: list[tuple[str, Attempt]] = field(default_factory=list)
    appointments: list[Appointment] = field(default_factory=list)


def org_id(number: int) -> str:
    return f"10000000-0000-4000-8000-{number:012d}"


def account_id(number: int) -> str:
    return f"20000000-0000-4000-8000-{number:012d}"


def agent_id(org: int, number: int) -> str:
    return f"30000000-0000-4000-8000-{org:06d}{number:06d}"


def person(number: int) -> Attendee:
    """Everybody calls about four times; one in five gives no e-mail address, one in ten no number."""
    name = f"{GIVEN[number % 10]} {FAMILY[number // 10 % 10]}"
    email = "" if number % 5 == 4 else f"caller{number}@mail.example"
    phone = "" if number % 10 == 3 else f"+1415{number % 10_000_000:07d}"
    return Attendee(name=name, email=email, phone=phone, time_zone=ZONES[number % 4])


class MadeUp:
    """The same for the same numbers: `batches` yields `count` jobs, the oldest first, up to `until`."""

    def __init__(self, count: int, until: datetime, seed: int = 1) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - data, not a secret
        self._count, self._until = count, until
        self._orgs = [1 / (number + 1) for number in range(ORGANIZATIONS)]
        self._open = [status for status, number in OPEN.items() for _ in range(number)][: count // 4]

    def batches(self) -> Iterator[Batch]:
        known: list[tuple[Appointment, int]] = []
        for first in range(0, self._count, BATCH):
            batch = Batch()
            for number in range(first, min(first + BATCH, self._count)):
                self._add_job(batch, number, known)
            known = known[-500:]
            yield batch

    def _add_job(self, batch: Batch, number: int, known: list[tuple[Appointment, int]]) -> None:
        created_at = self._until - DAYS * ((self._count - number) / self._count)
        again = self._chance.choice(known) if known and self._chance.random() < 0.3 else None
        org = again[1] if again else self._chance.choices(range(ORGANIZATIONS), self._orgs)[0]
        agent = agent_id(org, self._chance.randrange(AGENTS_EACH))
        starts_at = created_at.replace(minute=0, second=0, microsecond=0) + timedelta(
            hours=self._chance.randint(1, 600)
        )
        appointment_id = again[0].id if again else f"appt_{number:026d}"
        job = Job(
            id=f"job_{number:026d}",
            org_id=org_id(org),
            agent_id=agent,
            account_id=account_id(org),
            appointment_id=appointment_id,
            command=self._command(number, appointment_id if again else "", starts_at),
            status=Status.QUEUED,
            created_at=created_at,
            deadline_at=created_at + timedelta(minutes=15),
            next_attempt_at=created_at,
            zone=ZONES[number % 4],
            language="en",
            calendar=f"{account_id(org)} 101",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=30),
            dedupe_key=f"c:{number:064x}",
            fingerprint=f"{number:064x}",
        )
        job = self._ended(job) if number < self._count - len(self._open) else self._waiting(job)
        batch.jobs.append(job)
        batch.attempts += [(job.id, attempt) for attempt in self._attempts(job)]
        if job.status is Status.SUCCEEDED and isinstance(job.command, Book):
            appointment = self._appointment(job, job.command)
            batch.appointments.append(appointment)
            known.append((appointment, org))

    def _command(self, number: int, known: str, starts_at: datetime) -> Command:
        call = f"call_{number // 2:020d}" if self._chance.random() < 0.9 else ""
        if not known:
            who = person(self._chance.randrange(max(10, self._count // 4)))
            return Book(attendee=who, starts_at=starts_at, notes="First visit" * (number % 3), call_session_id=call)
        if self._chance.random() < 0.5:
            return Cancel(appointment_id=known, call_session_id=call)
        return Reschedule(appointment_id=known, starts_at=starts_at, call_session_id=call)

    def _ended(self, job: Job) -> Job:
        draw = self._chance.random()
        tries = self._chance.choices((1, 2, 3, 4, 6, 9), (88, 9, 1.5, 0.9, 0.4, 0.2))[0]
        if draw < 0.87:
            status, result = Status.SUCCEEDED, Result.CANCELLED if isinstance(job.command, Cancel) else Result.BOOKED
        elif draw < 0.99:
            status, result = Status.FAILED, self._chance.choices(FAILING, WEIGHTS)[0]
        else:
            status, result = Status.DISCARDED, Result.DISCARDED
        finished_at = job.created_at + timedelta(seconds=tries * 1.5)
        final = Final(result=result, starts_at=job.starts_at)
        return replace(job, status=status, final=final, finished_at=finished_at, attempts=tries, fence=tries)

    def _waiting(self, job: Job) -> Job:
        status = self._open.pop()
        made = 0 if status is Status.QUEUED else 1 + self._chance.randrange(6)
        lease = job.created_at + timedelta(seconds=20) if status is Status.RUNNING else None
        return replace(job, status=status, attempts=made, fence=made, lease_until=lease)

    def _attempts(self, job: Job) -> Iterator[Attempt]:
        for number in range(1, job.attempts + 1):
            began = job.created_at + timedelta(seconds=1.5 * (number - 1))
            last = number == job.attempts
            if last and job.status is Status.RUNNING:
                yield Attempt(number=number, fence=number, started_at=began, submitted_at=began)
                continue
            outcome, code, status = ("retry_later", "bad_gateway", 502) if not last else _end(job)
            yield Attempt(
                number=number,
                fence=number,
                started_at=began,
                submitted_at=began,
                finished_at=began + timedelta(seconds=0.4),
                outcome=outcome,
                code=code,
                http_status=status,
                request=ASKED,
                duration_ms=self._chance.randint(150, 900),
            )

    def _appointment(self, job: Job, command: Book) -> Appointment:
        cancelled = self._chance.random() < 0.1
        return Appointment(
            id=job.appointment_id,
            org_id=job.org_id,
            agent_id=job.agent_id,
            account_id=job.account_id,
            event_type_id=101,
            status=AppointmentStatus.CANCELLED if cancelled else AppointmentStatus.ACCEPTED,
            starts_at=job.starts_at or job.created_at,
            ends_at=job.ends_at or job.created_at,
            attendee=command.attendee,
            uids=(f"uid{job.id[4:]}",),
        )


ASKED = Asked(method="POST", path="/bookings", body={"start": "2026-11-26T14:00:00Z", "eventTypeId": 101})
TODAY = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def _end(job: Job) -> tuple[str, str, int | None]:
    if job.status is Status.SUCCEEDED:
        return "succeeded", "", 201
    if job.status is Status.FAILED:
        return "failed", "BadRequestException", 400
    return "retry_later", "bad_gateway", 502

"""The one request of a voice agent: book, reschedule, cancel, suggest, availability or list, answered in time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.domain import slots, times
from app.domain.answers import OR_EMAIL_REQUIRED, OR_PHONE_REQUIRED, Answer, Result
from app.domain.appointments import Action, Attendee, Book, Cancel, Reschedule
from app.domain.caller_secrets import NO_PROOF, Proof
from app.domain.contacts import attendee_for, normalise_email, normalise_phone
from app.domain.errors import RefusedError
from app.domain.jobs import Command
from app.domain.ports import Clock
from app.services.accept_turns import AcceptTurns
from app.services.answer_job import answer_of
from app.services.await_outcome import AwaitOutcome
from app.services.connect_agent import Line
from app.services.find_slots import FindSlots
from app.services.list_appointments import ListAppointments
from app.services.note_told import WITHIN, NoteTold
from app.services.submit_job import SubmitJob
from app.services.verify_caller import VerifyCaller


@dataclass(frozen=True, slots=True, kw_only=True)
class ManageRequest:
    """A request as it came in, types and lengths checked. `wait`: seconds the caller gives us, None: the agent's.

    `spent`: those that are gone already.
    """

    action: Action
    agent_id: str
    org_id: str
    name: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    appointment_datetime: str = ""
    appointment_id: str = ""
    call_session_id: str = ""
    notes: str = field(default="", repr=False)
    days_ahead: int | None = None
    timezone: str = ""
    idempotency_key: str = ""
    wait: float | None = None
    spent: float = 0.0
    proof: Proof = NO_PROOF
    webhook_endpoints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ManageAppointment:
    """Answers every request, a refused one too: raises RefusedError only where no agent is known to answer for."""

    connect_agent: Callable[[str, str], Line]
    verify_caller: VerifyCaller
    accept_turns: AcceptTurns
    submit_job: SubmitJob
    await_outcome: AwaitOutcome
    note_told: NoteTold
    find_slots: FindSlots
    list_appointments: ListAppointments
    clock: Clock

    def __call__(self, request: ManageRequest) -> Answer:
        now = self.clock()
        line = self.connect_agent(request.org_id, request.agent_id)
        base = Answer(
            result=Result.INTERNAL,
            action=request.action,
            zone=_zone(request, line),
            language=line.agent.language,
            agent_name=line.agent.name,
            always_200=line.agent.always_200,
        )
        wait = line.agent.wait_seconds if request.wait is None else request.wait
        answer_by = now + timedelta(seconds=wait - request.spent)
        try:
            if wait > 0 and answer_by <= now:  # it lay here for too long: whoever sent it may have given up
                raise RefusedError(Result.OVERLOADED)
            return self._answer(request, line, base, answer_by)
        except RefusedError as refused:
            return replace(
                base,
                result=refused.result,
                fields=refused.fields,
                retry_after=refused.retry_after,
                openings=refused.openings,
            )

    def _answer(self, request: ManageRequest, line: Line, base: Answer, answer_by: datetime) -> Answer:
        if line.organization.verified_only or request.action is Action.LIST:
            self.verify_caller(line.organization, request.proof)
        if request.action is Action.LIST:
            email, phone = _contact(request, line)
            return self.list_appointments(line, base, email=email, phone=phone, answer_by=answer_by)
        if not request.action.is_write:
            wanted = _starts_at(request, base.zone) if request.appointment_datetime else None
            return self.find_slots(
                line, base, days_ahead=slots.days_ahead(request.days_ahead), wanted=wanted, answer_by=answer_by
            )
        command = self._command(request, line, base.zone)
        contacts = _contacts(request, line) if line.organization.contact_match else None
        with self.accept_turns.turn(answer_by):
            submission = self.submit_job(
                line,
                command,
                zone=base.zone,
                idempotency_key=request.idempotency_key,
                contacts=contacts,
                endpoint_ids=request.webhook_endpoints,
            )
        was_final = submission.job.status.is_final
        job = self.await_outcome(submission.job, answer_by - timedelta(seconds=WITHIN), is_told=True)
        if not job.status.is_final:
            job = self.note_told.pending(job)
        else:
            self.note_told.final(job)
        return replace(answer_of(job, base), replayed=submission.attached and was_final)

    def _command(self, request: ManageRequest, line: Line, zone: str) -> Command:
        if request.action is Action.CANCEL:
            return Cancel(
                appointment_id=request.appointment_id, notes=request.notes, call_session_id=request.call_session_id
            )
        starts_at = _starts_at(request, zone)
        if request.action is Action.RESCHEDULE:
            return Reschedule(
                appointment_id=request.appointment_id,
                starts_at=starts_at,
                notes=request.notes,
                call_session_id=request.call_session_id,
            )
        return Book(
            attendee=_attendee(request, line, zone),
            starts_at=starts_at,
            notes=request.notes,
            call_session_id=request.call_session_id,
        )


def _zone(request: ManageRequest, line: Line) -> str:
    wall = times.parse_wall_time(request.appointment_datetime) if request.appointment_datetime else None
    schedule_zone = line.agent.event_type.time_zone or line.account.time_zone
    return times.choose_zone(wall, request.timezone, line.agent.time_zone, schedule_zone)


def _starts_at(request: ManageRequest, zone: str) -> datetime:
    try:
        return times.instant(times.parse_wall_time(request.appointment_datetime), zone)
    except times.SkippedTimeError as skipped:
        nearest = " or ".join(moment.astimezone(times.zone_info(zone)).strftime("%H:%M") for moment in skipped.nearest)
        raise RefusedError(
            Result.TIME_SKIPPED,
            fields={"appointment_datetime": f"does not exist: the clocks change; nearest: {nearest}"},
            openings=skipped.nearest,
        ) from skipped


def _contact(request: ManageRequest, line: Line, *, needs_phone: bool = False) -> tuple[str, str]:
    """E-mail and E.164 phone. An unreadable phone is left out where a good e-mail does: asking again rarely helps."""
    faults: dict[str, str] = {}
    email = phone = ""
    try:
        email = normalise_email(request.email) if request.email else ""
    except ValueError as fault:
        faults["email"] = str(fault)
    try:
        phone = normalise_phone(request.phone, line.agent.phone_country) if request.phone else ""
    except ValueError as fault:
        if needs_phone or not email:
            faults["phone"] = str(fault)
    if faults:
        raise RefusedError(Result.INVALID, fields=faults)
    return email, phone


def _contacts(request: ManageRequest, line: Line) -> frozenset[str] | None:
    """Whose appointment a change has to be; None for a booking, which is nobody's yet."""
    if request.action is Action.BOOK:
        return None
    email, phone = _contact(request, line)
    if not (email or phone):
        raise RefusedError(Result.INVALID, fields={"email": OR_PHONE_REQUIRED, "phone": OR_EMAIL_REQUIRED})
    return Attendee(name="", email=email, phone=phone).contacts


def _attendee(request: ManageRequest, line: Line, zone: str) -> Attendee:
    email, phone = _contact(request, line, needs_phone=line.agent.event_type.needs_phone)
    attendee = Attendee(
        name=request.name,
        email=email,
        phone=phone,
        time_zone=times.attendee_zone(
            request.timezone, zone, line.agent.time_zone, line.agent.event_type.time_zone or line.account.time_zone
        ),
        language=line.agent.language,
    )
    return attendee_for(line.agent.event_type, attendee, line.agent.placeholder_email)

"""What a clinic's desk has to show after a bad morning: jobs in every state, callers to call back, failing webhooks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from app.domain.answers import Final, Result
from app.domain.appointments import Book
from app.domain.directory import Agent, Organization
from app.domain.identifiers import new_endpoint_id
from app.domain.jobs import LEASE, Job, Status
from app.domain.outcomes import Trace
from app.domain.webhooks import Endpoint, EndpointStatus
from tests.admin.mending import HALF_HOUR, booked, database_of, failed, job_of, settles_at_once, weekday, work
from tests.admin.site import RIVERA, DeskSite
from tests.support.sandbox import SandboxProcess
from tests.support.waiting import eventually

PEOPLE = (
    "Alex Johnson",
    "Mia Chen",
    "Noah Okafor",
    "Lena Vogel",
    "Sofia Rossi",
    "Omar Haddad",
    "Ivy Brown",
    "Jonas Weber",
)


class History:
    """Its own broker carries no message to the workers of the site that is looked at, so that nobody else does what it
    leaves undone: they share the database and the sandbox alone.
    """

    def __init__(self, site: DeskSite, calcom: SandboxProcess) -> None:
        self.site, self.calcom = site, calcom
        self.organization = site.operators.add_organization(name="Bell Clinic")
        self.account = site.operators.add_account(
            org_id=self.organization.id, name="Front desk", api_key=RIVERA, base_url=site.settings.calcom_base_url
        )
        self.agent = self._add_agent(self.organization)
        self.endpoints: list[str] = []
        self._numbers = count(1)
        self._times = self._diary()

    def _add_agent(self, organization: Organization) -> Agent:
        return self.site.operators.add_agent(org_id=organization.id, name="Dr. Rivera", event_type_id=101)

    def _diary(self) -> Iterator[datetime]:
        """Times that nobody has asked for yet, on days on which Dr. Rivera works; the half hours after them stay free
        for whoever is offered another time.
        """
        for morning in sorted({weekday(days, 9) for days in range(5, 90)}):
            if morning.weekday() < 5:
                yield from (morning + each * 4 * HALF_HOUR for each in range(4))

    def accepted(self, *, call: str = "") -> Job:
        """A booking for a new caller at a new time, not tried yet."""
        number = next(self._numbers)
        name = PEOPLE[number % len(PEOPLE)]
        fields = {"email": f"{name.split()[0].lower()}{number}@example.com", "phone": f"+1212555{number:04}"}
        return booked(self.site, self.agent, next(self._times), name=name, call_session_id=call, **fields)

    def booked(self) -> Job:
        return work(self.site, self.accepted())

    def failed(self, result: Result = Result.UPSTREAM_DOWN, *, call: str = "") -> Job:
        """Given up, with nothing sent."""
        return failed(self.site, self.accepted(call=call), result)

    def lost(self) -> Job:
        """Sent, and given up without an answer; Cal.com has it. In one transaction, so that no worker comes first."""
        job = self.accepted()
        assert isinstance(job.command, Book)
        settles_at_once(self.site, job)
        now, attendee = datetime.now(UTC), job.command.attendee
        ended: dict[str, Any] = {"status": Status.FAILED, "final": Final(result=Result.OUTCOME_UNKNOWN)}
        with database_of(self.site) as database, database.unit() as unit:
            held = unit.jobs.claim(job.id, owner="w_1", now=now, lease_until=now + LEASE)
            assert held is not None
            assert unit.jobs.mark_submitted(held, now=now)
            assert unit.jobs.finish(held, now=now, outcome="unknown", trace=Trace(), **ended)
            unit.commit()
        self.calcom.plant(
            eventTypeId=101,
            start=f"{job.starts_at:%Y-%m-%dT%H:%M:%SZ}",
            attendees=[{"email": attendee.email, "name": attendee.name, "phoneNumber": attendee.phone}],
            metadata={"ringbook_job": job.id},
        )
        return self.job(job)

    def gone(self) -> Job:
        """Given up, and somebody else has its time by now."""
        job = self.failed()
        assert job.starts_at is not None
        quick = booked(self.site, self.agent, job.starts_at, name="Pat Quick", email="pat@example.com")
        assert work(self.site, quick).status is Status.SUCCEEDED
        return job

    def to_call_back(self) -> Job:
        """Its caller was told "still confirming" before it failed."""
        job = self.accepted()
        eventually(lambda: self.site.operators.show_job(job.id).job.told_pending_at, within=20)
        job = failed(self.site, job)
        with database_of(self.site) as database, database.unit() as unit:
            unit.callbacks.open(job.id, now=datetime.now(UTC))
            unit.commit()
        return job

    def job(self, job: Job) -> Job:
        """As it is by now."""
        return job_of(self.site, job.id)

    def endpoint(self, url: str, description: str) -> None:
        endpoint = Endpoint(
            id=new_endpoint_id(),
            org_id=self.organization.id,
            url=url,
            description=description,
            created_at=datetime.now(UTC) - timedelta(days=30),
            status=EndpointStatus.ENABLED,
        )
        with database_of(self.site) as database, database.unit() as unit:
            unit.endpoints.add(endpoint, "whsec_" + "A" * 32)
            unit.commit()
        self.endpoints.append(endpoint.id)

    def a_morning(self) -> None:
        for _ in range(6):
            self.booked()
        for result in (Result.UPSTREAM_DOWN, Result.UPSTREAM_DOWN, Result.INTERNAL, Result.SLOT_TAKEN):
            self.failed(result, call="call-7f31")
        self.lost()
        self.gone()
        for _ in range(2):
            self.to_call_back()

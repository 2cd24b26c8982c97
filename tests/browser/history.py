"""What a clinic's desk has to show after a bad morning: jobs in every state, callers to call back, failing webhooks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from app.domain.answers import Final, Result
from app.domain.appointments import Book
from app.domain.directory import Account, Agent, Organization
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

    `slow` is an agent whose Cal.com may still carry out for minutes what it gave no answer to. `quiet` is an
    organization in which nothing happens: its endpoints get what a test sends there, and nothing else.
    """

    def __init__(self, site: DeskSite, calcom: SandboxProcess) -> None:
        self.site, self.calcom = site, calcom
        self.organization = site.operators.add_organization(name="Bell Clinic")
        self.account = self._new_account("Front desk")
        self.agent = self.new_agent("Dr. Rivera")
        self.slow = self.new_agent("Dr. Sloth", account_id=self._new_account("Slow desk").id)
        self.quiet = site.operators.add_organization(name="Quiet Clinic")
        self.endpoints: list[str] = []
        """One that takes what it is sent, and one that does not."""
        self._numbers = count(1)
        self._times = self._diary()

    def _new_account(self, name: str) -> Account:
        url = self.site.settings.calcom_base_url
        return self.site.operators.add_account(org_id=self.organization.id, name=name, api_key=RIVERA, base_url=url)

    def new_agent(self, name: str, *, account_id: str | None = None) -> Agent:
        add = self.site.operators.add_agent
        return add(org_id=self.organization.id, name=name, event_type_id=101, account_id=account_id)

    def _diary(self) -> Iterator[datetime]:
        """Times that nobody has asked for yet, on days on which Dr. Rivera works; the half hours after them stay free
        for whoever is offered another time.
        """
        for morning in sorted({weekday(days, 9) for days in range(5, 90)}):
            if morning.weekday() < 5:
                yield from (morning + each * 4 * HALF_HOUR for each in range(4))

    def accepted(self, *, call: str = "", agent: Agent | None = None) -> Job:
        """A booking for a new caller at a new time, not tried yet."""
        number = next(self._numbers)
        name = PEOPLE[number % len(PEOPLE)]
        fields = {"email": f"{name.split()[0].lower()}{number}@example.com", "phone": f"+1212555{number:04}"}
        return booked(self.site, agent or self.agent, next(self._times), name=name, call_session_id=call, **fields)

    def booked(self, *, agent: Agent | None = None) -> Job:
        return work(self.site, self.accepted(agent=agent))

    def failed(self, result: Result = Result.UPSTREAM_DOWN, *, call: str = "") -> Job:
        """Given up, with nothing sent."""
        return failed(self.site, self.accepted(call=call), result)

    def lost(self, *, call: str = "") -> Job:
        """Sent, and given up without an answer; Cal.com has it."""
        job = self.accepted(call=call)
        settles_at_once(self.site, job)
        self._give_up_sent(job)
        self.appear(job)
        return self.job(job)

    def unanswered(self) -> Job:
        """Sent a moment ago, and given up without an answer; Cal.com may still come to have it."""
        job = self.accepted(agent=self.slow)
        self._give_up_sent(job)
        return self.job(job)

    def _give_up_sent(self, job: Job) -> None:
        """In one transaction, so that no worker comes first."""
        now = datetime.now(UTC)
        ended: dict[str, Any] = {"status": Status.FAILED, "final": Final(result=Result.OUTCOME_UNKNOWN)}
        with database_of(self.site) as database, database.unit() as unit:
            held = unit.jobs.claim(job.id, owner="w_1", now=now, lease_until=now + LEASE)
            assert held is not None
            assert unit.jobs.mark_submitted(held, now=now)
            assert unit.jobs.finish(held, now=now, outcome="unknown", trace=Trace(), **ended)
            unit.commit()

    def appear(self, job: Job) -> None:
        """Cal.com has it now."""
        assert isinstance(job.command, Book)
        attendee = job.command.attendee
        self.calcom.plant(
            eventTypeId=101,
            start=f"{job.starts_at:%Y-%m-%dT%H:%M:%SZ}",
            attendees=[{"email": attendee.email, "name": attendee.name, "phoneNumber": attendee.phone}],
            metadata={"ringbook_job": job.id},
        )

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

    def endpoint(
        self,
        url: str,
        description: str,
        *,
        status: EndpointStatus = EndpointStatus.ENABLED,
        organization: Organization | None = None,
        agent: Agent | None = None,
    ) -> str:
        """Its id. With `agent` it is told of that one's jobs alone."""
        endpoint = Endpoint(
            id=new_endpoint_id(),
            org_id=(organization or self.organization).id,
            url=url,
            description=description,
            created_at=datetime.now(UTC) - timedelta(days=30),
            status=status,
            agent_ids=(agent.id,) if agent else (),
        )
        with database_of(self.site) as database, database.unit() as unit:
            unit.endpoints.add(endpoint, "whsec_" + "A" * 32)
            unit.commit()
        return endpoint.id

    def a_morning(self) -> None:
        for _ in range(6):
            self.booked()
        for result in (Result.UPSTREAM_DOWN, Result.UPSTREAM_DOWN, Result.INTERNAL, Result.SLOT_TAKEN):
            self.failed(result, call="call-7f31")
        self.lost()
        self.gone()
        for _ in range(2):
            self.to_call_back()

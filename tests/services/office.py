"""The operator's use cases for one test: real SQLite, the real Cal.com client, a clock set by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from cryptography.fernet import Fernet

from app.calcom.client import CalcomCalendar
from app.calcom.transport import TimeLimits
from app.container.webhooks import bind_webhooks
from app.domain.answers import Final, Result
from app.domain.appointments import Attendee, Book
from app.domain.directory import Account, Agent, Organization
from app.domain.identifiers import new_appointment_id, new_job_id
from app.domain.jobs import LEASE, Job, Status
from app.domain.outcomes import Trace
from app.domain.ports import Bell
from app.domain.sending import TargetError
from app.services.add_account import AddAccount
from app.services.add_agent import AddAgent
from app.services.add_api_key import AddApiKey
from app.services.add_organization import AddOrganization
from app.services.change_account import ChangeAccount
from app.services.change_agent import ChangeAgent
from app.services.change_organization import ChangeOrganization
from app.services.check_health import CheckHealth
from app.services.connect_hook import ConnectHook, DisconnectHook, ShowHook
from app.services.diagnose import DatabaseFacts, Diagnose
from app.services.discard_job import DiscardJob
from app.services.judge_hook import JudgeHook
from app.services.list_api_keys import ListApiKeys
from app.services.list_directory import ListAccounts, ListAgents, ListOrganizations
from app.services.list_jobs import ListJobs
from app.services.requeue_job import RequeueJob
from app.services.revoke_api_key import RevokeApiKey
from app.services.rotate_keys import RotateKeys
from app.services.show_directory import ShowAccount, ShowAgent, ShowOrganization
from app.services.show_job import ShowJob
from app.storage.database import Database
from app.storage.schema import migrate

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
PUBLIC_URL, UNREACHABLE_URL = "http://127.0.0.1:9", "http://ringbook.example"
RIVERA_KEY, ANNA_KEY, EXPIRED_KEY = "cal_sandbox_rivera", "cal_sandbox_anna", "cal_sandbox_expired"
CONSULTATION = 101
HEALTHY_REDIS = {
    "redis_version": "7.2.4",
    "valkey_version": "9.1.2",
    "aof_enabled": 1,
    "maxmemory": 0,
    "maxmemory_policy": "noeviction",
}


@dataclass
class Bells:
    """Doorbell and publisher that remember."""

    rung: list[str] = field(default_factory=list)
    published: list[str] = field(default_factory=list)
    to_deliver: list[str] = field(default_factory=list)

    def ring(self, job_id: str) -> None:
        self.rung.append(job_id)

    def publish(self, job_id: str, *, background: bool = False) -> bool:
        self.published.append(job_id)
        return True

    def check(self, url: str) -> None:
        """As the sender of events does it."""
        if not url.startswith("https://"):
            raise TargetError("https_required", "It must begin with https://.")

    def publish_delivery(self, delivery_id: str) -> bool:
        self.to_deliver.append(delivery_id)
        return True

    @contextmanager
    def listening(self, job_id: str) -> Iterator[Bell]:
        raise NotImplementedError


class Office:
    """Its attributes are the use cases, named as the container names them; `later` moves the clock."""

    def __init__(self, directory: Path, calcom_url: str) -> None:
        self.now = NOW
        self.bells = Bells()
        self.redis_is_up = True
        self.redis_facts: dict[str, object] | None = dict(HEALTHY_REDIS)
        self.database_facts = DatabaseFacts(name="SQLite", version="3.45.1", revision="0001", newest_revision="0001")
        self.url = f"sqlite:///{directory}/ringbook.db"
        self.secret_keys = [Fernet.generate_key().decode()]
        self.calcom_url = calcom_url
        self.calendar = CalcomCalendar(TimeLimits(connect=1.0, look_total=5.0), "ringbook-tests")
        self._serials = count()
        migrate(self.url)
        self.open()

    def open(self) -> None:
        """Wire the use cases over the secret keys as they are now."""
        self.database = Database(self.url, secret_keys=self.secret_keys)
        open_unit, read_unit, clock = self.database.unit, self.database.reading_unit, self.clock
        writing: dict[str, Any] = {"open_unit": open_unit, "read_unit": read_unit, "calendar": self.calendar}
        self.add_organization = AddOrganization(open_unit=open_unit, clock=clock)
        self.change_organization = ChangeOrganization(open_unit=open_unit)
        self.add_account = AddAccount(**writing, clock=clock, default_base_url=self.calcom_url)
        self.change_account = ChangeAccount(**writing)
        self.add_agent = AddAgent(**writing, clock=clock)
        self.change_agent = ChangeAgent(**writing)
        self.list_organizations = ListOrganizations(read_unit=read_unit)
        self.list_accounts = ListAccounts(read_unit=read_unit)
        self.list_agents = ListAgents(read_unit=read_unit)
        self.connect_hook = ConnectHook(
            open_unit=open_unit, read_unit=read_unit, desk=self.calendar.hooks(), clock=clock, public_url=PUBLIC_URL
        )
        self.disconnect_hook = DisconnectHook(open_unit=open_unit, read_unit=read_unit, desk=self.calendar.hooks())
        self.show_hook = ShowHook(read_unit=read_unit)
        self.show_organization = ShowOrganization(read_unit=read_unit)
        self.show_account = ShowAccount(read_unit=read_unit)
        self.show_agent = ShowAgent(read_unit=read_unit)
        self.list_jobs = ListJobs(read_unit=read_unit)
        self.show_job = ShowJob(read_unit=read_unit)
        self.requeue_job = RequeueJob(open_unit=open_unit, publisher=self.bells, clock=clock)
        self.discard_job = DiscardJob(open_unit=open_unit, publisher=self.bells, doorbell=self.bells, clock=clock)
        self.add_api_key = AddApiKey(open_unit=open_unit, clock=clock)
        self.list_api_keys = ListApiKeys(read_unit=read_unit)
        self.revoke_api_key = RevokeApiKey(open_unit=open_unit, clock=clock)
        self.rotate_keys = RotateKeys(open_unit=open_unit)
        self.webhooks = bind_webhooks(cast(Any, SimpleNamespace(**self._parts())))
        self.check_health = CheckHealth(read_unit=read_unit, redis_answers=lambda: self.redis_is_up, clock=clock)
        self.diagnose = Diagnose(
            read_unit=read_unit,
            calendar=self.calendar,
            judge_hook=JudgeHook(read_unit=read_unit, desk=self.calendar.hooks(), public_url=UNREACHABLE_URL),
            clock=clock,
            database_facts=lambda: self.database_facts,
            redis_info=lambda: self.redis_facts,
        )

    def _parts(self) -> dict[str, Any]:
        units = {"open_unit": self.database.unit, "read_unit": self.database.reading_unit}
        return units | {"publisher": self.bells, "sender": self.bells, "clock": self.clock}

    def close(self) -> None:
        self.database.dispose()
        self.calendar.close()

    def clock(self) -> datetime:
        return self.now

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def clinic(self) -> Organization:
        return self.add_organization(name="Clinic")

    def connected(self) -> tuple[Organization, Account]:
        """An organization with the account of Dr. Rivera."""
        organization = self.clinic()
        return organization, self.add_account(org_id=organization.id, api_key=RIVERA_KEY, name="Main")

    def rivera(self) -> Agent:
        organization, _ = self.connected()
        return self.add_agent(org_id=organization.id, name="Dr. Rivera", event_type_id=CONSULTATION)

    def key_of(self, account: Account) -> str:
        with self.database.reading_unit() as unit:
            access = unit.directory.access(account.id)
        assert access is not None
        return access.api_key

    def add_job(self, **changes: Any) -> Job:
        """A queued booking two hours from now; each of another day's hour, so that none waits for another."""
        starts_at = self.now + timedelta(hours=2, days=next(self._serials))
        attendee = Attendee(name="Jane Doe", email="jane@example.com", phone="+12125550123")
        job = Job(
            id=new_job_id(),
            org_id="1268c1f0-19f3-47db-aefb-c16a7c3ace6e",
            agent_id="019d1fdb-98e9-7c87-86c7-321e2fa98733",
            account_id="0b0a6a3e-57e4-4d5c-9b3a-0c1f5f0e7b11",
            appointment_id=new_appointment_id(),
            command=Book(attendee=attendee, starts_at=starts_at, notes="a private matter"),
            status=Status.QUEUED,
            created_at=self.now,
            deadline_at=self.now + timedelta(minutes=15),
            next_attempt_at=self.now,
            zone="America/New_York",
            language="en",
            calendar="calendar-1",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=30),
        )
        job = replace(job, dedupe_key=f"n:{job.id}", **changes)
        with self.database.unit() as unit:
            assert unit.jobs.add(job)
            unit.commit()
        return job

    def claim(self, job: Job, *, submit: bool = False) -> Job:
        """As a worker takes it; `submit`: its request leaves for Cal.com."""
        with self.database.unit() as unit:
            claimed = unit.jobs.claim(job.id, owner="w_1", now=self.now, lease_until=self.now + LEASE)
            assert claimed is not None
            assert not submit or unit.jobs.mark_submitted(claimed, now=self.now)
            unit.commit()
        return claimed

    def retrying(self, *, submitted: bool) -> Job:
        claimed = self.claim(self.add_job(), submit=submitted)
        at, trace = self.now + timedelta(seconds=60), Trace(http_status=503, code="service_unavailable")
        with self.database.unit() as unit:
            unit.jobs.retry(claimed, now=self.now, at=at, keep_submitted=submitted, outcome="unknown", trace=trace)
            unit.commit()
        return claimed

    def ended(self, status: Status, result: Result, *, submitted: bool = True, **changes: Any) -> Job:
        claimed = self.claim(self.add_job(**changes), submit=submitted)
        trace = Trace(http_status=409, code="booking_conflict_error")
        with self.database.unit() as unit:
            final = Final(result=result)
            unit.jobs.finish(claimed, now=self.now, status=status, final=final, outcome="failed", trace=trace)
            unit.commit()
        return claimed

    def job(self, job_id: str) -> Job:
        return self.show_job(job_id).job

"""The operator's use cases for one test: real SQLite, the real Cal.com client, a clock set by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from cryptography.fernet import Fernet

from app.calcom.client import CalcomCalendar
from app.calcom.transport import TimeLimits
from app.container.operators import bind_operators
from app.domain.answers import Final, Result
from app.domain.appointments import Attendee, Book
from app.domain.directory import Account, Agent, Organization
from app.domain.identifiers import new_appointment_id, new_job_id
from app.domain.jobs import LEASE, Job, Status
from app.domain.outcomes import Trace
from app.domain.sending import TargetError
from app.services.check_health import CheckHealth
from app.services.diagnose import DatabaseFacts
from app.storage.database import Database
from tests.support.sqlite import migrated

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
    def listening(self, job_id: str, heard: Callable[[], None]) -> Iterator[None]:
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
        self.look_ups = ThreadPoolExecutor(2)
        self.calendar = CalcomCalendar(TimeLimits(connect=1.0, look_total=5.0), "ringbook-tests")
        self._directory = directory
        self._serials = count()
        migrated(self.url)
        self.open()

    def open(self) -> None:
        """Wire the use cases over the secret keys as they are now."""
        self.database = Database(self.url, secret_keys=self.secret_keys)
        parts: Any = SimpleNamespace(
            open_unit=self.database.unit,
            read_unit=self.database.reading_unit,
            search_unit=self.database.searching_unit,
            calendar_at=lambda _priority: self.calendar,
            hook_desk=self.calendar.hooks(),
            publisher=self.bells,
            doorbell=self.bells,
            sender=self.bells,
            clock=self.clock,
            look_ups=self.look_ups,
            database_facts=lambda: self.database_facts,
            redis_info=lambda: self.redis_facts,
        )
        self.cases = bind_operators(parts, calcom_base_url=self.calcom_url, public_url=PUBLIC_URL)
        self.diagnose = bind_operators(parts, calcom_base_url=self.calcom_url, public_url=UNREACHABLE_URL).diagnose
        self.check_health = CheckHealth(
            read_unit=self.database.reading_unit, redis_answers=lambda: self.redis_is_up, clock=self.clock
        )

    def __getattr__(self, name: str) -> Any:
        """The operators' use cases."""
        return getattr(self.__dict__["cases"], name)

    def close(self) -> None:
        self.database.dispose()
        self.calendar.close()
        self.look_ups.shutdown()

    def files(self) -> list[Path]:
        """Whatever the database has written."""
        return [path for path in self._directory.iterdir() if path.name.startswith("ringbook.db")]

    def clock(self) -> datetime:
        return self.now

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def clinic(self) -> Organization:
        return self.cases.add_organization(name="Clinic")

    def connected(self) -> tuple[Organization, Account]:
        """An organization with the account of Dr. Rivera."""
        organization = self.clinic()
        return organization, self.add_account(org_id=organization.id, api_key=RIVERA_KEY, name="Main")

    def rivera(self) -> Agent:
        organization, _ = self.connected()
        return self.cases.add_agent(org_id=organization.id, name="Dr. Rivera", event_type_id=CONSULTATION)

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
        job = replace(job, dedupe_key=f"n:{job.id}", fingerprint=job.id, **changes)
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
        return self.cases.show_job(job_id).job

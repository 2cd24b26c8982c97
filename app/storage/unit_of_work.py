"""One transaction, and the stores that work in it."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.domain.caller_secrets import CallerSecretStore
from app.domain.privacy import AuditStore, PersonalData
from app.domain.stores import AppointmentStore, Directory, JobStore, LeaseStore
from app.storage.appointment_store import SqlAppointmentStore
from app.storage.audit_store import SqlAuditStore
from app.storage.caller_secret_store import SqlCallerSecretStore
from app.storage.cipher import Cipher
from app.storage.directory_store import SqlDirectory
from app.storage.engines import pool_wait_limited
from app.storage.job_store import SqlJobStore
from app.storage.lease_store import SqlLeaseStore
from app.storage.personal_data import SqlPersonalData


class SqlUnitOfWork:
    """Begins when it is entered and is rolled back when it is left, unless `commit()` was called."""

    jobs: JobStore
    appointments: AppointmentStore
    directory: Directory
    caller_secrets: CallerSecretStore
    personal_data: PersonalData
    audit: AuditStore
    leases: LeaseStore

    def __init__(self, engine: Engine, cipher: Cipher) -> None:
        self._session = Session(engine)
        self.jobs = SqlJobStore(self._session)
        self.appointments = SqlAppointmentStore(self._session)
        self.directory = SqlDirectory(self._session, cipher)
        self.caller_secrets = SqlCallerSecretStore(self._session, cipher)
        self.personal_data = SqlPersonalData(self._session)
        self.audit = SqlAuditStore(self._session)
        self.leases = SqlLeaseStore(self._session)

    def __enter__(self) -> Self:
        try:
            with pool_wait_limited():
                self._session.connection()
        except BaseException:
            self._session.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._session.rollback()
        finally:
            self._session.close()

    def commit(self) -> None:
        """Raises StoreUnavailableError; after a lost connection the commit may have happened: read it again."""
        self._session.commit()

"""One transaction, and the stores that work in it."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.domain.api_keys import ApiKeyStore
from app.domain.stores import AppointmentStore, Directory, JobStore, LeaseStore
from app.domain.webhook_stores import DeliveryStore, EndpointStore
from app.storage.api_key_store import SqlApiKeyStore
from app.storage.appointment_store import SqlAppointmentStore
from app.storage.cipher import Cipher
from app.storage.delivery_store import SqlDeliveryStore
from app.storage.directory_store import SqlDirectory
from app.storage.endpoint_store import SqlEndpointStore
from app.storage.engines import pool_wait_limited
from app.storage.job_store import SqlJobStore
from app.storage.lease_store import SqlLeaseStore


class SqlUnitOfWork:
    """Begins when it is entered and is rolled back when it is left, unless `commit()` was called."""

    jobs: JobStore
    appointments: AppointmentStore
    directory: Directory
    api_keys: ApiKeyStore
    leases: LeaseStore
    endpoints: EndpointStore
    deliveries: DeliveryStore

    def __init__(self, engine: Engine, cipher: Cipher) -> None:
        self._session = Session(engine)
        self.jobs = SqlJobStore(self._session)
        self.appointments = SqlAppointmentStore(self._session)
        self.directory = SqlDirectory(self._session, cipher)
        self.api_keys = SqlApiKeyStore(self._session)
        self.leases = SqlLeaseStore(self._session)
        self.endpoints = SqlEndpointStore(self._session, cipher)
        self.deliveries = SqlDeliveryStore(self._session)

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

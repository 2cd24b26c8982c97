"""One transaction, and the stores that work in it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from sqlalchemy import Engine
from sqlalchemy.exc import PendingRollbackError
from sqlalchemy.orm import Session

from app.domain.amendments import AmendmentStore
from app.domain.api_keys import ApiKeyStore
from app.domain.appointment_store import AppointmentStore
from app.domain.audit import AuditStore
from app.domain.bulk_store import BulkStore
from app.domain.callbacks import CallbackStore
from app.domain.caller_secrets import CallerSecretStore
from app.domain.directory_store import Directory
from app.domain.errors import StoreUnavailableError
from app.domain.job_search import JobList
from app.domain.notice_stores import HookStore, NoticeStore, SweepStore
from app.domain.operators import OperatorStore
from app.domain.overview_store import OverviewStore
from app.domain.privacy import PersonalData
from app.domain.stores import JobStore, LeaseStore
from app.domain.tallies import TallyStore
from app.domain.webhook_stores import DeliveryStore, EndpointStore
from app.storage.amendment_store import SqlAmendmentStore
from app.storage.api_key_store import SqlApiKeyStore
from app.storage.appointment_store import SqlAppointmentStore
from app.storage.audit_store import SqlAuditStore
from app.storage.bulk_store import SqlBulkStore
from app.storage.callback_store import SqlCallbackStore
from app.storage.caller_secret_store import SqlCallerSecretStore
from app.storage.cipher import Cipher
from app.storage.clock import DatabaseClock
from app.storage.delivery_store import SqlDeliveryStore
from app.storage.directory_store import SqlDirectory
from app.storage.endpoint_store import SqlEndpointStore
from app.storage.engines import READING, pool_wait_limited
from app.storage.hook_store import SqlHookStore
from app.storage.job_list import SqlJobList
from app.storage.job_store import SqlJobStore
from app.storage.lease_store import SqlLeaseStore
from app.storage.notice_store import SqlNoticeStore
from app.storage.operator_store import SqlOperatorStore
from app.storage.overview_store import SqlOverviewStore
from app.storage.personal_data import SqlPersonalData
from app.storage.sweep_store import SqlSweepStore
from app.storage.tally_store import SqlTallyStore


class SqlUnitOfWork:
    """Begins when it is entered and is rolled back when it is left, unless `commit()` was called.

    Of one that only reads nothing can be rolled back, and it ends with a commit: a rollback throws away all that the
    PostgreSQL driver has prepared on the connection, and planning a booking's statements takes 3 ms each time.
    """

    jobs: JobStore
    job_list: JobList
    appointments: AppointmentStore
    directory: Directory
    caller_secrets: CallerSecretStore
    personal_data: PersonalData
    audit: AuditStore
    api_keys: ApiKeyStore
    leases: LeaseStore
    notices: NoticeStore
    hooks: HookStore
    sweeps: SweepStore
    operators: OperatorStore
    tallies: TallyStore
    overview: OverviewStore
    endpoints: EndpointStore
    deliveries: DeliveryStore
    callbacks: CallbackStore
    amendments: AmendmentStore
    bulk: BulkStore

    def __init__(
        self, engine: Engine, cipher: Cipher, clock: DatabaseClock, directory_changed: Callable[[], None]
    ) -> None:
        self._session = Session(engine)
        self._only_reads = engine.get_execution_options().items() >= READING.items()
        self._clock = clock
        self._directory_changed = directory_changed
        self.jobs = SqlJobStore(self._session)
        self.job_list = SqlJobList(self._session)
        self.appointments = SqlAppointmentStore(self._session)
        self._directory = SqlDirectory(self._session, cipher)
        self.directory = self._directory
        self.caller_secrets = SqlCallerSecretStore(self._session, cipher)
        self.personal_data = SqlPersonalData(self._session)
        self.audit = SqlAuditStore(self._session)
        self.api_keys = SqlApiKeyStore(self._session)
        self.leases = SqlLeaseStore(self._session)
        self.notices = SqlNoticeStore(self._session)
        self.hooks = SqlHookStore(self._session, cipher)
        self.sweeps = SqlSweepStore(self._session)
        self.operators = SqlOperatorStore(self._session)
        self.tallies = SqlTallyStore(self._session)
        self.overview = SqlOverviewStore(self._session)
        self.endpoints = SqlEndpointStore(self._session, cipher)
        self.deliveries = SqlDeliveryStore(self._session)
        self.callbacks = SqlCallbackStore(self._session)
        self.amendments = SqlAmendmentStore(self._session)
        self.bulk = SqlBulkStore(self._session)

    def __enter__(self) -> Self:
        try:
            with pool_wait_limited():
                self._clock.compare(self._session.connection())
        except BaseException:
            self._session.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._only_reads:
                with suppress(StoreUnavailableError, PendingRollbackError):  # what was read has been read
                    self._session.commit()
            else:
                self._session.rollback()
        finally:
            self._session.close()

    def commit(self) -> None:
        """Raises StoreUnavailableError; after a lost connection the commit may have happened: read it again."""
        if self._directory.has_changed:
            self._directory.count_change()
        try:
            self._session.commit()
        finally:
            if self._directory.has_changed:
                self._directory_changed()

"""One transaction, or a connection to read with, and the stores that work in it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import PendingRollbackError

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

    Of one that only reads nothing can be rolled back, and it ends with a commit: where it has a transaction on
    PostgreSQL, which is where it searches, a rollback throws away all that the driver has prepared on the connection,
    and planning a booking's statements takes 3 ms each time.
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
        self._engine = engine
        self._cipher = cipher
        self._only_reads = engine.get_execution_options().items() >= READING.items()
        self._clock = clock
        self._directory_changed = directory_changed

    def __enter__(self) -> Self:
        with pool_wait_limited():
            self._connection = self._engine.connect()
        try:
            self._connection.begin()
            self._clock.compare(self._connection)
            self._open_stores(self._connection, self._cipher)
        except BaseException:
            self._connection.close()
            raise
        return self

    def _open_stores(self, connection: Connection, cipher: Cipher) -> None:
        self.jobs = SqlJobStore(connection)
        self.job_list = SqlJobList(connection)
        self.appointments = SqlAppointmentStore(connection)
        self._directory = SqlDirectory(connection, cipher)
        self.directory = self._directory
        self.caller_secrets = SqlCallerSecretStore(connection, cipher)
        self.personal_data = SqlPersonalData(connection)
        self.audit = SqlAuditStore(connection)
        self.api_keys = SqlApiKeyStore(connection)
        self.leases = SqlLeaseStore(connection)
        self.notices = SqlNoticeStore(connection)
        self.hooks = SqlHookStore(connection, cipher)
        self.sweeps = SqlSweepStore(connection)
        self.operators = SqlOperatorStore(connection)
        self.tallies = SqlTallyStore(connection)
        self.overview = SqlOverviewStore(connection)
        self.endpoints = SqlEndpointStore(connection, cipher)
        self.deliveries = SqlDeliveryStore(connection)
        self.callbacks = SqlCallbackStore(connection)
        self.amendments = SqlAmendmentStore(connection)
        self.bulk = SqlBulkStore(connection)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._only_reads:
                with suppress(StoreUnavailableError, PendingRollbackError):  # what was read has been read
                    self._connection.commit()
            else:
                self._connection.rollback()
        finally:
            self._connection.close()

    def commit(self) -> None:
        """Raises StoreUnavailableError; after a lost connection the commit may have happened: read it again."""
        try:
            self._connection.commit()
        finally:
            if self._directory.has_changed:
                self._directory_changed()

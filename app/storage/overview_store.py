"""What the overview shows of the present moment, from indexes that hold only what needs attention."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, case, func, literal_column, or_, select

from app.domain.overview_store import (
    MOST_COUNTED,
    AccountName,
    EndpointsNow,
    Failures,
    TroubledAccount,
    UnwellEndpoint,
)
from app.domain.webhooks import DisabledReason, EndpointStatus
from app.storage.directory_tables import accounts, organizations
from app.storage.notice_tables import TROUBLED, sweeps
from app.storage.tables import FAILED, jobs
from app.storage.webhook_tables import UNWELL, deliveries, endpoints

BY_US = (DisabledReason.GONE, DisabledReason.FAILING)
FOR_LONG = "for_long"
is_waiting = deliveries.c.finished_at.is_(None)


class SqlOverviewStore:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def failures(self, *, since: datetime) -> Failures:
        known = jobs.c.submitted_at.is_(None), jobs.c.finished_at >= since
        newest = _failed(jobs.c.final, *known).order_by(jobs.c.finished_at.desc()).limit(MOST_COUNTED).subquery()
        result = newest.c.final["result"].as_string()
        counted = self._connection.execute(select(result, func.count()).group_by(result)).all()
        by_result = {str(name): int(number) for name, number in counted}
        unknown = self._number(_failed(literal_column("1"), jobs.c.submitted_at.is_not(None)))
        return Failures(unknown=unknown, by_result=by_result, is_cut=sum(by_result.values()) == MOST_COUNTED)

    def accounts_in_trouble(self, *, limit: int) -> list[TroubledAccount]:
        wanted = (
            _names(sweeps.c.trouble)
            .join(sweeps, sweeps.c.account_id == accounts.c.id)
            .where(TROUBLED, accounts.c.encrypted_key.is_not(None))
            .order_by(accounts.c.name, accounts.c.id)
            .limit(limit)
        )
        return [TroubledAccount(account=_name(row), trouble=row.trouble) for row in self._connection.execute(wanted)]

    def account_names(self, account_ids: Collection[str]) -> dict[str, AccountName]:
        rows = self._connection.execute(_names().where(accounts.c.id.in_(account_ids)))
        return {row.id: _name(row) for row in rows}

    def endpoints(self, *, failing_since: datetime, limit: int) -> EndpointsNow:
        for_long = case((endpoints.c.failing_since <= failing_since, 1), else_=0)
        kinds = endpoints.c.status, endpoints.c.disabled_reason
        counted = select(*kinds, func.count(), func.sum(for_long)).where(UNWELL).group_by(*kinds)
        found: Counter[str] = Counter()
        for status, reason, number, failing_for_long in self._connection.execute(counted):
            if status == EndpointStatus.ENABLED:
                found[FOR_LONG] += failing_for_long
            found[reason if status == EndpointStatus.DISABLED else status] += number
        return EndpointsNow(
            failing_for_long=found[FOR_LONG],
            disabled_by_us=sum(found[reason] for reason in BY_US),
            disabled_by_owner=found[DisabledReason.BY_OWNER],
            unverified=found[EndpointStatus.UNVERIFIED],
            worst=self._worst(limit) if found else [],
        )

    def waiting_deliveries(self) -> int:
        return self._number(select(literal_column("1")).select_from(deliveries).where(is_waiting))

    def _worst(self, limit: int) -> list[UnwellEndpoint]:
        theirs = deliveries.c.endpoint_id == endpoints.c.id, is_waiting
        first: Select[Any] = select(literal_column("1")).select_from(deliveries).where(*theirs).limit(MOST_COUNTED + 1)
        waiting = select(func.count()).select_from(first.correlate(endpoints).subquery()).scalar_subquery()
        tried = endpoints.c.status == EndpointStatus.ENABLED
        wanted = (
            select(endpoints, organizations.c.name.label("org_name"), waiting.label("waiting"))
            .outerjoin(organizations, organizations.c.id == endpoints.c.org_id)
            .where(UNWELL, or_(tried, endpoints.c.disabled_reason.in_(BY_US)))
            .order_by(tried, endpoints.c.failing_since, endpoints.c.id)
            .limit(limit)
        )
        return [_unwell(row) for row in self._connection.execute(wanted)]

    def _number(self, wanted: Select[Any]) -> int:
        return self._connection.scalar(select(func.count()).select_from(wanted.limit(MOST_COUNTED + 1).subquery())) or 0


def _failed(column: ColumnElement[Any], *conditions: ColumnElement[bool]) -> Select[Any]:
    return select(column).select_from(jobs).where(FAILED, *conditions)


def _names(*more: ColumnElement[Any]) -> Select[Any]:
    return select(
        accounts.c.id, accounts.c.name, accounts.c.org_id, organizations.c.name.label("org_name"), *more
    ).join(organizations, organizations.c.id == accounts.c.org_id)


def _name(row: Row[Any]) -> AccountName:
    return AccountName(id=row.id, name=row.name, org_id=row.org_id, org_name=row.org_name)


def _unwell(row: Row[Any]) -> UnwellEndpoint:
    return UnwellEndpoint(
        id=row.id,
        url=row.url,
        org_id=row.org_id,
        org_name=row.org_name or "",
        disabled_reason=row.disabled_reason,
        failures=row.failures,
        since=row.disabled_at or row.failing_since,
        paused_until=row.paused_until,
        waiting=row.waiting,
    )

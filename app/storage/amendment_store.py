"""What was changed in jobs, in the database."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from app.domain.amendments import Amendment
from app.storage.mending_tables import amendments


class SqlAmendmentStore:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, amendment: Amendment) -> None:
        self._connection.execute(
            insert(amendments).values(
                id=amendment.id,
                job_id=amendment.job_id,
                at=amendment.at,
                changed=list(amendment.changed),
                former_starts_at=amendment.former_starts_at,
            )
        )

    def of_job(self, job_id: str) -> list[Amendment]:
        found = select(amendments).where(amendments.c.job_id == job_id).order_by(amendments.c.at.desc())
        return [
            Amendment(
                id=row.id,
                job_id=row.job_id,
                at=row.at,
                changed=tuple(row.changed),
                former_starts_at=row.former_starts_at,
            )
            for row in self._connection.execute(found)
        ]

"""Hand out jobs with whom they are for, as many as a filter matches, and record who took them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

from app.domain.audit import AuditEntry, Deed
from app.domain.identifiers import new_audit_id
from app.domain.job_search import JobPage, JobSearch, ListedJob, Part
from app.domain.ports import Clock
from app.domain.privacy import ContactSeal, target_hash
from app.domain.stores import OpenUnit
from app.services.search_jobs import about, unsealed

AT_ONCE = 500
"""Jobs read at a time: that many are held in memory, and no transaction lasts longer than reading them."""

OF_SOMEBODY = {"contacts", "call_session_id"}
"""What of a filter goes when a person is erased, and so has no place in a record that stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportJobs:
    """The deed is recorded before the first job is read, and again with how many were taken when it ends, early or not.

    What fails at the start is raised by the call (RefusedError, StoreUnavailableError), later on by the iterator.
    """

    open_unit: OpenUnit
    read_unit: OpenUnit
    seal: ContactSeal
    clock: Clock

    def __call__(self, wanted: JobSearch, *, who: str, form: str, actor: str) -> Iterator[ListedJob]:
        contact = unsealed(self.seal, who)
        entry_id = new_audit_id()
        entry = AuditEntry(
            id=entry_id,
            at=self.clock(),
            actor=actor,
            deed=Deed.EXPORT,
            org_id=wanted.org_id or "",
            target_hash=target_hash(entry_id, [contact]) if contact else "",
            reason=f"{form}: {_described(wanted, contact)}",
            counts={"jobs": 0},
        )
        self._record(entry)
        wanted = about(wanted, contact)
        return self._rows(entry, wanted, self._read(wanted, Part(limit=AT_ONCE)))

    def _rows(self, entry: AuditEntry, wanted: JobSearch, page: JobPage) -> Iterator[ListedJob]:
        taken = 0
        try:
            while True:
                for row in page.rows:
                    taken += 1
                    yield row
                if not (page.has_older and page.rows):
                    return
                page = self._read(wanted, Part(limit=AT_ONCE, older_than=page.rows[-1].place))
        finally:
            self._record(replace(entry, counts={"jobs": taken}))

    def _read(self, wanted: JobSearch, part: Part) -> JobPage:
        with self.read_unit() as unit:
            return unit.job_list.page(wanted, part)

    def _record(self, entry: AuditEntry) -> None:
        with self.open_unit() as unit:
            unit.audit.save(entry)
            unit.commit()


def _described(wanted: JobSearch, contact: str) -> str:
    """The filter, without saying who anybody is."""
    given = [(each.name, getattr(wanted, each.name)) for each in fields(wanted) if each.name not in OF_SOMEBODY]
    said = [f"{name} {value}" for name, value in given if value is not None]
    said += ["one call"] * bool(wanted.call_session_id) + ["one contact"] * bool(contact)
    return ", ".join(said) or "all jobs"

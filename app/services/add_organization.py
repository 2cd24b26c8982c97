"""Add an organization: the tenant that agents and Cal.com accounts belong to."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from app.domain.directory import Organization
from app.domain.ports import Clock
from app.domain.stores import OpenUnit
from app.services.named import checked_name, checked_uuid, refused


@dataclass(frozen=True, slots=True, kw_only=True)
class AddOrganization:
    """Without an id one is made. An id that is there under the same name is answered with what is there.

    Raises RefusedError where the id is taken under another name, or an input is wrong.
    """

    open_unit: OpenUnit
    clock: Clock

    def __call__(self, *, name: str, id: str | None = None) -> Organization:  # noqa: A002  the row's own word
        wanted = Organization(
            id=str(uuid4()) if id is None else checked_uuid(id), name=checked_name(name), created_at=self.clock()
        )
        with self.open_unit() as unit:
            unit.directory.hold()
            existing = unit.directory.organization(wanted.id)
            if existing is not None:
                return _same(existing, wanted.name)
            unit.directory.save_organization(wanted)
            unit.commit()
        return wanted


def _same(existing: Organization, name: str) -> Organization:
    if existing.name != name:
        raise refused("id", f"{existing.id} is taken: it is the organization {existing.name}.")
    return existing

"""List the appointments that were made here, the latest start first, and show one of them."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.appointment_store import AppointmentFilter
from app.domain.appointments import Appointment
from app.domain.errors import NotConnectedError, UnknownNameError
from app.domain.stores import OpenUnit
from app.services.named import organization_named


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchAppointments:
    """Raises UnknownNameError; NotConnectedError for an organization that never had a Cal.com account."""

    read_unit: OpenUnit

    def __call__(self, wanted: AppointmentFilter) -> list[Appointment]:
        with self.read_unit() as unit:
            if wanted.org_id is not None:
                organization = organization_named(unit.directory, wanted.org_id)
                if not unit.directory.accounts(organization.id):
                    raise NotConnectedError(f"{organization.name} has no Cal.com account yet. Connect one first.")
            return unit.appointments.search(wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowAppointment:
    """By our id or any uid Cal.com ever gave it, within the organization. Raises UnknownNameError."""

    read_unit: OpenUnit

    def __call__(self, org_id: str, appointment_id: str) -> Appointment:
        with self.read_unit() as unit:
            found = unit.appointments.get(org_id, appointment_id)
        if found is None:
            raise UnknownNameError(f"There is no appointment {appointment_id}.")
        return found

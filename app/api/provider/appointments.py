"""GET /api/v1/calcom/appointments: the appointments that were made here, and one of them.

Where the provider's editions differ: `agent_id` filters (edition B), what is shown comes from our own records and not
live from Cal.com (B), one appointment is flat in `data` (B) and found by our id or by any Cal.com uid it ever had
(B and C). A limit out of bounds is refused instead of being replaced. `next_cursor` is an addition.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response
from marshmallow import fields, validate

from app.api.endpoints import Endpoints
from app.api.fields import Identifier
from app.api.guards import Guard
from app.api.provider.documents import appointment_document
from app.api.provider.pages import Strict, page_document, page_fields, page_query
from app.api.provider.records import AppointmentRecord
from app.api.provider.replies import READS, answer_schema, done
from app.api.provider.scopes import organization_meant, organizations_meant
from app.domain.appointment_store import AppointmentFilter
from app.domain.appointments import Appointment, AppointmentStatus
from app.domain.paging import Place

if TYPE_CHECKING:
    from app.container.providers import ProviderCases

STATUSES = [status.value for status in AppointmentStatus]


class OrganizationQuerySchema(Strict):
    org_id = Identifier(
        load_default=None, metadata={"format": "uuid", "description": "The organization, if the key is an admin's."}
    )


FILTERS: dict[str, fields.Field[Any]] = {
    "org_id": Identifier(load_default=None, metadata={"description": "Only those of this organization."}),
    "agent_id": Identifier(load_default=None, metadata={"description": "Only those this agent made."}),
    "status": fields.String(
        load_default=None,
        validate=validate.OneOf(STATUSES, error=f"must be one of {', '.join(STATUSES)}"),
        metadata={"description": "Only those with this status at Cal.com."},
    ),
}
ListSchema = answer_schema("Appointments", page_fields("appointments", AppointmentRecord))
OneSchema = answer_schema("OneAppointment", AppointmentRecord)


def add_appointments(endpoints: Endpoints, cases: ProviderCases) -> None:
    """Appointments are made, moved and cancelled through the manage endpoint alone."""

    @endpoints.operation(
        "/appointments",
        operation_id="ListCalcomAppointments",
        guard=Guard.API_KEY,
        summary="List appointments, the latest start first",
        takes=page_query("appointments", **FILTERS),
        takes_from="query",
        gives={200: ListSchema, **READS},
    )
    def list_all(query: dict[str, Any]) -> Response:
        wanted = AppointmentFilter(
            org_id=organizations_meant(query["org_id"]),
            agent_id=query["agent_id"],
            status=AppointmentStatus(query["status"]) if query["status"] else None,
            limit=query["limit"] + 1,
            after=query["cursor"],
        )
        return done(
            "Appointments retrieved",
            page_document(
                "appointments", query["limit"], cases.search_appointments(wanted), appointment_document, _place
            ),
        )

    @endpoints.operation(
        "/appointments/<not_manage:appointment_id>",
        operation_id="GetCalcomAppointment",
        guard=Guard.API_KEY,
        summary="Show an appointment",
        description="By our id, or by any uid Cal.com ever gave it.",
        takes=OrganizationQuerySchema,
        takes_from="query",
        gives={200: OneSchema, **READS},
    )
    def show(query: dict[str, Any], appointment_id: str) -> Response:
        found = cases.show_appointment(organization_meant(query["org_id"]), appointment_id)
        return done("Appointment retrieved", appointment_document(found))


def _place(appointment: Appointment) -> Place:
    return Place(at=appointment.starts_at, id=appointment.id)

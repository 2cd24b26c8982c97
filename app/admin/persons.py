"""Shows whom something is for: plainly to operators, masked to viewers."""

from __future__ import annotations

from typing import Any

from app.admin.roles import current
from app.domain.appointments import Attendee
from app.domain.masking import masked_contact, masked_email, masked_name, masked_phone
from app.domain.operators import Role


def sees_persons() -> bool:
    """Whether who asks may see names, addresses and numbers."""
    return current().operator.role.covers(Role.OPERATOR)


def person(attendee: Attendee | None, *, plain: bool) -> dict[str, Any] | None:
    if attendee is None:
        return None
    if plain:
        return {"name": attendee.name, "email": attendee.email, "phone": attendee.phone}
    return {
        "name": masked_name(attendee.name),
        "email": masked_email(attendee.email),
        "phone": masked_phone(attendee.phone),
    }


def contact(text: str, *, plain: bool) -> str:
    return text if plain else masked_contact(text)

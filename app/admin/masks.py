"""What a viewer sees of a person: enough to tell two apart, too little to reach them."""

from __future__ import annotations

from app.domain.appointments import Attendee
from app.domain.operators import Operator, Role
from app.domain.privacy import ERASED

STARS = "***"


def sees_people(operator: Operator) -> bool:
    """Whether names, addresses and numbers are shown to them as they are."""
    return operator.role.covers(Role.OPERATOR)


def person(attendee: Attendee | None, operator: Operator) -> dict[str, str]:
    """Name, e-mail and phone as this operator may see them; empty where there is none."""
    if attendee is None:
        return {"name": "", "email": "", "phone": ""}
    if sees_people(operator):
        return {"name": attendee.name, "email": attendee.email, "phone": attendee.phone}
    return {"name": _initials(attendee.name), "email": _email(attendee.email), "phone": _phone(attendee.phone)}


def _initials(name: str) -> str:
    return name if name == ERASED else " ".join(f"{word[0]}." for word in name.split())


def _email(address: str) -> str:
    return f"{address[0]}{STARS}@{address.rpartition('@')[2]}" if address else ""


def _phone(number: str) -> str:
    return f"{number[:2]} {STARS} {number[-4:]}" if number else ""

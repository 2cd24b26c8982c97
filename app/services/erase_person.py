"""Erase all that is kept of one person, at that person's wish; Cal.com itself is not touched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from app.domain.appointments import Attendee
from app.domain.audit import AuditEntry, Deed
from app.domain.contacts import normalise_email, normalise_phone, placeholder_email
from app.domain.directory_store import Directory
from app.domain.identifiers import new_audit_id
from app.domain.ports import Clock
from app.domain.privacy import Person, target_hash
from app.domain.stores import OpenUnit, UnitOfWork
from app.services.named import checked_reason, organization_named, refused

SHOWN = 5
"""Open jobs that are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Who is to be forgotten: by e-mail address, by phone number (E.164), or by either of both."""

    org_id: str
    email: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasePerson:
    """Rows stay, with their state and times; names, addresses, numbers, notes and what repeats are known by go.

    Refused while a request of the person is on its way: it could not be finished without saying whom it is for.
    Raises UnknownNameError and RefusedError.
    """

    open_unit: OpenUnit
    read_unit: OpenUnit
    clock: Clock

    def count(self, wish: Wish) -> Mapping[str, int]:
        """How many rows would be erased, by place."""
        with self.read_unit() as unit:
            return unit.personal_data.count_of(_person(unit.directory, wish))

    def __call__(self, wish: Wish, *, actor: str, reason: str) -> AuditEntry:
        entry_id, why = new_audit_id(), checked_reason(reason)
        with self.open_unit() as unit:
            person = _person(unit.directory, wish)
            _check_open(unit, person)
            if any(contact in why.lower() for contact in person.contacts):
                raise refused("reason", "It must not say who the person is: the record is kept.")
            entry = AuditEntry(
                id=entry_id,
                at=self.clock(),
                actor=actor,
                deed=Deed.ERASE,
                org_id=person.org_id,
                target_hash=target_hash(entry_id, _named(wish)),
                reason=why,
                counts=unit.personal_data.erase_of(person, now=self.clock()),
            )
            unit.audit.save(entry)
            unit.commit()
        return entry


def _person(directory: Directory, wish: Wish) -> Person:
    """With the addresses that were made up for a phone number: by Cal.com, and by the owner's pattern."""
    organization = organization_named(directory, wish.org_id)
    named = _named(wish)
    phone = next((contact for contact in named if contact.startswith("+")), "")
    patterns = {agent.placeholder_email for agent in directory.agents(organization.id)} - {""}
    made_up = {placeholder_email(pattern, phone) for pattern in patterns} if phone else set()
    contacts = frozenset(named) | Attendee(name="", phone=phone).contacts | made_up
    return Person(org_id=organization.id, contacts=contacts)


def _named(wish: Wish) -> list[str]:
    if not (wish.email or wish.phone):
        raise refused("person", "Name an e-mail address or a phone number.")
    email = _normal("email", normalise_email, wish.email)
    phone = _normal("phone", lambda text: normalise_phone(text, ""), wish.phone)
    return [contact for contact in (email, phone) if contact]


def _normal(name: str, normalise: Callable[[str], str], text: str) -> str:
    try:
        return normalise(text) if text else ""
    except ValueError as fault:
        raise refused(name, f"It {fault}.") from None


def _check_open(unit: UnitOfWork, person: Person) -> None:
    still_open = unit.personal_data.open_jobs_of(person)
    if still_open:
        ids = ", ".join(still_open[:SHOWN]) + (", ..." if len(still_open) > SHOWN else "")
        raise refused(
            "person", f"Requests of theirs are still on their way ({ids}). Wait until they are done, or discard them."
        )

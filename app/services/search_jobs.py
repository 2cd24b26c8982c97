"""Look through jobs at the desk: one page of those wanted, how many there are by state, and by what to choose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from app.domain.appointments import Attendee
from app.domain.directory import Account, Agent, Organization
from app.domain.job_search import JobPage, JobSearch, Part
from app.domain.jobs import Status
from app.domain.paging import Span
from app.domain.privacy import ContactSeal
from app.domain.stores import OpenUnit
from app.services.named import refused

CHOICES = Span(limit=500)
"""As many of a kind are offered to choose from; whoever has more chooses from a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundJobs:
    """`contact` is what was sealed in `who`. Agents and accounts are those of the organization wanted, if one is."""

    page: JobPage
    counts: Mapping[Status, int]
    contact: str = field(repr=False)
    organizations: list[Organization]
    agents: list[Agent]
    accounts: list[Account]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchJobs:
    """`who` is a sealed contact, or empty. Raises RefusedError for one that does not open."""

    read_unit: OpenUnit
    seal: ContactSeal

    def __call__(self, wanted: JobSearch, part: Part, who: str = "") -> FoundJobs:
        contact = unsealed(self.seal, who)
        wanted = about(wanted, contact)
        with self.read_unit() as unit:
            page = unit.job_list.page(wanted, part)
            if part.newer_than is not None and not page.has_newer:  # the top: as full as it can be
                page = unit.job_list.page(wanted, Part(limit=part.limit))
            return FoundJobs(
                page=page,
                counts=unit.job_list.counts(wanted),
                contact=contact,
                organizations=unit.directory.organizations(CHOICES),
                agents=unit.directory.agents(wanted.org_id, CHOICES) if wanted.org_id else [],
                accounts=unit.directory.accounts(wanted.org_id, CHOICES) if wanted.org_id else [],
            )


def unsealed(seal: ContactSeal, who: str) -> str:
    contact = seal.unseal(who) if who else ""
    if contact is None:
        raise refused("who", "This search is of another time or place. Search anew.")
    return contact


def about(wanted: JobSearch, contact: str) -> JobSearch:
    """With all the ways in which we may have stored whom the contact reaches."""
    if not contact:
        return wanted
    person = Attendee(name="", email=contact) if "@" in contact else Attendee(name="", phone=contact)
    return replace(wanted, contacts=person.contacts)

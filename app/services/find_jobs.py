"""Find out what an operator typed into the search box: an id, an e-mail address or a phone number."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from app.domain.contacts import normalise_email, normalise_phone
from app.domain.identifiers import JOB_ID
from app.domain.job_search import JobSearch, Part
from app.domain.privacy import ContactSeal
from app.domain.stores import OpenUnit, UnitOfWork
from app.services.named import refused

LONGEST = 320

_NUMBER = re.compile(r"\+?[\d\s().\-/]{6,}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was meant: one of these, the others are empty. Nothing in it tells who anybody is."""

    job_id: str = ""
    appointment_id: str = ""
    call_session_id: str = ""
    who: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindJobs:
    """Whatever it was, what comes back may stand in a URL: contacts are sealed, and a Cal.com uid, which lets whoever
    holds it cancel the booking, becomes the id of its appointment. Raises RefusedError.
    """

    read_unit: OpenUnit
    seal: ContactSeal

    def __call__(self, text: str) -> Finding:
        wanted = text.strip()
        if not wanted or len(wanted) > LONGEST:
            raise refused("search", "Type an id, an e-mail address or a phone number.")
        if "@" in wanted:
            return Finding(who=self.seal.seal(_normal(normalise_email, wanted)))
        if _NUMBER.match(wanted):
            return Finding(who=self.seal.seal(_normal(_international, wanted)))
        with self.read_unit() as unit:
            return _named(unit, wanted)


def _normal(normalise: Callable[[str], str], text: str) -> str:
    try:
        return normalise(text)
    except ValueError as fault:
        raise refused("search", f"This {fault}.") from None


def _international(text: str) -> str:
    if not text.startswith("+"):
        raise ValueError("looks like a phone number: write it with its country code, such as +1 415 555 0137")
    return normalise_phone(text, "")


def _named(unit: UnitOfWork, text: str) -> Finding:
    if JOB_ID.match(text):
        if unit.jobs.get(text) is None:
            raise refused("search", "There is no such job. Final jobs are deleted after a while.")
        return Finding(job_id=text)
    appointment_id = unit.job_list.appointment_named(text)
    if appointment_id is not None:
        return Finding(appointment_id=appointment_id)
    if unit.job_list.page(JobSearch(call_session_id=text), Part(limit=1)).rows:
        return Finding(call_session_id=text)
    raise refused("search", "No job, appointment, Cal.com booking or call has that id.")

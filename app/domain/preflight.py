"""What would come of a job that ended without success if it ran again now: told before anything runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.answers import Result
from app.domain.jobs import Job, Status


class Verdict(StrEnum):
    """What was found out about one job. Nothing here is a guess: what could not be found out says so."""

    USEFUL = "useful"  # nothing of it is in Cal.com, and it can still be done
    ALREADY_DONE = "already_done"  # Cal.com has what it asked for
    SLOT_GONE = "slot_gone"  # Cal.com does not offer its time
    TIME_PAST = "time_past"
    APPOINTMENT_GONE = "appointment_gone"  # there is nothing to move or cancel, or its booking was called off since
    OUTCOME_UNKNOWN = "outcome_unknown"  # Cal.com may still carry out what was sent
    CONTACT_NEEDED = "contact_needed"  # the event type wants an e-mail address or a phone number that it lacks
    ACCOUNT_BROKEN = "account_broken"  # no key, or one that Cal.com does not take, or not for this event type
    CANNOT_BE_RETRIED = "cannot_be_retried"  # as it is kept: running, succeeded, erased, superseded
    CANNOT_BE_CHECKED = "cannot_be_checked"  # Cal.com was not asked, or gave no answer
    CAN_BE_DISCARDED = "can_be_discarded"
    CANNOT_BE_DISCARDED = "cannot_be_discarded"


WORTH_RUNNING = frozenset({Verdict.USEFUL, Verdict.ALREADY_DONE, Verdict.OUTCOME_UNKNOWN})
"""Where a retry comes to something: it books, writes down what is there, or finds out."""

SENTENCES = {
    Verdict.USEFUL: "Cal.com has nothing of it, and it can still be done.",
    Verdict.ALREADY_DONE: "Cal.com has it already. A retry books nothing: it writes down what is there.",
    Verdict.SLOT_GONE: "Cal.com does not offer this time any more.",
    Verdict.TIME_PAST: "The time it asks for has passed. Choose another one, or discard it.",
    Verdict.APPOINTMENT_GONE: "Cal.com has no appointment of it any more that could be changed. Discard it.",
    Verdict.OUTCOME_UNKNOWN: "Cal.com may still carry out what was sent. A retry looks first and sends nothing before.",
    Verdict.CONTACT_NEEDED: "The event type wants an e-mail address or phone number that is not there. Add it.",
    Verdict.ACCOUNT_BROKEN: (
        "Cal.com does not take the account's key, or not for this event type. Mend the account first."
    ),
    Verdict.CANNOT_BE_RETRIED: "It cannot be retried.",
    Verdict.CANNOT_BE_CHECKED: "Cal.com could not be asked just now. Nothing is known; check again in a moment.",
    Verdict.CAN_BE_DISCARDED: "Nothing of it is on its way: it can be closed.",
    Verdict.CANNOT_BE_DISCARDED: "It cannot be discarded.",
}

NOT_FINISHED = {
    Status.QUEUED: "It waits for its first try and runs by itself.",
    Status.RUNNING: "A worker is at it now. Wait until it is done, then look again.",
    Status.RETRYING: "It is tried again, or looked for, by itself.",
    Status.SUCCEEDED: "It is done.",
}
"""Why a job in this state is not retried."""

ERASED = "Its personal data was erased: nobody knows any more whom to book."
SUPERSEDED = (
    "The same request came again later, or its appointment has changed since: it could be done twice. "
    "Look at the newer jobs."
)
UNDECIDED = "Nobody knows whether Cal.com has the appointment it is to change. Find that out first: retry its booking."
OVER = "The appointment is over."
CALLED_OFF = "The appointment was cancelled in Cal.com since."
REFUSED_BEFORE = "Cal.com refused it before ({result}): where the reason is still there, it will again."
KEY_UNREADABLE = "The account's key was encrypted with a secret key that is not given here."

REFUSALS = frozenset(
    {
        Result.EMAIL_NEEDED,
        Result.PHONE_NEEDED,
        Result.PERSON_LIMIT,
        Result.NOT_BOOKABLE,
        Result.NOT_CANCELLABLE,
        Result.UPSTREAM_REFUSED,
    }
)
"""Ends that do not mend themselves, and of which no look tells whether their reason is gone."""

NEAREST = 6
"""Other times that are offered in place of one that is gone."""

AROUND = timedelta(days=4)
"""How far before and after the wanted time others are looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preflight:
    """A verdict about one job as it was at `checked_at`, with a sentence for a person.

    `openings` are all free times (UTC) near the wanted one, `found_at` is the start of the booking that was found.
    `wait`: in how many seconds it makes sense to ask again, None where it does not; `held_back`: nothing was asked,
    because our own rules did not allow it. `zone` is that of the agent.
    """

    job: Job
    verdict: Verdict
    says: str
    checked_at: datetime
    zone: str = "UTC"
    openings: tuple[datetime, ...] = ()
    found_at: datetime | None = None
    wait: float | None = None
    held_back: bool = False

    @property
    def is_worth_running(self) -> bool:
        return self.verdict in WORTH_RUNNING

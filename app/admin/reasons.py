"""Why a job failed, in words for whoever calls the caller back."""

from __future__ import annotations

from app.admin.words import word
from app.domain.answers import Result
from app.domain.jobs import Job

REASONS = {
    Result.SLOT_TAKEN: "Somebody else has that time.",
    Result.SLOT_NOT_OFFERED: "That time is not offered: too soon, too far ahead, or outside the hours.",
    Result.SLOT_PAST: "The time went by while it waited.",
    Result.LIMIT_REACHED: "The day, week or month is full.",
    Result.INVALID: "Cal.com does not take what was asked for.",
    Result.EMAIL_NEEDED: "An e-mail address is needed for it.",
    Result.PHONE_NEEDED: "A phone number is needed for it.",
    Result.NOT_CONNECTED: "The agent's Cal.com account, or its event type, is not connected any more.",
    Result.NOT_BOOKABLE: "The event type asks for what a call cannot give.",
    Result.FORBIDDEN: "Cal.com does not allow it.",
    Result.UNKNOWN_APPOINTMENT: "Cal.com does not know the appointment.",
    Result.ALREADY_CANCELLED: "The appointment had been cancelled.",
    Result.ALREADY_OVER: "The appointment was over.",
    Result.NOT_CANCELLABLE: "The event type does not allow it.",
    Result.PERSON_LIMIT: "They have as many bookings as are allowed.",
    Result.UPSTREAM_REFUSED: "Cal.com refused it.",
    Result.UPSTREAM_DOWN: "Cal.com could not be reached in time. It was not done.",
    Result.UPSTREAM_KEY: "Cal.com does not take the account's key.",
    Result.OUTCOME_UNKNOWN: "Nobody knows whether Cal.com has it. Look there before promising anything.",
    Result.DISCARDED: "An operator closed it.",
    Result.INTERNAL: "Something went wrong here. Look in Cal.com before promising anything.",
}


def why_failed(job: Job) -> str:
    """Empty while it is being tried."""
    if job.final is None:
        return ""
    return REASONS.get(job.final.result, str(word(job.final.result)))

"""What Cal.com's refusals and silences mean: one table from operation and text, one from status, to an outcome."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from app.calcom.calls import Operation
from app.calcom.pace import wait_of
from app.calcom.scrub import scrubbed
from app.calcom.silence import NoAnswerError, NotSentError
from app.calcom.transport import Reply
from app.domain.answers import Result
from app.domain.outcomes import Failed, Moved, Outcome, RetryLater, SlotUnavailable, Trace, Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An answer that is not a success, taken apart. `code` is an exception's class name, or empty in a raw error."""

    operation: Operation
    status: int
    is_json: bool
    code: str
    message: str
    trace: Trace


Verdict = Callable[[Refusal], Outcome]


def _slot(result: Result) -> Verdict:
    return lambda refusal: SlotUnavailable(result=result, trace=refusal.trace)


def _failed(result: Result) -> Verdict:
    return lambda refusal: Failed(result=result, trace=refusal.trace)


def _unknown(refusal: Refusal) -> Outcome:
    return Unknown(trace=refusal.trace)


def _moved(refusal: Refusal) -> Outcome:
    """Cal.com names the uid under which the appointment lives on."""
    found = re.search(r"rescheduled already to booking with uid=([\w-]+)", refusal.message)
    return Moved(uid=found[1], trace=refusal.trace) if found else Unknown(trace=refusal.trace)


ALL = frozenset(Operation)
WRITES = frozenset(operation for operation in Operation if operation.is_write)
PLACING = frozenset({Operation.BOOK, Operation.MOVE})
MOVE = frozenset({Operation.MOVE})
CANCEL = frozenset({Operation.CANCEL})
KNOWN = ALL - {Operation.BOOK}  # operations on a booking that is there already
HOOKS = frozenset({Operation.ADD_HOOK, Operation.CHANGE_HOOK, Operation.REMOVE_HOOK})

TEXTS: tuple[tuple[frozenset[Operation], str, Verdict], ...] = (
    # The first row that fits decides. A text is the beginning of the message; with … in front, any part of it.
    # {uid} is the booking the call was about. Texts hold for every 4xx: versions differ in the status they send.
    (PLACING, "User either already has booking at this time or is not available", _slot(Result.SLOT_TAKEN)),
    (PLACING, "One of the hosts either already has booking at this time", _slot(Result.SLOT_TAKEN)),
    (PLACING, "booking_conflict_error", _slot(Result.SLOT_TAKEN)),
    (PLACING, "No more seats left at this seated booking", _slot(Result.SLOT_TAKEN)),
    (PLACING, "booking_seats_full_error", _slot(Result.SLOT_TAKEN)),
    (PLACING, "already_signed_up_for_this_booking_error", _slot(Result.SLOT_TAKEN)),
    (PLACING, 'The event type can\'t be booked at the "start" time', _slot(Result.SLOT_NOT_OFFERED)),
    (PLACING, "Attempting to book a meeting in the past", _slot(Result.SLOT_PAST)),
    (PLACING, "Attendee with this email can't book because the maximum number", _failed(Result.PERSON_LIMIT)),
    # A 401, and yet nothing is wrong with the key.
    (PLACING, "booking_limit_reached", _slot(Result.LIMIT_REACHED)),
    (PLACING, "duration_limit_reached", _slot(Result.LIMIT_REACHED)),
    (PLACING, "…{email}error_required_field", _failed(Result.EMAIL_NEEDED)),
    (PLACING, "…{email}email_validation_error", _failed(Result.EMAIL_NEEDED)),
    (PLACING, "…Invalid email format", _failed(Result.EMAIL_NEEDED)),
    (PLACING, "…Attendee must have at least one contact method", _failed(Result.EMAIL_NEEDED)),
    (PLACING, "Both Phone and Email are missing", _failed(Result.EMAIL_NEEDED)),
    (PLACING, "…{attendeePhoneNumber}", _failed(Result.PHONE_NEEDED)),
    (PLACING, "…Invalid phone number format", _failed(Result.PHONE_NEEDED)),
    (PLACING, "Missing attendee phone number", _failed(Result.PHONE_NEEDED)),
    (PLACING, "responses - {", _failed(Result.NOT_BOOKABLE)),
    (PLACING, "Missing required booking field response", _failed(Result.NOT_BOOKABLE)),
    (PLACING, "Invalid type for booking field", _failed(Result.NOT_BOOKABLE)),
    (PLACING, "Invalid option '", _failed(Result.NOT_BOOKABLE)),
    (PLACING, "Booking location with type", _failed(Result.NOT_BOOKABLE)),
    (PLACING, "email_verification_required", _failed(Result.NOT_BOOKABLE)),
    (PLACING, "invalid_verification_code", _failed(Result.NOT_BOOKABLE)),
    (PLACING, "recurring_event_seats_error", _failed(Result.NOT_BOOKABLE)),
    (PLACING, "Invalid event length", _failed(Result.NOT_BOOKABLE)),
    (PLACING, "…is the parent managed event type that can't be booked", _failed(Result.NOT_BOOKABLE)),
    (PLACING, "Can't book this team event type because it has no hosts", _failed(Result.NOT_BOOKABLE)),
    (PLACING, "Cannot use this email to create the booking", _failed(Result.UPSTREAM_REFUSED)),
    (PLACING, "Attendee email has been blocked", _failed(Result.UPSTREAM_REFUSED)),
    # Both are said after the booking was written.
    (PLACING, "Missing payment credentials", _unknown),
    (PLACING, "Booking failed", _unknown),
    (MOVE, "…because it has been cancelled and rescheduled already", _moved),
    (MOVE, "…because it has been cancelled", _failed(Result.ALREADY_CANCELLED)),
    (MOVE, "cancelled_bookings_cannot_be_rescheduled", _failed(Result.ALREADY_CANCELLED)),
    (MOVE, "Could not find original booking", _failed(Result.ALREADY_CANCELLED)),  # rejected by its host
    (MOVE, "Rescheduling is not allowed within the minimum notice", _failed(Result.UPSTREAM_REFUSED)),
    (MOVE, "Booking with uid={uid} is missing event type", _failed(Result.NOT_CONNECTED)),
    (CANCEL, "…because it has been cancelled already", _failed(Result.ALREADY_CANCELLED)),
    (CANCEL, "This booking has already been cancelled", _failed(Result.ALREADY_CANCELLED)),
    (CANCEL, "Cannot cancel a booking that has already ended", _failed(Result.ALREADY_OVER)),
    (CANCEL, "This event type does not allow cancellations", _failed(Result.NOT_CANCELLABLE)),
    (CANCEL, "User not a host of this event", _failed(Result.NOT_CANCELLABLE)),  # a seat, and no seatUid
    (CANCEL, "Cancellation reason is required", _failed(Result.UPSTREAM_REFUSED)),
    (CANCEL, "User not found", _failed(Result.UPSTREAM_REFUSED)),
    (KNOWN, "Booking with uid={uid} was not found", _failed(Result.UNKNOWN_APPOINTMENT)),
    (KNOWN, "Booking with uid={uid} not found", _failed(Result.UNKNOWN_APPOINTMENT)),
    # Another uid is that of the booking just made, which Cal.com could not read back.
    (PLACING, "Booking with uid=", _unknown),
    # Seen after a seat was cancelled.
    (WRITES, "Invalid Query: The requested record was not found", _unknown),
    (ALL, "Event type with ", _failed(Result.NOT_CONNECTED)),
    (ALL, "Event Type not found", _failed(Result.NOT_CONNECTED)),
    (ALL, "Event Type with ", _failed(Result.NOT_CONNECTED)),
    (ALL, "User with username", _failed(Result.NOT_CONNECTED)),
    (ALL, "Team with slug", _failed(Result.NOT_CONNECTED)),
    (PLACING, "eventTypeUser.notFound", _failed(Result.NOT_CONNECTED)),
    (PLACING, "event_type_not_found", _failed(Result.NOT_CONNECTED)),
    (PLACING, "checkBookingRequiresAuthentication - user is not authorized", _failed(Result.NOT_CONNECTED)),
    (PLACING, "checkBookingRequiresAuthentication - request must be", _failed(Result.UPSTREAM_KEY)),
    (ALL, "ApiAuthStrategy - ", _failed(Result.UPSTREAM_KEY)),
    (ALL, "CustomThrottlerGuard - Invalid API Key", _failed(Result.UPSTREAM_KEY)),
    (ALL, "PermissionsGuard - ", _failed(Result.UPSTREAM_KEY)),
    (ALL, "Invalid Access Token", _failed(Result.UPSTREAM_KEY)),
    (ALL, "ACCESS_TOKEN_IS_EXPIRED", _failed(Result.UPSTREAM_KEY)),
    # Our own mistake, or a server that knows another version: refused before anything was done.
    (ALL, "…property is wrong", _failed(Result.UPSTREAM_REFUSED)),
    (ALL, "Bad Request Exception", _failed(Result.UPSTREAM_REFUSED)),
    (WRITES, "metadata.", _failed(Result.UPSTREAM_REFUSED)),
    (WRITES, "Body is required", _failed(Result.UPSTREAM_REFUSED)),
    (HOOKS, "Webhook URL is not allowed", _failed(Result.UPSTREAM_REFUSED)),
    (HOOKS, "Webhook with this subscriber url already exists", _failed(Result.UPSTREAM_REFUSED)),
    (HOOKS, "Webhook (", _failed(Result.UPSTREAM_REFUSED)),  # is not there (any more)
    (ALL, "Cannot GET /", _failed(Result.UPSTREAM_REFUSED)),
    (ALL, "Cannot POST /", _failed(Result.UPSTREAM_REFUSED)),
)


def outcome_of(reply: Reply, operation: Operation, *, uid: str = "", key: str = "") -> Outcome:
    """What an answer that is not a success means; `uid` is the booking it is about, `key` is kept out of the trace."""
    refusal = _refusal(reply, operation, uid, key)
    if reply.status == 429:
        return RetryLater(wait=wait_of(reply.headers), counts=False, trace=refusal.trace)
    if 400 <= reply.status < 500 and reply.status != 408:
        for operations, text, verdict in TEXTS:
            if operation in operations and _says(refusal.message, text.replace("{uid}", uid)):
                return verdict(refusal)
    return _unlisted(refusal)


def outcome_of_silence(error: NotSentError | NoAnswerError, operation: Operation) -> Outcome:
    """What it means that no answer came: of a write only that nobody knows, unless nothing was sent."""
    trace = Trace(code=error.code, detail=error.reason)
    if isinstance(error, NoAnswerError):
        return Unknown(trace=trace) if operation.is_write else RetryLater(trace=trace)
    if error.code == "bad_key":
        return Failed(result=Result.UPSTREAM_KEY, trace=trace)
    if error.code == "bad_url":
        return Failed(result=Result.NOT_CONNECTED, trace=trace)
    return RetryLater(trace=trace)


def _unlisted(refusal: Refusal) -> Outcome:
    """An answer whose text tells nothing: its status and shape decide, and in doubt a write's outcome is unknown."""
    status, is_write = refusal.status, refusal.operation.is_write
    if status >= 500 or status == 408:
        return Unknown(trace=refusal.trace) if is_write else RetryLater(trace=refusal.trace)
    if status == 498:
        return Failed(result=Result.UPSTREAM_KEY, trace=refusal.trace)
    if status == 403 and not refusal.is_json:  # a guard before Cal.com: the request did not get there
        return RetryLater(trace=refusal.trace)
    if is_write and _may_have_been_done(refusal):
        return Unknown(trace=refusal.trace)
    return Failed(result=Result.UPSTREAM_REFUSED, trace=refusal.trace)


def _may_have_been_done(refusal: Refusal) -> bool:
    """Cal.com's own checks end in an exception class of its framework, before anything is written.

    Raw, Prisma and TRPC errors come from anywhere in the making of a booking, even from after it was saved
    (a slow database answers a raw 400), and an unlisted conflict may be with our own earlier request.
    """
    if refusal.status == 404:
        return refusal.is_json and not refusal.code.endswith("Exception")
    return refusal.status == 409 or (refusal.status in {400, 422} and not refusal.code.endswith("Exception"))


def _refusal(reply: Reply, operation: Operation, uid: str, key: str) -> Refusal:
    body = reply.body if isinstance(reply.body, dict) else {}
    inner = body.get("error")
    error = inner if isinstance(inner, dict) else {}
    message = _first_text(error.get("message"), body.get("message"), body.get("error_description"), inner).strip()
    code = _first_text(error.get("code"))
    kept = scrubbed(message, key, uid)
    trace = Trace(http_status=reply.status, code=scrubbed(code, key) or str(reply.status), detail=kept)
    return Refusal(
        operation=operation,
        status=reply.status,
        is_json=isinstance(reply.body, dict),
        code=code,
        message=message,
        trace=trace,
    )


def _first_text(*values: object) -> str:
    return next((value for value in values if isinstance(value, str) and value), "")


def _says(message: str, text: str) -> bool:
    return text[1:] in message if text.startswith("…") else message.startswith(text)

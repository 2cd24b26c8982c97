"""Every refusal known of Cal.com, in the shape it comes in, with the outcome it must lead to."""

from __future__ import annotations

from app.calcom.calls import Operation
from app.calcom.transport import Reply

BOOK, MOVE, CANCEL = Operation.BOOK, Operation.MOVE, Operation.CANCEL
BOOKING, BOOKINGS, OPENINGS = Operation.BOOKING, Operation.BOOKINGS, Operation.OPENINGS
EVENT_TYPE, SCHEDULE, OWNER = Operation.EVENT_TYPE, Operation.SCHEDULE, Operation.OWNER

NEST = {
    400: "BadRequestException",
    401: "UnauthorizedException",
    403: "ForbiddenException",
    404: "NotFoundException",
    409: "ConflictException",
    422: "UnprocessableEntityException",
}
TOO_SOON = (
    "The event type can't be booked at the \"start\" time provided. This could be because it's too soon (violating the "
    "minimum booking notice) or too far in the future (outside the event's scheduling window)."
)
NO_LENGTH = "Can't specify 'lengthInMinutes' because event type does not have multiple possible lengths."
MANAGED = "Event type with id=7 is the parent managed event type that can't be booked. You have to provide the child"
NO_HOSTS = (
    "Can't book this team event type because it has no hosts. Please, add at least 1 host to event type with id=7"
)
NO_KEY = "checkBookingRequiresAuthentication - request must be authenticated by passing credentials belonging to event"
OTHER_KEY = "checkBookingRequiresAuthentication - user is not authorized to access this event type. User has to be"
NO_AUTH = "ApiAuthStrategy - No authentication method provided. Either pass an API key as 'Bearer' header or OAuth"
TOO_MANY_ACTIVE = "Attendee with this email can't book because the maximum number of active bookings has been reached."


def enveloped(status: int, message: str, code: str = "") -> Reply:
    error = {"code": code or NEST.get(status, "InternalServerErrorException"), "message": message}
    return Reply(status=status, headers={}, body={"status": "error", "path": "/v2/x", "error": error})


def raw(status: int, message: str) -> Reply:
    return Reply(status=status, headers={}, body={"statusCode": status, "message": message})


def page(status: int) -> Reply:
    return Reply(status=status, headers={"content-type": "text/html"}, body=None)


REFUSALS: list[tuple[Operation, Reply, str]] = [
    # the time
    (BOOK, enveloped(400, "User either already has booking at this time or is not available"), "slot slot_taken"),
    (MOVE, enveloped(400, "User either already has booking at this time or is not available"), "slot slot_taken"),
    (
        BOOK,
        enveloped(400, "One of the hosts either already has booking at this time or is not available"),
        "slot slot_taken",
    ),
    (BOOK, raw(409, "booking_conflict_error"), "slot slot_taken"),
    (MOVE, raw(409, "booking_conflict_error"), "slot slot_taken"),
    (BOOK, enveloped(409, "No more seats left at this seated booking."), "slot slot_taken"),
    (BOOK, raw(409, "booking_seats_full_error"), "slot slot_taken"),
    (BOOK, raw(409, "already_signed_up_for_this_booking_error"), "slot slot_taken"),
    (BOOK, enveloped(400, TOO_SOON), "slot slot_not_offered"),
    (MOVE, enveloped(400, TOO_SOON), "slot slot_not_offered"),
    (BOOK, enveloped(400, "Attempting to book a meeting in the past."), "slot slot_past"),
    (BOOK, enveloped(400, TOO_MANY_ACTIVE), "failed person_limit"),
    (
        BOOK,
        enveloped(400, f"{TOO_MANY_ACTIVE} You can reschedule your existing booking (abc) to a new timeslot instead."),
        "failed person_limit",
    ),
    (BOOK, raw(401, "booking_limit_reached"), "slot limit_reached"),
    (BOOK, raw(401, "duration_limit_reached"), "slot limit_reached"),
    (MOVE, raw(401, "booking_limit_reached"), "slot limit_reached"),
    # what the caller did not give
    (BOOK, enveloped(400, "responses - {email}error_required_field, ", "BAD_REQUEST"), "failed email_needed"),
    (BOOK, enveloped(400, "responses - {email}email_validation_error, ", "BAD_REQUEST"), "failed email_needed"),
    (BOOK, enveloped(400, "attendee property is wrong, Invalid email format "), "failed email_needed"),
    (
        BOOK,
        enveloped(400, "attendee property is wrong,Attendee must have at least one contact method (email or phone)"),
        "failed email_needed",
    ),
    (BOOK, raw(400, "Both Phone and Email are missing"), "failed email_needed"),
    (BOOK, enveloped(400, "responses - {attendeePhoneNumber}invalid_number, ", "BAD_REQUEST"), "failed phone_needed"),
    (
        BOOK,
        enveloped(400, "responses - {attendeePhoneNumber}error_required_field, ", "BAD_REQUEST"),
        "failed phone_needed",
    ),
    (
        BOOK,
        enveloped(400, "attendee property is wrong, Invalid phone number format. Please use international format."),
        "failed phone_needed",
    ),
    (
        BOOK,
        enveloped(400, "Missing attendee phone number - it is required by the event type. Pass it as"),
        "failed phone_needed",
    ),
    # what the event type wants and a call cannot give
    (BOOK, enveloped(400, "responses - {reason}error_required_field, ", "BAD_REQUEST"), "failed not_bookable"),
    (BOOK, enveloped(400, "responses - {name}Invalid string, ", "BAD_REQUEST"), "failed not_bookable"),
    (BOOK, enveloped(400, "Missing required booking field response: reason - it is required"), "failed not_bookable"),
    (BOOK, enveloped(400, "Invalid type for booking field 'reason'. Expected type"), "failed not_bookable"),
    (BOOK, enveloped(400, "Invalid option 'x' for booking field 'kind'. Allowed options"), "failed not_bookable"),
    (BOOK, enveloped(400, "Booking location with type attendeePhone not valid for event type"), "failed not_bookable"),
    (BOOK, raw(400, "email_verification_required"), "failed not_bookable"),
    (BOOK, raw(400, "invalid_verification_code"), "failed not_bookable"),
    (BOOK, raw(400, "recurring_event_seats_error"), "failed not_bookable"),
    (BOOK, raw(400, "Invalid event length"), "failed not_bookable"),
    (BOOK, enveloped(400, MANAGED), "failed not_bookable"),
    (BOOK, enveloped(422, NO_HOSTS), "failed not_bookable"),
    # said after the booking was made
    (BOOK, raw(400, "Missing payment credentials"), "unknown"),
    (BOOK, raw(400, "Booking failed"), "unknown"),
    (BOOK, enveloped(404, "Booking with uid=new was not found in the database"), "unknown"),
    (MOVE, enveloped(404, "Booking with uid=new was not found in the database"), "unknown"),
    # the host refuses
    (BOOK, raw(403, "Cannot use this email to create the booking."), "failed upstream_refused"),
    (BOOK, raw(403, "Attendee email has been blocked from booking"), "failed upstream_refused"),
    (
        MOVE,
        raw(403, "Rescheduling is not allowed within the minimum notice period before the event"),
        "failed upstream_refused",
    ),
    # the set-up
    (BOOK, enveloped(404, "Event type with id 999 not found."), "failed not_connected"),
    (BOOK, enveloped(404, "Event type with slug x belonging to user y not found."), "failed not_connected"),
    (BOOK, enveloped(404, "User with username y not found"), "failed not_connected"),
    (BOOK, enveloped(404, "Team with slug y not found"), "failed not_connected"),
    (BOOK, raw(404, "eventTypeUser.notFound"), "failed not_connected"),
    (BOOK, raw(404, "event_type_not_found"), "failed not_connected"),
    (BOOK, enveloped(401, NO_KEY), "failed upstream_key"),
    (BOOK, enveloped(403, OTHER_KEY), "failed not_connected"),
    (OPENINGS, enveloped(404, "Event Type not found"), "failed not_connected"),
    (OPENINGS, enveloped(404, "User with username y not found"), "failed not_connected"),
    (EVENT_TYPE, enveloped(404, "Event type with id 999 not found"), "failed not_connected"),
    # moving
    (MOVE, enveloped(404, "Booking with uid=old was not found in the database"), "failed unknown_appointment"),
    (
        MOVE,
        enveloped(400, "Can't reschedule booking with uid=old because it has been cancelled. Please provide uid of"),
        "failed already_cancelled",
    ),
    (
        MOVE,
        enveloped(
            400,
            "Can't reschedule booking with uid=old because it has been cancelled and rescheduled already to booking "
            "with uid=nEw_-9. You probably want to reschedule nEw_-9 instead by passing it within the request URL.",
        ),
        "moved nEw_-9",
    ),
    (MOVE, raw(404, "Could not find original booking"), "failed already_cancelled"),
    (MOVE, raw(400, "cancelled_bookings_cannot_be_rescheduled"), "failed already_cancelled"),
    (MOVE, enveloped(404, "Booking with uid=old is missing event type"), "failed not_connected"),
    # cancelling
    (
        CANCEL,
        enveloped(400, "Can't cancel booking with uid=old because it has been cancelled already. Please provide uid"),
        "failed already_cancelled",
    ),
    (CANCEL, raw(400, "This booking has already been cancelled."), "failed already_cancelled"),
    (CANCEL, enveloped(404, "Booking with uid=old not found"), "failed unknown_appointment"),
    (CANCEL, raw(400, "Cannot cancel a booking that has already ended"), "failed already_over"),
    (CANCEL, raw(400, "This event type does not allow cancellations"), "failed not_cancellable"),
    (CANCEL, raw(400, "User not found"), "failed upstream_refused"),
    (CANCEL, raw(401, "User not a host of this event"), "failed not_cancellable"),
    (CANCEL, raw(401, "User not a host of this event or an admin of the booking user"), "failed not_cancellable"),
    (CANCEL, raw(400, "Cancellation reason is required"), "failed upstream_refused"),
    (CANCEL, raw(400, "Cancellation reason is required when you are the host"), "failed upstream_refused"),
    (CANCEL, enveloped(404, "Invalid Query: The requested record was not found.", "NOT_FOUND"), "unknown"),
    # looking
    (BOOKING, enveloped(404, "Booking with uid=old was not found in the database"), "failed unknown_appointment"),
    (BOOKING, enveloped(404, "Cannot GET /v2/bookings/old"), "failed upstream_refused"),
    (SCHEDULE, enveloped(404, "Schedule with id=7 not found"), "failed upstream_refused"),
    (OPENINGS, enveloped(400, "Invalid time range given - check the 'start' and 'end'"), "failed upstream_refused"),
    (OPENINGS, enveloped(400, "foo property is wrong,property foo should not exist "), "failed upstream_refused"),
    (BOOKINGS, enveloped(400, "Bad Request Exception"), "failed upstream_refused"),
    # the key
    (OWNER, enveloped(401, "ApiAuthStrategy - api key - Your api key is not valid"), "failed upstream_key"),
    (BOOK, enveloped(401, "ApiAuthStrategy - api key - Your api key is expired"), "failed upstream_key"),
    (BOOK, enveloped(401, "ApiAuthStrategy - api key - No user tied to this apiKey"), "failed upstream_key"),
    (BOOKINGS, enveloped(401, NO_AUTH), "failed upstream_key"),
    (CANCEL, enveloped(401, "CustomThrottlerGuard - Invalid API Key"), "failed upstream_key"),
    (BOOKINGS, enveloped(403, "PermissionsGuard - no authentication provided. Provide either"), "failed upstream_key"),
    (BOOKINGS, enveloped(403, "PermissionsGuard - no oAuth client found for access token=t"), "failed upstream_key"),
    (MOVE, enveloped(401, "Invalid Access Token."), "failed upstream_key"),
    (OWNER, enveloped(498, "ACCESS_TOKEN_IS_EXPIRED"), "failed upstream_key"),
    (OWNER, page(498), "failed upstream_key"),
    # our own mistakes, and servers of another version
    (BOOK, enveloped(400, "foo property is wrong,property foo should not exist "), "failed upstream_refused"),
    (BOOK, enveloped(400, "Body is required"), "failed upstream_refused"),
    (BOOK, enveloped(400, "Bad Request Exception"), "failed upstream_refused"),
    (BOOK, enveloped(400, "metadata.a - Expected string, received number, ", "BAD_REQUEST"), "failed upstream_refused"),
    (BOOK, enveloped(400, NO_LENGTH), "failed upstream_refused"),
    (MOVE, enveloped(404, "Cannot POST /v2/bookings/old/reschedule"), "failed upstream_refused"),
    # texts nobody has seen yet
    (BOOK, enveloped(400, "Something new is wrong with this booking"), "failed upstream_refused"),
    (BOOK, raw(400, "Something new happened"), "unknown"),
    (BOOK, raw(400, "\nInvalid `tx.booking.create()` invocation in\n/srv/calcom"), "unknown"),
    (MOVE, raw(400, "\nInvalid `tx.booking.create()` invocation in\n/srv/calcom"), "unknown"),
    (BOOK, enveloped(400, "Invalid Input: something of the database", "BAD_REQUEST"), "unknown"),
    (
        BOOK,
        enveloped(400, "Bad request: Please check your request data and try again", "TRPCError"),
        "unknown",
    ),
    (
        BOOK,
        enveloped(409, "Invalid Input: Trying to create a record that already exists.", "CONFLICT"),
        "unknown",
    ),
    (BOOK, enveloped(409, "Something new in the way"), "unknown"),
    (BOOK, raw(404, "something_was_not_there"), "unknown"),
    (BOOK, raw(401, "Something new with credentials"), "failed upstream_refused"),
    (CANCEL, enveloped(401, "You are not authorized to access this resource", "TRPCError"), "failed upstream_refused"),
    (BOOKING, raw(400, "Something new happened"), "failed upstream_refused"),
    # the same words from a server in trouble prove nothing
    (BOOK, raw(500, "booking_conflict_error"), "unknown"),
    (BOOK, raw(500, "Internal server error"), "unknown"),
    (MOVE, raw(500, "fixed_hosts_unavailable_for_booking"), "unknown"),
    (CANCEL, enveloped(500, "There was an error, please try again later.", "INTERNAL_SERVER_ERROR"), "unknown"),
    (BOOKING, enveloped(500, "There was an error, please try again later.", "INTERNAL_SERVER_ERROR"), "retry"),
    *((BOOK, page(status), "unknown") for status in (408, 500, 502, 503, 504, 520, 522, 524)),
    *((OPENINGS, page(status), "retry") for status in (408, 500, 502, 503, 504, 520, 522, 524)),
    # proxies
    (BOOK, page(400), "unknown"),
    (BOOK, page(401), "failed upstream_refused"),
    (BOOK, page(403), "retry"),
    (OPENINGS, page(403), "retry"),
    (BOOK, page(404), "failed upstream_refused"),
    (BOOK, page(413), "failed upstream_refused"),
    (BOOK, page(301), "failed upstream_refused"),
    (BOOKING, page(404), "failed upstream_refused"),
    (BOOK, page(429), "retry after 60, not counted"),
]

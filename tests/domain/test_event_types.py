"""What stands between an event type and a booking by phone, in words an owner can act upon."""

from app.domain.event_types import BookingField, EventType, obstacles


def texts(*fields: BookingField, answered: frozenset[str] = frozenset()) -> dict[str, str]:
    event_type = EventType(id=7, slug="visit", title="Visit", length_minutes=30, fields=fields)
    return {obstacle.code: obstacle.text for obstacle in obstacles(event_type, answered)}


def test_each_question_without_an_answer_comes_with_the_option_that_answers_it() -> None:
    fields = (
        BookingField(slug="email"),
        BookingField(slug="reason", required=True),
        BookingField(slug="floor", required=True),
        BookingField(slug="colour", required=True, hidden=True),
    )
    assert texts(*fields) == {
        "fields": "It asks for reason, floor. Answer with --answer reason=text --answer floor=text."
    }
    assert texts(*fields, answered=frozenset({"reason"})) == {
        "fields": "It asks for floor. Answer with --answer floor=text."
    }


def test_callers_without_an_address_are_asked_only_where_none_is_made_up() -> None:
    assert texts()["email"] == (
        "It needs an e-mail address; callers who give a phone only are asked, unless a placeholder e-mail is set."
    )

"""Event types as a list to choose from."""

from __future__ import annotations

import pytest

from app.calcom.event_type_list import read_event_types
from app.calcom.wire import UnreadableError
from app.domain.event_types import EventTypeEntry


def test_event_types_are_read_as_a_list_to_choose_from() -> None:
    row = {"id": 7, "slug": "visit", "title": "Visit", "description": "At home", "lengthInMinutes": 30}
    paid = {"price": 1500, "currency": "usd", "hidden": True}
    plain, full = read_event_types([row | {"description": None}, row | paid])
    assert plain == EventTypeEntry(id=7, slug="visit", title="Visit", length_minutes=30)
    assert full == EventTypeEntry(
        id=7,
        slug="visit",
        title="Visit",
        description="At home",
        length_minutes=30,
        price=1500,
        currency="usd",
        hidden=True,
    )


@pytest.mark.parametrize("answer", [None, {}, [None], [{"id": "7", "lengthInMinutes": 30}], [{"id": 7}]])
def test_what_is_no_list_of_event_types_is_refused(answer: object) -> None:
    with pytest.raises(UnreadableError):
        read_event_types(answer)

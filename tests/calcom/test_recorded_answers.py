"""Every answer a real Cal.com server gave to requests such as ours can be read."""

from __future__ import annotations

import pytest

from app.calcom import wire
from app.calcom.calls import Operation
from tests.calcom import recordings

pytestmark = pytest.mark.skipif(not recordings.FOLDER.is_dir(), reason="the recordings are not here")


def test_every_recorded_booking_and_list_can_be_read() -> None:
    read = 0
    for one in recordings.recorded():
        if not one.reply.is_success or one.version != "2024-08-13":
            continue
        if one.operation is Operation.BOOKINGS:
            wire.read_page(one.reply.body, page_size=100)
        else:
            assert wire.read_bookings(one.reply.data)
        read += 1
    assert read > 100


def test_answers_of_the_legacy_controllers_are_refused() -> None:
    with pytest.raises(wire.UnreadableError):
        wire.read_bookings(recordings.answer("221-get-no-version").data)
    with pytest.raises(wire.UnreadableError):
        wire.read_page(recordings.answer("248-list-no-version").body, page_size=100)


def test_recorded_openings_and_event_types_can_be_read() -> None:
    assert len(set(wire.read_openings(recordings.answer("040-slots-utc").data))) == 16
    assert set(wire.read_openings(recordings.answer("044-slots-tz-berlin").data)) == set(
        wire.read_openings(recordings.answer("040-slots-utc").data)
    )
    confirmed = wire.read_event_type(recordings.answer("012-event-type-confirm-30").data, time_zone="")
    seated = wire.read_event_type(recordings.answer("014-event-type-seats-30").data, time_zone="")
    by_phone = wire.read_event_type(recordings.answer("015-event-type-phone-30").data, time_zone="")
    shared = wire.read_event_type(recordings.answer("449-event-type-rr-by-user-route").data, time_zone="")
    assert confirmed.needs_confirmation
    assert seated.seats == 3
    assert (by_phone.needs_email, by_phone.needs_phone) == (False, True)
    assert shared.scheduling == "roundRobin"
    assert wire.read_owner(recordings.answer("001-me-ok").data, time_zone="").time_zone == "America/New_York"
    assert wire.read_zone(recordings.answer("038-schedules-default").data) == "America/New_York"

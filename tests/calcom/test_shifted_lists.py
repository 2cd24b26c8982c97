"""A list of several pages that gets shorter while it is read: nothing of what is left is passed over unnoticed."""

from __future__ import annotations

import re
import socket

import pytest

from app.calcom.calls import OVERLAP, PAGE
from app.calcom.client import CalcomCalendar
from app.domain.outcomes import Outcome
from tests.calcom.conftest import access_to
from tests.calcom.examples import AT, HOUR, failure, row
from tests.calcom.scripted_server import ScriptedServer, answer
from tests.calcom.told import told


class ShorterList:
    """Its first bookings leave it once the first page has been read; its totals promise one page more."""

    def __init__(self, size: int, *, leaving: int) -> None:
        self.uids = [f"u{number}" for number in range(size)]
        self.leaving = leaving
        self.server = ScriptedServer(self.page)

    def page(self, connection: socket.socket) -> None:
        found = re.search(r"skip=(\d+)", self.server.requests[-1])
        assert found is not None
        skip = int(found[1])
        shown = [row(uid=uid) for uid in self.uids[skip : skip + PAGE]]
        more = skip < len(self.uids)
        answer(200, {"status": "success", "data": shown, "pagination": {"hasNextPage": more}})(connection)
        del self.uids[: self.leaving]
        self.leaving = 0


@pytest.mark.parametrize("leaving", [0, 1, OVERLAP - 1])
@pytest.mark.parametrize("size", [PAGE - OVERLAP, PAGE, PAGE + 1, 3 * PAGE])
def test_bookings_that_move_to_an_earlier_page_are_seen(calendar: CalcomCalendar, size: int, leaving: int) -> None:
    changed = ShorterList(size, leaving=leaving)
    with changed.server as server:
        found = calendar.bookings_changed_between(access_to(server.url), AT, AT + HOUR)
    assert sorted(booking.uid for booking in found) == sorted(f"u{number}" for number in range(size))


@pytest.mark.parametrize("size", [PAGE + 1, PAGE + OVERLAP, 3 * PAGE])
def test_a_list_of_which_some_may_have_been_passed_over_is_not_taken_for_whole(
    calendar: CalcomCalendar, size: int
) -> None:
    changed = ShorterList(size, leaving=2 * OVERLAP)

    def look(server: ScriptedServer) -> Outcome:
        return failure(lambda: calendar.bookings_changed_between(access_to(server.url), AT, AT + HOUR))

    with changed.server as server:
        outcome = look(server)
    assert (told(outcome), outcome.trace.code) == ("unknown", "shifted_list")

"""What the tests of the client share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.calcom.client import CalcomCalendar
from app.calcom.transport import TimeLimits
from app.domain.directory import Access

QUICK = TimeLimits(
    connect=0.5, slots_read=0.5, look_read=0.5, write_read=0.5, look_total=1.0, write_total=1.0, listing_total=1.5
)
"""Time limits that let a test provoke them."""

KEY = "cal_live_0123456789abcdef"


def access_to(url: str, key: str = KEY) -> Access:
    return Access(account_id="acc_1", base_url=url, api_key=key)


@pytest.fixture
def calendar() -> Iterator[CalcomCalendar]:
    calendar = CalcomCalendar(QUICK, "Ringbook-Test/1")
    yield calendar
    calendar.close()

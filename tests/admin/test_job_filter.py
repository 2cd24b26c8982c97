"""What an address says comes back as it was, and one that was mistyped is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.admin.job_filter import NAMES, place_text, read_filter
from app.domain.answers import Result
from app.domain.appointments import Action
from app.domain.errors import RefusedError
from app.domain.job_search import JobSearch, Part
from app.domain.jobs import Status
from app.domain.paging import Place

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
SAID = {
    "state": "failed",
    "action": "cancel",
    "org": "o",
    "agent": "a",
    "account": "c",
    "result": "slot_taken",
    "tries": "5",
    "from": "2026-11-01T08:30",
    "to": "2026-11-02T08:30:00+01:00",
    "call": "call-1",
    "appointment": "appt_1",
}


def test_everything_that_is_said_is_wanted() -> None:
    asked = read_filter({**SAID, "who": "sealed", "unknown": "x", "before": ""}, NOW)
    assert asked.wanted == JobSearch(
        status=Status.FAILED,
        action=Action.CANCEL,
        org_id="o",
        agent_id="a",
        account_id="c",
        result=Result.SLOT_TAKEN,
        tried=5,
        since=datetime(2026, 11, 1, 8, 30, tzinfo=UTC),
        until=datetime(2026, 11, 2, 7, 30, tzinfo=UTC),
        call_session_id="call-1",
        appointment_id="appt_1",
    )
    assert asked.given == {**SAID, "who": "sealed"}
    assert asked.who == "sealed"
    assert asked.part == Part()


def test_a_span_that_ends_now_moves_on_with_the_clock_and_is_cut_by_a_beginning() -> None:
    assert read_filter({"within": "24h"}, NOW).wanted.since == NOW - timedelta(hours=24)
    later = read_filter({"within": "30d", "from": "2026-11-20T00:00"}, NOW)
    assert later.wanted.since == datetime(2026, 11, 20, tzinfo=UTC)


def test_a_link_changes_one_thing_and_leaves_the_part() -> None:
    asked = read_filter({"state": "failed", "org": "o", "after": "5.job_1"}, NOW)
    assert asked.but(state="") == {"org": "o"}
    assert asked.but(state="queued", before="x") == {"state": "queued", "org": "o", "before": "x"}


def test_a_place_is_exact_to_the_microsecond() -> None:
    place = Place(at=NOW + timedelta(microseconds=123_457), id="job_1.x")
    assert read_filter({"before": place_text(place)}, NOW).part == Part(older_than=place)
    assert read_filter({"after": place_text(place)}, NOW).part == Part(newer_than=place)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("state", "lost"),
        ("action", "dance"),
        ("result", "fine"),
        ("tries", "3"),
        ("tries", "many"),
        ("within", "5m"),
        ("from", "yesterday"),
        ("from", "0001-01-01T00:00+14:00"),
        ("to", "2026-13-01T00:00"),
        ("to", "9999-12-31T23:59-14:00"),
        ("before", "x.job_1"),
        ("after", f"{10**30}.job_1"),
    ],
)
def test_what_is_mistyped_is_refused_by_its_name(name: str, text: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read_filter({name: text}, NOW)
    assert list(refused.value.fields) == [name]


def test_blanks_are_nothing() -> None:
    assert read_filter(dict.fromkeys(NAMES, "  "), NOW).wanted == JobSearch()

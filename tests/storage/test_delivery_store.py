"""Deliveries in the database: one holder at a time, so many to one endpoint, and nothing changed with an old fence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.domain.events import EventName
from app.domain.webhook_stores import DeliveryFilter
from app.domain.webhooks import AT_ONCE, DELIVERY_LEASE, DeliveryStatus, DisabledReason, EndpointStatus
from app.storage.database import Database
from tests.storage import webhook_rows as rows
from tests.storage.rows import at_once
from tests.storage.webhook_rows import NOW, SECOND

LATER = NOW + timedelta(minutes=5)


def on_its_way(database: Database, **changes: object) -> str:
    (delivery_id,) = rows.record(database, rows.event(**changes))
    return delivery_id


def test_of_many_that_claim_a_delivery_at_once_one_gets_it(database: Database) -> None:
    rows.endpoint(database)
    delivery_id = on_its_way(database)
    taken = at_once(8, lambda _: rows.claim(database, delivery_id))
    assert len([each for each in taken if each is not None]) == 1
    assert rows.stored(database, delivery_id).attempts == 1


def test_of_many_deliveries_claimed_at_once_an_endpoint_gets_no_more_than_it_may(database: Database) -> None:
    endpoint = rows.endpoint(database)
    ids = [on_its_way(database) for _ in range(12)]
    taken = at_once(12, lambda number: rows.claim(database, ids[number]))
    assert len([each for each in taken if each is not None]) == AT_ONCE
    with database.unit() as unit:
        assert unit.deliveries.next_in_line(endpoint.id, now=NOW) == []
        assert len(unit.deliveries.next_in_line(endpoint.id, now=NOW + DELIVERY_LEASE + SECOND)) == AT_ONCE


def test_an_endpoint_whose_last_try_failed_gets_one_at_a_time(database: Database) -> None:
    rows.endpoint(database, failures=1, failing_since=NOW)
    first, second = on_its_way(database), on_its_way(database)
    assert rows.claim(database, first) is not None
    assert rows.claim(database, second) is None


def test_an_old_fence_changes_nothing(database: Database) -> None:
    rows.endpoint(database)
    first = rows.claimed(database, on_its_way(database))
    late = NOW + DELIVERY_LEASE + SECOND
    second = rows.claimed(database, first.id, now=late)
    with database.unit() as unit:
        done = unit.deliveries.finish(first, rows.attempt(first), status=DeliveryStatus.SUCCEEDED)
        again = unit.deliveries.retry(first, rows.attempt(first), at=LATER)
        back = unit.deliveries.hand_back(first, at=LATER)
        unit.commit()
    assert (done, again, back) == (False, False, False)
    assert rows.stored(database, first.id) == second
    assert [attempt.fence for attempt in rows.stored(database, first.id).history] == [1, 2]


def test_an_attempt_is_kept_with_all_that_is_known_of_it(database: Database) -> None:
    rows.endpoint(database)
    claimed = rows.claimed(database, on_its_way(database))
    made = rows.attempt(claimed, duration_ms=12, http_status=503, code="failed", response="no \x00 thanks")
    with database.unit() as unit:
        assert unit.deliveries.retry(claimed, made, at=LATER)
        unit.commit()
    stored = rows.stored(database, claimed.id)
    assert (stored.status, stored.next_attempt_at, stored.lease_until) == (DeliveryStatus.RETRYING, LATER, None)
    (attempt,) = stored.history
    assert (attempt.duration_ms, attempt.http_status, attempt.code) == (12, 503, "failed")
    assert attempt.response == "no \N{REPLACEMENT CHARACTER} thanks"


def test_a_delivery_handed_back_is_as_it_was(database: Database) -> None:
    rows.endpoint(database)
    claimed = rows.claimed(database, on_its_way(database))
    with database.unit() as unit:
        assert unit.deliveries.hand_back(claimed, at=LATER)
        unit.commit()
    stored = rows.stored(database, claimed.id)
    assert (stored.status, stored.attempts, stored.next_attempt_at, stored.history) == (
        DeliveryStatus.QUEUED,
        0,
        LATER,
        (),
    )


@pytest.mark.parametrize("status", [EndpointStatus.DISABLED, EndpointStatus.UNVERIFIED])
def test_what_waits_for_an_endpoint_that_is_not_enabled_stays_unclaimed(
    database: Database, status: EndpointStatus
) -> None:
    endpoint = rows.endpoint(database)
    delivery_id = on_its_way(database)
    with database.unit() as unit:
        if status is EndpointStatus.DISABLED:
            assert unit.endpoints.disable(endpoint.id, DisabledReason.BY_OWNER, now=NOW)
        else:
            unit.endpoints.unverify(endpoint.id)
        unit.commit()
    assert rows.claim(database, delivery_id, now=LATER) is None
    with database.reading_unit() as unit:
        assert unit.deliveries.due(now=LATER, per_endpoint=4) == {}


def test_after_a_pause_one_goes_ahead_and_the_others_wait_for_it(database: Database) -> None:
    endpoint = rows.endpoint(database, paused_until=NOW + 10 * SECOND)
    ids = [on_its_way(database) for _ in range(3)]
    assert rows.claim(database, ids[0], now=NOW + 9 * SECOND) is None
    probe = rows.claimed(database, ids[0], now=NOW + 10 * SECOND)
    assert rows.claim(database, ids[1], now=NOW + 10 * SECOND) is None
    assert rows.kept(database, endpoint.id).paused_until == probe.lease_until
    with database.unit() as unit:
        unit.endpoints.note_failure(probe, now=NOW + 11 * SECOND, paused_until=NOW + 15 * SECOND)
        unit.commit()
    kept = rows.kept(database, endpoint.id)
    assert (kept.paused_until, kept.failures, kept.failing_since) == (NOW + 15 * SECOND, 1, NOW + 11 * SECOND)


def test_the_longest_pause_holds(database: Database) -> None:
    endpoint = rows.endpoint(database)
    one, two = rows.claimed(database, on_its_way(database)), rows.claimed(database, on_its_way(database))
    with database.unit() as unit:
        unit.endpoints.note_failure(one, now=NOW, paused_until=LATER)
        unit.endpoints.note_failure(two, now=NOW, paused_until=None)
        unit.endpoints.note_failure(two, now=NOW, paused_until=NOW + SECOND)
        unit.commit()
    assert rows.kept(database, endpoint.id).paused_until == LATER


def test_secrets_are_encrypted_and_encrypted_anew_with_the_first_key(database: Database) -> None:
    endpoint = rows.endpoint(database)
    with database.unit() as unit:
        unit.endpoints.replace_secret(endpoint.id, "whsec_new", previous_until=LATER)
        assert unit.endpoints.rotate_keys() == 1
        assert unit.endpoints.secrets(endpoint.id, now=NOW) == ("whsec_new", rows.SECRET)
        assert unit.endpoints.secrets(endpoint.id, now=LATER) == ("whsec_new",)
        unit.commit()
    with database._engine.connect() as connection:
        stored = connection.execute(text("SELECT * FROM webhook_endpoints")).one()
    assert "whsec_" not in repr(tuple(stored))


def test_old_events_go_with_all_that_came_of_them(database: Database) -> None:
    rows.endpoint(database)
    old, new = on_its_way(database), on_its_way(database, occurred_at=LATER)
    rows.claimed(database, old)
    with database.unit() as unit:
        assert unit.deliveries.prune(occurred_before=LATER, limit=10) == 1
        unit.commit()
    with database.reading_unit() as unit:
        assert [each.id for each in unit.deliveries.search(DeliveryFilter())] == [new]


@pytest.mark.parametrize("is_taken", [False, True])
def test_an_old_event_that_is_sent_again_stays_while_it_is_on_its_way(database: Database, is_taken: bool) -> None:
    rows.endpoint(database)
    claimed = rows.claimed(database, on_its_way(database))
    with database.unit() as unit:
        assert unit.deliveries.finish(claimed, rows.attempt(claimed), status=DeliveryStatus.FAILED)
        assert unit.deliveries.restart(claimed.id, now=LATER)
        unit.commit()
    again = rows.claimed(database, claimed.id, now=LATER)
    with database.unit() as unit:
        if is_taken:
            assert unit.deliveries.finish(again, rows.attempt(again), status=DeliveryStatus.SUCCEEDED)
        assert unit.deliveries.prune(occurred_before=LATER, limit=10) == int(is_taken)
        assert unit.deliveries.prune(occurred_before=LATER + SECOND, limit=10) == int(not is_taken)
        unit.commit()


def test_an_erased_person_is_gone_from_events_and_from_what_was_answered(database: Database) -> None:
    rows.endpoint(database)
    happened = rows.event()
    (delivery_id,) = rows.record(database, happened)
    claimed = rows.claimed(database, delivery_id)
    with database.unit() as unit:
        unit.deliveries.retry(claimed, rows.attempt(claimed, response="hello Jane Doe"), at=LATER)
        assert unit.deliveries.erase_person(["appt_1", "appt_2"]) == 1
        unit.commit()
    with database.reading_unit() as unit:
        event = unit.deliveries.event(happened.id)
    assert event is not None
    assert event.data == {"version": 1, "appointment_id": "appt_1", "attendee": None}
    assert rows.stored(database, delivery_id).history[0].response == ""


def test_what_was_never_told_is_found_oldest_first(database: Database) -> None:
    endpoint = rows.endpoint(database, status=EndpointStatus.DISABLED, events=(EventName.JOB_FAILED,))
    second = rows.event(name=EventName.JOB_FAILED, occurred_at=NOW + SECOND)
    first = rows.event(name=EventName.JOB_FAILED)
    for happened in (second, first, rows.event()):
        assert rows.record(database, happened) == ()
    with database.reading_unit() as unit:
        assert [each.id for each in unit.deliveries.untold_since(endpoint, NOW, limit=9)] == [first.id, second.id]
        assert unit.deliveries.untold_since(endpoint, NOW + SECOND, limit=9) == [second]


def test_what_was_told_about_an_appointment_is_found_with_every_try_the_newest_first(database: Database) -> None:
    rows.endpoint(database)
    first = on_its_way(database)
    second = on_its_way(database, occurred_at=NOW + SECOND)
    on_its_way(database, appointment_id="appt_2")
    claimed = rows.claimed(database, first)
    with database.unit() as unit:
        assert unit.deliveries.retry(claimed, rows.attempt(claimed, http_status=503), at=LATER)
        unit.commit()
    again = rows.claimed(database, first, now=LATER)
    with database.reading_unit() as unit:
        found = unit.deliveries.about("appt_1", limit=9)
        assert [delivery.id for _, delivery in unit.deliveries.about("appt_1", limit=1)] == [second]
        assert unit.deliveries.about("appt_3", limit=9) == []
    assert [delivery.id for _, delivery in found] == [second, first]
    assert [event.id for event, _ in found] == [delivery.event_id for _, delivery in found]
    assert [attempt.http_status for attempt in found[1][1].history] == [503, None]
    assert (found[0][1].history, found[1][1]) == ((), again)

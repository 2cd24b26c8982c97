"""An event is kept with one delivery for each endpoint that wants it, in the commit that makes it happen."""

from __future__ import annotations

import pytest

from app.domain.events import EventName
from app.domain.webhook_stores import DeliveryFilter
from app.domain.webhooks import DeliveryStatus, EndpointStatus
from app.services.record_event import record_event
from app.storage.database import Database
from tests.storage import webhook_rows as rows
from tests.storage.webhook_rows import AGENT, NOW, ORG


def deliveries_to(database: Database, endpoint_id: str) -> int:
    with database.reading_unit() as unit:
        return len(unit.deliveries.search(DeliveryFilter(endpoint_id=endpoint_id)))


def test_an_event_comes_back_as_it_was_and_is_due_at_once(database: Database) -> None:
    endpoint = rows.endpoint(database)
    happened = rows.event(chosen=(endpoint.id,))
    (delivery_id,) = rows.record(database, happened)
    with database.reading_unit() as unit:
        assert unit.deliveries.event(happened.id) == happened
        assert [due.id for due in unit.deliveries.due(now=NOW, per_endpoint=4)[endpoint.id]] == [delivery_id]
    delivery = rows.stored(database, delivery_id)
    assert (delivery.status, delivery.event_id, delivery.org_id) == (DeliveryStatus.QUEUED, happened.id, ORG)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, 1),
        ({"events": (EventName.APPOINTMENT_BOOKED, EventName.JOB_FAILED)}, 1),
        ({"events": (EventName.JOB_FAILED,)}, 0),
        ({"agent_ids": (AGENT,)}, 1),
        ({"agent_ids": ("0b0a6a3e-57e4-4d5c-9b3a-0c1f5f0e7b11",)}, 0),
        ({"status": EndpointStatus.UNVERIFIED}, 0),
        ({"status": EndpointStatus.DISABLED}, 0),
    ],
)
def test_only_endpoints_that_want_an_event_get_it(
    database: Database, settings: dict[str, object], expected: int
) -> None:
    endpoint = rows.endpoint(database, **settings)
    assert len(rows.record(database, rows.event())) == expected
    assert deliveries_to(database, endpoint.id) == expected


def test_a_request_that_names_endpoints_is_told_to_no_other(database: Database) -> None:
    named, other = rows.endpoint(database), rows.endpoint(database)
    rows.record(database, rows.event(chosen=(named.id,)))
    assert (deliveries_to(database, named.id), deliveries_to(database, other.id)) == (1, 0)


def test_another_organization_hears_nothing(database: Database) -> None:
    other = rows.endpoint(database, org_id="0f7cf3ab-95a2-4c33-a24c-2f2ee2c4d7f1")
    assert rows.record(database, rows.event(chosen=(other.id,))) == ()


def test_without_the_commit_there_is_no_event(database: Database) -> None:
    endpoint, happened = rows.endpoint(database), rows.event()
    with database.unit() as unit:
        record_event(unit, happened)
    with database.reading_unit() as unit:
        assert unit.deliveries.event(happened.id) is None
    assert deliveries_to(database, endpoint.id) == 0


def test_an_organization_without_endpoints_keeps_no_events(database: Database) -> None:
    happened = rows.event()
    assert rows.record(database, happened) == ()
    with database.reading_unit() as unit:
        assert unit.deliveries.event(happened.id) is None

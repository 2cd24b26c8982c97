"""The deliveries of one endpoint are listed by state and event, each list straight from an index."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.events import EventName
from app.domain.paging import Place
from app.domain.webhook_stores import DeliveryFilter
from app.domain.webhooks import DeliveryStatus, KnownSecret
from app.storage.database import Database
from tests.storage import webhook_rows
from tests.storage.test_callback_lists import plans_of
from tests.storage.webhook_rows import NOW, SECOND, SECRET


def listed(database: Database, **wanted: Any) -> list[str]:
    with database.reading_unit() as unit:
        return [each.id for each in unit.deliveries.search(DeliveryFilter(**wanted))]


def ended(database: Database, delivery_id: str, status: DeliveryStatus) -> str:
    delivery = webhook_rows.claimed(database, delivery_id)
    with database.unit() as unit:
        assert unit.deliveries.finish(delivery, webhook_rows.attempt(delivery), status=status)
        unit.commit()
    return delivery_id


def test_what_waits_what_was_given_up_and_what_was_taken_are_lists_of_their_own(database: Database) -> None:
    endpoint = webhook_rows.endpoint(database)
    ids = [
        webhook_rows.record(database, webhook_rows.event(occurred_at=NOW + number * SECOND))[0] for number in range(4)
    ]
    ended(database, ids[0], DeliveryStatus.SUCCEEDED)
    ended(database, ids[1], DeliveryStatus.FAILED)
    where = {"endpoint_id": endpoint.id}
    assert listed(database, **where, waiting=True) == [ids[3], ids[2]]
    assert listed(database, **where, status=DeliveryStatus.FAILED) == [ids[1]]
    assert listed(database, **where, status=DeliveryStatus.SUCCEEDED) == [ids[0]]
    assert listed(database, **where, event_name=EventName.JOB_FAILED) == []
    with database.reading_unit() as unit:
        assert [unit.deliveries.waiting_at(endpoint.id, most=most) for most in (10, 1)] == [2, 1]


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        ({}, "ix_webhook_deliveries_endpoint_id"),
        ({"waiting": True}, "ix_webhook_deliveries_open"),
        ({"status": DeliveryStatus.FAILED}, "ix_webhook_deliveries_failed"),
        ({"event_name": EventName.JOB_FAILED}, "ix_webhook_deliveries_event_name"),
        ({"after": Place(at=NOW, id="x"), "waiting": True}, "ix_webhook_deliveries_open"),
    ],
)
def test_a_list_comes_from_its_index_in_its_order(database: Database, wanted: dict[str, Any], index: str) -> None:
    with plans_of(database) as plans:
        listed(database, endpoint_id="ep_1", **wanted)
    assert index in plans[0]
    assert "TEMP B-TREE" not in plans[0]
    assert "Sort" not in plans[0]


def test_of_secrets_their_end_is_told_and_until_when_they_hold(database: Database) -> None:
    endpoint = webhook_rows.endpoint(database)
    later = NOW + 60 * SECOND
    with database.unit() as unit:
        assert unit.endpoints.known_secrets(endpoint.id, now=NOW) == (KnownSecret(SECRET[-4:]),)
        unit.endpoints.replace_secret(endpoint.id, "whsec_another", previous_until=later)
        assert unit.endpoints.known_secrets(endpoint.id, now=NOW) == (
            KnownSecret("ther"),
            KnownSecret(SECRET[-4:], later),
        )
        assert unit.endpoints.known_secrets(endpoint.id, now=later) == (KnownSecret("ther"),)
        assert unit.endpoints.known_secrets("ep_unknown", now=NOW) == ()

"""However many events are kept, those that are pruned are read from an index, and so is all that goes with them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, text

from app.services.prune_events import PruneEvents
from app.storage.database import Database
from app.storage.webhook_tables import attempts, deliveries, events
from tests.storage import webhook_rows
from tests.storage.noted_plans import noted, plans_of, whole_tables
from tests.storage.webhook_rows import AGENT, NOW, ORG

MANY = 12_000
MINUTE = timedelta(minutes=1)
OPEN = {"status": "queued", "finished_at": None}
KEPT = MANY * MINUTE
STILL_OPEN = 100
"""The youngest ones are on their way."""


@pytest.fixture
def filled(database: Database) -> Database:
    """An event a minute, each delivered once."""
    told = {"org_id": ORG, "event_name": "appointment.booked", "endpoint_id": webhook_rows.endpoint(database).id}
    happened = {"org_id": ORG, "agent_id": AGENT, "appointment_id": "appt_1", "name": "appointment.booked"}
    tried = {"fence": 1, "number": 1, "started_at": NOW, "code": "", "response": ""}
    times = [NOW + number * MINUTE for number in range(MANY)]
    with database._engine.begin() as connection:
        connection.execute(
            insert(events).values(data={}, chosen=[]),
            [happened | {"id": f"ev_{number}", "occurred_at": at} for number, at in enumerate(times)],
        )
        connection.execute(
            insert(deliveries).values(attempts=1, fence=1),
            [
                told
                | {"id": f"dl_{number}", "event_id": f"ev_{number}"}
                | dict.fromkeys(("created_at", "scheduled_from", "next_attempt_at"), at)
                | ({"status": "succeeded", "finished_at": at} if number < MANY - STILL_OPEN else OPEN)
                for number, at in enumerate(times)
            ],
        )
        connection.execute(insert(attempts), [tried | {"delivery_id": f"dl_{number}"} for number in range(MANY)])
    with database._engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    return database


@pytest.mark.parametrize("old", [0, 1, 200])
def test_old_events_are_pruned_without_reading_all_others(filled: Database, database_url: str, old: int) -> None:
    prune = PruneEvents(open_unit=filled.unit, clock=lambda: NOW + KEPT + old * MINUTE, keep=KEPT)
    with noted(filled) as asked:
        assert prune() == old
    plans = [plan for _, plan in plans_of(database_url, asked)]
    assert all("ix_webhook_events_occurred_at" in "\n".join(plan) for plan in plans)
    assert [line for plan in plans for line in whole_tables(plan)] == []


def test_what_goes_with_an_event_is_found_by_an_index(filled: Database, database_url: str) -> None:
    """The databases look for it by themselves, and no plan of the deletion shows how."""
    looks = (
        "SELECT * FROM webhook_deliveries WHERE event_id = 'ev_1'",
        "SELECT * FROM webhook_attempts WHERE delivery_id = 'dl_1'",
    )
    plans = plans_of(database_url, [(look, ()) for look in looks])
    assert [line for _, plan in plans for line in whole_tables(plan)] == []

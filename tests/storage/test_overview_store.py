"""What needs a person is found, and counted no further than anybody needs to know, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from app.domain.answers import Final, Result
from app.domain.directory import Account, Organization
from app.domain.jobs import Job, Status
from app.domain.overview_store import AccountName, EndpointsNow, Failures
from app.domain.webhooks import DisabledReason, EndpointStatus
from app.storage.database import Database
from tests.storage import rows, webhook_rows
from tests.storage.rows import NOW, SECOND

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
ACCOUNT = Account(
    id="account",
    org_id="org",
    name="Front desk",
    base_url="https://api.cal.com/v2",
    key_last4="0000",
    username="rivera",
    time_zone="UTC",
    created_at=NOW,
)


def failed(database: Database, result: Result, *, now: datetime = NOW, sent: bool = False) -> Job:
    job = rows.claimed(database, rows.added(database, created_at=now, next_attempt_at=now), now=now)
    if sent:
        assert rows.submit(database, job, now=now)
    assert rows.finish(database, job, now=now, status=Status.FAILED, final=Final(result=result))
    return job


def failures(database: Database) -> Failures:
    with database.reading_unit() as unit:
        return unit.overview.failures(since=NOW - DAY)


def endpoints(database: Database, limit: int = 9) -> EndpointsNow:
    with database.reading_unit() as unit:
        return unit.overview.endpoints(failing_since=NOW - 5 * MINUTE, limit=limit)


def add_accounts(database: Database) -> None:
    with database.unit() as unit:
        unit.directory.save_organization(Organization(id="org", name="Clinic", created_at=NOW))
        unit.directory.save_account(ACCOUNT, "cal_key")
        unit.directory.save_account(replace(ACCOUNT, id="other", name="Back office"), "cal_key")
        unit.sweeps.enroll(next_at=NOW, since=NOW - DAY)
        unit.commit()


def sweep(database: Database, account_id: str, trouble: str) -> None:
    with database.unit() as unit:
        claimed = unit.sweeps.claim(account_id, now=NOW, lease_until=NOW + MINUTE)
        assert claimed is not None
        assert unit.sweeps.finish(claimed, swept_until=NOW - DAY, failures=1, next_at=NOW, trouble=trouble)
        unit.commit()


def in_trouble(database: Database) -> list[tuple[str, str]]:
    with database.reading_unit() as unit:
        return [(each.account.name, each.trouble) for each in unit.overview.accounts_in_trouble(limit=9)]


def test_failures_of_late_are_counted_by_result(database: Database) -> None:
    for result in (Result.UPSTREAM_DOWN, Result.UPSTREAM_DOWN, Result.SLOT_TAKEN):
        failed(database, result)
    failed(database, Result.UPSTREAM_DOWN, now=NOW - DAY - SECOND)
    rows.in_status(database, Status.SUCCEEDED)
    assert failures(database) == Failures(unknown=0, by_result={"upstream_down": 2, "slot_taken": 1})


def test_unknown_outcomes_are_counted_however_old_they_are(database: Database) -> None:
    failed(database, Result.OUTCOME_UNKNOWN, sent=True)
    failed(database, Result.OUTCOME_UNKNOWN, sent=True, now=NOW - 60 * DAY)
    assert failures(database) == Failures(unknown=2, by_result={})


def test_what_somebody_saw_to_is_no_failure_any_more(database: Database) -> None:
    rows.discard(database, failed(database, Result.UPSTREAM_DOWN))
    rows.requeue(database, failed(database, Result.UPSTREAM_DOWN))
    rows.discard(database, failed(database, Result.OUTCOME_UNKNOWN, sent=True))
    assert failures(database) == Failures(unknown=0, by_result={})


def test_accounts_that_could_not_be_looked_through_are_named_until_they_can(database: Database) -> None:
    add_accounts(database)
    sweep(database, "account", "upstream_key")
    sweep(database, "other", "")
    assert in_trouble(database) == [("Front desk", "upstream_key")]
    sweep(database, "account", "")
    assert in_trouble(database) == []


def test_a_new_key_and_a_disconnection_end_the_trouble(database: Database) -> None:
    add_accounts(database)
    for account_id in ("account", "other"):
        sweep(database, account_id, "upstream_key")
    with database.unit() as unit:
        unit.sweeps.start_afresh("account")
        unit.directory.disconnect_account("other", now=NOW)
        unit.commit()
    assert in_trouble(database) == []


def test_a_sweep_that_began_with_the_key_of_before_is_not_heard(database: Database) -> None:
    add_accounts(database)
    with database.unit() as unit:
        begun = unit.sweeps.claim("account", now=NOW, lease_until=NOW + MINUTE)
        assert begun is not None
        unit.sweeps.start_afresh("account")
        assert not unit.sweeps.finish(begun, swept_until=NOW, failures=1, next_at=NOW, trouble="upstream_key")
        assert unit.sweeps.claim("account", now=NOW, lease_until=NOW + MINUTE) is not None
        unit.commit()


def test_accounts_are_named_with_their_organization(database: Database) -> None:
    add_accounts(database)
    with database.reading_unit() as unit:
        assert unit.overview.account_names(["account", "nobody"]) == {
            "account": AccountName(id="account", name="Front desk", org_id="org", org_name="Clinic")
        }


def test_endpoints_are_counted_by_how_they_fare_and_the_worst_are_named(database: Database) -> None:
    webhook_rows.endpoint(database, url="https://well.example")
    webhook_rows.endpoint(database, url="https://new.example", status=EndpointStatus.UNVERIFIED)
    disabled = {"status": EndpointStatus.DISABLED, "disabled_at": NOW}
    webhook_rows.endpoint(database, url="https://own.example", disabled_reason=DisabledReason.BY_OWNER, **disabled)
    webhook_rows.endpoint(database, url="https://gone.example", disabled_reason=DisabledReason.GONE, **disabled)
    webhook_rows.endpoint(database, url="https://slow.example", failures=7, failing_since=NOW - 6 * MINUTE)
    webhook_rows.endpoint(database, url="https://once.example", failures=1, failing_since=NOW - SECOND)
    found = endpoints(database)
    numbers = (found.failing_for_long, found.disabled_by_us, found.disabled_by_owner, found.unverified)
    assert numbers == (1, 1, 1, 1)
    assert [each.url for each in found.worst] == [
        "https://gone.example",
        "https://slow.example",
        "https://once.example",
    ]
    assert [(each.org_name, each.since) for each in found.worst][:2] == [("Clinic", NOW), ("Clinic", NOW - 6 * MINUTE)]
    assert len(endpoints(database, limit=1).worst) == 1


def test_where_all_endpoints_are_well_none_is_named(database: Database) -> None:
    webhook_rows.endpoint(database)
    assert endpoints(database) == EndpointsNow(
        failing_for_long=0, disabled_by_us=0, disabled_by_owner=0, unverified=0, worst=[]
    )


def test_deliveries_that_wait_are_counted_for_all_and_for_each_that_is_not_well(database: Database) -> None:
    webhook_rows.endpoint(database, url="https://a.example", failures=1, failing_since=NOW)
    webhook_rows.endpoint(database, url="https://b.example")
    for number in range(3):
        webhook_rows.record(database, webhook_rows.event(appointment_id=f"appt_{number}"))
    with database.reading_unit() as unit:
        assert unit.overview.waiting_deliveries() == 6
    assert [each.waiting for each in endpoints(database).worst] == [3]

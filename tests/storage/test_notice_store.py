"""The inbox, hooks and sweeps on both databases: what is claimed, by whom, and who has lost it."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text

from app.domain.directory import Account, Organization
from app.domain.errors import KeyUnreadableError
from app.domain.identifiers import new_notice_id
from app.domain.jobs import Job, Status
from app.domain.notices import Hook, Notice, SweepStanding, Told
from app.storage.database import Database
from tests.storage import rows
from tests.storage.rows import NOW, SECOND

MINUTE = timedelta(minutes=1)
TOLD = Told(trigger="BOOKING_RESCHEDULED", uid="new", former_uid="old", job_id="job_1", starts_at=NOW)


@pytest.fixture(autouse=True)
def _account(database: Database) -> None:
    account = Account(
        id="account",
        org_id="org",
        name="Main",
        base_url="https://api.cal.com/v2",
        key_last4="0000",
        username="rivera",
        time_zone="UTC",
        created_at=NOW,
    )
    with database.unit() as unit:
        unit.directory.save_organization(Organization(id="org", name="Clinic", created_at=NOW))
        unit.directory.save_account(account, "cal_key")
        unit.directory.save_account(replace(account, id="keyless", name="Keyless"), None)
        unit.commit()


def noted(database: Database, **changes: Any) -> Notice:
    values: dict[str, Any] = {
        "id": new_notice_id(),
        "account_id": "account",
        "body_hash": new_notice_id(),
        "told": TOLD,
        "received_at": NOW,
        "next_attempt_at": NOW,
    }
    notice = Notice(**values | changes)
    with database.unit() as unit:
        assert unit.notices.add(notice)
        unit.commit()
    return notice


def claim(database: Database, notice: Notice, *, now: datetime = NOW) -> Notice | None:
    with database.unit() as unit:
        claimed = unit.notices.claim(notice.id, now=now, lease_until=now + MINUTE)
        unit.commit()
    return claimed


def due(database: Database, now: datetime) -> list[str]:
    with database.reading_unit() as unit:
        return unit.notices.due(now=now, unpublished_since=now - 30 * SECOND, limit=10)


def test_a_notice_comes_back_as_it_was_stored(database: Database) -> None:
    claimed = claim(database, notice := noted(database))
    assert claimed == replace(notice, attempts=1, fence=1)


def test_the_same_body_is_kept_once_per_account(database: Database) -> None:
    notice = noted(database)
    with database.unit() as unit:
        assert not unit.notices.add(replace(notice, id=new_notice_id()))
        assert unit.notices.add(replace(notice, id=new_notice_id(), account_id="keyless"))
        unit.commit()


def test_of_many_workers_one_gets_the_notice(database: Database) -> None:
    notice = noted(database)
    found = rows.at_once(8, lambda _: claim(database, notice))
    assert sum(each is not None for each in found) == 1


def test_a_lease_that_ran_out_counts_as_a_crash_and_its_holder_writes_nothing_more(database: Database) -> None:
    notice = noted(database)
    first = claim(database, notice)
    assert first is not None
    assert claim(database, notice, now=NOW + MINUTE) is None
    second = claim(database, notice, now=NOW + MINUTE + SECOND)
    assert second is not None
    assert (second.crashes, second.attempts, second.fence) == (1, 2, 2)
    with database.unit() as unit:
        assert not unit.notices.finish(first, now=NOW, outcome="late")
        assert not unit.notices.postpone(first, at=NOW)
        assert unit.notices.finish(second, now=NOW, outcome="known")
        unit.commit()
    assert claim(database, notice, now=NOW + timedelta(days=1)) is None


def test_a_postponed_notice_is_due_at_its_time_and_no_crash(database: Database) -> None:
    claimed = claim(database, notice := noted(database))
    assert claimed is not None
    with database.unit() as unit:
        assert unit.notices.postpone(claimed, at=NOW + MINUTE)
        unit.commit()
    assert due(database, NOW + 59 * SECOND) == []
    assert due(database, NOW + MINUTE) == [notice.id]
    again = claim(database, notice, now=NOW + MINUTE)
    assert again is not None
    assert again.crashes == 0


def test_a_notice_is_published_anew_only_after_a_while(database: Database) -> None:
    notice = noted(database)
    assert due(database, NOW + 30 * SECOND) == []
    assert due(database, NOW + 31 * SECOND) == [notice.id]
    with database.unit() as unit:
        unit.notices.mark_published([notice.id], now=NOW + 31 * SECOND)
        unit.commit()
    assert due(database, NOW + 60 * SECOND) == []
    with database.unit() as unit:
        unit.notices.mark_published([notice.id], now=None)
        unit.commit()
    assert due(database, NOW) == [notice.id]


def test_only_what_was_done_with_long_ago_is_deleted(database: Database) -> None:
    waiting, old, young = noted(database), noted(database), noted(database)
    for notice, at in ((old, NOW - MINUTE), (young, NOW)):
        claimed = claim(database, notice)
        assert claimed is not None
        with database.unit() as unit:
            unit.notices.finish(claimed, now=at, outcome="known")
            unit.commit()
    with database.unit() as unit:
        assert unit.notices.prune(finished_before=NOW, limit=10) == 1
        unit.commit()
    assert due(database, NOW + timedelta(days=1)) == [waiting.id]


def test_a_hooks_secrets_are_stored_encrypted_and_read_back(database: Database, secret_key: str) -> None:
    hook = Hook(account_id="account", url="https://us.example/x", secret="s1", former_secret="s0", former_until=NOW)
    with database.unit() as unit:
        unit.hooks.save(hook)
        unit.commit()
    with database.reading_unit() as unit:
        assert unit.hooks.get("account") == hook
        assert unit.hooks.get("keyless") is None
        stored = unit._connection.execute(text("SELECT * FROM hooks")).one()
    assert not {"s0", "s1"} & set(map(str, stored))

    newer = Fernet.generate_key().decode()
    url = database._engine.url.render_as_string(hide_password=False)
    rotating = Database(url, secret_keys=(newer, secret_key))
    with rotating.unit() as unit:
        assert unit.hooks.rotate_keys() == 1
        unit.commit()
    rotating.dispose()
    with database.reading_unit() as unit, pytest.raises(KeyUnreadableError):
        unit.hooks.get("account")


def test_accounts_with_a_key_get_their_turn_once(database: Database) -> None:
    later, since = NOW + MINUTE, NOW - MINUTE
    with database.unit() as unit:
        assert unit.sweeps.enroll(next_at=later, since=since) == 1
        assert unit.sweeps.enroll(next_at=NOW, since=NOW) == 0
        assert unit.sweeps.standing("account") == SweepStanding(swept_until=since, next_at=later, failures=0)
        assert unit.sweeps.standing("another") is None
        assert unit.sweeps.due(now=NOW, unpublished_since=NOW, limit=9) == []
        assert unit.sweeps.due(now=later, unpublished_since=NOW, limit=9) == ["account"]
        sweep = unit.sweeps.claim("account", now=later, lease_until=later + MINUTE)
        assert sweep is not None
        assert (sweep.swept_until, sweep.failures) == (since, 0)
        assert unit.sweeps.claim("account", now=later, lease_until=later + MINUTE) is None
        assert unit.sweeps.finish(sweep, swept_until=later, failures=2, next_at=later + MINUTE)
        assert unit.sweeps.claim("account", now=later, lease_until=later) is None
        again = unit.sweeps.claim("account", now=later + MINUTE, lease_until=later + 2 * MINUTE)
        assert again is not None
        assert (again.swept_until, again.failures) == (later, 2)
        assert not unit.sweeps.finish(sweep, swept_until=NOW, failures=0, next_at=NOW)


def test_a_job_with_an_open_outcome_looks_at_once_and_no_other_does(database: Database) -> None:
    def ask(job_id: str) -> bool:
        with database.unit() as unit:
            woken = unit.jobs.look_now(job_id, now=NOW)
            unit.commit()
        return woken

    def waiting(*, submitted: bool) -> str:
        job = rows.claimed(database, rows.added(database))
        with database.unit() as unit:
            assert not submitted or unit.jobs.mark_submitted(job, now=NOW)
            unit.jobs.retry(
                job, now=NOW, at=NOW + MINUTE, keep_submitted=submitted, outcome="unknown", trace=rows.TRACE
            )
            unit.commit()
        return job.id

    unknown = waiting(submitted=True)
    assert (ask(unknown), ask(unknown)) == (True, False)
    assert (ask(waiting(submitted=False)), ask(rows.added(database).id), ask("job_none")) == (False, False, False)
    running = rows.claimed(database, rows.added(database))
    assert not ask(running.id)
    with database.reading_unit() as unit:
        job = unit.jobs.get(unknown)
    assert job is not None
    assert (job.status, job.next_attempt_at, job.published_at) == (Status.RETRYING, NOW, NOW)


def test_who_looks_what_is_under_way_on_an_appointment_keeps_others_from_beginning(database: Database) -> None:
    """Else a job could move the appointment between the look and the write of its row."""
    queued = rows.added(database)
    running = rows.claimed(database, rows.added(database))
    claimed: list[Job | None] = []
    with database.unit() as unit:
        assert unit.jobs.under_way_on(running.appointment_id) == [running.id]
        assert unit.jobs.under_way_on(queued.appointment_id) == []
        rival = threading.Thread(target=lambda: claimed.append(rows.claim(database, queued)))
        rival.start()
        rival.join(0.5)
        assert claimed == []
        unit.commit()
    rival.join(10)
    assert [job.id for job in claimed if job] == [queued.id]

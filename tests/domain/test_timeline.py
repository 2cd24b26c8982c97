"""A job's life, step by step, as its row, its attempts and the record tell it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from app.domain.audit import AuditEntry, Deed
from app.domain.jobs import Attempt, Job, Status
from app.domain.timeline import Moment, timeline
from tests.storage.rows import NOW, make_job

SECOND = timedelta(seconds=1)


def attempt(fence: int, *, after: float, outcome: str = "", sent: bool = True, **changes: Any) -> Attempt:
    """Begins `after` seconds, sends a tenth of a second later, ends after half a second."""
    began = NOW + after * SECOND
    values: dict[str, Any] = {
        "number": fence,
        "fence": fence,
        "started_at": began,
        "submitted_at": began + SECOND / 10 if sent else None,
        "finished_at": began + SECOND / 2 if outcome else None,
        "outcome": outcome,
    }
    return Attempt(**values | changes)


def entry(deed: Deed, after: float) -> AuditEntry:
    return AuditEntry(id="audit_1", at=NOW + after * SECOND, actor="operator:ann", deed=deed, reason="so it is")


def told(job: Job, entries: Iterable[AuditEntry] = ()) -> list[str]:
    return [_words(moment) for moment in timeline(job, entries)]


def _words(moment: Moment) -> str:
    after = (moment.at - NOW).total_seconds()
    return " ".join(filter(None, (f"{after:g}", moment.step.value, moment.status and f"-> {moment.status.value}")))


def test_a_job_that_was_only_accepted_waits_for_its_first_attempt() -> None:
    assert told(make_job(next_attempt_at=NOW + SECOND)) == ["0 accepted -> queued", "1 due"]


def test_a_job_that_succeeds_at_its_second_attempt_tells_both() -> None:
    history = (attempt(1, after=1, outcome="retry_later"), attempt(2, after=3, outcome="succeeded", sent=False))
    job = make_job(status=Status.SUCCEEDED, finished_at=NOW + 4 * SECOND, history=history)
    assert told(job) == [
        "0 accepted -> queued",
        "1 claimed -> running",
        "1.1 sent",
        "1.5 ended -> retrying",
        "3 claimed -> running",
        "3.5 ended -> succeeded",
    ]
    assert [moment.attempt and moment.attempt.fence for moment in timeline(job, ())] == [None, 1, 1, 1, 2, 2]


def test_one_that_waits_to_be_tried_again_tells_when() -> None:
    history = (attempt(1, after=1, outcome="unknown"),)
    job = make_job(status=Status.RETRYING, history=history, next_attempt_at=NOW + 9 * SECOND)
    assert told(job)[-2:] == ["1.5 ended -> retrying", "9 due"]


def test_a_worker_that_died_is_told_when_another_one_took_over() -> None:
    job = make_job(status=Status.RUNNING, history=(attempt(1, after=1), attempt(2, after=30)))
    assert told(job) == [
        "0 accepted -> queued",
        "1 claimed -> running",
        "1.1 sent",
        "30 abandoned",
        "30 claimed -> running",
        "30.1 sent",
    ]


def test_a_plain_no_ends_a_job_and_so_does_giving_up() -> None:
    for outcome in ("failed", "slot_unavailable", "retry_later", "unknown"):
        job = make_job(status=Status.FAILED, finished_at=NOW, history=(attempt(1, after=1, outcome=outcome),))
        assert told(job)[-1] == "1.5 ended -> failed", outcome


def test_what_people_did_stands_between() -> None:
    """Numbers of attempts begin anew when a job is requeued: so the one before had ended it."""
    history = (
        attempt(1, after=1, outcome="retry_later"),
        attempt(2, after=5, outcome="failed", number=1),
    )
    job = make_job(status=Status.DISCARDED, finished_at=NOW + 8 * SECOND, history=history)
    entries = [entry(Deed.DISCARD, 8), entry(Deed.REQUEUE, 4), entry(Deed.SIGN_IN, 3)]
    assert told(job, entries) == [
        "0 accepted -> queued",
        "1 claimed -> running",
        "1.1 sent",
        "1.5 ended -> failed",
        "4 requeued -> queued",
        "5 claimed -> running",
        "5.1 sent",
        "5.5 ended -> failed",
        "8 discarded -> discarded",
    ]


def test_a_job_discarded_without_a_record_is_told_all_the_same() -> None:
    job = make_job(status=Status.DISCARDED, finished_at=NOW + SECOND)
    assert told(job) == ["0 accepted -> queued", "1 discarded -> discarded"]

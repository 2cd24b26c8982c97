"""`ringbook jobs`: everything an operator needs to decide, and nobody's data unless it is asked for."""

from __future__ import annotations

from app.cli.jobs import command as jobs
from app.domain.answers import Result
from app.domain.jobs import Status
from tests.cli.console import ask, refusal, run
from tests.services.office import Office

PRIVATE = ("Jane Doe", "jane@example.com", "+12125550123", "a private matter")


def test_jobs_are_listed_without_anybodys_data(office: Office) -> None:
    queued, failed = office.add_job(), office.ended(Status.FAILED, Result.SLOT_TAKEN)
    result = run(office, jobs, "list")
    assert result.stdout.splitlines()[0].split()[:4] == ["id", "status", "action", "result"]
    assert queued.id in result.stdout
    assert not any(word in result.stdout for word in PRIVATE)
    (only,) = ask(office, jobs, "list", "--status", "failed", "--limit", "5")
    assert (only["id"], only["result"], only["status"]) == (failed.id, "slot_taken", "failed")


def test_no_jobs_is_an_empty_document_or_a_sentence(office: Office) -> None:
    assert ask(office, jobs, "list") == []
    assert run(office, jobs, "list").stdout == "There is no such job.\n"


def test_one_is_shown_with_every_attempt(office: Office) -> None:
    job = office.retrying(submitted=True)
    shown = ask(office, jobs, "show", job.id)
    assert (shown["status"], shown["next_attempt_at"]) == ("retrying", "2026-11-23T14:01:00Z")
    assert shown["outcome_is_open"] is True
    assert shown["attempts_made"] == [
        {
            "number": 1,
            "started_at": "2026-11-23T14:00:00Z",
            "submitted_at": "2026-11-23T14:00:00Z",
            "finished_at": "2026-11-23T14:00:00Z",
            "outcome": "unknown",
            "code": "service_unavailable",
            "http_status": 503,
            "detail": None,
        }
    ]
    text = run(office, jobs, "show", job.id).stdout
    assert "service_unavailable  503" in text
    assert not any(word in text for word in PRIVATE)


def test_whom_it_is_for_is_shown_only_when_asked_for(office: Office) -> None:
    job = office.add_job()
    assert "attendee" not in ask(office, jobs, "show", job.id)
    assert ask(office, jobs, "show", job.id, "--attendee")["attendee"] == {
        "name": "Jane Doe",
        "email": "jane@example.com",
        "phone": "+12125550123",
        "time_zone": "UTC",
        "notes": "a private matter",
    }
    text = run(office, jobs, "show", job.id, "--attendee").stdout
    assert all(word in text for word in PRIVATE)


def test_a_failed_job_is_requeued_with_more_time(office: Office) -> None:
    job = office.ended(Status.FAILED, Result.UPSTREAM_DOWN)
    requeued = ask(office, jobs, "requeue", job.id, "--deadline", "30")
    assert (requeued["status"], requeued["deadline_at"]) == ("queued", "2026-11-23T14:30:00Z")


def test_a_refused_requeue_is_one_clear_line(office: Office) -> None:
    job = office.add_job()
    assert refusal(office, jobs, "requeue", job.id) == (
        f"Error: The job {job.id} is queued; only discarded or failed jobs can be requeued."
    )
    late = office.ended(Status.FAILED, Result.UPSTREAM_DOWN)
    office.later(2 * 86400)
    assert refusal(office, jobs, "requeue", late.id) == (
        "Error: job: The time it asks for has passed. Discard it instead."
    )


def test_a_job_is_discarded_with_its_reason(office: Office) -> None:
    discarded = ask(office, jobs, "discard", office.add_job().id, "--reason", "rang again")
    assert (discarded["status"], discarded["result"], discarded["detail"]) == ("discarded", "discarded", "rang again")
    assert discarded["next_attempt_at"] is None


def test_a_job_of_open_outcome_is_discarded_by_force_only(office: Office) -> None:
    job = office.retrying(submitted=True)
    assert "Cal.com may have what it asked for" in refusal(office, jobs, "discard", job.id, "--reason", "x")
    assert ask(office, jobs, "discard", job.id, "--reason", "x", "--force")["status"] == "discarded"


def test_bad_usage_ends_with_code_2(office: Office) -> None:
    job = office.add_job()
    assert run(office, jobs, "discard", job.id).exit_code == 2
    for minutes in ("0", "10081", "9" * 20):
        assert run(office, jobs, "requeue", job.id, "--deadline", minutes).exit_code == 2
    assert run(office, jobs, "list", "--status", "cancelled").exit_code == 2

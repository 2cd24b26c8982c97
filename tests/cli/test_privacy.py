"""`ringbook privacy` and `ringbook audit`."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.cli.audit import command as audit
from app.cli.jobs import command as jobs
from app.cli.privacy import command as privacy
from app.domain.answers import Final, Result
from app.domain.jobs import Job, Status
from app.domain.outcomes import Trace
from app.domain.privacy import target_hash
from tests.cli.console import ask, refusal, run
from tests.services.office import Office

ORG = "1268c1f0-19f3-47db-aefb-c16a7c3ace6e"
EMAIL, PHONE = "jane@example.com", "+12125550123"


@pytest.fixture
def office(office: Office) -> Office:
    office.add_organization(id=ORG, name="Clinic")
    return office


def ended(office: Office) -> Job:
    job = office.claim(office.add_job(), submit=True)
    with office.database.unit() as unit:
        assert unit.jobs.finish(
            job,
            now=office.now,
            status=Status.FAILED,
            final=Final(result=Result.UPSTREAM_REFUSED),
            outcome="failed",
            trace=Trace(),
        )
        unit.commit()
    return job


def test_without_yes_it_is_only_counted(office: Office) -> None:
    ended(office)
    told = ask(office, privacy, "erase", "--org", ORG, "--email", EMAIL.upper())
    assert told == {"erased": False, "counts": {"jobs": 1, "appointments": 0}}
    assert "Nothing was erased." in run(office, privacy, "erase", "--org", ORG, "--email", EMAIL).stdout
    assert ask(office, audit, "list") == []


@pytest.mark.parametrize("who", [("--email", EMAIL), ("--phone", "+1 (212) 555-0123")])
def test_a_person_is_erased_and_it_is_recorded_without_saying_who(office: Office, who: tuple[str, str]) -> None:
    job = ended(office)

    done = ask(office, privacy, "erase", "--org", ORG, *who, "--reason", "ticket 7", "--yes")

    assert done["counts"] == {"jobs": 1, "appointments": 0}
    shown = ask(office, jobs, "show", job.id, "--attendee")
    assert (shown["status"], shown["attendee"]["name"], shown["attendee"]["email"]) == ("failed", "[erased]", "")
    (entry,) = ask(office, audit, "list")
    assert (entry["id"], entry["deed"], entry["reason"]) == (done["audit_id"], "erase", "ticket 7")
    assert entry["actor"].startswith("cli:")
    assert entry["target_hash"] == target_hash(entry["id"], [EMAIL if who[1] == EMAIL else PHONE])
    assert "ticket 7" in run(office, audit, "list").stdout


def test_a_request_still_under_way_is_waited_for(office: Office) -> None:
    job = office.add_job()
    refused = refusal(office, privacy, "erase", "--org", ORG, "--phone", PHONE, "--yes")
    assert refused.startswith(f"Error: person: Requests of theirs are still on their way ({job.id}).")
    assert ask(office, audit, "list") == []


def test_who_was_erased_is_not_booked_by_a_second_try(office: Office) -> None:
    job = ended(office)
    ask(office, privacy, "erase", "--org", ORG, "--email", EMAIL, "--yes")
    assert "personal data was erased" in refusal(office, jobs, "requeue", job.id, "--force")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--org", ORG), "Name an e-mail address or a phone number."),
        (("--org", ORG, "--phone", "2125550123"), "phone: It needs a country code"),
        (("--org", ORG, "--email", "jane"), "email: It is not a complete email address."),
        (("--org", ORG.replace("1", "2"), "--email", EMAIL), "There is no organization"),
        (("--org", ORG, "--email", EMAIL, "--reason", f"{EMAIL} asked", "--yes"), "must not say who the person is"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(office: Office, words: tuple[str, ...], said: str) -> None:
    assert said in refusal(office, privacy, "erase", *words)


def test_by_age_everybodys_data_is_erased(office: Office) -> None:
    ended(office)
    office.later(timedelta(days=364).total_seconds())
    assert ask(office, privacy, "prune", "--older-than", "365d", "--yes")["counts"] == {}
    office.later(timedelta(days=2).total_seconds())
    assert ask(office, privacy, "prune", "--older-than", "365d")["counts"] == {"jobs": 1, "appointments": 0}
    assert ask(office, privacy, "prune", "--older-than", "365d", "--yes")["counts"] == {"jobs": 1, "appointments": 0}
    assert [entry["deed"] for entry in ask(office, audit, "list")] == ["prune"]
    assert run(office, privacy, "prune", "--older-than", "365d", "--yes").stdout == "There was nothing to erase.\n"


def test_an_age_is_given_in_days_and_one_at_least(office: Office) -> None:
    assert run(office, privacy, "prune", "--older-than", "1y").exit_code == 2
    assert "a day at least" in refusal(office, privacy, "prune", "--older-than", "0d", "--yes")


def test_an_empty_record_says_so(office: Office) -> None:
    assert run(office, audit, "list").stdout == "Nothing was recorded yet.\n"

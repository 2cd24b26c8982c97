"""`ringbook jobs`: look at jobs, check what a retry would come to, run failed ones again, close others."""

from __future__ import annotations

from datetime import timedelta

import click

from app.cli.job_facts import ATTEMPT_COLUMNS, JOB_COLUMNS, attendee_document, job_document, preflight_document
from app.cli.operators import actor
from app.cli.output import json_option, print_facts, print_json, print_table
from app.cli.session import use_cases
from app.domain.jobs import Job, Status
from app.domain.stores import JobFilter
from app.services.requeue_job import LONGEST


@click.group(name="jobs")
def command() -> None:
    """Jobs: list, show, check, requeue and discard them."""


@command.command(name="list")
@click.option("--status", type=click.Choice([status.value for status in Status]), help="Only those in this state.")
@click.option("--org", "org_id", metavar="ID", help="Only those of this organization.")
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True, help="How many at most.")
@click.option("--before", metavar="ID", help="Only those older than this job: the next page.")
@json_option
def list_all(status: str | None, org_id: str | None, limit: int, before: str | None, as_json: bool) -> None:
    """List jobs, newest first."""
    wanted = JobFilter(status=Status(status) if status else None, org_id=org_id, limit=limit, before=before)
    with use_cases() as container:
        documents = [job_document(job) for job in container.list_jobs(wanted)]
    if as_json:
        print_json(documents)
        return
    rows = [[document[column] for column in JOB_COLUMNS] for document in documents]
    print_table(JOB_COLUMNS, rows, empty="There is no such job.")


@command.command()
@click.argument("job_id", metavar="ID")
@click.option("--attendee", is_flag=True, help="Also show whom it is for: name, e-mail, phone and notes.")
@json_option
def show(job_id: str, attendee: bool, as_json: bool) -> None:
    """Show one job with every attempt."""
    with use_cases() as container:
        shown = container.show_job(job_id)
    document = job_document(shown.job, with_attempts=True)
    person = attendee_document(shown.job, shown.appointment) if attendee else {}
    if as_json:
        print_json(document | ({"attendee": person} if attendee else {}))
        return
    attempts = document.pop("attempts_made")
    print_facts(document | {f"attendee_{name}": value for name, value in person.items()})
    click.echo()
    rows = [[attempt[column] for column in ATTEMPT_COLUMNS] for attempt in attempts]
    print_table(ATTEMPT_COLUMNS, rows, empty="It was not tried yet.")


@command.command()
@click.argument("job_id", metavar="ID")
@json_option
def check(job_id: str, as_json: bool) -> None:
    """Say what would come of a job if it were requeued now. Asks Cal.com, and changes nothing."""
    with use_cases() as container:
        document = preflight_document(container.preflight_job(job_id))
    if as_json:
        print_json(document)
    else:
        print_facts(document | {"openings": ", ".join(document["openings"])})


@command.command()
@click.argument("job_id", metavar="ID")
@click.option(
    "--deadline",
    type=click.IntRange(1, LONGEST // timedelta(minutes=1)),
    metavar="MINUTES",
    help="How long it may be tried from now on.",
)
@click.option("--force", is_flag=True, help="Even if the same request came again later.")
@json_option
def requeue(job_id: str, deadline: int | None, force: bool, as_json: bool) -> None:
    """Run a failed or discarded job again. What it may have sent already is looked for first."""
    lasting = None if deadline is None else timedelta(minutes=deadline)
    with use_cases() as container:
        job = container.requeue_job(job_id, actor=actor(), lasting=lasting, force=force)
    _print(job, as_json)


@command.command()
@click.argument("job_id", metavar="ID")
@click.option("--reason", required=True, metavar="TEXT", help="Why, for whoever looks at it later.")
@click.option("--force", is_flag=True, help="Even if it is not known whether Cal.com has what it asked for.")
@json_option
def discard(job_id: str, reason: str, force: bool, as_json: bool) -> None:
    """Close a job for good: it does not run any more."""
    with use_cases() as container:
        job = container.discard_job(job_id, actor=actor(), reason=reason, force=force)
    _print(job, as_json)


def _print(job: Job, as_json: bool) -> None:
    document = job_document(job)
    if as_json:
        print_json(document)
    else:
        print_facts(document)

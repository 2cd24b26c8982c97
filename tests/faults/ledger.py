"""Compares what callers heard with what Cal.com and the job table hold: lost, doubled, lied about, left open."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from app.domain.answers import Result
from app.domain.appointments import Action
from app.domain.jobs import Job, Status
from tests.faults.intents import Intent, Notebook, key_of
from tests.faults.told import Told, event_faults
from tests.faults.truth import Entry, Truth

SINS = ("lost", "doubled", "false yes", "false no", "event lost", "event twice", "phantom", "leak")
"""What may never happen. `unknown` is no sin: it was said, and a person looks after it."""

Finding = tuple[str, str]


@dataclass(slots=True)
class Verdict:
    """One row of the table."""

    scenario: str
    database: str
    requests: int
    intents: int
    killed: int
    counts: Counter[str]
    slowest: float
    findings: list[str] = field(default_factory=list)
    seconds: float = 0.0
    note: str = ""

    @property
    def is_clean(self) -> bool:
        return not any(self.counts[sin] for sin in (*SINS, "unmet"))


def judge(
    notebook: Notebook, truth: Truth, *, leaks: Iterable[str] = (), told: Iterable[Told] | None = None
) -> tuple[Counter[str], list[str], float]:
    """Counts by kind, a line for each finding, and the longest time from acceptance to a final outcome.

    `told`: what the endpoint of every organization was sent; None where there was none.
    """
    jobs_of: dict[tuple[str, ...], list[Job]] = defaultdict(list)
    by_key = {intent.key for intent in notebook.intents}
    for job in truth.jobs.values():
        key = key_of(job.command, job.appointment_id)
        if key in by_key:
            jobs_of[key].append(job)
    findings: list[Finding] = [("leak", leak) for leak in leaks]
    for intent in notebook.intents:
        jobs = jobs_of[intent.key]
        findings += [(kind, f"{kind}: {_told(intent, jobs)}") for kind in _faults(intent, jobs, truth)]
    mine = [entry for entry in truth.entries if entry.email.startswith(notebook.mark.lower())]
    findings += _strays(mine, truth)
    own = [job for jobs in jobs_of.values() for job in jobs if job.finished_at]
    findings += event_faults(own, truth, told) if told is not None else []
    slowest = max(((job.finished_at - job.created_at).total_seconds() for job in own if job.finished_at), default=0.0)
    return Counter(kind for kind, _ in findings), [text for _, text in findings], slowest


def _faults(intent: Intent, jobs: list[Job], truth: Truth) -> Iterator[str]:
    done = [job for job in jobs if job.status is Status.SUCCEEDED]
    open_jobs = [job for job in jobs if not job.status.is_final]
    if intent.accepted and (not jobs or open_jobs):
        yield "lost"
    if any(job.final and job.final.result is Result.OUTCOME_UNKNOWN for job in jobs) or open_jobs:
        yield "unknown"
    shown = _is_shown(intent, done, truth)
    if (done or any(answer.yes for answer in intent.heard)) and not (done and shown):
        yield "false yes"
    if any(_denies(job) and _was_done(job, truth) for job in jobs):
        yield "false no"
    if not jobs and any(answer.no for answer in intent.heard) and _is_shown(intent, [], truth):
        yield "false no"
    if intent.action is Action.BOOK:
        roots = [entry for entry in truth.of_email(intent.email) if not entry.moved_from]
        yield from ["doubled"] * (len(roots) - 1)


def _is_shown(intent: Intent, done: list[Job], truth: Truth) -> bool:
    """Whether Cal.com shows that this wish once came true. A moved booking leaves its old time behind as a record."""
    if intent.action is Action.BOOK:
        return any(entry.start == intent.starts_at for entry in truth.of_email(intent.email))
    family = truth.family(intent.appointment_id)
    if intent.action is Action.CANCEL:
        return bool(family) and not any(entry.lives for entry in family)
    return any(entry.start == intent.starts_at for entry in family)


def _denies(job: Job) -> bool:
    """The job ended with "it was not done"."""
    if job.status is not Status.FAILED or job.final is None:
        return False
    return job.final.result not in {Result.OUTCOME_UNKNOWN, Result.ALREADY_CANCELLED}


def _was_done(job: Job, truth: Truth) -> bool:
    """And yet it was: by this very job, as far as Cal.com's records can tell."""
    if job.action is Action.BOOK:
        return bool(truth.made_by(job.id))
    family = truth.family(job.appointment_id)
    others = [
        other
        for other in truth.jobs.values()
        if other.status is Status.SUCCEEDED and other.appointment_id == job.appointment_id and other.id != job.id
    ]
    if job.action is Action.CANCEL:
        cancelled = any(other.action is Action.CANCEL for other in others)
        return bool(family) and not any(entry.lives for entry in family) and not cancelled
    there = any(entry.start == job.starts_at and entry.moved_from for entry in family)
    return there and not any(other.starts_at == job.starts_at for other in others)


def _strays(mine: list[Entry], truth: Truth) -> list[Finding]:
    """Bookings nobody asked for, two lives of one appointment, two bookings of one host at one time."""
    found = [("phantom", f"phantom: {entry.uid}") for entry in mine if entry.job_id not in truth.jobs]
    lives: dict[str, list[Entry]] = defaultdict(list)
    for entry in mine:
        if entry.lives:
            lives[entry.appointment_id].append(entry)
    for appointment_id, entries in lives.items():
        found += [("doubled", f"doubled: {appointment_id} lives {len(entries)} times")] * (len(entries) - 1)
    booked = sorted(
        (entry for entry in mine if entry.status == "accepted" and not entry.seated), key=lambda entry: entry.start
    )
    found += [
        ("doubled", f"doubled: {one.uid} and {two.uid} overlap")
        for one, two in pairwise(booked)
        if one.overlaps(two) and one.appointment_id != two.appointment_id
    ]
    return found


def _told(intent: Intent, jobs: list[Job]) -> str:
    """Ids and states only: enough to look the matter up."""
    heard = ", ".join(str(answer.status) for answer in intent.heard)
    stood = "; ".join(
        f"{job.id} {job.status} {job.final.result if job.final else '-'} sent {job.submissions} crashed {job.crashes}"
        for job in jobs
    )
    return f"{intent.action} {intent.number} ({intent.appointment_id}) heard [{heard}], jobs [{stood}]"

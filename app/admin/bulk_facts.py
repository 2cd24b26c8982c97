"""What the pages of runs over many jobs show: what a run is about, how far it is, and what became of each job."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from app.domain.bulk import OVER, BulkAction, BulkItem, BulkRun, ItemState, Progress, Stage, Tally
from app.domain.job_search import JobSearch
from app.domain.jobs import Job
from app.domain.preflight import SENTENCES, Verdict
from app.services.run_bulk import ended_as
from app.services.show_bulk import ShownBulk

TONES = {Stage.READY: "warn", Stage.DONE: "good"}

BECAME = {
    ItemState.FOUND: "to be checked",
    ItemState.READY: "to be done",
    ItemState.SKIPPED: "left alone",
    ItemState.STARTED: "on its way",
    ItemState.REFUSED: "not done",
}
"""What became of a job that has no end yet, or none of its own."""

LEFT = {ItemState.FOUND: "never checked", ItemState.READY: "never begun"}
"""The same where the run is over before it came to them."""

ABOUT_MANY = {
    Verdict.CANNOT_BE_RETRIED: "It waits, runs or is done, its data was erased, or something newer followed it.",
    Verdict.CANNOT_BE_CHECKED: "Cal.com could not be asked, or gave no answer. Nothing is known.",
    Verdict.CANNOT_BE_DISCARDED: "It runs, is done, or was discarded before.",
}
"""What a verdict means where it is about many jobs."""

ABOUT_DISCARDS = {Verdict.OUTCOME_UNKNOWN: "It is not known whether Cal.com has what it asked for."}


def run_facts(run: BulkRun) -> dict[str, Any]:
    return {
        "id": run.id,
        "action": run.action.value,
        "stage": "paused" if run.paused_at else run.stage.value,
        "tone": "warn" if run.paused_at else TONES.get(run.stage, ""),
        "about": about(run.wanted),
        "rate": run.rate,
        "reason": run.reason,
        "actor": run.actor.partition(":")[2] or run.actor,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "collected": run.collected,
        "capped": run.capped,
        "number": run.number,
        "is_over": run.stage in OVER,
    }


def about(wanted: JobSearch) -> list[str]:
    """The filter in words, one for each part of it."""
    parts = [f"state {wanted.status}" if wanted.status else "every state"]
    parts += [f"ended as {wanted.result.replace('_', ' ')}"] if wanted.result else []
    parts += [f"to {wanted.action}"] if wanted.action else []
    parts += [f"tried {wanted.tried} times or more"] if wanted.tried else []
    named = {
        "organization": wanted.org_id,
        "agent": wanted.agent_id,
        "account": wanted.account_id,
        "call": wanted.call_session_id,
        "appointment": wanted.appointment_id,
    }
    parts += [f"{kind} {name}" for kind, name in named.items() if name]
    parts += [f"accepted from {wanted.since:%Y-%m-%d %H:%M} UTC"] if wanted.since else []
    return [*parts, f"accepted before {wanted.until:%Y-%m-%d %H:%M} UTC"] if wanted.until else parts


def progress_facts(run: BulkRun, progress: Progress) -> dict[str, Any]:
    """Two bars: what is checked of what was found, and what has ended of what was confirmed."""
    discards = run.action is BulkAction.DISCARD
    return {
        "checked": progress.checked,
        "ready": progress.ready,
        "open_outcomes": progress.open_outcomes if discards else 0,
        "acted_on": progress.acted_on,
        "on_their_way": progress.of([ItemState.STARTED]),
        "ended": progress.ended,
        "left": max(run.number - progress.acted_on, 0),
        "by_verdict": _by_verdict(run, progress, SENTENCES | ABOUT_MANY | (ABOUT_DISCARDS if discards else {})),
    }


def _by_verdict(run: BulkRun, progress: Progress, sentences: Mapping[Verdict, str]) -> list[dict[str, Any]]:
    """The most frequent first; a verdict that is not there yet goes last."""
    kinds: dict[Any, list[Tally]] = {}
    for tally in progress.tallies:
        kinds.setdefault(tally.verdict, []).append(tally)
    rows = [
        {
            "verdict": verdict.value if verdict else "not checked yet",
            "says": sentences[verdict] if verdict else "",
            "number": sum(tally.number for tally in tallies),
            "became": [{"what": what, "number": number} for what, number in _became(run, tallies).most_common()],
        }
        for verdict, tallies in kinds.items()
    ]
    return sorted(rows, key=lambda row: (not row["says"], -row["number"]))


def _became(run: BulkRun, tallies: list[Tally]) -> Counter[str]:
    counted = Counter[str]()
    for tally in tallies:
        counted[became(run, tally.state, tally.result)] += tally.number
    return counted


def became(run: BulkRun, state: ItemState, result: str) -> str:
    said = (BECAME | LEFT if run.stage in OVER else BECAME).get(state, "")
    return ": ".join(part for part in (said, result.replace("_", " ")) if part)


def item_facts(shown: ShownBulk) -> list[dict[str, Any]]:
    return [_item(shown.run, item, shown.jobs) for item in shown.items]


def _item(run: BulkRun, item: BulkItem, jobs: Mapping[str, Job]) -> dict[str, Any]:
    """How a requeued job stands is read from its own row, for it goes on after the run looked at it."""
    job = jobs.get(item.job_id)
    state, result = item.state, item.result
    if state is ItemState.STARTED:
        ended = ended_as(job)
        state, result = (ItemState.ENDED, ended) if ended else (state, job.status.value if job else "")
    return {
        "number": item.position + 1,
        "job_id": item.job_id,
        "is_there": job is not None,
        "verdict": item.verdict.value if item.verdict else "",
        "became": became(run, state, result),
        "done_at": item.done_at,
    }


def buttons(run: BulkRun, progress: Progress) -> dict[str, bool]:
    return {
        "confirm": run.stage is Stage.READY and progress.ready > 0,
        "confirm_open": run.stage is Stage.READY and run.action is BulkAction.DISCARD and progress.open_outcomes > 0,
        "check": run.stage is Stage.READY,
        "pause": run.is_at_work,
        "resume": run.paused_at is not None,
        "cancel": run.stage not in OVER,
    }

"""What the overview's page needs of an overview: plain numbers, words and coordinates."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from app.admin.charts import Stack, bars, curves
from app.admin.concerns import address, concern_row, failed_jobs
from app.admin.words import count
from app.domain.jobs import Status
from app.domain.overview_store import MOST_COUNTED, UnwellEndpoint
from app.domain.processes import Living
from app.domain.tallies import Fate, Measure, Tally, fate_of
from app.services.read_flow import Flow
from app.services.read_overview import Overview
from app.services.read_present import AccountNow, Present

PARTS = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
MOST_CODES = 10


def page_of(overview: Overview) -> dict[str, Any]:
    flow, present = overview.flow, overview.present
    return {
        "since": flow.since,
        "until": flow.until,
        "missing_from": flow.missing_from,
        "concerns": [concern_row(concern) for concern in overview.concerns],
        "figures": _figures(overview),
        "throughput": _throughput(flow),
        "times": [_times(flow, measure) for measure in (Measure.END_TIME, Measure.CALCOM_TIME)],
        "codes": _codes(flow.whole),
        "actions": _actions(flow.whole),
        "processes": None if present.living is None else [_process(each) for each in present.living],
        "accounts": _accounts(present),
        "endpoints": _endpoints(present),
    }


def _figures(overview: Overview) -> dict[str, Any]:
    flow, present, use = overview.flow, overview.present, overview.slot_use
    fates = flow.whole.by_fate()
    ended = sum(fates.values())
    judged = ended - fates[Fate.DISCARDED]
    return {
        "success_rate": fates[Fate.SUCCEEDED] / judged if judged else None,
        "fates": {fate.value: fates[fate] for fate in Fate},
        "ended": ended,
        "per_minute": f"{ended / flow.minutes:.1f}" if flow.minutes else "0",
        "end_time": _percentiles(flow.whole, Measure.END_TIME),
        "calcom_time": _percentiles(flow.whole, Measure.CALCOM_TIME),
        "use": None if use is None else {"rate": use.hit_rate, "stale": use.stale, "misses": use.misses},
        "open": {status.value: number for status, number in present.open_jobs.items()},
        "waiting": present.open_jobs[Status.QUEUED] + present.open_jobs[Status.RETRYING],
        "oldest_due": present.oldest_due_seconds,
        "deliveries": _at_most(present.deliveries_waiting),
    }


def _throughput(flow: Flow) -> dict[str, Any]:
    parts = {begin: _fates(tally) for begin, tally in flow.slots.items()}
    return {
        "chart": bars([Stack(numbers, _said(begin, numbers)) for begin, numbers in parts.items()]),
        "rows": [{"at": begin, "parts": numbers} for begin, numbers in reversed(parts.items())],
        "most": max(sum(numbers.values()) for numbers in parts.values()),
        "slot": flow.window.slot,
    }


def _fates(tally: Tally) -> dict[str, int]:
    fates = tally.by_fate()
    return {fate.value: fates[fate] for fate in Fate}


def _said(begin: datetime, parts: dict[str, int]) -> str:
    numbers = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in parts.items() if number)
    return f"{begin.astimezone(UTC):%a %H:%M} UTC: {numbers}"


def _times(flow: Flow, measure: Measure) -> dict[str, Any]:
    rows: list[dict[str, Any]] = [
        {"at": begin, "number": sum(tally.of(measure).values()), **_percentiles(tally, measure)}
        for begin, tally in flow.slots.items()
    ]
    lines = {name: [row[name] for row in rows] for name in PARTS}
    return {"name": measure.value, "chart": curves(lines), "rows": rows[::-1], **_percentiles(flow.whole, measure)}


def _percentiles(tally: Tally, measure: Measure) -> dict[str, float | None]:
    return {name: tally.percentile(measure, part) for name, part in PARTS.items()}


def _codes(whole: Tally) -> list[dict[str, Any]]:
    """What jobs failed with, the most frequent first."""
    found = []
    for name, number in sorted(whole.of(Measure.ENDED).items(), key=lambda each: (-each[1], each[0])):
        status, _, result = name.partition("/")
        if status == Status.FAILED:
            fate = fate_of(status, result)
            found.append({"code": result, "fate": fate.value, "number": number, "url": address(failed_jobs(result))})
    return found[:MOST_CODES]


def _actions(whole: Tally) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name, number in sorted(whole.of(Measure.ACTION).items()):
        action, _, status = name.partition("/")
        found.setdefault(action, {"action": action, **dict.fromkeys(("succeeded", "failed", "discarded"), 0)})
        found[action][status] += number
    return list(found.values())


def _process(living: Living) -> dict[str, Any]:
    sign = living.sign
    return {
        "kind": sign.kind.value,
        "host": sign.host,
        "pid": sign.pid,
        "version": sign.version,
        "since": sign.since,
        "threads": sign.threads,
        "queues": ", ".join(sign.queues),
        "ago": round(living.ago),
    }


def _accounts(present: Present) -> dict[str, Any]:
    return {
        "troubled": [
            {"name": each.account.name, "org_name": each.account.org_name, "trouble": each.trouble}
            for each in present.troubled
        ],
        "rows": [_account(each) for each in present.accounts],
        "more": present.accounts_used - len(present.accounts),
    }


def _account(each: AccountNow) -> dict[str, Any]:
    name, org_name = (each.account.name, each.account.org_name) if each.account else ("deleted", "")
    standing = each.standing
    return {"name": name, "org_name": org_name, "left": standing.budget_left, "is_open": standing.breaker_is_open}


def _endpoints(present: Present) -> dict[str, Any]:
    now = present.endpoints
    return {
        "rows": [_endpoint(each) for each in now.worst],
        "disabled_by_owner": now.disabled_by_owner,
        "unverified": now.unverified,
    }


def _endpoint(each: UnwellEndpoint) -> dict[str, Any]:
    return {
        "url": each.url,
        "org_name": each.org_name,
        "state": each.disabled_reason or ("paused" if each.paused_until else "failing"),
        "is_disabled": bool(each.disabled_reason),
        "failures": each.failures,
        "since": each.since,
        "waiting": _at_most(each.waiting),
    }


def _at_most(number: int) -> str:
    return count(number) if number <= MOST_COUNTED else f"{count(MOST_COUNTED)}+"

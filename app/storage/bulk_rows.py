"""Runs over many jobs as rows, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from app.domain.answers import Result
from app.domain.appointments import Action
from app.domain.bulk import BulkAction, BulkItem, BulkRun, ItemState, Stage
from app.domain.job_search import JobSearch
from app.domain.jobs import Status
from app.domain.paging import Place
from app.domain.preflight import Verdict

_CONVERTED = {"action", "stage", "wanted", "place"}
_OF_RUN = [field.name for field in fields(BulkRun) if field.name not in _CONVERTED]
_OF_ITEM = [field.name for field in fields(BulkItem)]

_READ: dict[str, Callable[[Any], Any]] = {
    "status": Status,
    "action": Action,
    "org_id": str,
    "agent_id": str,
    "account_id": str,
    "result": Result,
    "tried": int,
    "since": datetime.fromisoformat,
    "until": datetime.fromisoformat,
    "call_session_id": str,
    "appointment_id": str,
}
"""How each part of what a run is about is read from JSON; it says nothing of whom a job is for."""


def run_to_row(run: BulkRun) -> dict[str, Any]:
    return {name: getattr(run, name) for name in _OF_RUN} | {
        "action": run.action.value,
        "stage": run.stage.value,
        "wanted": wanted_to_json(run.wanted),
        "place_at": run.place.at if run.place else None,
        "place_id": run.place.id if run.place else None,
    }


def run_from_row(row: Row[Any]) -> BulkRun:
    return BulkRun(
        **{name: getattr(row, name) for name in _OF_RUN},
        action=BulkAction(row.action),
        stage=Stage(row.stage),
        wanted=wanted_from_json(row.wanted),
        place=Place(at=row.place_at, id=row.place_id) if row.place_at else None,
    )


def item_to_row(item: BulkItem) -> dict[str, Any]:
    verdict = item.verdict.value if item.verdict else None
    return {name: getattr(item, name) for name in _OF_ITEM} | {"state": item.state.value, "verdict": verdict}


def item_from_row(row: Row[Any]) -> BulkItem:
    known = {"state": ItemState(row.state), "verdict": Verdict(row.verdict) if row.verdict else None}
    return BulkItem(**{name: getattr(row, name) for name in _OF_ITEM} | known)


def wanted_to_json(wanted: JobSearch) -> dict[str, Any]:
    """What is not given is left out."""
    given = {name: value for name, read in _READ.items() if (value := getattr(wanted, name)) is not None}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in given.items()}


def wanted_from_json(document: Mapping[str, Any]) -> JobSearch:
    return JobSearch(**{name: read(document[name]) for name, read in _READ.items() if name in document})

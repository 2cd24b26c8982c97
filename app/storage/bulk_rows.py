"""Runs over many jobs as rows, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row

from app.domain.answers import Result
from app.domain.bulk import BulkAction, BulkItem, BulkRun, ItemState, Stage, Wanted
from app.domain.jobs import Status
from app.domain.paging import Place
from app.domain.preflight import Verdict

_CONVERTED = {"action", "stage", "wanted", "place"}
_OF_RUN = [field.name for field in fields(BulkRun) if field.name not in _CONVERTED]
_OF_ITEM = [field.name for field in fields(BulkItem)]


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


def wanted_to_json(wanted: Wanted) -> dict[str, Any]:
    return {
        "until": wanted.until.astimezone(UTC).isoformat(),
        "since": wanted.since.astimezone(UTC).isoformat() if wanted.since else None,
        "status": wanted.status.value if wanted.status else None,
        "result": wanted.result.value if wanted.result else None,
        "org_id": wanted.org_id,
        "agent_id": wanted.agent_id,
    }


def wanted_from_json(document: Mapping[str, Any]) -> Wanted:
    since, status, result = (document.get(name) for name in ("since", "status", "result"))
    return Wanted(
        until=datetime.fromisoformat(document["until"]),
        since=datetime.fromisoformat(since) if since else None,
        status=Status(status) if status else None,
        result=Result(result) if result else None,
        org_id=document.get("org_id", ""),
        agent_id=document.get("agent_id", ""),
    )

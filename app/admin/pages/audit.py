"""The record: who did what, when and why."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from app.admin.links import to_target
from app.admin.paging import PAGE
from app.admin.place import Place
from app.admin.roles import for_role
from app.admin.words import word
from app.container.desk import DeskCases
from app.domain.audit import AuditEntry, AuditFilter, Deed
from app.domain.operators import Role
from app.services.named import refused


def audit_pages(cases: DeskCases, _place: Place) -> Blueprint:
    pages = Blueprint("audit", __name__, url_prefix="/audit")

    @pages.get("")
    @for_role(Role.VIEWER)
    def list_all() -> str:
        asked = {name: request.args.get(name, "").strip() for name in ("deed", "actor", "target")}
        before = request.args.get("before", "")
        wanted = AuditFilter(
            deed=_deed(asked["deed"]),
            actor=asked["actor"],
            target=asked["target"],
            limit=PAGE + 1,
            before=before or None,
        )
        found = cases.setup.list_audit(wanted)
        names = {operator.id: operator.name for operator in cases.staff.list_all()}
        return render_template(
            "audit.html",
            rows=[_row(entry, names.get(entry.target, "")) for entry in found[:PAGE]],
            deeds=[deed.value for deed in Deed],
            asked=asked,
            kept={name: value for name, value in asked.items() if value},
            is_behind=bool(before),
            next_before=found[PAGE - 1].id if len(found) > PAGE else "",
        )

    return pages


def _deed(text: str) -> Deed | None:
    try:
        return Deed(text) if text else None
    except ValueError:
        raise refused("deed", f"It must be one of {', '.join(Deed)}.") from None


def _row(entry: AuditEntry, name: str) -> dict[str, Any]:
    """`name`: of the operator it was done to, if it was one; no other page tells whose an id is."""
    return {
        "at": entry.at,
        "actor": entry.actor,
        "deed": entry.deed.value,
        "target": entry.target,
        "name": name,
        "link": to_target(entry.target),
        "reason": entry.reason,
        "counts": ", ".join(f"{word(name)}: {count}" for name, count in entry.counts.items()),
    }

"""`ringbook audit`: the record of what was done."""

from __future__ import annotations

from typing import Any

import click

from app.cli.output import json_option, moment, print_json, print_table
from app.cli.session import use_cases
from app.domain.audit import AuditEntry, AuditFilter, Deed

COLUMNS = ("id", "at", "actor", "deed", "target", "org_id", "reason", "counts")


@click.group(name="audit")
def command() -> None:
    """The record: who did what, when and why."""


@command.command(name="list")
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True, help="How many at most.")
@click.option("--before", metavar="ID", help="Only those older than this entry: the next page.")
@click.option("--deed", type=click.Choice([deed.value for deed in Deed]), help="Only what is called so.")
@click.option("--actor", default="", help="Only what they did.")
@click.option("--target", default="", metavar="ID", help="Only what was done to it: a job, an operator, ...")
@json_option
def list_all(limit: int, before: str | None, deed: str | None, actor: str, target: str, as_json: bool) -> None:
    """List the record, newest first."""
    wanted = AuditFilter(deed=Deed(deed) if deed else None, actor=actor, target=target, limit=limit, before=before)
    with use_cases() as container:
        entries = container.list_audit(wanted)
    if as_json:
        print_json([_document(entry) for entry in entries])
        return
    rows = [[_shown(_document(entry)[column]) for column in COLUMNS] for entry in entries]
    print_table(COLUMNS, rows, empty="Nothing was recorded yet.")


def _document(entry: AuditEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "at": moment(entry.at),
        "actor": entry.actor,
        "deed": entry.deed.value,
        "org_id": entry.org_id,
        "target": entry.target,
        "target_hash": entry.target_hash,
        "reason": entry.reason,
        "counts": dict(entry.counts),
    }


def _shown(value: Any) -> str:
    return ", ".join(f"{name} {count}" for name, count in value.items()) if isinstance(value, dict) else str(value)

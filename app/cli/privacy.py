"""`ringbook privacy`: erase what is kept of one person, and what has been kept for long."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

import click

from app.cli.operators import actor
from app.cli.output import json_option, print_facts, print_json
from app.cli.session import use_cases
from app.domain.audit import AuditEntry
from app.services.erase_person import Wish

yes_option = click.option("--yes", is_flag=True, help="Do it; without this it is only said what would be erased.")
reason_option = click.option("--reason", default="asked for", show_default=True, help="Why, for the record; no names.")


@click.group(name="privacy")
def command() -> None:
    """Personal data: erase one person's, or everybody's by age. What was erased cannot be brought back.

    Names, addresses, numbers and notes are erased; the rows stay, so that all counts stay true. Cal.com keeps its own
    data: erase it there.
    """


@command.command()
@click.option("--org", "org_id", required=True, metavar="ID", help="The organization that knows the person.")
@click.option("--email", default="", help="Their e-mail address.")
@click.option("--phone", default="", help="Their phone number, with its country code: +14155550123.")
@reason_option
@yes_option
@json_option
def erase(org_id: str, email: str, phone: str, reason: str, yes: bool, as_json: bool) -> None:
    """Erase one person's data in one organization."""
    wish = Wish(org_id=org_id, email=email, phone=phone)
    with use_cases() as container:
        if not yes:
            _print_plan(container.erase_person.count(wish), as_json)
            return
        _print_done(container.erase_person(wish, actor=actor(), reason=reason), as_json)


@command.command()
@click.option("--older-than", "keep", required=True, metavar="365d", help="Of what has been over for so many days.")
@reason_option
@yes_option
@json_option
def prune(keep: str, reason: str, yes: bool, as_json: bool) -> None:
    """Erase everybody's data by age, as the scheduler does with RETENTION_DAYS."""
    days = re.fullmatch(r"([0-9]{1,5})d", keep)
    if days is None:
        raise click.BadParameter("say it in days, like 365d", param_hint="--older-than")
    kept = timedelta(days=int(days[1]))
    with use_cases() as container:
        if not yes:
            _print_plan(container.prune_personal_data.count(kept), as_json)
            return
        _print_done(container.prune_personal_data(kept, actor=actor(), reason=reason), as_json)


def _print_plan(counts: Mapping[str, int], as_json: bool) -> None:
    if as_json:
        print_json({"erased": False, "counts": dict(counts)})
        return
    print_facts({name: str(count) for name, count in counts.items()})
    click.echo("Nothing was erased. To erase these rows' personal data for good, say --yes.")


def _print_done(entry: AuditEntry | None, as_json: bool) -> None:
    counts = dict(entry.counts) if entry else {}
    if as_json:
        print_json({"erased": True, "counts": counts, "audit_id": entry.id if entry else None})
        return
    print_facts({name: str(count) for name, count in counts.items()} | {"audit_id": entry.id if entry else None})
    click.echo("Erased. Cal.com keeps its own data: erase it there." if counts else "There was nothing to erase.")

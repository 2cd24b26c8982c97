"""The list of jobs as its page shows it: tabs with counts, what can be chosen and is, rows, and where it goes on."""

from __future__ import annotations

from typing import Any

from flask import url_for

from app.admin.job_filter import NAMES, WITHIN, JobFilter, place_text
from app.admin.job_rows import TONES, job_row
from app.admin.persons import contact
from app.domain.appointments import Action
from app.domain.job_search import COUNTED, ENDINGS, TRIED_OFTEN
from app.domain.jobs import Status
from app.services.search_jobs import FoundJobs

Choices = list[tuple[str, str]]


def list_page(asked: JobFilter, found: FoundJobs, *, plain: bool) -> dict[str, Any]:
    """What the template shows. `plain`: with names, addresses and numbers."""
    return {
        "given": asked.given,
        "clear": list_url({"state": asked.given.get("state", "")}),
        "export": url_for("jobs.export", **dict[str, Any](asked.given)),
        "search": url_for("jobs.search", **dict[str, Any](asked.given)),
        "tabs": _tabs(asked, found),
        "rows": [job_row(row, plain=plain) for row in found.page.rows],
        "links": _links(asked, found),
        "choices": _choices(found),
        "chosen": _chosen(asked, found, plain=plain),
        "may_export": plain,
        "mend_all": "" if asked.who or not plain else url_for("bulk.new", **dict[str, Any](asked.given)),
    }


def list_url(given: dict[str, str]) -> str:
    """Without what is empty, or says nothing to the list."""
    said = {name: given[name] for name in (*NAMES, "before", "after") if given.get(name)}
    return url_for("jobs.list_all", **dict[str, Any](said))


def _tabs(asked: JobFilter, found: FoundJobs) -> list[dict[str, Any]]:
    capped = {status for status, number in found.counts.items() if status.is_final and number > COUNTED}
    shown = {status: COUNTED if status in capped else number for status, number in found.counts.items()}
    each = [_tab(asked, status.value, number, capped=status in capped) for status, number in shown.items()]
    return [_tab(asked, "", sum(shown.values()), capped=bool(capped)), *each]


def _tab(asked: JobFilter, state: str, number: int, *, capped: bool) -> dict[str, Any]:
    return {
        "name": state.title() or "All",
        "number": number,
        "capped": capped,
        "tone": TONES.get(Status(state), "") if state and number else "",
        "url": list_url(asked.but(state=state)),
        "here": asked.given.get("state", "") == state,
    }


def _links(asked: JobFilter, found: FoundJobs) -> dict[str, str]:
    """To the neighbouring parts, where there are any."""
    page, links = found.page, {}
    if page.has_newer and page.rows:
        links["newest"] = list_url(asked.but())
        links["newer"] = list_url(asked.but(after=place_text(page.rows[0].place)))
    if page.has_older and page.rows:
        links["older"] = list_url(asked.but(before=place_text(page.rows[-1].place)))
    return links


def _choices(found: FoundJobs) -> dict[str, Choices]:
    """Value and label of all that each list offers."""
    return {
        "action": [(action.value, action.value) for action in Action if action.is_write],
        "org": [(each.id, each.name) for each in found.organizations],
        "agent": [(each.id, each.name) for each in found.agents],
        "account": [(each.id, each.name) for each in found.accounts],
        "result": [(result.value, result.value) for results in ENDINGS.values() for result in results],
        "tries": [(str(number), f"{number} or more") for number in TRIED_OFTEN],
        "within": [(name, f"in the last {name.replace('h', ' h').replace('d', ' days')}") for name in WITHIN],
    }


def _chosen(asked: JobFilter, found: FoundJobs, *, plain: bool) -> list[dict[str, str]]:
    """What the list is narrowed down to besides a state, each with the address without it."""
    labels = {value: label for choices in _choices(found).values() for value, label in choices}
    for row in found.page.rows:
        labels |= {row.job.org_id: row.org_name or row.job.org_id, row.job.agent_id: row.agent_name or row.job.agent_id}
    return [
        {
            "name": name,
            "value": contact(found.contact, plain=plain) if name == "who" else labels.get(value, value),
            "without": list_url(asked.but(**{name: ""})),
        }
        for name, value in asked.given.items()
        if name != "state"
    ]

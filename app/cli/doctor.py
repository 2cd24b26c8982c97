"""`ringbook doctor`: is everything the service stands on well, and what is to be done where it is not."""

from __future__ import annotations

from collections.abc import Iterator

import click

from app.cli.output import json_option, print_json, print_line
from app.cli.session import use_cases
from app.services.findings import Finding, Level, ok, problem, warning
from config.settings import Settings, SettingsError, load_settings
from config.shown import masked_url


@click.command(name="doctor")
@json_option
def command(as_json: bool) -> None:
    """Look at settings, Redis, database, jobs and Cal.com keys. Exit code 1 if there is a problem."""
    found = []
    for finding in _findings():
        found.append(finding)
        if not as_json:
            _print(finding)
    if as_json:
        print_json([_document(finding) for finding in found])
    if any(finding.level is Level.PROBLEM for finding in found):
        raise click.exceptions.Exit(1)


def _findings() -> Iterator[Finding]:
    try:
        settings = load_settings()
    except SettingsError as error:
        for fault in error.faults:
            yield problem("settings", fault, "See config/env.example.")
        return
    yield from _judge_settings(settings)
    if not settings.secret_keys:
        yield problem("settings", "There is no secret key yet.", "Run ringbook up once: it makes one.")
        return
    with use_cases() as container:
        yield from container.diagnose()


def _judge_settings(settings: Settings) -> Iterator[Finding]:
    yield ok("settings", f"Data in {settings.data_dir}, listening on {settings.host} port {settings.port}.")
    yield ok("settings", f"Database {masked_url(settings.database_url)}.")
    yield ok("settings", f"Redis {masked_url(settings.redis_url)}.")
    yield ok("settings", f"Callers reach it at {settings.public_url}.")
    if settings.secret_keys:
        yield ok("settings", f"Secret keys: {len(settings.secret_keys)}. The first encrypts, all decrypt.")
    if settings.embedded_calcom:
        yield warning("settings", "Accounts without an address use the sandbox.", "Set CALCOM_BASE_URL for Cal.com.")
    else:
        yield ok("settings", f"Accounts without an address use {settings.calcom_base_url}.")


def _print(finding: Finding) -> None:
    colour = {Level.OK: "green", Level.WARNING: "yellow", Level.PROBLEM: "red"}[finding.level]
    text = " ".join(part for part in (finding.text, finding.advice) if part)
    print_line(click.style(f"{finding.level.value:<7}", fg=colour), f"{finding.subject}: {text}")


def _document(finding: Finding) -> dict[str, str]:
    return {
        "level": finding.level.value,
        "subject": finding.subject,
        "text": finding.text,
        "advice": finding.advice,
    }

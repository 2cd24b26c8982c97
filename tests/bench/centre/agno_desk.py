"""The desk of agno's CalComTools, and the virtual environment it lives in.

The tool answers in sentences for a language model; they are read here as a careful one would.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import requests

from tests.bench.centre.desks import Person, Said, Told
from tests.bench.centre.direct_desk import PLATFORM_TIMEOUT
from tests.support.stack import ROOT

VENV = ROOT / "test-output" / "agno"
PACKAGES = ("agno", "requests", "pytz")
LISTED = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")


def agno_python() -> str:
    """The interpreter of an environment with agno in it, made on demand. Raises CalledProcessError."""
    python = VENV / "bin" / "python"
    if not (VENV / "made").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
        (VENV / "made").touch()
    return str(python)


def agno_version() -> str:
    listed = subprocess.run([agno_python(), "-m", "pip", "show", "agno"], capture_output=True, text=True, check=True)
    return listed.stdout.partition("Version: ")[2].partition("\n")[0]


class AgnoDesk:
    """Where its look-up of times fails, its caller names the wished time and the times after it, as one would."""

    def __init__(self, url: str) -> None:
        self._url = url

    def suggest(self, wish: datetime) -> tuple[datetime, ...] | None:
        day = timedelta(days=1)
        span = {"start_date": f"{wish - day:%Y-%m-%d}", "end_date": f"{wish + day:%Y-%m-%d}"}
        answer = self._call("get_available_slots", **span)
        if not answer.startswith("Available slots:"):
            return tuple(wish + number * timedelta(minutes=15) for number in range(3))
        return tuple(sorted(_listed(answer), key=lambda start: abs(start - wish))[:3])

    def book(self, person: Person, at: datetime) -> Said:
        when = at.astimezone(UTC).isoformat()
        return _said(self._call("create_booking", start_time=when, name=person.name, email=person.email))

    def move(self, person: Person, handle: str, at: datetime) -> Said:
        when = at.astimezone(UTC).isoformat()
        return _said(self._call("reschedule_booking", booking_uid=handle, new_start_time=when, reason="Asked to"))

    def cancel(self, person: Person, handle: str) -> Said:
        return _said(self._call("cancel_booking", booking_uid=handle, reason="Asked to"))

    def ask_again(self, said: Said) -> Said:
        return said  # it never leaves anything open

    def _call(self, tool: str, **given: str) -> str:
        try:
            return requests.post(self._url, json={"tool": tool, **given}, timeout=PLATFORM_TIMEOUT).text
        except requests.RequestException:
            return "Error"


def _listed(answer: str) -> Iterator[datetime]:
    for text in LISTED.findall(answer):
        yield datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


def _said(answer: str) -> Said:
    if answer.startswith("Booking"):
        return Said(Told.DONE, answer.rpartition("uid: ")[2])
    return Said(Told.TAKEN if "already has booking" in answer else Told.FAILED)

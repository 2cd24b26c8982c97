"""`ringbook demo`: one real suggestion and one real booking through the public endpoint, shown as they happen."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click
import requests

from app.cli.demo_agent import AGENT_ID, ORG_ID
from app.cli.links import MANAGE, show_links
from app.cli.terminal import Terminal
from config.settings import load_settings

CALLER = {"name": "Ada Example", "email": "ada@example.com"}

TIMEOUT = 35.0  # seconds for one answer; the service itself answers within WAIT
WAIT = 25  # seconds the service may wait for Cal.com before it says "still confirming"


class DemoError(click.ClickException):
    """The demo did not come to a booking; the text says at which step and why."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The manage endpoint of one agent, with every request and answer shown."""

    url: str
    org_id: str
    agent_id: str
    session: requests.Session
    terminal: Terminal

    def body(self, action: str, **fields: str | int) -> dict[str, str | int]:
        return {"action": action, "org_id": self.org_id, "agent_id": self.agent_id, **fields}

    def ask(self, heading: str, body: dict[str, str | int]) -> dict[str, Any]:
        """Send one request; returns its `data`. Raises DemoError unless it succeeded."""
        self.terminal.say_heading(f"{heading}: POST {MANAGE}")
        self.terminal.show_json(body)
        answer = self._post(body)
        self.terminal.say_heading("Answer")
        self.terminal.show_json(answer)
        self.terminal.say(f'\nThe agent says: "{answer.get("message", "")}"', style="bold cyan")
        if answer.get("success") is not True:
            raise DemoError(f"{heading} did not succeed: {answer.get('message', 'no reason given')}")
        return dict(answer["data"])

    def _post(self, body: dict[str, str | int]) -> dict[str, Any]:
        try:
            response = self.session.post(
                self.url + MANAGE, json=body, headers={"Prefer": f"wait={WAIT}"}, timeout=TIMEOUT
            )
            answer = response.json()
        except requests.JSONDecodeError:
            raise DemoError(f"{self.url} did not answer with JSON: is it Ringbook?") from None
        except requests.RequestException:
            raise DemoError(f"{self.url} does not answer: is `ringbook up` running?") from None
        return answer if isinstance(answer, dict) else {}


@click.command()
@click.option("--url", help="Where the service is reached.  [default: PUBLIC_URL]")
@click.option("--org-id", default=ORG_ID, show_default=True, help="The organization that books.")
@click.option("--agent-id", default=AGENT_ID, show_default=True, help="Its voice agent.")
def demo(url: str | None, org_id: str, agent_id: str) -> None:
    """Ask for times, book the first one, and print the request to book the next.

    Books a real appointment: with CALCOM_BASE_URL set, in that Cal.com account.
    """
    address = (url or load_settings().public_url).rstrip("/")
    terminal = Terminal()
    with requests.Session() as session:
        session.trust_env = False  # a proxy of the environment does not know our own machine
        desk = Desk(address, org_id, agent_id, session, terminal)
        times = offered_times(desk.ask("Suggest", desk.body("suggest", days_ahead=7)))
        if not times:
            raise DemoError("No time is free in the next 7 days, so there is nothing to book")
        desk.ask("Book", desk.body("book", **CALLER, appointment_datetime=times[0]))
    show_links(terminal, address)
    if len(times) > 1:
        terminal.say_heading("Book the next time yourself")
        terminal.say(as_curl(address, desk.body("book", **CALLER, appointment_datetime=times[1])))


def offered_times(data: dict[str, Any]) -> list[str]:
    """The offered times, earliest first, without offset: the service reads them in the zone it offered them in."""
    return sorted(
        datetime.strptime(f"{day['date']} {slot}", "%Y-%m-%d %I:%M %p").isoformat()  # noqa: DTZ007 - see above
        for day in data["available_slots"]
        for slot in day["slots"]
    )


def as_curl(url: str, body: dict[str, str | int]) -> str:
    """The request as one line for a shell."""
    words = ["curl", "-sS", url + MANAGE, "-H", "Content-Type: application/json", "-d", json.dumps(body)]
    return shlex.join(words)

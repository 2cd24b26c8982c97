"""Requests that cannot be accepted: what the caller said comes back in no error, and stands in no log."""

from __future__ import annotations

from typing import Any

import requests

from tests.faults.play import Run, scenario
from tests.support.stack import MANAGE

TOO_LONG = 70_000


@scenario("requests that cannot be accepted", short=True)
def refused(run: Run) -> None:
    """Each with the caller's words in another wrong place."""
    caller = run.caller()
    word = run.notebook.mark
    right = {"agent_id": caller.agent.id, "org_id": caller.agent.org_id, "action": "book", "name": f"{word} Jane"}
    right |= {"email": f"{word}@example.com", "appointment_datetime": next(run.site.diary).isoformat()}
    wrong: list[dict[str, Any]] = [
        {"email": f"{word} at example.com"},
        {"phone": f"call {word}", "email": None},
        {"appointment_datetime": f"{word} o'clock"},
        {"appointment_datetime": "1999-01-01T10:00:00Z"},
        {"timezone": f"Europe/{word}"},
        {"action": word},
        {"action": "cancel", "appointment_id": word},
        {"org_id": word},
        {"agent_id": word},
        {"name": [word]},
        {"name": {word: word}},
        {"notes": word * TOO_LONG},
        {"email": None},
        {"days_ahead": word, "action": "suggest"},
        {f"{word}_of_its_own": 1, "name": 5},
    ]
    statuses = [_post(run, json=right | each) for each in wrong]
    statuses += [_post(run, data=f'{{"name": "{word}", '.encode(), headers={"Content-Type": "application/json"})]
    statuses += [
        _post(run, data=f"name={word}".encode(), headers={"Content-Type": "application/x-www-form-urlencoded"})
    ]
    statuses += [_post(run, json=right, headers={"Prefer": f"wait={word}", "Idempotency-Key": word * 500})]
    run.expect(all(400 <= status < 500 for status in statuses), f"all are refused: {statuses}")
    run.note = f"{len(statuses)} requests"


def _post(run: Run, **request: Any) -> int:
    answer = requests.post(run.site.crew.url + MANAGE, timeout=30, **request)
    run.notebook.note_text(answer.text)
    return answer.status_code

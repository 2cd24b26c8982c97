"""A worker gets messages of another version: what it cannot read does no harm, and its job is run all the same."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.faults.callers import all_at_once
from tests.faults.play import REAL, Run, scenario
from tests.faults.scenarios.broker import LIVE

Message = dict[str, Any]


@scenario("messages of other versions", crew=REAL, unique="off")
def of_other_versions(run: Run) -> None:
    """Each change meets two messages. Those that are not understood come to nothing, and the scheduler sends anew."""
    crew, caller = run.site.crew, run.caller()
    crew.dismiss("worker-1")
    crowd = all_at_once(partial(caller.drop, caller.book()) for _ in range(2 * len(CHANGES)))
    crowd.results()
    with run.site.valkey.client() as client:
        waiting: Any = client.lrange(LIVE, 0, -1)
        run.expect(len(waiting) == 2 * len(CHANGES), f"every request has its message, {len(waiting)} are there")
        client.delete(LIVE)
        for number, message in enumerate(waiting):
            client.rpush(LIVE, json.dumps(CHANGES[number % len(CHANGES)](json.loads(message))))
    crew.start("worker-1")
    worker = crew.processes["worker-1"]
    run.site.drain(60)
    run.expect(caller.follow(caller.book()).yes, "the next booking is made")
    run.expect(worker.poll() is None and crew.processes["worker-1"] is worker, "the worker did not die of it")
    run.note = f"{len(CHANGES)} kinds of messages"


def _more_keywords(message: Message) -> Message:
    return _with_call(message, lambda args, kwargs: (args, {**kwargs, "reason": "newer", "tries": 3}))


def _no_keywords(message: Message) -> Message:
    return _with_call(message, lambda args, _kwargs: (args, {}))


def _other_keyword(message: Message) -> Message:
    return _with_call(message, lambda args, kwargs: (args, {"job": kwargs["job_id"]}))


def _positional(message: Message) -> Message:
    return _with_call(message, lambda _args, kwargs: ([kwargs["job_id"]], {}))


def _other_headers(message: Message) -> Message:
    return message | {"headers": message["headers"] | {"trace": {"id": "1"}, "request_id": None, "version": 9}}


def _unknown_task(message: Message) -> Message:
    return message | {"headers": message["headers"] | {"task": "appointments.execute_in_another_way"}}


def _unreadable(message: Message) -> Message:
    return message | {"body": base64.b64encode(b"\x00 not JSON").decode()}


def _unknown_content(message: Message) -> Message:
    return message | {"content-type": "application/x-newer"}


CHANGES: tuple[Callable[[Message], Message], ...] = (
    _more_keywords,
    _no_keywords,
    _other_keyword,
    _positional,
    _other_headers,
    _unknown_task,
    _unreadable,
    _unknown_content,
)


def _with_call(message: Message, change: Callable[[list[Any], Message], tuple[list[Any], Message]]) -> Message:
    """The message with other arguments: its body is args, kwargs and what Celery adds, in base64."""
    args, kwargs, embedded = json.loads(base64.b64decode(message["body"]))
    body = json.dumps([*change(args, kwargs), embedded])
    return message | {"body": base64.b64encode(body.encode()).decode()}

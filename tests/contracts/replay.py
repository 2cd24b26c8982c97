"""Replays recorded exchanges against the stand-in: `python -m tests.contracts.replay` prints what matched."""

import hashlib
import hmac
import json
import sys
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from werkzeug.test import TestResponse

from app.sandbox.server import Setup, create_app, create_sandbox
from tests.contracts import recordings
from tests.contracts.comparison import Uids, differences, header_differences, message_of, shape
from tests.contracts.held_clock import HeldClock
from tests.contracts.receiver import Delivery, Receiver
from tests.contracts.recordings import Exchange, Recording

BEGIN = datetime(2026, 11, 22, 7, 20, 58, tzinfo=UTC)
RECORDED_RECEIVER = "http://127.0.0.1:5591"
RECORDED_SECRET = "s3cret"
DEFAULT_KEY = "cal_sandbox_anna"
RACE_LATENCY = 0.25


@dataclass(frozen=True)
class Result:
    recording: Recording
    wrong: list[str]

    @property
    def matched(self) -> bool:
        return not self.wrong


class Replay:
    """One stand-in with a held clock, and everything learnt about it so far."""

    def __init__(self, receiver: Receiver) -> None:
        self.clock = HeldClock(BEGIN)
        self.sandbox = create_sandbox(Setup(clock=self.clock))
        self.sandbox.options.slots_cache_seconds = 0.0
        self.app = create_app(self.sandbox)
        self.app.testing = True  # a cut connection shows as the exception it is
        self.uids = Uids()
        self.receiver = receiver
        self.preludes = recordings.load_preludes()

    def run(self, recording: Recording) -> Result:
        prelude = self.preludes.get(recording.number, {})
        if not prelude.get("keepBudget"):
            self.sandbox.throttle.clear()
        self._set_time(recording)
        for step in prelude.get("steps", []):
            self._step(step)
        self.receiver.take()
        wrong = self._play(recording, prelude)
        return Result(recording, wrong)

    def _set_time(self, recording: Recording) -> None:
        at = recording.time
        if at is not None and at > self.clock.now():
            self.clock.move_to(at)

    def _step(self, step: dict[str, Any]) -> None:
        if "advance" in step:
            self.clock.advance(step["advance"])
            return
        if "fault" in step:
            name, _, value = step["fault"].partition("=")
            step = {"control": "faults", "body": [{"fault": name, "value": value}]}
        if "control" in step:
            path = f"/_sandbox/{self._ours(step['control'])}"
            answer = self.app.test_client().open(path, method=step.get("method", "POST"), json=step.get("body", {}))
        else:
            for _ in range(step.get("repeat", 1)):
                answer = self._send(step["call"])
        if answer.status_code >= 400 and not step.get("mayFail"):
            raise AssertionError(f"prelude {step}: {answer.status_code} {answer.text}")
        if "learnId" in step:
            self.uids.learn(step["learnId"], answer.get_json()["data"]["id"])

    def _send(self, request: dict[str, Any], key: str | None = None) -> TestResponse:
        headers = dict(request.get("headers") or {"cal-api-version": "2024-08-13", "authorization": "Bearer <key>"})
        if "authorization" in headers:
            headers["authorization"] = f"Bearer {key or request.get('key', DEFAULT_KEY)}"
        path = self._ours(request["path"])
        query = urlencode({k: self._ours(str(v)) for k, v in (request.get("query") or {}).items()})
        body, data = request.get("body"), None
        if body is not None:
            data = self._ours(body if isinstance(body, str) else json.dumps(body))
            headers.setdefault("content-type", "application/json")
        return self.app.test_client().open(
            path, method=request["method"], query_string=query, headers=headers, data=data
        )

    def _ours(self, text: str) -> str:
        return self.uids.translate(text).replace(RECORDED_RECEIVER, self.receiver.url)

    def _play(self, recording: Recording, prelude: dict[str, Any]) -> list[str]:
        keys = prelude.get("keys") or [prelude.get("key")] * len(recording.exchanges)
        if prelude.get("staggered"):
            return self._compare_all(recording, prelude, self._staggered(recording))
        if len(recording.exchanges) > 1:
            return self._race(recording, prelude)
        try:
            answers: list[TestResponse | None] = [self._send(recording.exchanges[0].request, keys[0])]
        except ConnectionResetError:
            answers = [None]
        wrong = self._compare_all(recording, prelude, answers)
        if recording.afterwards is not None:
            answer = self._send(recording.afterwards.request)
            wrong += self._compare(recording.afterwards, answer, prelude)
        return wrong

    def _staggered(self, recording: Recording) -> list[TestResponse | None]:
        """The first is held up by its webhook receiver while the others come and go."""
        first: list[TestResponse] = []
        self.receiver.gate.clear()
        held = threading.Thread(target=lambda: first.append(self._send(recording.exchanges[0].request)))
        held.start()
        self.receiver.arrived.wait(10)
        rest = [self._send(exchange.request) for exchange in recording.exchanges[1:]]
        self.receiver.gate.set()
        held.join(10)
        return [*first, *rest]

    def _race(self, recording: Recording, prelude: dict[str, Any]) -> list[str]:
        answers = self._at_once([exchange.request for exchange in recording.exchanges])
        outcome = sorted((a.status_code, message_of(a.get_json()) or "") for a in answers)
        seen = [sorted((r["status"], r["message"] or "") for r in one) for one in recording.rounds]
        seen.append(sorted((r["status"], message_of(r["body"]) or "") for r in _responses(recording)))
        wrong = [] if outcome in seen else [f"race ended {outcome}, recorded were {seen}"]
        for answer in answers if outcome == seen[-1] else []:
            twin = next(
                (e for e in recording.exchanges if e.response and e.response["status"] == answer.status_code), None
            )
            if twin is not None and twin.response is not None:
                a, b = shape(twin.response["body"]), shape(answer.get_json())
                wrong += [f"race: shape of {answer.status_code} differs: {set(a) ^ set(b)}"] if a != b else []
        return wrong

    def _at_once(self, requests: list[dict[str, Any]]) -> list[TestResponse]:
        answers: dict[int, TestResponse] = {}
        together = threading.Barrier(len(requests))

        def send(n: int) -> None:
            together.wait()
            answers[n] = self._send(requests[n])

        self._step({"control": "latency", "body": {"writes": RACE_LATENCY}})
        threads = [threading.Thread(target=send, args=(n,)) for n in range(len(requests))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self._step({"control": "latency", "body": {"writes": 0}})
        return [answers[n] for n in range(len(requests))]

    def _compare_all(
        self, recording: Recording, prelude: dict[str, Any], answers: Iterable[TestResponse | None]
    ) -> list[str]:
        wrong = []
        for exchange, answer in zip(recording.exchanges, answers, strict=True):
            wrong += self._compare(exchange, answer, prelude)
        if recording.deliveries is not None:
            wrong += self._compare_deliveries(recording.deliveries, self.receiver.take())
        return wrong

    def _compare(self, exchange: Exchange, answer: TestResponse | None, prelude: dict[str, Any]) -> list[str]:
        recorded = exchange.response
        if recorded is None or answer is None:
            return [] if recorded is None and answer is None else ["one of the two did not answer"]
        if answer.status_code != recorded["status"]:
            return [f"status {recorded['status']} recorded, {answer.status_code} here: {answer.text[:300]}"]
        headers = {name.lower(): value for name, value in answer.headers.items()}
        wrong = header_differences(recorded["headers"], headers, exact=bool(prelude.get("exactHeaders")))
        if "shape" in recorded:
            return wrong + self._compare_distilled(recorded, answer.get_json())
        body = json.loads(answer.text.replace(self.receiver.url, RECORDED_RECEIVER))
        if "/webhooks" in exchange.request["path"] and isinstance(body.get("data"), dict):
            self.uids.learn(recorded["body"]["data"]["id"], body["data"]["id"])
        return wrong + differences(recorded["body"], body, self.uids, loose=frozenset(prelude.get("loose", [])))

    def _compare_distilled(self, recorded: dict[str, Any], body: Any) -> list[str]:
        wrong = []
        message = recorded.get("message")
        if message is not None and self.uids.translate(message) != message_of(body):
            wrong.append(f"message: {message!r} recorded, {message_of(body)!r} here")
        if recorded["shape"] != shape(body):
            wrong.append(f"shape differs: {sorted(set(recorded['shape']) ^ set(shape(body)))}")
        data = body.get("data") if isinstance(body, dict) else None
        for key, value in recorded.get("facts", {}).items():
            ours = data.get(key) if isinstance(data, dict) else None
            wrong += differences(value, ours, self.uids, f".{key}")
        return wrong

    def _compare_deliveries(self, recorded: list[dict[str, Any]], ours: list[Delivery]) -> list[str]:
        if len(recorded) != len(ours):
            return [f"{len(recorded)} deliveries recorded, {len(ours)} here"]
        wrong = []
        for theirs, mine in zip(recorded, ours, strict=True):
            sign = hmac.new(RECORDED_SECRET.encode(), mine.raw, hashlib.sha256).hexdigest()
            unsigned = theirs["headers"]["X-Cal-Signature-256"] == "no-secret-provided"
            if mine.headers["X-Cal-Signature-256"] != ("no-secret-provided" if unsigned else sign):
                wrong.append("delivery: wrong signature")
            wrong += [] if theirs["path"] == mine.path else [f"delivery: to {mine.path}"]
            wrong += differences(json.loads(theirs["raw_body"]), json.loads(mine.raw), self.uids, "delivery")
        return wrong


def _responses(recording: Recording) -> list[dict[str, Any]]:
    return [e.response for e in recording.exchanges if e.response is not None]


def replay_all(given: list[Recording], skip: Iterable[str] = ()) -> list[Result]:
    with Receiver() as receiver:
        replay = Replay(receiver)
        return [replay.run(recording) for recording in given if recording.name not in set(skip)]


def main() -> int:
    given = recordings.load_recordings() or recordings.load_distilled()
    names = {recording.name for recording in given}
    out = {name: reason for name, reason in recordings.load_out_of_scope().items() if name in names}
    results = replay_all(given, out)
    for result in results:
        print(f"{'ok      ' if result.matched else 'MISMATCH'} {result.recording.name}")
        for line in result.wrong[:12]:
            print(f"         {line[:400]}")
    for name, reason in out.items():
        print(f"out      {name}: {reason}")
    matched = sum(result.matched for result in results)
    print(f"\n{len(given)} recordings: {len(results)} replayed, {matched} matched, {len(out)} out of scope")
    return 0 if matched == len(results) else 1


if __name__ == "__main__":
    sys.exit(main())

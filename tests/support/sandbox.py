"""The real stand-in for Cal.com as a process of its own, for tests: started, watched, scripted, stopped."""

import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
ANNA, BERT, RIVERA = "cal_sandbox_anna", "cal_sandbox_bert", "cal_sandbox_rivera"


class SandboxProcess:
    """`with SandboxProcess() as sandbox: sandbox.url`; every method speaks to it over HTTP."""

    def __init__(self, *flags: str, state: Path | None = None, port: int = 0, patience: float = 20.0) -> None:
        self._flags = [*flags, *(["--state", str(state)] if state else [])]
        self._port = port
        self._patience = patience
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def start(self) -> Self:
        command = [sys.executable, "-m", "app.sandbox", "--host", "127.0.0.1", "--port", str(self._port), *self._flags]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        stdout = self._process.stdout
        line = stdout.readline() if stdout is not None else ""
        self.url = line.strip().rpartition(" ")[2]
        try:
            if not self.url.startswith("http"):
                raise RuntimeError(f"the sandbox did not start: exit code {self._process.wait(5)}")
            self._await_health()
        except BaseException:
            self.stop()  # a failed start must not leave a process behind
            raise
        return self

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Stops it and gives its exit code; stopping twice is harmless."""
        process = self._process
        if process is None:
            return 0
        if process.poll() is None:
            process.send_signal(how)
        try:
            code = process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait(10)
        if process.stdout is not None:
            process.stdout.close()
        self._process = None
        return code

    def kill(self) -> int:
        return self.stop(signal.SIGKILL)

    def faults(self, script: list[dict[str, Any] | str]) -> None:
        """Pushes faults, in order: names, `name=value`, or full objects with `match` and `times`."""
        self.ask("POST", "/_sandbox/faults", {"faults": [_fault(one) for one in script]})

    def clear_faults(self) -> None:
        self.ask("DELETE", "/_sandbox/faults")

    def state(self) -> dict[str, list[dict[str, Any]]]:
        return dict(self.ask("GET", "/_sandbox/state"))

    def bookings(self, *statuses: str) -> list[dict[str, Any]]:
        return [b for b in self.state()["bookings"] if not statuses or b["status"] in statuses]

    def journal(self, kind: str | None = None) -> list[dict[str, Any]]:
        return [e for e in self.ask("GET", "/_sandbox/journal")["entries"] if kind in (None, e["kind"])]

    def reset(self) -> None:
        self.ask("POST", "/_sandbox/reset", {})

    def latency(self, writes: float | str | None = None, reads: float | str | None = None) -> None:
        given = {"writes": writes, "reads": reads}
        self.ask("POST", "/_sandbox/latency", {key: value for key, value in given.items() if value is not None})

    def options(self, **options: Any) -> None:
        self.ask("POST", "/_sandbox/options", options)

    def plant(self, **booking: Any) -> dict[str, Any]:
        """A booking made behind the API's back; wants eventTypeId, start and attendees."""
        return dict(self.ask("POST", "/_sandbox/bookings", booking))

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}{path}", data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _await_health(self) -> None:
        deadline = time.monotonic() + self._patience
        while True:
            try:
                self.ask("GET", "/_sandbox/health")
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
            else:
                return


@contextmanager
def running_sandbox(*flags: str, state: Path | None = None) -> Iterator[SandboxProcess]:
    with SandboxProcess(*flags, state=state) as sandbox:
        yield sandbox


def _fault(one: dict[str, Any] | str) -> dict[str, Any]:
    if not isinstance(one, str):
        return one
    name, _, value = one.partition("=")
    return {"fault": name, "value": value}

"""The whole service as in production: web, worker and scheduler as processes, over a real broker and database."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import requests
from cryptography.fernet import Fernet

from app.cli.up import scheduler, web, webhooks, worker
from app.container.composition import build_container
from app.domain.directory import Agent
from app.services.agent_settings import AgentSettings
from config.lifeline import die_with_parent
from config.settings import Settings, load_settings
from tests.support.sqlite import migrated
from tests.support.waiting import eventually

MANAGE = "/api/v1/calcom/appointments/manage"
SANDBOX_KEY = "cal_sandbox_rivera"
ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Stack:
    """Starts and stops the processes one by one, so that a test can kill any of them."""

    def __init__(self, directory: Path, *, database_url: str, redis_url: str, calcom_url: str, **more: str) -> None:
        """`more` are further settings, by their names."""
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.directory = directory
        self._environ = {
            "PATH": os.environ["PATH"],  # noqa: TID251 - to find the programs, not a setting
            "DATA_DIR": str(directory),
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "CALCOM_BASE_URL": calcom_url,
            "PUBLIC_URL": self.url,
            "PORT": str(self.port),
            "SECRET_KEYS": Fernet.generate_key().decode(),
            "WEB_THREADS": "32",
            "WORKER_THREADS": "8",
            "SWEEP_SECONDS": "3600",  # a sweep in between would use up a fault that is meant for somebody else
            "WEBHOOK_NETWORKS": "127.0.0.0/8",
            "LIMIT_PER_CONTACT": "0",  # most tests book for the same caller
            **more,
        }
        self.settings: Settings = load_settings(self._environ, dotenv=directory / "none")
        programs = (web(self.settings), worker(self.settings), webhooks(self.settings), scheduler())
        self._commands = {program.name: program.command for program in programs}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        migrated(self.settings.database_url)
        self.operators = build_container(self.settings).operators

    def add_agent(
        self, event_type_id: int = 101, *, key: str = SANDBOX_KEY, base_url: str = "", **settings: Any
    ) -> Agent:
        organization = self.operators.add_organization(name="Clinic")
        self.operators.add_account(
            org_id=organization.id, name="Sandbox", api_key=key, base_url=base_url or self.settings.calcom_base_url
        )
        return self.operators.add_agent(
            org_id=organization.id, name="Dr. Rivera", event_type_id=event_type_id, settings=AgentSettings(**settings)
        )

    def start(self, *names: str) -> None:
        """All processes, or those named."""
        for name in names or self._commands:
            with (self.directory / f"{name}.log").open("ab") as log:
                self.processes[name] = subprocess.Popen(
                    self._commands[name],
                    env=self._environ,
                    cwd=ROOT,
                    stdout=log,
                    stderr=log,
                    preexec_fn=partial(die_with_parent, os.getpid()),  # noqa: PLW1509 - one prctl, loaded ahead
                )
        if "web" in (names or self._commands):
            eventually(self.is_ready, within=60, what=f"web is ready: {self.log('web')}")

    def is_ready(self) -> bool:
        try:
            return requests.get(self.url + "/readyz", timeout=5).ok
        except (requests.ConnectionError, requests.Timeout):
            return False

    def kill(self, name: str, how: signal.Signals = signal.SIGKILL) -> None:
        process = self.processes.pop(name)
        process.send_signal(how)
        process.wait(timeout=60)

    def stop(self) -> None:
        for name in list(self.processes):
            self.processes[name].send_signal(signal.SIGTERM)
        for name in list(self.processes):
            process = self.processes.pop(name)
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(timeout=10)

    def log(self, name: str) -> str:
        path = self.directory / f"{name}.log"
        return path.read_text()[-4000:] if path.exists() else ""

    def manage(self, agent: Agent, headers: dict[str, str] | None = None, **fields: Any) -> requests.Response:
        body = {"agent_id": agent.id, "org_id": agent.org_id, **fields}
        return requests.post(self.url + MANAGE, json=body, headers=headers, timeout=40)

    def poll(self, status_url: str, *, wait: float = 20) -> dict[str, Any]:
        """The job once it is final."""

        def look() -> dict[str, Any] | None:
            body = requests.get(status_url, params={"wait": 5}, timeout=40).json()
            return body["data"] if body["data"]["final"] else None

        return eventually(look, within=wait + 20, what=status_url)


@contextmanager
def running(directory: Path, **where: str) -> Iterator[Stack]:
    stack = Stack(directory, **where)
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()

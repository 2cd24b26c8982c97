"""The secret keys are changed while callers book: from the old one over both to the new one, and nobody notices."""

from __future__ import annotations

import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from app.domain.directory import Agent
from app.domain.errors import KeyUnreadableError
from app.domain.jobs import Status
from app.domain.stores import JobFilter
from app.storage.database import Database
from tests.journeys.test_a_caller_books import CALLER, free_time
from tests.support.sandbox import SandboxProcess
from tests.support.stack import Stack
from tests.support.valkey import ValkeyServer
from tests.support.waiting import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]  # seven processes start


class Callers:
    """Book one appointment after the other at whichever web process is the newest."""

    def __init__(self, agent: Agent) -> None:
        self.agent = agent
        self.at: list[Stack] = []
        self.answers: list[int] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._book)

    @contextmanager
    def booking(self) -> Iterator[None]:
        self._thread.start()
        try:
            yield
        finally:
            self._over.set()
            self._thread.join()

    def more(self) -> None:
        """Return once three more are answered."""
        enough = len(self.answers) + 3
        eventually(lambda: len(self.answers) >= enough, within=60, what="three more bookings")

    def _book(self) -> None:
        while not self._over.wait(0.5):  # within what Cal.com allows a minute
            answer = self.at[-1].manage(self.agent, action="book", appointment_datetime=free_time(), **CALLER)
            self.answers.append(answer.status_code)


def jobs_of(stack: Stack) -> dict[Status, int]:
    jobs = stack.operators.list_jobs(JobFilter(limit=500))
    return dict(Counter(job.status for job in jobs))


def read_key(url: str, secret_key: str, account_id: str) -> None:
    database = Database(url, secret_keys=(secret_key,))
    try:
        with database.reading_unit() as unit:
            unit.directory.access(account_id)
    finally:
        database.dispose()


def test_bookings_go_on_while_the_keys_are_changed(
    tmp_path: Path, sandbox: SandboxProcess, journey_valkey: ValkeyServer
) -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    url = f"sqlite:///{tmp_path}/ringbook.db"

    def crew(keys: str) -> Stack:
        directory = tmp_path / str(len(crews))
        directory.mkdir()
        where = {"database_url": url, "redis_url": journey_valkey.url, "calcom_url": f"{sandbox.url}/v2"}
        crews.append(Stack(directory, **where, SECRET_KEYS=keys))
        running.callback(crews[-1].stop)
        crews[-1].start("web", "worker")
        return crews[-1]

    crews: list[Stack] = []
    with ExitStack() as running:
        crew(old).start("scheduler")  # it reads no key
        callers = Callers(crews[0].add_agent(101))
        callers.at.append(crews[0])
        with callers.booking():
            callers.more()
            for keys in (f"{new},{old}", new):
                callers.at.append(crew(keys))
                callers.more()
                for name in ("web", "worker"):
                    crews[-2].kill(name, signal.SIGTERM)
                callers.more()
                if old in keys:
                    assert crews[-1].operators.rotate_keys() == 1
                callers.more()
        booked = len(callers.answers)
        eventually(lambda: jobs_of(crews[-1]) == {Status.SUCCEEDED: booked}, within=60, what="all are booked")

    assert set(callers.answers) <= {200, 202}  # a worker that stops hands back what it has not begun
    assert callers.answers.count(200) > booked / 2
    assert len(sandbox.bookings("accepted")) == booked
    with pytest.raises(KeyUnreadableError):
        read_key(url, old, crews[0].operators.list_accounts(callers.agent.org_id)[0].id)

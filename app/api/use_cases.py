"""What the API calls: one use case per endpoint, the turns requests work in, and the clock answers are written by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from app.domain.answers import Answer
from app.domain.limits import Limits
from app.domain.ports import Clock
from app.domain.traffic import Standing
from app.services.check_health import Health
from app.services.connect_agent import Line
from app.services.manage_appointment import ManageRequest
from app.services.read_job import JobView
from app.services.work_turns import WorkTurns


class ReadJob(Protocol):
    def __call__(self, job_id: str, wait: float = 0.0) -> JobView:
        """Raises RefusedError for an unknown id."""
        ...


class UseCases(Protocol):
    """The part of the container that answers requests."""

    @property
    def manage_appointment(self) -> Callable[[ManageRequest], Answer]: ...

    @property
    def connect_agent(self) -> Callable[[str, str], Line]:
        """`(org_id, agent_id)`. Raises RefusedError, StoreUnavailableError."""
        ...

    @property
    def read_job(self) -> ReadJob: ...

    @property
    def receive_notice(self) -> Callable[[str, bytes, str], None]:
        """`(account_id, raw, signature)`. Raises RefusedError, StoreUnavailableError."""
        ...

    @property
    def check_health(self) -> Callable[[], Health]: ...

    @property
    def count_ended(self) -> Callable[[], Mapping[tuple[str, str], int]]:
        """How many jobs ended, by status and result."""
        ...

    @property
    def read_traffic(self) -> Callable[[], Sequence[Standing]]: ...

    @property
    def limits(self) -> Limits: ...

    @property
    def turns(self) -> WorkTurns: ...

    @property
    def clock(self) -> Clock: ...

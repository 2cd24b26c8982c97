"""The errors a use case raises on purpose."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from app.domain.answers import Result
from app.domain.outcomes import Outcome, RetryLater, Trace


class RefusedError(Exception):
    """The request cannot be taken as it is; `result` says why, `fields` which field and what is wrong with it.

    `openings` are times (UTC) that would do instead.
    """

    def __init__(
        self,
        result: Result,
        *,
        fields: Mapping[str, str] | None = None,
        agent_name: str = "",
        retry_after: int | None = None,
        openings: tuple[datetime, ...] = (),
    ) -> None:
        super().__init__(result.value)
        self.result = result
        self.fields = dict(fields or {})
        self.agent_name = agent_name
        self.retry_after = retry_after
        self.openings = openings


class CalendarError(Exception):
    """A look at Cal.com did not succeed; `outcome` is RetryLater, Unknown or Failed and tells why."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(f"{type(outcome).__name__} {outcome.trace.http_status or ''} {outcome.trace.code}".strip())
        self.outcome = outcome


class PostponedError(CalendarError):
    """Our own rules kept a request to Cal.com from being sent: ask again in `wait` seconds. It is nobody's failure."""

    def __init__(self, wait: float) -> None:
        super().__init__(RetryLater(wait=wait, counts=False, trace=Trace(code="held_back")))
        self.wait = wait


class StoreUnavailableError(Exception):
    """The database could not be reached or did not take the write; nothing was accepted."""


class KeyUnreadableError(StoreUnavailableError):
    """A Cal.com key was encrypted with a secret key that is not given; with that one back, nothing is lost."""


class UnknownNameError(Exception):
    """An operator named an organization, account, agent or job that is not there, or not in a state to allow this."""


class NotConnectedError(UnknownNameError):
    """There is no Cal.com account that could serve, or the one there is has no key any more."""


class ConflictError(UnknownNameError):
    """What was named is there, but its state, or something that depends on it, does not allow this."""


class NotAuthenticatedError(Exception):
    """No API key came with the request, or one that opens nothing: unknown, expired or revoked, all said alike."""


class ForbiddenError(Exception):
    """The API key does not reach that far. Says nothing of what there is beyond."""


class SignInRefusedError(Exception):
    """Name and password do not fit; `wait`: for how many seconds no other try is looked at, 0 if one may be made."""

    def __init__(self, wait: int = 0) -> None:
        super().__init__(f"refused, wait {wait} s" if wait else "refused")
        self.wait = wait
